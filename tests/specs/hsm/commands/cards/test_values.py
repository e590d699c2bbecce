"""Commands about card verification values: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.commands.cards.values import (
    COMMANDS,
    generate_cvv,
    verify_cvc3,
    verify_cvc3_of_track,
    verify_cvv,
    verify_dcvv,
)
from tests.kit.hsm.lines import PAN, PVK, TPK, check_line

ATC = b"at"
NUMBER = b"un-4"

LINES = {
    f"CW{PVK}{PAN};8701101": generate_cvv(PVK, PAN, "8701", "101"),
    f"CY{PVK}561{PAN};8701101": verify_cvv(PVK, PAN, "8701", "101", "561"),
    f"PM00{TPK}A9999990000000011;2912201000001422": verify_dcvv(
        TPK, "9999990000000011", "2912", "201", "0001", "422"
    ),
    f"PM10{TPK}B9999990000000011;0105track;atun-445423": verify_cvc3(
        TPK, "9999990000000011", "01", b"track", ATC, NUMBER, "45423", "B"
    ),
    f"PM12{TPK}A9999990000000011;01005track0000077200028XX225": verify_cvc3_of_track(
        TPK, "9999990000000011", "01", b"track", 28, "00000772", "225"
    ),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
