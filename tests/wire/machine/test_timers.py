"""Timers come in their order, and those that are over are dropped and do not pile up."""

from cardswitch.wire.machine.timers import TIMERS_SLACK, Timers


def timers(over=()):
    return Timers(lambda what: what in over)


def test_the_earliest_is_the_next_and_of_one_time_the_first_that_was_set():
    made = timers()
    for due, what in ((2.0, "c"), (1.0, "a"), (1.0, "b")):
        made.set(due, what)
    order = []
    while (due := made.due()) is not None:
        order.append((due, made.pop()))
    assert order == [(1.0, "a"), (1.0, "b"), (2.0, "c")]


def test_what_is_over_is_not_due():
    over = {"a"}
    made = timers(over)
    for due, what in ((1.0, "a"), (2.0, "b")):
        made.set(due, what)
    assert made.due() == 2.0
    over.add("b")
    assert made.due() is None


def test_there_are_no_more_than_twice_those_that_count_and_some():
    over = set()
    made = timers(over)
    made.set(0.0, "first")
    for number in range(5 * TIMERS_SLACK):
        made.set(1.0, number)
        over.add(number)
        assert len(made) <= 2 * 2 + TIMERS_SLACK + 1
    assert made.due() == 0.0
