"""The record tells what happened, in few lines, and never hides that there was more."""

import pytest

from cardswitch.wire import record as record_module
from cardswitch.wire.ports import LinkId
from cardswitch.wire.record import LINES_MAX, REASON_MAX, WINDOW_S, Noted, Record

POS = LinkId("pos/17")


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def told():
    return []


@pytest.fixture
def record(clock, told):
    return Record("switch", [told.append], clock)


def test_a_line_has_time_program_kind_link_and_reason(record, told):
    record.note("late_answer", POS, "0210, trace number 000007")
    assert told == [
        Noted(
            at=1000.0,
            program="switch",
            kind="late_answer",
            link="pos/17",
            reason="0210, trace number 000007",
        )
    ]


def test_every_sink_is_told(clock):
    first, second = [], []
    Record("hsm", [first.append, second.append], clock).note("link_up", POS, "from 127.0.0.1")
    assert first == second != []


@pytest.mark.parametrize("end", ["sweep", "close", "note"])
def test_a_flood_is_told_in_few_lines_and_by_its_number(record, told, clock, end):
    for number in range(3_000):
        record.note("frame_error", LinkId(f"pos/{number}"), "no frame")
    assert len(told) == LINES_MAX
    clock.now += WINDOW_S if end != "close" else 0.0
    record.note("frame_error", POS, "one more") if end == "note" else getattr(record, end)()
    line = told[LINES_MAX]
    assert (line.kind, line.link, line.left_out) == ("frame_error", "pos", 3_000 - LINES_MAX)
    assert line.reason == f"{3_000 - LINES_MAX} more were left out"
    assert len(told) == LINES_MAX + 1 + (end == "note")


def test_a_flood_of_one_kind_at_one_listener_silences_no_other(record, told):
    for _ in range(100):
        record.note("frame_error", POS, "no frame")
    record.note("link_up", POS, "")
    record.note("frame_error", LinkId("network/1"), "no frame")
    assert [line.link for line in told[LINES_MAX:]] == ["pos/17", "network/1"]


def test_what_was_told_in_full_is_not_told_again_and_is_forgotten(record, told, clock):
    record.note("link_up", POS, "")
    clock.now += WINDOW_S
    record.sweep()
    record.close()
    assert len(told) == 1
    assert not record._windows


def test_a_reason_is_one_line_and_bounded(record, told):
    record.note("garbled", POS, "a\nb\x1b[2J" + "x" * 1_000)
    assert told[0].reason.isprintable()
    assert len(told[0].reason) <= REASON_MAX + 20


def test_what_is_ordinary_is_known():
    assert {"link_up", "link_down", "dial_failed"} == record_module.ORDINARY
