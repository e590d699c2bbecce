"""Entries as they lie on the disk, also those that an older terminal wrote."""

import msgspec
import pytest

from cardswitch.specs.message import Message
from cardswitch.terminal.core.entries import (
    ApprovalHeard,
    BatchClosed,
    ReversalRefused,
    SaleAnswered,
    SaleBegun,
    SaleRepeated,
    SaleReversed,
    SaleReversing,
    TerminalEntry,
)

REQUEST = Message("0200", {4: "000000001250", 7: "0329010000", 11: "000007"})
ANSWER = Message("0210", {11: "000007", 39: "00"})
ENTRIES = [
    SaleBegun(1.0, REQUEST, "999999******0014", "good"),
    SaleAnswered(2.0, ANSWER),
    SaleRepeated(3.0, ANSWER),
    SaleRepeated(3.0, None),
    SaleReversing(4.0, REQUEST),
    SaleReversing(4.0, REQUEST, stays=1000),
    SaleReversed(5.0, ANSWER),
    ReversalRefused(5.0, ANSWER),
    ApprovalHeard(6.0, "000007 0329010000", ANSWER),
    BatchClosed(7.0),
]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: type(entry).__name__)
def test_entries_survive_the_disk(entry):
    assert msgspec.json.decode(msgspec.json.encode(entry), type=TerminalEntry) == entry


def test_a_reversal_that_says_nothing_of_a_part_leaves_nothing():
    line = b'{"type":"reversing","at":4.0,"reversal":{"mti":"0420","fields":{}}}'
    assert msgspec.json.decode(line, type=TerminalEntry).stays == 0
