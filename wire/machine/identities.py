"""Which identities a journal surely does not hold, so that it need not be asked of most requests.

"Not found" is said by the journal alone. But of a date on which this very program has written every
row it knows without asking what is not there: a Bloom filter for each date keeps all that was
written. It may take what is new for known, and then the journal is asked; never the other way.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from cardswitch.specs.dates import Seconds, utc_date

from ..ports import Question

_SLOT_BITS: Final = 24
SLOTS: Final = 1 << _SLOT_BITS  # bits of a date: 2 MiB, in vain for one in thirty of 2,000,000
DATES_MAX: Final = 3  # with a filter: requests are of today, or of a date beside it
BEFORE_MAX: Final = 400  # dates that are named one by one; all of a year are fewer
FARTHEST_S: Final[Seconds] = 184 * 24 * 3600.0  # field 7 has no year, and is of the nearest one
_DIGEST_SIZE: Final = 3 * _SLOT_BITS // 8  # three slots


class Identities:
    """What is known of the identities in one journal. It begins as that of an empty one."""

    def __init__(self) -> None:
        self.dates_max = DATES_MAX
        self._own: dict[str, _Written] = {}  # by date: all that was written of it, by ourselves
        self._before: set[str] = set()  # dates of which the journal alone knows all
        self._until = ""  # and so are all dates up to this one

    def may_hold(self, sent_on: str, identity: str) -> bool:
        """Whether the journal may hold *identity* of the date *sent_on*; if not, it does not."""
        written = self._own.get(sent_on)
        if written is not None:
            return written.may_hold(identity)
        return sent_on in self._before or sent_on <= self._until

    def may_answer(self, question: Question) -> bool:
        """Whether the journal may have rows for *question*; if not, it has none."""
        if question.begins or question.rrns or question.legs:
            return True
        return any(self.may_hold(*key) for key in question.identities)

    def add(self, sent_on: str, identity: str) -> None:
        """A first row was written, with this *identity*."""
        written = self._own.get(sent_on)
        if written is None:
            if sent_on in self._before or sent_on <= self._until:
                return
            written = self._own[sent_on] = _Written()
        written.add(identity)
        if len(self._own) > self.dates_max:
            # That of the fewest: who sends dates of all kinds does not end that of today.
            fewest = min(self._own, key=lambda date: self._own[date].count)
            del self._own[fewest]
            self.seen(fewest)

    def seen(self, sent_on: str) -> None:
        """The journal has rows of *sent_on* that are not all known here."""
        self._before.add(sent_on)
        if len(self._before) > BEFORE_MAX:
            first = min(self._before)
            self._before.discard(first)
            self._until = max(self._until, first)

    def told(self) -> Mapping[str, Any]:
        """What a checkpoint says of them."""
        return {"until": self._until, "dates": sorted({*self._before, *self._own})}

    def restore(self, told: Mapping[str, Any] | None, at: Seconds) -> None:
        """Know what a checkpoint of the instant *at* has *told*; nothing, if it is an older one."""
        self._own.clear()
        if told is None:
            self._until = utc_date(at + FARTHEST_S)
            return
        self._until = told["until"]
        self._before = set(told["dates"])


class _Written:
    """The identities of one date."""

    def __init__(self) -> None:
        self.count = 0
        self._bits = bytearray(SLOTS >> 3)

    def add(self, identity: str) -> None:
        """*identity* is there."""
        self.count += 1
        bits = self._bits
        for slot in _slots(identity):
            bits[slot >> 3] |= 1 << (slot & 7)

    def may_hold(self, identity: str) -> bool:
        """Whether it may be there."""
        bits = self._bits
        one, two, three = _slots(identity)
        return bool(
            bits[one >> 3] >> (one & 7) & 1
            and bits[two >> 3] >> (two & 7) & 1
            and bits[three >> 3] >> (three & 7) & 1
        )


def _slots(identity: str) -> tuple[int, int, int]:
    """Where *identity* stands, the same in every run."""
    digest = blake2b(identity.encode(), digest_size=_DIGEST_SIZE).digest()
    number = int.from_bytes(digest, "big")
    mask = SLOTS - 1
    return number & mask, number >> _SLOT_BITS & mask, number >> 2 * _SLOT_BITS
