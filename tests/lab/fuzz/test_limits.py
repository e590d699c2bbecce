"""What takes too long or too much each time is noticed, and what hangs is broken off."""

import time
import tracemalloc

import pytest

from cardswitch.lab.fuzz import limits
from cardswitch.lab.fuzz.limits import ALARM, HangError, is_large, is_slow, watched


def hangs():
    with ALARM:
        while True:
            pass


def greedy():
    return bytearray(limits.MEMORY_BASE * 4)


def test_slow_is_what_takes_long_each_time(monkeypatch):
    monkeypatch.setattr(limits, "TIME_MAX_S", 0.01)
    assert is_slow(lambda: time.sleep(0.02))
    once = iter([0.02])
    assert not is_slow(lambda: time.sleep(next(once, 0)))


def test_what_is_large_depends_on_the_input():
    assert is_large(greedy, 10)
    assert not is_large(greedy, limits.MEMORY_BASE)
    assert not is_large(lambda: None, 0)


def test_memory_is_not_measured_while_somebody_else_does():
    tracemalloc.start()
    try:
        assert not is_large(greedy, 10)
    finally:
        tracemalloc.stop()


def test_an_error_is_no_matter_of_time():
    assert not is_slow(lambda: 1 / 0)


def test_what_hangs_is_broken_off(monkeypatch):
    monkeypatch.setattr(limits, "HANG_S", 0.05)
    with watched(), pytest.raises(HangError):
        hangs()
