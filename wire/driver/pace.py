"""Whether a commit runs in the loop's own turn, as where the disk is quick, or in a thread.

A thread must wait for the interpreter after every call that lets go of it, for as long as a busy
loop does not: tens of milliseconds, where a quick disk is done in less than one.
"""

# What is measured, and what follows
#
# Of every commit in the turn, the time that it waited: by the clock, less the CPU time of its
# thread. Waiting is what the loop loses by it; the work must be done in either place. A slow commit
# says little: a disk has its moments, and a busy machine lets a process wait for the processor too,
# which no thread would mend. A quick one says what the disk can do. So the slow and the quick are
# counted against each other, and a quick one counts as much as several slow ones.
#
# A start is a trial: if its first commits are slow, all others are for the thread. In the thread
# nothing can be measured, because it waits for the interpreter as well as for the disk. Instead,
# after so many commits there, there is a trial again.

from __future__ import annotations

from typing import Final

QUICK_S: Final = 0.001  # What a turn may wait; a message on a local network takes about as long.
QUICK_COUNTS: Final = 3  # as many slow ones
SLOW_MORE_MAX: Final = 12  # More slow commits than quick ones, so counted: the thread has them.
TRIES: Final = 3  # slow commits of a trial
TRIAL_COMMITS: Final = 500  # In the thread, until there is a trial: some seconds of work.


class Pace:
    """Where the next commit runs: *in_turn*, or in the thread."""

    def __init__(self, *, may_be_in_turn: bool) -> None:
        """A database that another process writes is always left to the thread."""
        self.in_turn = may_be_in_turn
        self._may_be_in_turn = may_be_in_turn
        self._slow_more = SLOW_MORE_MAX - TRIES
        self._in_thread = 0

    def committed_in_turn(self, waited_s: float) -> None:
        """Take note of a commit in the turn that waited for so long."""
        step = 1 if waited_s > QUICK_S else -QUICK_COUNTS
        self._slow_more = max(0, self._slow_more + step)
        if self._slow_more == SLOW_MORE_MAX:
            self.in_turn = False
            self._in_thread = 0

    def committed_in_thread(self) -> None:
        """Take note of a commit in the thread."""
        self._in_thread += 1
        if self._may_be_in_turn and self._in_thread == TRIAL_COMMITS:
            self.in_turn = True
            self._slow_more = SLOW_MORE_MAX - TRIES
