"""What may follow a sale, or a capture: refunds of it, and a tip on it.

The same rule at switch, acquirer and issuer: together, refunds give back no more than was captured
and stands, unless the configuration of one lets it have any; a tip comes once, and is no more than
what was sold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from ..codes import DUPLICATE, INVALID_AMOUNT, INVALID_TRANSACTION, MISMATCH
from ..message import Message
from .captures import chosen, is_about
from .kinds import Kind

# How much refunds of something may come to: what was captured of it, or any amount.
RefundRule = Literal["captured", "any"]


class Followed(NamedTuple):
    """What has come about something that was captured, in minor units."""

    refunded: int = 0
    tipped: int = 0

    def plus(self, kind: Kind, amount: int) -> Followed:
        """With *amount* more by one of the class *kind*; below zero, if that was undone.

        >>> from .kinds import KINDS
        >>> Followed().plus(KINDS.named("tip"), 200)
        Followed(refunded=0, tipped=200)
        """
        if kind.money == "credit":
            return Followed(self.refunded + amount, self.tipped)
        return Followed(self.refunded, self.tipped + amount)


class Captured(NamedTuple):
    """Something that was captured, as whoever is told of a refund or a tip knows it."""

    card: str  # fingerprint
    currency: str
    rrn: str
    approval_code: str
    held: int  # what was captured of it and not undone; 0 where it was declined or undone
    followed: Followed


def the_captured(
    follower: Message,
    kind: Kind,
    amount: int,
    card: str,
    known: Sequence[Captured],
    rule: RefundRule = "captured",
) -> int:
    """Which of *known*, which *follower* of the class *kind* may mean, it is about: its place.

    Declines as :func:`refusal` does; with 25 if there is none, and 64 if it may be several.
    """
    return chosen([refusal(follower, kind, amount, card, each, rule) for each in known])


def refusal(
    follower: Message,
    kind: Kind,
    amount: int,
    card: str,
    captured: Captured,
    rule: RefundRule = "captured",
) -> str:
    """Why *follower*, of *amount*, may not follow *captured*, as a code; ``""`` if it may.

    *card* is the fingerprint of the card that it names, or ``""``; *rule* says how much may be
    given back, of what was captured and stands.

    >>> from .kinds import KINDS
    >>> sold = Captured("f", "978", "608800000007", "A1B2C3", 2000, Followed(refunded=1500))
    >>> said = Message("0200", {37: "608800000007", 49: "978"})
    >>> [refusal(said, KINDS.named("linked_refund"), amount, "", sold) for amount in (500, 501)]
    ['', '13']
    """
    if not is_about(follower, card, captured):
        return MISMATCH
    if not captured.held:
        return INVALID_TRANSACTION
    is_refund, (refunded, tipped) = kind.money == "credit", captured.followed
    if is_refund and rule == "any":
        return ""
    room = captured.held - refunded if is_refund else captured.held
    if room <= 0 or (tipped and not is_refund):
        return DUPLICATE
    return INVALID_AMOUNT if amount > room else ""
