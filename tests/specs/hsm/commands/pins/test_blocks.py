"""Commands about PIN blocks and PVVs: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.commands.pins.blocks import (
    COMMANDS,
    change_pvv,
    pvv_from_block,
    pvv_from_lmk_pin,
    translate_pin_tpk_dukpt,
    translate_pin_tpk_zpk,
    translate_pin_zpk_zpk,
    verify_pin_pvv_tpk,
    verify_pin_pvv_zpk,
)
from tests.kit.hsm.lines import (
    AES_KSN,
    BDK,
    BLOCK,
    KSN,
    LONG,
    NEW,
    PAN,
    PAN12,
    PIN,
    PVK,
    TPK,
    ZPK,
    check_line,
)

LINES = {
    f"CA{TPK}{ZPK}12{BLOCK}0101{PAN12}": translate_pin_tpk_zpk(TPK, ZPK, BLOCK, PAN12),
    f"CC{ZPK}{TPK}12{BLOCK}0547{PAN12}": translate_pin_zpk_zpk(
        ZPK, TPK, BLOCK, PAN12, source="05", target="47"
    ),
    f"DC{TPK}{PVK}{BLOCK}01{PAN12}14402": verify_pin_pvv_tpk(TPK, PVK, BLOCK, PAN12, "1", "4402"),
    f"EC{ZPK}{PVK}{BLOCK}47{PAN12}14402": verify_pin_pvv_zpk(
        ZPK, PVK, BLOCK, PAN12, "1", "4402", source="47"
    ),
    f"DG{PVK}{PIN}{PAN12}1": pvv_from_lmk_pin(PVK, PIN, PAN12, "1"),
    f"CA{TPK}{ZPK}12{LONG}4801{PAN12};{PAN}": translate_pin_tpk_zpk(
        TPK, ZPK, LONG, PAN12, "48", pan=PAN
    ),
    f"CA{TPK}*{BDK}605{KSN}12{BLOCK}0101{PAN12}": translate_pin_tpk_dukpt(
        TPK, BDK, "605", KSN, BLOCK, PAN12
    ),
    f"CA{TPK}*{BDK}808{AES_KSN}12{BLOCK}0148{PAN12};{PAN}": translate_pin_tpk_dukpt(
        TPK, BDK, "808", AES_KSN, BLOCK, PAN12, target="48", pan=PAN
    ),
    f"FW001{ZPK}{PVK}{BLOCK}01{PAN12}1": pvv_from_block("001", ZPK, PVK, BLOCK, PAN12, "1"),
    f"CU001{ZPK}{PVK}{BLOCK}01{PAN12}14402{NEW}": change_pvv(
        "001", ZPK, PVK, BLOCK, PAN12, "1", "4402", NEW
    ),
    f"CU001{ZPK}{PVK}{LONG}48{PAN12}14402{LONG};{PAN}": change_pvv(
        "001", ZPK, PVK, LONG, PAN12, "1", "4402", LONG, "48", PAN
    ),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
