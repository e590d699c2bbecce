"""Commands about PINs under the LMK: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.commands.pins.lmk import (
    COMMANDS,
    compare_pin_tpk,
    compare_pin_zpk,
    decrypt_lmk_pin,
    encrypt_clear_pin,
    move_lmk_pin,
    pin_from_lmk,
    pin_to_lmk,
    pin_to_lmk_zpk,
    random_pin,
    renew_lmk_pin,
    renew_table,
)
from tests.kit.hsm.lines import BLOCK, LONG, PAN, PAN12, PIN, TABLE, TPK, ZPK, check_line

LINES = {
    f"JA{PAN12}04*020411112222": random_pin(PAN12, 4, ["1111", "2222"]),
    f"BG{PAN12}{PIN}": renew_lmk_pin(PIN, PAN12),
    f"JC{TPK}{BLOCK}01{PAN12}": pin_to_lmk(TPK, BLOCK, PAN12),
    f"JA{PAN12}06": random_pin(PAN12, 6),
    f"JC{TPK}{LONG}48{PAN12};{PAN}": pin_to_lmk(TPK, LONG, PAN12, "48", PAN),
    f"JE{ZPK}{BLOCK}01{PAN12}": pin_to_lmk_zpk(ZPK, BLOCK, PAN12),
    f"JG{ZPK}01{PAN12}{PIN}": pin_from_lmk(ZPK, PIN, PAN12),
    f"BC{TPK}{BLOCK}01{PAN12}{PIN}": compare_pin_tpk(TPK, PIN, BLOCK, PAN12),
    f"BE{ZPK}{BLOCK}01{PAN12}01234": compare_pin_zpk(ZPK, "01234", BLOCK, PAN12),
    f"BA1234FFFFFFFFF{PAN12}": encrypt_clear_pin("1234", PAN12),
    f"NG{PAN12}{PIN}": decrypt_lmk_pin(PIN, PAN12),
    f"QK{PIN}{PAN12}123456789012": move_lmk_pin(PIN, PAN12, "123456789012"),
    f"LO{TABLE}": renew_table(TABLE),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
