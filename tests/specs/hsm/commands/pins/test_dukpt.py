"""Commands about PIN blocks of DUKPT: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.commands.pins.dukpt import (
    COMMANDS,
    Transaction,
    translate_pin_dukpt_dukpt,
    translate_pin_dukpt_older,
    translate_pin_dukpt_zpk,
    verify_pin_ibm_dukpt,
    verify_pin_ibm_dukpt_older,
    verify_pin_pvv_dukpt,
    verify_pin_pvv_dukpt_older,
    with_mac,
)
from cardswitch.specs.hsm.commands.pins.ibm import ibm_check
from tests.kit.hsm.lines import (
    AES_KSN,
    BDK,
    BLOCK,
    KSN,
    LONG,
    LONG_TABLE,
    PAN,
    PAN12,
    PVK,
    TABLE,
    ZPK,
    check_line,
)

OFFSET = "9252FFFFFFFF"
HERE = Transaction(BDK, "605", KSN)
THERE = Transaction(BDK, "605", KSN[:-1] + "2")
AES = Transaction(BDK, "808", AES_KSN)
CHECK = ibm_check(PVK, PAN12, TABLE, "1234567890NF")
LONG_CHECK = ibm_check(PVK, PAN12, LONG_TABLE, "P" + "0" * 16, "06", PAN)
CHECKED = f"04{PAN12}{TABLE}1234567890NF"
LONG_CHECKED = f"06{PAN12}{LONG_TABLE}P{'0' * 16}"

LINES = {
    f"GQ1{BDK}{PVK}605{KSN}{BLOCK}01{PAN12}14402012345670004%01;": with_mac(
        verify_pin_pvv_dukpt(HERE, PVK, BLOCK, PAN12, "1", "4402"), b"%01;", "01234567"
    ),
    f"G0{BDK}{ZPK}605{KSN}{BLOCK}0147{PAN12}": translate_pin_dukpt_zpk(
        HERE, ZPK, BLOCK, PAN12, target="47"
    ),
    f"G0{BDK}{ZPK}808{AES_KSN}{LONG}4801{PAN12};{PAN}": translate_pin_dukpt_zpk(
        AES, ZPK, LONG, PAN12, "48", pan=PAN
    ),
    f"G0{BDK}*{BDK}605{KSN}605{KSN[:-1]}2{BLOCK}0101{PAN12}": translate_pin_dukpt_dukpt(
        HERE, THERE, BLOCK, PAN12
    ),
    f"G0{BDK}*{BDK}605{KSN}808{AES_KSN}{BLOCK}0148{PAN12};{PAN}": translate_pin_dukpt_dukpt(
        HERE, AES, BLOCK, PAN12, target="48", pan=PAN
    ),
    f"G0{BDK}*{BDK}808{AES_KSN}605{KSN}{LONG}4801{PAN12};{PAN}": translate_pin_dukpt_dukpt(
        AES, HERE, LONG, PAN12, "48", pan=PAN
    ),
    f"G0{BDK}*{BDK}808{AES_KSN}808{AES_KSN}{LONG}4848{PAN12};{PAN}": translate_pin_dukpt_dukpt(
        AES, AES, LONG, PAN12, "48", "48", PAN
    ),
    f"GO0{BDK}{PVK}605{KSN}{BLOCK}01{CHECKED}{OFFSET}": verify_pin_ibm_dukpt(
        HERE, CHECK, BLOCK, OFFSET
    ),
    f"GO0{BDK}{PVK}808{AES_KSN}{LONG}48{LONG_CHECKED}{OFFSET};{PAN}": verify_pin_ibm_dukpt(
        AES, LONG_CHECK, LONG, OFFSET, "48"
    ),
    f"GQ0{BDK}{PVK}605{KSN}{BLOCK}01{PAN12}14402": verify_pin_pvv_dukpt(
        HERE, PVK, BLOCK, PAN12, "1", "4402"
    ),
    f"CI{BDK}{ZPK}605{KSN}{BLOCK}47{PAN12}": translate_pin_dukpt_older(
        HERE, ZPK, BLOCK, PAN12, "47"
    ),
    f"CK{BDK}{PVK}605{KSN}{BLOCK}{CHECKED}{OFFSET}": verify_pin_ibm_dukpt_older(
        HERE, CHECK, BLOCK, OFFSET
    ),
    f"CM{BDK}{PVK}605{KSN}{BLOCK}{PAN12}14402": verify_pin_pvv_dukpt_older(
        HERE, PVK, BLOCK, PAN12, "1", "4402"
    ),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
