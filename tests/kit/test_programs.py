"""What is waited for while it becomes less may take its time; what stands still is told."""

from itertools import chain, repeat

import pytest

from tests.kit import programs
from tests.kit.programs import until_none


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A second goes by with each look."""
    now = iter(range(10_000))
    monkeypatch.setattr(programs.time, "monotonic", lambda: float(next(now)))
    monkeypatch.setattr(programs.time, "sleep", lambda _: None)


def test_as_long_as_it_falls_it_is_waited_for():
    counts = chain.from_iterable(repeat(n, 2) for n in range(50, -1, -1))
    until_none(lambda: next(counts), "events", within_s=6.0)


def test_what_falls_no_more_is_told_with_how_many_are_left():
    counts = chain([9, 8, 7], repeat(7))
    with pytest.raises(AssertionError, match="still 7: events"):
        until_none(lambda: next(counts), "events", within_s=6.0)
