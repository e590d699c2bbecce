"""Commands about cryptograms of chip cards: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.commands.cards.emv import (
    COMMANDS,
    CSK_OPTION_B,
    M_CHIP,
    generate_arpc,
    generate_arpc_csk,
    use_emv2000_tree,
    verify_arqc,
    verify_arqc_and_mac,
    verify_arqc_csk,
    verify_truncated_cryptogram,
)
from tests.kit.hsm.lines import TPK, ZPK, check_line

ACCOUNT = b"account!"
ATC = b"at"
NUMBER = b"un-4"
ARQC = b"arqc-8-b"
ARC = b"ac"
CARD = (TPK, ACCOUNT, ATC, NUMBER)
VERIFY = verify_arqc(*CARD, b"data", ARQC)

LINES = {
    f"K200001{TPK}08account!atun-404data;arqc-8-b{12 * chr(0)}": verify_truncated_cryptogram(
        *CARD, b"data", ARQC
    ),
    f"K200011{TPK}03pan;atun-404data;arqc-8-b{12 * chr(0)}": verify_truncated_cryptogram(
        TPK, b"pan", ATC, NUMBER, b"data", ARQC, option_b=True
    ),
    f"KQ00{TPK}account!atun-404data;arqc-8-b": VERIFY,
    f"KQ11{TPK}account!atun-404data;arqc-8-bac": verify_arqc(*CARD, b"data", ARQC, ARC, M_CHIP),
    f"KQ20{TPK}account!atun-4arqc-8-bac": generate_arpc(*CARD, ARQC, ARC),
    f"KQ30{TPK}{ZPK}account!atun-404data;arqc-8-bmac402xy": verify_arqc_and_mac(
        VERIFY, ZPK, b"mac4", b"xy"
    ),
    f"KW02{TPK}account!at04data;arqc-8-b": verify_arqc_csk(TPK, ACCOUNT, ATC, b"data", ARQC),
    f"KW13{TPK}08account!;at04data;arqc-8-bac": verify_arqc_csk(
        TPK, ACCOUNT, ATC, b"data", ARQC, ARC, scheme=CSK_OPTION_B
    ),
    f"KW32{TPK}account!at04data;arqc-8-bcsu43abc": verify_arqc_csk(
        TPK, ACCOUNT, ATC, b"data", ARQC, csu=b"csu4", proprietary=b"abc"
    ),
    f"KW20{TPK}{'v' * 16}account!1atarqc-8-bac": use_emv2000_tree(
        generate_arpc_csk(TPK, ACCOUNT, ATC, ARQC, ARC), iv=b"v" * 16
    ),
    f"KW21{TPK}{'v' * 16}08account!;0atarqc-8-bac": use_emv2000_tree(
        generate_arpc_csk(TPK, ACCOUNT, ATC, ARQC, ARC, scheme=CSK_OPTION_B), 2, b"v" * 16
    ),
    f"KW22{TPK}account!atarqc-8-bac": generate_arpc_csk(TPK, ACCOUNT, ATC, ARQC, ARC),
    f"KW42{TPK}account!atarqc-8-bcsu40": generate_arpc_csk(TPK, ACCOUNT, ATC, ARQC, csu=b"csu4"),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
