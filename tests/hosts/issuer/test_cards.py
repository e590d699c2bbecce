"""What a request tells of the card, and which field is named when it tells nonsense."""

import pytest

from cardswitch.hosts.issuer.cards import Presented, read_card
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message

PAN = "9999990000000014"
TRACK = f"{PAN}=30122011432112300000"


@pytest.mark.parametrize(
    ("fields", "card"),
    [
        ({35: TRACK}, Presented(PAN, "3012", True, "201", "123", "1", "4321")),
        ({2: PAN, 35: TRACK}, Presented(PAN, "3012", True, "201", "123", "1", "4321")),
        ({35: f"{PAN}D3012201"}, Presented(PAN, "3012", True, "201")),
        ({2: PAN}, Presented(PAN, "", False)),
        ({2: PAN, 14: "3012"}, Presented(PAN, "3012", False)),
        ({2: PAN, 14: "3012", 48: "9203456"}, Presented(PAN, "3012", False, "000", "456")),
        ({2: PAN, 48: "9502AB9203456"}, Presented(PAN, "", False, "000", "456")),
    ],
)
def test_read_card(fields: dict[int, str], card: Presented) -> None:
    assert read_card(Message("0200", fields)) == card


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "2"),
        ({35: ""}, "35"),
        ({35: PAN}, "35"),
        ({35: TRACK.replace("=", "?")}, "35"),
        ({2: "9999990000000022", 35: TRACK}, "2"),
        ({2: PAN, 48: "92"}, "48"),
        ({2: PAN, 48: "92031239203456"}, "48"),
    ],
)
def test_nonsense_is_named(fields: dict[int, str], field: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_card(Message("0200", fields))
    assert caught.value.field.partition(".")[0] == field
    assert PAN not in str(caught.value)


def test_a_presented_card_is_shown_masked() -> None:
    shown = repr(read_card(Message("0200", {35: TRACK})))
    assert shown == "<presented 999999******0014 track>"
