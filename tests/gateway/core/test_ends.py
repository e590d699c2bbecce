"""What ends by itself: at its time, and again until it is taken out; never after that."""

from cardswitch.gateway.core.ends import AGAIN_S, Ends
from cardswitch.wire.machine.budget import Limits
from cardswitch.wire.machine.kernel import Kernel


class Clock:
    """Ends, their kernel, and what has ended when."""

    def __init__(self):
        self.kernel = Kernel({}, Limits())
        self.ended = []
        self.ends = Ends(self.kernel, lambda name: self.ended.append((name, self.kernel.now)))

    def until(self, now):
        while (due := self.kernel.deadline()) is not None and due <= now:
            self.kernel.advance(due)
            self.kernel.expire()
        self.kernel.advance(now)
        return self.ended


def test_each_ends_in_its_turn_however_they_were_added():
    clock = Clock()
    clock.ends.add("late", 20.0)
    clock.ends.add("soon", 10.0)
    assert clock.until(9.0) == []
    assert clock.until(20.0) == [("soon", 10.0), ("late", 20.0)]


def test_it_comes_again_until_it_is_taken_out():
    clock = Clock()
    clock.ends.add("it", 10.0)
    assert clock.until(10.0 + AGAIN_S) == [("it", 10.0), ("it", 10.0 + AGAIN_S)]
    clock.ends.remove("it")
    assert len(clock.until(1_000.0)) == 2
    assert len(clock.ends) == 0


def test_what_was_taken_out_or_put_off_does_not_end_at_its_first_time():
    clock = Clock()
    clock.ends.add("gone", 10.0)
    clock.ends.remove("gone")
    clock.ends.add("put off", 10.0)
    clock.ends.add("put off", 30.0)
    assert clock.until(29.0) == []
    assert clock.until(30.0) == [("put off", 30.0)]
