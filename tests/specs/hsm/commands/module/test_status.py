"""Commands about the module itself: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.commands.module.status import (
    COMMANDS,
    cancel_authority,
    command_volumes,
    diagnostics,
    echo,
    health,
    health_counts,
    module_load,
    module_status,
    random_value,
    set_response_delay,
)
from tests.kit.hsm.lines import check_line

LINES = {
    "LG250": set_response_delay(250),
    "NC": diagnostics(),
    "B20001A": echo("A"),
    "N0008": random_value(8),
    "NO00": module_status(),
    "J2": module_load(),
    "NO01": module_status("01"),
    "J4": command_volumes(),
    "J8": health_counts(),
    "JK": health(),
    "RA": cancel_authority(),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
