"""Which answers are believed: one line a case, the verdict last."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.answers import fits

ASKED = {4: "000000001250", 37: "632700000001", 49: "978"}


@pytest.mark.parametrize(
    ("changes", "believed"),
    [
        ({39: "00"}, True),
        ({39: "51"}, True),
        ({39: "00", 4: None, 49: None, 37: None}, True),
        ({39: "10", 4: "000000000600"}, True),
        ({39: "10", 4: "000000001251"}, False),
        ({39: "10", 4: None}, False),
        ({39: "10", 4: "000000000000"}, False),
        ({39: "00", 4: "000000000000"}, False),
        ({39: "51", 4: "000000000000"}, True),
        ({39: "51", 4: None}, True),
        ({39: "00", 49: "840"}, False),
        ({39: "00", 37: "632700000002"}, False),
        ({39: "0"}, False),
        ({}, False),
    ],
)
def test_which_answers_are_believed(changes, believed):
    fields = {n: v for n, v in {**ASKED, **changes}.items() if v is not None}
    assert fits(Message("0210", fields), Message("0200", ASKED)) is believed


def test_what_was_not_asked_may_be_told():
    assert fits(Message("0210", {37: "632700000001", 39: "00"}), Message("0200", {4: ASKED[4]}))
