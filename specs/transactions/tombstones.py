"""Reversals of something unknown that do not name it exactly: should it come yet, it is refused.

An exact one is a leg of the journal and lasts for ever. These may fit more than was meant, so they
bind only what agrees with them, and only for a while: longer than any queue in front of us.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from ..dates import Seconds
from ..message import Message
from .reversals import Reference

LIVES_S: Final[Seconds] = 300.0
_RRN: Final = "rrn|"


class Tombstone(Struct, frozen=True, gc=False, kw_only=True):
    """What one such reversal says; what it leaves out, empty or 0, agrees with everything."""

    until: Seconds
    keys: tuple[str, ...]
    card: str
    amount: int
    currency: str


def tombstone(reversal: Message, names: Reference, card: str, at: Seconds) -> Tombstone:
    """What *reversal* binds, that was told at the instant *at* that nobody knows what it *names*.

    *card*: the fingerprint of the card that it gives, or ``""``.
    """
    return Tombstone(
        until=at + LIVES_S,
        keys=keys_of(names),
        card=card,
        amount=int(reversal.get(4, "0")),
        currency=reversal.get(49),
    )


def keys_of(reference: Reference) -> tuple[str, ...]:
    """What *reference* goes by, whatever the day."""
    begins = dict.fromkeys(begin for _, begin in reference.begins)
    return (*begins, *(f"{who}{_RRN}{rrn}" for rrn, who in reference.rrns))


class Tombstones:
    """At most *tombstones_max* of them; the oldest ends first, since all live equally long."""

    def __init__(self, tombstones_max: int) -> None:
        self._tombstones_max = tombstones_max
        self._by_leg: dict[int, Tombstone] = {}
        self._by_key: dict[str, dict[int, Tombstone]] = {}

    def is_full(self, now: Seconds) -> bool:
        """Whether no more may be set up."""
        self._expire(now)
        return len(self._by_leg) >= self._tombstones_max

    def legs(self, now: Seconds) -> list[int]:
        """The legs of the reversals that still bind something."""
        self._expire(now)
        return list(self._by_leg)

    def add(self, leg: int, stone: Tombstone) -> None:
        """Let *stone*, of the reversal that is the leg of this number, bind what comes."""
        self._by_leg[leg] = stone
        for key in stone.keys:
            self._by_key.setdefault(key, {})[leg] = stone

    def binds(
        self, identity: str, rrn: str, now: Seconds, *, card: str, amount: int, currency: str
    ) -> bool:
        """Whether the request of *identity* was reversed before it came."""
        if not self._by_leg:
            return False
        self._expire(now)
        begin = identity.rpartition("|")[0] + "|"
        who = "|".join(identity.split("|", 3)[:3]) + "|"
        return any(
            stone.card in ("", card)
            and stone.amount in (0, amount)
            and stone.currency in ("", currency)
            for key in (begin, f"{who}{_RRN}{rrn}")
            for stone in self._by_key.get(key, {}).values()
        )

    def _expire(self, now: Seconds) -> None:
        while self._by_leg:
            leg, oldest = next(iter(self._by_leg.items()))
            if oldest.until > now:
                return
            del self._by_leg[leg]
            for key in oldest.keys:
                stones = self._by_key[key]
                del stones[leg]
                if not stones:
                    del self._by_key[key]
