"""Commands about keys: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.keys.any_type import (
    COMMANDS,
    derive_initial_key,
    export_key,
    generate_key,
    import_key,
    key_check_value,
    key_check_value_older,
)
from tests.kit.hsm.lines import BDK, PVK, TPK, ZMK, ZPK, check_line

LINES = {
    f"KA{ZPK}01;001": key_check_value_older("01", ZPK),
    "BU0200406FBB23A5214DF": Command(
        "", "BU", {"type_code": "02", "length_flag": "0", "key": "0406FBB23A5214DF"}
    ),
    f"BUFF1{'1A' * 16};402;001%00": Command(
        "",
        "BU",
        {
            "type_code": "FF",
            "length_flag": "1",
            "key": "1A" * 16,
            "key_type": "402",
            "options": "001",
            "lmk_id": "00",
        },
    ),
    "A00001U": generate_key("001"),
    f"A01001T;0{ZPK}Y": generate_key("001", "T", ZPK, "Y"),
    f"A01003U;1{TPK}X": generate_key("003", zmk=TPK, zmk_is_tmk=True),
    f"A6001{ZPK}X{'5E' * 16}U": import_key("001", ZPK, "X" + "5E" * 16),
    f"A8001{ZPK}{TPK}X": export_key("001", ZPK, TPK),
    f"BUFF1{PVK};402;001": key_check_value("402", PVK),
    f"BUFF0{'6F' * 8};002;001": key_check_value("002", "6F" * 8),
    f"A0A302U01{BDK}FFFF9876543210E": derive_initial_key(BDK, "FFFF9876543210E"),
    f"A0B302U01{BDK}FFFF9876543210E;0{ZMK}X": derive_initial_key(BDK, "FFFF9876543210E", zmk=ZMK),
    f"A0BFFFS01{BDK}1234567890123456;0{ZMK}R": derive_initial_key(
        BDK, "1234567890123456", "S", ZMK, "R", key_type="FFF"
    ),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
