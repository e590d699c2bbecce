"""What was said, in order, masked and bounded."""

from cardswitch.lab.talk.trace import KEPT_MAX, Trace
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message

PAN = "9999990000000014"


def test_messages_are_shown_in_order_and_masked():
    trace = Trace(load_dialect("pos"))
    assert trace.lines() == []
    trace.sent(Message("0200", {2: PAN, 11: "000001", 35: f"{PAN}=30122010000"}))
    trace.received(Message("0210", {11: "000001", 39: "51"}))
    trace.unreadable(PAN.encode(), FormatError("a message"))
    lines = trace.lines()
    heads = [line.split()[2] for line in lines if " s  " in line]
    assert heads == ["sent", "received", "received"]
    assert PAN not in "\n".join(lines)
    assert "16 bytes that are no message: expected a message" in lines[-1]


def test_the_oldest_are_forgotten():
    trace = Trace(load_dialect("pos"))
    for number in range(KEPT_MAX + 1):
        trace.sent(Message("0800", {11: f"{number:06d}"}))
    text = "\n".join(trace.lines())
    assert "STAN 000000" not in text
    assert f"STAN {KEPT_MAX:06d}" in text
