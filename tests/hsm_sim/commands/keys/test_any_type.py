"""A0, A6, A8 and BU."""

import pytest

from cardswitch.specs.hsm import Command, pack_command, unpack_command
from cardswitch.specs.hsm.commands.keys.any_type import (
    derive_initial_key,
    export_key,
    generate_key,
    import_key,
    key_check_value,
)
from cardswitch.specs.security.dukpt_tdes import derive_initial_key_dukpt_tdes
from cardswitch.specs.security.keys import key_check_value as check_value_of
from cardswitch.specs.security.lmk import (
    TEST_LMK,
    unwrap_key,
    unwrap_key_under_key,
    wrap_key_under_key,
)
from tests.kit.hsm.examples_emv import under_block_lmk
from tests.kit.hsm.module import TPK, ZMK, ZPK, allowed, ask, key, module, under_lmk

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
    answer = ask(allowed(), command)
    assert (answer.error, answer.fields) == (error, {})


@pytest.mark.parametrize("scheme", ["X", "U"])
def test_a_key_goes_out_and_comes_in_again(scheme: str) -> None:
    hsm = allowed()
    out = ask(hsm, export_key("001", ZMK_TEXT, ZPK_TEXT, scheme)).fields
    assert out["kcv"] == ZPK_CHECK
    assert unwrap_key_under_key(ZMK, out["key"]) == ZPK
    back = ask(hsm, import_key("001", ZMK_TEXT, out["key"]))
    assert (back.error, back.fields) == ("00", {"key": ZPK_TEXT, "kcv": ZPK_CHECK})


def test_a_key_of_wrong_parity_comes_in_corrected_with_a_warning() -> None:
    even = wrap_key_under_key(ZMK, "X", bytes(byte ^ 1 for byte in ZPK))
    answer = ask(allowed(), import_key("001", ZMK_TEXT, even))
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


# Initial keys of devices --------------------------------------------------------------------------

BDK = key(30)
BDK_TEXT, DEVICE = under_lmk("009", BDK), "FFFF9876543210E"
INITIAL = derive_initial_key_dukpt_tdes(BDK, bytes.fromhex(DEVICE + "00000"))


def test_the_key_of_a_device_follows_from_its_number() -> None:
    asked = allowed()
    fields = ask(asked, derive_initial_key(BDK_TEXT, DEVICE)).fields
    assert unwrap_key(TEST_LMK, "302", fields["key"], any_parity=True) == INITIAL
    assert fields["kcv"] == check_value_of(INITIAL).hex().upper()
    both = ask(asked, derive_initial_key(BDK_TEXT, DEVICE, "U", ZMK_TEXT)).fields
    assert both["key"] == fields["key"]
    assert unwrap_key_under_key(ZMK, both["key_under_zmk"]) == INITIAL
    # Not a bit of it changes on the way out and in.
    out = ask(asked, export_key("302", ZMK_TEXT, fields["key"])).fields["key"]
    back = ask(asked, import_key("302", ZMK_TEXT, out))
    assert (back.error, back.fields["key"]) == ("00", fields["key"])


@pytest.mark.parametrize(
    ("device", "bdk", "attributes"),
    [
        (DEVICE, under_block_lmk("B0T2X00E00", BDK), "B1T2X00N00"),
        ("1234567890123456", under_block_lmk("B0A1X00E00", BDK), "B1A1X00N00"),
    ],
)
def test_the_key_of_a_device_in_a_key_block(device: str, bdk: str, attributes: str) -> None:
    command = derive_initial_key(bdk, device, "S", key_type="FFF")
    fields = {**command.fields, "lmk_id": "01", "attributes": attributes}
    made = ask(module(), Command("", "A0", fields)).fields["key"]
    assert made[6:10] == attributes[:3] + "X"


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (derive_initial_key(BDK_TEXT, DEVICE + "0"), "15"),
        (derive_initial_key(BDK_TEXT, DEVICE, key_type="001"), "28"),
        (derive_initial_key(ZPK_TEXT, DEVICE), "10"),
        (derive_initial_key(under_lmk("009", key(9, 24), "T"), DEVICE), "27"),
        (derive_initial_key(BDK_TEXT, DEVICE, "T"), "26"),
        (derive_initial_key(BDK_TEXT, DEVICE, "U", ZPK_TEXT), "10"),
    ],
)
def test_devices_that_get_no_key(command: Command, error: str) -> None:
    assert ask(module(), command).error == error


def test_the_old_form_has_no_flag() -> None:
    line = f"0001A01001U{ZMK_TEXT}X".encode()
    answer = module().answer(unpack_command(line))
    clear = unwrap_key(TEST_LMK, "001", answer.fields["key"])
    assert unwrap_key_under_key(ZMK, answer.fields["key_under_zmk"]) == clear


@pytest.mark.parametrize("zmk", [key(1), bytes(range(32))])
def test_key_blocks_go_out_and_come_in(zmk: bytes) -> None:
    algorithm = "T2" if len(zmk) == 16 else "A3"
    zmk_text = under_block_lmk(f"K0{algorithm}B00N00", zmk)
    text = under_block_lmk("P0T2B00E00", ZPK)
    ends = {"lmk_id": "01", "attributes": "P0T2B00E00"}
    sent = {**export_key("FFF", zmk_text, text, "R").fields, **ends}
    line = pack_command(Command("0001", "A8", sent))
    out = module().answer(unpack_command(line)).fields["key"]
    assert out[:2] == ("RB" if algorithm == "T2" else "RD")
    back = {**import_key("FFF", zmk_text, out, "S").fields, **ends}
    assert ask(module(), Command("", "A6", back)).fields["kcv"] == ZPK_CHECK
