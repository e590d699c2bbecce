"""The file of a vault's key: what is none is refused, and never shown."""

import pytest

from cardswitch.hosts.vault import open_vault
from cardswitch.specs.errors import ConfigError

PAN = "9999990000000014"
BAD_KEYS = ["", "00" * 31, "00" * 33, "zz" * 32, "0" * 63, "é" * 64]


@pytest.mark.parametrize("text", BAD_KEYS)
def test_a_vault_key_that_cannot_be_one_is_refused(tmp_path, text):
    file = tmp_path / "vault.key"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=r"vault\.key: expected") as refused:
        open_vault(file)
    assert not text or text not in str(refused.value)


def test_a_vault_key_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"vault\.key: .* cannot be read: No such file .* copy"):
        open_vault(tmp_path / "vault.key")


def test_a_vault_opens_what_it_sealed(tmp_path):
    (tmp_path / "vault.key").write_text("a5" * 32)
    vault = open_vault(tmp_path / "vault.key")
    assert vault.open(vault.seal(PAN)) == PAN
