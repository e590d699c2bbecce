"""Commands about issuer scripts: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.commands.cards.scripts import (
    COMMANDS,
    M_CHIP_SCRIPT,
    NewPin,
    ScriptSecret,
    change_pin_of_card,
    make_script,
    make_script_csk,
)
from tests.kit.hsm.lines import BDK, BLOCK, NEW, PAN12, TPK, ZPK, check_line

ACCOUNT = b"account!"
ARQC = b"arqc-8-b"
SECRET = ScriptSecret(ZPK, BDK, ARQC, 5, b"whole bl")

SCRIPT = make_script_csk(TPK, ACCOUNT, ARQC, b"apd")
PIN = NewPin(ZPK, ARQC, 5, "001", ZPK, BLOCK, PAN12)
CARD = f"{TPK}account!arqc-8-b0003apd"
PIN_LINE = f"KY4{CARD};{ZPK}arqc-8-b0005001{ZPK}{BLOCK}01{PAN12}"

LINES = {
    f"{PIN_LINE}34": change_pin_of_card(SCRIPT, PIN),
    f"{PIN_LINE}41{BDK}": change_pin_of_card(SCRIPT, PIN._replace(mk_ac=BDK)),
    f"{PIN_LINE}42{BDK};{NEW}": change_pin_of_card(
        SCRIPT, PIN._replace(mk_ac=BDK, current_block=NEW)
    ),
    f"KU00{TPK}account!arqc-8-b0003apd": make_script(TPK, ACCOUNT, ARQC, b"apd"),
    f"KU21{TPK}account!arqc-8-b0003apd;{ZPK}{BDK}arqc-8-b00050008whole bl": make_script(
        TPK, ACCOUNT, ARQC, b"apd", SECRET, M_CHIP_SCRIPT
    ),
    f"KY0{TPK}account!arqc-8-b0003apd": make_script_csk(TPK, ACCOUNT, ARQC, b"apd"),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
