"""A0, A6, A8 and BU."""

import pytest

from specs.hsm import Command, export_key, generate_key, import_key, key_check_value
from specs.security.keys import key_check_value as check_value_of
from specs.security.lmk import TEST_LMK, unwrap_key, unwrap_key_under_key, wrap_key_under_key
from tests.hsm_sim.helpers import TPK, ZMK, ZPK, ask, key, module, under_lmk

ZMK_TEXT, ZPK_TEXT = under_lmk("000", ZMK), under_lmk("001", ZPK)
ZPK_CHECK = check_value_of(ZPK).hex().upper()


@pytest.mark.parametrize(("scheme", "length"), [("U", 16), ("X", 16), ("T", 24), ("Y", 24)])
def test_a_new_key_comes_under_the_lmk(scheme: str, length: int) -> None:
    fields = ask(module(), generate_key("001", scheme)).fields
    clear = unwrap_key(TEST_LMK, "001", fields["key"])
    assert len(clear) == length
    assert fields.keys() == {"key", "kcv"}
    assert fields["kcv"] == check_value_of(clear).hex().upper()


def test_a_new_key_comes_under_a_zone_key_too() -> None:
    fields = ask(module(), generate_key("001", zmk=ZMK_TEXT)).fields
    clear = unwrap_key(TEST_LMK, "001", fields["key"])
    assert fields["key_under_zmk"][0] == "X"
    assert unwrap_key_under_key(ZMK, fields["key_under_zmk"]) == clear


def test_a_terminal_key_comes_under_its_master_key() -> None:
    tmk = under_lmk("002", TPK)
    asked = generate_key("003", zmk=tmk, zmk_is_tmk=True)
    fields = ask(module(), asked).fields
    clear = unwrap_key(TEST_LMK, "003", fields["key"])
    assert unwrap_key_under_key(TPK, fields["key_under_zmk"]) == clear
    assert ask(module(), generate_key("003", zmk=tmk)).error == "10"


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (generate_key("FFF"), "28"),
        (generate_key("00C"), "28"),
        (generate_key("001", "Q"), "26"),
        (generate_key("001", "Z"), "27"),
        (generate_key("001", zmk="U" + "0" * 32), "10"),
        (generate_key("001", zmk=ZPK_TEXT), "10"),
        (generate_key("001", "T", ZMK_TEXT, "Y"), "27"),
        (generate_key("001", "U", ZMK_TEXT, "Y"), "26"),
        (generate_key("001", "U", ZMK_TEXT, "Q"), "26"),
        (Command("", "A0", {**generate_key("001", zmk=ZMK_TEXT).fields, "zmk_flag": "2"}), "15"),
        (import_key("FFF", ZMK_TEXT, "X" + "0" * 32), "28"),
        (import_key("001", ZPK_TEXT, "X" + "0" * 32), "10"),
        (import_key("001", ZMK_TEXT, wrap_key_under_key(ZMK, "X", bytes(16))), "11"),
        (import_key("001", ZMK_TEXT, wrap_key_under_key(ZMK, "X", ZPK), "T"), "26"),
        (import_key("001", ZMK_TEXT, wrap_key_under_key(ZMK, "Y", key(9, 24)), "T"), "27"),
        (export_key("001", ZPK_TEXT, ZPK_TEXT), "10"),
        (export_key("001", ZMK_TEXT, under_lmk("003", ZPK)), "11"),
        (export_key("001", ZMK_TEXT, ZPK_TEXT, "Y"), "26"),
        (export_key("001", ZMK_TEXT, under_lmk("001", key(9, 24), "T"), "Y"), "27"),
        (export_key("FFF", ZMK_TEXT, ZPK_TEXT), "28"),
        (key_check_value("003", ZPK_TEXT), "10"),
        (key_check_value("001", under_lmk("001", key(9, 8), "Z")), "27"),
    ],
)
def test_what_is_refused(command: Command, error: str) -> None:
    answer = ask(module(), command)
    assert (answer.error, answer.fields) == (error, {})


@pytest.mark.parametrize("scheme", ["X", "U"])
def test_a_key_goes_out_and_comes_in_again(scheme: str) -> None:
    hsm = module()
    out = ask(hsm, export_key("001", ZMK_TEXT, ZPK_TEXT, scheme)).fields
    assert out["kcv"] == ZPK_CHECK
    assert unwrap_key_under_key(ZMK, out["key"]) == ZPK
    back = ask(hsm, import_key("001", ZMK_TEXT, out["key"]))
    assert (back.error, back.fields) == ("00", {"key": ZPK_TEXT, "kcv": ZPK_CHECK})


def test_a_key_of_wrong_parity_comes_in_corrected_with_a_warning() -> None:
    even = wrap_key_under_key(ZMK, "X", bytes(byte ^ 1 for byte in ZPK))
    answer = ask(module(), import_key("001", ZMK_TEXT, even))
    assert (answer.error, answer.fields) == ("01", {"key": ZPK_TEXT, "kcv": ZPK_CHECK})


@pytest.mark.parametrize(
    ("fields", "policy", "check_value"),
    [
        ({"options": "001"}, {}, ZPK_CHECK),
        ({"options": "000"}, {}, ZPK_CHECK),
        ({}, {}, ZPK_CHECK),
        ({"options": "001"}, {"short_check_values": False}, ZPK_CHECK),
        ({"options": "000"}, {"short_check_values": False}, check_value_of(ZPK, 8).hex().upper()),
        ({}, {"short_check_values": False}, check_value_of(ZPK, 8).hex().upper()),
    ],
)
def test_check_values(fields: dict[str, str], policy: dict[str, bool], check_value: str) -> None:
    base = {"type_code": "01", "length_flag": "1", "key": ZPK_TEXT}
    answer = ask(module(**policy), Command("", "BU", {**base, **fields}))
    assert answer.fields == {"kcv": check_value}


@pytest.mark.parametrize(("flag", "error"), [("1", "00"), ("F", "00"), ("0", "05"), ("2", "05")])
def test_the_length_flag_is_held_against_the_key(flag: str, error: str) -> None:
    asked = {**key_check_value("001", ZPK_TEXT).fields, "length_flag": flag}
    assert ask(module(), Command("", "BU", asked)).error == error
