"""Keys by name in a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.hsm_sim.client.keyfile import (
    KeyFileError,
    StoredKey,
    add_key,
    find_key,
    name_of,
    read_keys,
    require_free,
    type_of,
    write_keys,
)
from cardswitch.specs.errors import ConfigError
from tests.kit.files import is_owners_alone

KEY = StoredKey("001", "U34E2FC8EAD7CD07BFA2B7ED5FE4D8212", "6FB1C8")
BLOCK = StoredKey("FFF", "SD0112P0TB00N0000" + "A" * 96, "123456", "01", "P0T2B00N00")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys.toml"


def test_what_is_written_is_read(path):
    write_keys(path, {"zpk": KEY, "my-block_2": BLOCK})
    assert read_keys(path) == {"zpk": KEY, "my-block_2": BLOCK}


def test_it_is_for_its_owner_alone(path):
    path.write_text("")
    path.chmod(0o644)
    add_key(path, "zpk", KEY)
    assert is_owners_alone(path)
    assert [each.name for each in path.parent.iterdir()] == ["keys.toml"]


def test_keys_are_added_and_replaced_by_name(path):
    add_key(path, "zpk", KEY)
    with pytest.raises(KeyFileError, match="already"):
        add_key(path, "zpk", BLOCK)
    assert read_keys(path) == {"zpk": KEY}
    add_key(path, "zpk", BLOCK, replace=True)
    add_key(path, "other", KEY)
    assert read_keys(path) == {"zpk": BLOCK, "other": KEY}


@pytest.mark.parametrize("name", ["", "ZPK", "a b", "a" * 16, "zpk]", "ä", "a.b"])
def test_a_name_has_a_form(path, name):
    with pytest.raises(KeyFileError, match="name"):
        require_free(path, name)


def test_no_file_has_no_keys(path):
    assert read_keys(path) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[zpk]\nkey = 'U'\nkcv = ''", "zpk"),
        ("[zpk]\ntype = '001'\nkey = 'U'\nkcv = ''\nclear = ''", "clear"),
        ("[zpk]\ntype = '001'\nkey = 'U\\n'\nkcv = ''", "zpk"),
        ("zpk = 1", "zpk"),
        ("[", "TOML"),
    ],
)
def test_a_file_that_is_none_is_told(path, text, expected):
    path.write_text(text)
    with pytest.raises(ConfigError, match=expected):
        read_keys(path)


def test_a_key_is_found_by_name_or_is_one_itself(path):
    add_key(path, "zpk", KEY)
    assert find_key(path, "zpk") == KEY
    assert find_key(path, KEY.key, "002") == StoredKey("002", KEY.key, "")
    with pytest.raises(KeyFileError, match="type"):
        find_key(path, KEY.key)
    with pytest.raises(KeyFileError, match="known: zpk"):
        find_key(path, "tpk")


@given(st.text(max_size=5))
def test_a_type_is_a_name_or_three_digits(text):
    try:
        found = type_of(text)
    except KeyFileError:
        return
    assert len(found) == 3


def test_types_have_names():
    assert [type_of(name) for name in ("zmk", "PVK", "00a")] == ["000", "002", "00A"]
    assert (name_of("002"), name_of("00A"), name_of("FFF")) == ("TPK/TMK/PVK", "ZEK", "")


def test_a_key_is_not_shown():
    assert KEY.key not in repr(KEY)
