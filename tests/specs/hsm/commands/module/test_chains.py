"""Commands about commands inside a command: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.chain import chain
from cardswitch.specs.hsm.commands.module.chains import COMMANDS
from cardswitch.specs.hsm.commands.module.status import diagnostics, echo
from tests.kit.hsm.lines import check_line

LINES = {
    "NK0020002NC0007B20001A": chain([diagnostics(), echo("A")]),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
