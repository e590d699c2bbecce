"""What commands call things is what cryptography knows them by."""

from cardswitch.specs.hsm import names
from cardswitch.specs.security.lmk import TEST_LMK, unwrap_key, wrap_key
from cardswitch.specs.security.pinblocks import FORMAT_CODES

KEY_TYPES = [
    *(names.ZMK, names.ZPK, names.TPK, names.TAK, names.ZAK, names.CVK, names.BDK, names.IKEY)
]
KEY = bytes.fromhex("1334577913345779" * 2)


def test_every_format_of_eight_bytes_has_a_name() -> None:
    named = {names.ISO_0, names.ISO_1, names.ISO_2, names.ISO_3, names.DIEBOLD}
    assert named == FORMAT_CODES
    assert names.ISO_4 not in FORMAT_CODES


def test_every_key_type_has_its_own_place_under_the_lmk() -> None:
    wrapped = {wrap_key(TEST_LMK, key_type, "U", KEY) for key_type in KEY_TYPES}
    assert len(wrapped) == len(KEY_TYPES)
    assert all(
        unwrap_key(TEST_LMK, key_type, wrap_key(TEST_LMK, key_type, "U", KEY)) == KEY
        for key_type in KEY_TYPES
    )
