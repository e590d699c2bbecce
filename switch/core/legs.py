"""The legs in memory: for repeats, for reversals, for whoever waits for an answer.

The journal is what remembers; here are the legs in work, and the last finished ones.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from sys import intern
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec import Struct

from cardswitch.specs.codes import (
    APPROVED,
    INVALID_TRANSACTION,
    PARTLY_APPROVED,
    UNAVAILABLE,
)
from cardswitch.specs.dates import Seconds, rrn_stem
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Accepted
from cardswitch.specs.transactions.answers import BROUGHT_BACK
from cardswitch.specs.transactions.captures import part_of
from cardswitch.specs.transactions.followed import Followed
from cardswitch.specs.transactions.identity import Identity
from cardswitch.specs.transactions.kinds import Kind
from cardswitch.wire.machine.matching import join
from cardswitch.wire.ports import LinkId

from .day import acquirer_of
from .row import Row, answer_beside, beside
from .states import CAPTURED, OWING, STATES, UNFINISHED, State

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder(tuple[str, dict[int, str]]).decode
RRN_NUMBERS: Final = 10**8
DECISION_FIELDS: Final = (4, 37, 39, *BROUGHT_BACK)
# With these its merchant is owed what it was told: of what is undone, or was to be, what stays.
_TOLD: Final = CAPTURED | {State.TAKEN, State.REVERSING, State.EXCEPTION, State.RESOLVED}
_BEING_UNDONE: Final = frozenset({State.REVERSING, State.EXCEPTION, State.RESOLVED})
# What the repeat of a request hears that is undone, or about to be.
BEING_UNDONE: Final = INVALID_TRANSACTION
# Who waits for a leg that is finished: one for all of them.
NOBODY: Final[Mapping[LinkId, Message]] = MappingProxyType({})


class Leg(Struct, eq=False, gc=False, kw_only=True):
    """One request on its way through the switch: what came in, where it went, how it ended."""

    number: int
    source: str
    serves: str
    link: str
    identity: str
    sent_on: str
    kind: Kind  # what it asks for
    accepted: Accepted | None = None  # all of that, while it is in work
    request_digest: str = ""
    business_date: str = ""
    acquirer: str = ""  # who settles it, as its first row says; "": the one without a name
    card: str = ""  # fingerprint of the card number
    requested: int = 0  # minor units
    approved: int = 0  # what of it upstream approved
    currency: str = ""
    state: State | None = None
    upstream: str = ""
    rrn: str = ""
    packed: bytes = b""  # what was forwarded: a quarter of the size, and seldom asked for again
    pending: Message | None = None  # what is owed upstream: a reversal, or the advice itself
    held: int = 0  # what is captured, or held by an authorisation, now; minor units
    stays: int = 0  # what of it the pending reversal leaves
    captures: int = 0  # the number of the last capture of an authorisation
    followed: Followed = Followed()  # what was refunded of it, and what tip was added to it
    original: int = 0  # of a reversal, or an advice: the leg that it named
    decision: dict[int, str] | None = None  # what every repeat is told
    waiters: Mapping[LinkId, Message] = NOBODY
    sequence: int = 0  # of its last row

    @property
    def key(self) -> tuple[str, str]:
        """How the journal finds it."""
        return self.sent_on, self.identity

    @property
    def sender(self) -> str:
        """How the identities begin of all that its terminal sends by its listener."""
        return "|".join(self.identity.split("|", 3)[:3]) + "|"

    def __repr__(self) -> str:
        """Without what was forwarded: a leg may stand in any exception, a card number may not."""
        return f"<leg {self.number} {self.identity}: {self.state}>"

    @property
    def forwarded(self) -> Message | None:
        """The request as it was sent upstream, without what must not be kept."""
        return Message(*_unpack(self.packed)) if self.packed else None

    @property
    def onward(self) -> Message | None:
        """The same, of an advice as well."""
        return self.forwarded or self.pending

    @property
    def is_open(self) -> bool:
        """Whether the outcome is still unknown."""
        return self.state is None or self.state is State.FORWARDED

    @property
    def is_tombstone(self) -> bool:
        """Whether it was reversed before it ever came."""
        return self.state is State.REVERSED and not self.packed

    @property
    def is_captured(self) -> bool:
        """Whether money is held for it, and a reversal may take it back."""
        return self.state in CAPTURED and self.kind.moves_money

    @property
    def owes(self) -> bool:
        """Whether its upstream must still hear something of it."""
        return self.state in OWING and self.kind.moves_money

    @property
    def owed(self) -> int:
        """What the merchant is owed for it now, whatever upstream says of it; may be negative."""
        if self.state not in _TOLD:
            return 0
        is_undone = self.pending is not None and self.pending.mti[1] == "4"
        left = self.stays if is_undone and self.state in _BEING_UNDONE else self.held
        return self.kind.sign * left

    def wait(self, link: LinkId, request: Message) -> None:
        """Somebody on *link* wants the answer; of too many links the oldest is forgotten."""
        waiters = dict(self.waiters)
        join(waiters, link, request)
        self.waiters = waiters

    def answer(self, request: Message, brought: Mapping[int, str] | None = None) -> Message:
        """What *request*, or any repeat of it, is answered once there is a decision.

        *brought*: what is said besides, once.
        """
        assert self.decision is not None, "there is no answer before there is an outcome"
        said = {37: self.rrn, **self.decision} if self.rrn else dict(self.decision)
        if brought:
            said.update(brought)
        return request.reply(said[39], said)

    def apply(self, row: Row, kept: Message) -> None:
        """Take over *row*: *kept* is its message as it is storable, written now or read back."""
        state = STATES[row.state]
        match state:
            case State.FORWARDED:
                self.upstream, self.original = row.upstream, row.original
                self.packed = _pack((kept.mti, kept.fields))
            case State.APPROVED if self.state is State.TAKEN:
                pass  # It was counted, and whoever sent it was told, when it was taken.
            case State.TAKEN:
                self.upstream, self.original, self.pending = row.upstream, row.original, kept
                self.decision = {39: APPROVED}
                self.held = self.approved = row.amount
            case State.FOLLOWED:
                told = beside(row)
                self.followed = Followed(*(int(told[name]) for name in Followed._fields))
            case State.ADJUSTED:
                self.held = row.stays
            case State.COMPLETED | State.PART_COMPLETED:
                self.held = row.stays
                self.captures = part_of(kept).sequence
            case State.APPROVED | State.DECLINED:
                said = kept.fields
                self.decision = {n: said[n] for n in DECISION_FIELDS if n in said}
                self.decision[39] = intern(said[39])  # Many legs, few codes.
                self.approved = row.amount if state is State.APPROVED else 0
                self.held = 0 if self.kind.adds else self.approved  # That is held for its original.
            case State.ANSWERED:
                self.decision = {39: row.code, **answer_beside(row)}
                self.original = row.original
            case State.REVERSING:
                self.upstream, self.stays = row.upstream, row.stays
                self.pending = kept
                self.decision = self._while_undone(row.stays)
            case State.REVERSED:
                self.held = 0
                self.decision = self.decision or {39: BEING_UNDONE}
            case State.REDUCED:
                self.held = self.stays
        self.business_date, self.sequence = row.business_date, row.sequence
        self.rrn = row.rrn or self.rrn
        self.state = state

    def _while_undone(self, stays: int) -> dict[int, str]:
        """Whoever repeats a request that is being undone must not hear an approval of all of it."""
        if stays:
            return {**(self.decision or {}), 4: f"{stays:012d}", 39: PARTLY_APPROVED}
        if self.state in CAPTURED:
            return {39: BEING_UNDONE}
        return self.decision or {39: UNAVAILABLE}


def new_leg(number: int, who: Identity, kind: Kind, *, source: str, serves: str, link: str) -> Leg:
    """A leg that begins now, in memory alone."""
    return Leg(
        number=number,
        source=source,
        serves=serves,
        link=link,
        identity=who.name,
        sent_on=who.sent_on,
        kind=kind,
    )


def take_first(leg: Leg, first: Row) -> None:
    """Let *leg* be the one that the journal knows, by its *first* row."""
    leg.number = first.leg
    leg.serves, leg.link = first.serves, first.link
    leg.request_digest = first.request_digest
    leg.card, leg.currency = first.card, first.currency
    leg.requested = first.amount
    leg.acquirer = acquirer_of(first.business_date)


class Legs:
    """The legs in memory by identity; of the finished ones, the oldest are forgotten first.

    A look-up finds a leg as it stood when it was asked. So a leg that has moved since is kept until
    the look-up is over: what it then finds is not taken for the last word.
    """

    def __init__(self, legs_max: int) -> None:
        self._legs_max = legs_max
        self._by_identity: dict[str, Leg] = {}
        self._without_row: dict[str, Leg] = {}
        self._order: deque[Leg] = deque()
        self._look_ups: dict[int, int] = {}  # the last row when each was asked, oldest first
        self._look_up = 0

    def __len__(self) -> int:
        return len(self._by_identity)

    def __iter__(self) -> Iterator[Leg]:
        return iter(list(self._by_identity.values()))

    def find(self, identity: str) -> Leg | None:
        """The leg of *identity*, if it is in memory."""
        return self._by_identity.get(identity)

    def begun_as(self, begin: str) -> Iterator[Leg]:
        """Those that have no row yet, so that no look-up finds them, and begin with *begin*."""
        return (leg for name, leg in self._without_row.items() if name.startswith(begin))

    def add(self, leg: Leg) -> None:
        """Have *leg* in memory; one that is not finished stays until it is."""
        self._by_identity[leg.identity] = leg
        if leg.state is None:
            self._without_row[leg.identity] = leg
        self._order.append(leg)
        while len(self._by_identity) > self._legs_max and self._forget_oldest():
            pass

    def remove(self, leg: Leg) -> None:
        """*leg* never was: nothing is known of it."""
        if self._by_identity.get(leg.identity) is leg:
            del self._by_identity[leg.identity]
            self._without_row.pop(leg.identity, None)

    def has_row(self, leg: Leg) -> None:
        """From now on a look-up finds *leg*."""
        self._without_row.pop(leg.identity, None)

    def look_up_begins(self, sequence: int) -> int:
        """A look-up is asked after the row *sequence*; returns what :meth:`look_up_ends` wants."""
        self._look_up += 1
        self._look_ups[self._look_up] = sequence
        return self._look_up

    def look_up_ends(self, number: int) -> None:
        """What look-up *number* found is about to be taken over, or is nothing."""
        del self._look_ups[number]

    def _forget_oldest(self) -> bool:
        oldest = self._order.popleft()
        if self._by_identity.get(oldest.identity) is not oldest:
            return True
        if oldest.state in UNFINISHED or oldest.waiters or self._is_looked_for(oldest):
            self._order.append(oldest)
            return False
        del self._by_identity[oldest.identity]
        return True

    def _is_looked_for(self, leg: Leg) -> bool:
        return bool(self._look_ups) and leg.sequence > next(iter(self._look_ups.values()))


def rrn_of(now: Seconds, number: int) -> str:
    """Field 37, twelve digits: last digit of the year, day of the year, number of the leg.

    >>> rrn_of(1774746000.0, 7)
    '608800000007'
    """
    return f"{rrn_stem(now)[:4]}{number % RRN_NUMBERS:08d}"
