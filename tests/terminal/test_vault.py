"""The key of the cards of offline sales: made once, private, and missed when it is gone."""

import stat
import sys

import pytest

from cardswitch.specs.errors import ConfigError, CryptoError
from cardswitch.terminal.vault import VAULT_NAME, LateVault

PAN = "9999990000000014"


def test_the_key_is_made_at_the_first_card_and_found_again(tmp_path):
    vault = LateVault(tmp_path)
    assert not list(tmp_path.iterdir())
    sealed = vault.seal(PAN)
    assert LateVault(tmp_path).open(sealed) == PAN
    assert LateVault(tmp_path).seal(PAN) == sealed
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / VAULT_NAME).stat().st_mode) == 0o600


def test_without_its_key_nothing_is_opened_and_no_other_is_made(tmp_path):
    sealed = LateVault(tmp_path).seal(PAN)
    (tmp_path / VAULT_NAME).unlink()
    with pytest.raises(ConfigError, match="restore it from a copy"):
        LateVault(tmp_path).open(sealed)
    assert not list(tmp_path.iterdir())
    LateVault(tmp_path).seal(PAN)
    with pytest.raises(CryptoError):
        LateVault(tmp_path).open(sealed)


@pytest.mark.parametrize("text", ["", "00" * 31, "key"])
def test_what_is_no_key_is_named(tmp_path, text):
    (tmp_path / VAULT_NAME).write_text(text)
    with pytest.raises(ConfigError, match="64 hexadecimal digits"):
        LateVault(tmp_path).seal(PAN)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(ConfigError, match="cannot be written"):
        LateVault(tmp_path / "none").seal(PAN)
