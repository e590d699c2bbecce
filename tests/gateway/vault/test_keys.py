"""The file of the keys: made once, never lost by a new one, and for its owner alone."""

import stat
import sys

import pytest

from cardswitch.gateway.vault.keys import SealKeys
from cardswitch.specs.errors import ConfigError, Error


def test_a_first_key_is_made_and_found_again(tmp_path):
    path = tmp_path / "seals"
    made = SealKeys(path, 5.0)
    assert (made.current, made.known[0].made) == (1, 5.0)
    again = SealKeys(path, 6.0)
    assert again.known == made.known
    sealed = made.vault(1).seal("4242424242424242")
    assert again.vault(1).open(sealed) == "4242424242424242"
    assert made.known[0].key not in repr(made.known)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_key_is_in_the_file_before_it_seals_and_the_old_one_until_it_is_dropped(tmp_path):
    path = tmp_path / "seals"
    keys = SealKeys(path, 5.0)
    old = keys.known[0].key
    assert keys.add(6.0).id == keys.current == 2
    assert [each.id for each in SealKeys(path, 7.0).known] == [1, 2]
    with pytest.raises(Error, match="vault status"):
        keys.add(7.0)
    keys.drop_old()
    assert keys.vault(1) is None
    assert [each.id for each in SealKeys(path, 7.0).known] == [2]
    assert old not in path.read_text("ascii")
    assert keys.add(8.0).id == 3


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"keys":[]}', b'{"keys":[{"id":1,"made":1.0,"key":"00"}]}', b"\xff"]
)
def test_what_is_damaged_is_named_and_not_written_over(tmp_path, content):
    path = tmp_path / "seals"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="restore it"):
        SealKeys(path, 5.0)
    assert path.read_bytes() == content
