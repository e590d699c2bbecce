"""What is owed upstream about one transaction goes one after the other, in the order it began.

So its last capture never arrives before the first, and its reversal not before what was captured.
What is left to people keeps its place: the last capture frees what the first has yet to take.
"""

from __future__ import annotations

from .legs import Leg


class Turns:
    """The legs that owe something, by the leg that it is about."""

    def __init__(self) -> None:
        self._owing: dict[int, dict[int, Leg]] = {}
        self._waiting: dict[int, int] = {}  # by leg, how often it may have been sent before

    def begin(self, leg: Leg) -> None:
        """*leg* owes something from now on, behind whatever is owed about the same."""
        self._owing.setdefault(_subject(leg), {})[leg.number] = leg

    def end(self, leg: Leg) -> None:
        """*leg* owes nothing any more."""
        owing = self._owing.get(_subject(leg), {})
        owing.pop(leg.number, None)
        if not owing:
            self._owing.pop(_subject(leg), None)

    def wait(self, leg: Leg, sent: int) -> bool:
        """Whether others are before *leg*, which was *sent* so often: then its turn comes later."""
        if next(iter(self._owing[_subject(leg)])) == leg.number:
            return False
        self._waiting[leg.number] = sent
        return True

    def next(self, leg: Leg) -> tuple[Leg, int] | None:
        """Behind *leg*, which has ended: whose turn it is now, if it waits, and how often sent."""
        for first in self._owing.get(_subject(leg), {}).values():
            sent = self._waiting.pop(first.number, None)
            return (first, sent) if sent is not None else None
        return None


def _subject(leg: Leg) -> int:
    """What *leg* owes something about: the authorisation that a capture names, or itself."""
    return leg.original or leg.number
