"""Commands about PINs of IBM 3624: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.commands.pins.ibm import (
    COMMANDS,
    change_offset,
    derive_pin_ibm,
    ibm_check,
    offset_from_block,
    offset_from_lmk_pin,
    verify_pin_ibm_tpk,
    verify_pin_ibm_zpk,
)
from tests.kit.hsm.lines import (
    BLOCK,
    LONG,
    LONG_TABLE,
    NEW,
    PAN,
    PAN12,
    PIN,
    PVK,
    TABLE,
    TPK,
    ZPK,
    check_line,
)

OFFSET = "9252FFFFFFFF"
CHECK = ibm_check(PVK, PAN12, TABLE, "1234567890NF")
LONG_CHECK = ibm_check(PVK, PAN12, LONG_TABLE, "P" + "0" * 16, "06", PAN)
CHECKED = f"04{PAN12}{TABLE}1234567890NF"
LONG_CHECKED = f"06{PAN12}{LONG_TABLE}P{'0' * 16}"

LINES = {
    f"DA{TPK}{PVK}12{BLOCK}01{CHECKED}{OFFSET}": verify_pin_ibm_tpk(TPK, CHECK, BLOCK, OFFSET),
    f"EA{ZPK}{PVK}12{LONG}48{LONG_CHECKED}{OFFSET};{PAN}": verify_pin_ibm_zpk(
        ZPK, LONG_CHECK, LONG, OFFSET, "48"
    ),
    f"DE{PVK}{PIN}{CHECKED}": offset_from_lmk_pin(CHECK, PIN),
    f"DE{PVK}01234{CHECKED}": offset_from_lmk_pin(CHECK, "01234"),
    f"EE{PVK}0000FFFFFFFF{CHECKED}": derive_pin_ibm(CHECK),
    f"BK002{TPK}{PVK}{BLOCK}01{CHECKED}": offset_from_block("002", TPK, CHECK, BLOCK),
    f"DU002{TPK}{PVK}{BLOCK}01{CHECKED}{OFFSET}{NEW}": change_offset(
        "002", TPK, CHECK, BLOCK, OFFSET, NEW
    ),
    f"DU002{TPK}{PVK}{LONG}48{LONG_CHECKED}{OFFSET}{LONG};{PAN}": change_offset(
        "002", TPK, LONG_CHECK, LONG, OFFSET, LONG, "48"
    ),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
