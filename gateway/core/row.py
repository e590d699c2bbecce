"""What the gateway's journal holds: a row an entry; a leg is an intent, or an idempotency key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cardswitch.wire.ports import Seconds

from .entries import (
    Became,
    Began,
    Called,
    Created,
    GatewayEntry,
    KeyAnswered,
    KeyTaken,
    Sent,
    Updated,
)
from .intents import Intent, created
from .things import KINDS as THINGS
from .things import Record

# In the column sent_on, before the identity: of which kind a leg is. Things have their own.
INTENT: Final = "intent"
SETUP: Final = "setup"
KEY: Final = "key"
# In the same column, of a row that is not the first: what begins with it.
CHARGE: Final = "charge"
CAPTURE: Final = "capture"
REFUND: Final = "refund"
_BEGINS: Final = {
    "sale": CHARGE,
    "authorisation": CHARGE,
    "completion": CAPTURE,
    "refund": REFUND,
}
CHECKPOINT: Final = "checkpoint"
CHECKPOINT_ROWS: Final = 10_000


class GatewayRow(Struct, frozen=True, gc=False, kw_only=True):
    """A row of the journal; the fields are the columns, in their order."""

    sequence: int  # 1, 2, 3, … in this journal
    leg: int  # 0 for what belongs to none
    at: Seconds
    state: str  # the name of the entry, or CHECKPOINT
    identity: str = ""  # in the first row of a leg: the ref of an intent, or the hash of a key
    sent_on: str = ""  # in a row that begins something: of which kind that is
    rrn: str = ""
    owner: str = ""  # in a row that begins something that lists show: its merchant
    customer: str = ""  # in a row that gives it to one: whose it is
    fields: str = "{}"


def kind_of(entry: Created) -> str:
    """Of which kind the leg of an intent is."""
    return SETUP if entry.is_setup else INTENT


class Rows:
    """Makes the rows of one journal, and knows the last numbers of it."""

    def __init__(self) -> None:
        self.sequence = 0
        self.leg = 0
        self.trace = 0  # of the last request
        self.since_checkpoint = 0
        self._encode = msgspec.json.Encoder().encode

    def begin(self, entry: Created | Began | KeyTaken, name: str) -> GatewayRow:
        """The first row of a new leg, that of the intent, thing or key *name*."""
        self.leg += 1
        match entry:
            case Created():
                kind, owner, customer = kind_of(entry), entry.merchant, entry.customer or ""
            case Began():
                kind, owner = THINGS[type(entry.thing)], entry.merchant
                customer = getattr(entry.thing, "customer", None) or ""
            case KeyTaken():
                kind, owner, customer = KEY, "", ""
        return self._row(
            self.leg, entry, identity=name, sent_on=kind, owner=owner, customer=customer
        )

    def follow(
        self, leg: int, entry: GatewayEntry, merchant: str = "", customer: str = ""
    ) -> GatewayRow:
        """A later row of *leg*, which is the *merchant*'s.

        *customer* is whose a payment or refund is, or whom an update gives the intent to.
        """
        match entry:
            case Sent(asked=asked) if asked in _BEGINS:
                kind = _BEGINS[asked]
                return self._row(leg, entry, sent_on=kind, owner=merchant, customer=customer)
            case Updated():
                return self._row(leg, entry, customer=customer)
        return self._row(leg, entry)

    def checkpoint(self, at: Seconds, legs: Sequence[int], told: Mapping[str, Any]) -> GatewayRow:
        """All that a start must know: *legs* that are not finished, and whatever is *told*."""
        said = {"legs": legs, "leg_number": self.leg, "trace": self.trace, **told}
        fields = self._encode(said).decode()
        row = GatewayRow(sequence=self._next(), leg=0, at=at, state=CHECKPOINT, fields=fields)
        self.since_checkpoint = 0
        return row

    def seen(self, row: GatewayRow) -> None:
        """*row* was read at a start: new ones come behind it."""
        self.sequence = max(self.sequence, row.sequence)
        self.leg = max(self.leg, row.leg)
        self.since_checkpoint += 1

    def _row(self, leg: int, entry: GatewayEntry, **columns: str) -> GatewayRow:
        return GatewayRow(
            sequence=self._next(),
            leg=leg,
            at=entry.at,
            state=type(entry).__name__,
            fields=self._encode(entry).decode(),
            **columns,
        )

    def _next(self) -> int:
        self.sequence += 1
        self.since_checkpoint += 1
        return self.sequence


_decode: Final = msgspec.json.Decoder(GatewayEntry).decode


def read(row: GatewayRow) -> GatewayEntry:
    """The entry of *row*."""
    entry: GatewayEntry = _decode(row.fields)
    return entry


def told_by(row: GatewayRow) -> Mapping[str, Any]:
    """What a checkpoint says."""
    found: Mapping[str, Any] = msgspec.json.decode(row.fields)
    return found


class Legs(Struct, kw_only=True):
    """What rows tell: intents by their ref, things by their id, and keys by their hash."""

    intents: dict[str, Intent] = {}
    things: dict[str, Record] = {}
    keys: dict[str, tuple[KeyTaken, KeyAnswered | None]] = {}

    def add(self, name: str, row: GatewayRow) -> None:
        """*row* is the next of the leg *name*."""
        if row.state == Called.__name__:  # by which nothing changes
            return
        match read(row):
            case KeyTaken() as entry:
                self.keys[name] = (entry, None)
            case KeyAnswered() as entry:
                self.keys[name] = (self.keys[name][0], entry)
            case Created() as entry:
                self.intents[name] = created(name, row.leg, entry)
            case Began(at=at, merchant=merchant, thing=thing):
                self.things[name] = Record(
                    id=name, leg=row.leg, at=at, merchant=merchant, thing=thing
                )
            case Became(thing=thing):
                self.things[name] = replace(self.things[name], thing=thing)
            case entry:
                self.intents[name] = self.intents[name].with_entry(entry)


def legs_of(rows: Iterable[GatewayRow], through: int | None = None) -> Legs:
    """What stands in *rows*, up to the sequence *through*; of each leg the first is there."""
    legs, names = Legs(), dict[int, str]()
    for row in rows:
        if row.leg and (through is None or row.sequence <= through):
            legs.add(names.setdefault(row.leg, row.identity), row)
    return legs


def merged(several: Iterable[Legs]) -> Legs:
    """All that stands in *several*, each of other legs."""
    legs = Legs()
    for each in several:
        legs.intents |= each.intents
        legs.things |= each.things
        legs.keys |= each.keys
    return legs
