"""Commands that print: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.commands.module.printing import (
    COMMANDS,
    print_components,
    print_pin,
    print_tmk,
    print_zmk_component,
)
from tests.kit.hsm.lines import PAN12, PIN, TPK, check_line

LINES = {
    f"PEA{PAN12}{PIN};To;the owner": print_pin(PIN, PAN12, ["To", "the owner"]),
    f"TA{TPK}": print_tmk(TPK),
    "NE001U;To": print_components("001", "U", ["To"]),
    "OC;To": print_zmk_component(["To"]),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
