"""What the gateway's journal holds: a row an entry; a leg is an intent, or an idempotency key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from cardswitch.wire.ports import Seconds

from .entries import Created, GatewayEntry, IntentEntry, KeyAnswered, KeyTaken
from .intents import Intent, created

INTENT: Final = "intent"  # in the column sent_on, before the identity: what kind of leg it is
KEY: Final = "key"
CHECKPOINT: Final = "checkpoint"
CHECKPOINT_ROWS: Final = 10_000


class GatewayRow(Struct, frozen=True, gc=False, kw_only=True):
    """A row of the journal; the fields are the columns, in their order."""

    sequence: int  # 1, 2, 3, … in this journal
    leg: int  # 0 for what belongs to none
    at: Seconds
    state: str  # the name of the entry, or CHECKPOINT
    identity: str = ""  # in the first row of a leg: the ref of an intent, or the hash of a key
    sent_on: str = ""  # in the first row of a leg: INTENT or KEY
    rrn: str = ""
    owner: str = ""  # in the first row of an intent: its merchant
    fields: str = "{}"


class Rows:
    """Makes the rows of one journal, and knows the last numbers of it."""

    def __init__(self) -> None:
        self.sequence = 0
        self.leg = 0
        self.trace = 0  # of the last request
        self.since_checkpoint = 0
        self._encode = msgspec.json.Encoder().encode

    def begin(self, entry: Created | KeyTaken, name: str) -> GatewayRow:
        """The first row of a new leg, that of the intent or key *name*."""
        self.leg += 1
        kind, owner = (INTENT, entry.merchant) if isinstance(entry, Created) else (KEY, "")
        return self._row(self.leg, entry, identity=name, sent_on=kind, owner=owner)

    def follow(self, leg: int, entry: GatewayEntry) -> GatewayRow:
        """A later row of *leg*."""
        return self._row(leg, entry)

    def checkpoint(self, at: Seconds, legs: Sequence[int], told: Mapping[str, Any]) -> GatewayRow:
        """All that a start must know: *legs* that are not finished, and whatever is *told*."""
        said = {"legs": legs, "leg_number": self.leg, "trace": self.trace, **told}
        row = self._next(leg=0, at=at, state=CHECKPOINT, fields=self._encode(said).decode())
        self.since_checkpoint = 0
        return row

    def seen(self, row: GatewayRow) -> None:
        """*row* was read at a start: new ones come behind it."""
        self.sequence = max(self.sequence, row.sequence)
        self.leg = max(self.leg, row.leg)
        self.since_checkpoint += 1

    def _row(self, leg: int, entry: GatewayEntry, **columns: str) -> GatewayRow:
        fields = self._encode(entry).decode()
        return self._next(
            leg=leg, at=entry.at, state=type(entry).__name__, fields=fields, **columns
        )

    def _next(self, **columns: Any) -> GatewayRow:
        self.sequence += 1
        self.since_checkpoint += 1
        return GatewayRow(sequence=self.sequence, **columns)


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
    """What rows tell: intents by their ref, and keys by their hash."""

    intents: dict[str, Intent] = {}
    keys: dict[str, tuple[KeyTaken, KeyAnswered | None]] = {}


def legs_of(rows: Iterable[GatewayRow], through: int | None = None) -> Legs:
    """The intents and keys of *rows*, up to the sequence *through*; each with its first row."""
    legs, names = Legs(), dict[int, str]()
    for row in rows:
        if row.leg == 0 or (through is not None and row.sequence > through):
            continue
        entry = read(row)
        name = names.setdefault(row.leg, row.identity)
        if isinstance(entry, KeyTaken):
            legs.keys[name] = (entry, None)
        elif isinstance(entry, KeyAnswered):
            legs.keys[name] = (legs.keys[name][0], entry)
        elif isinstance(entry, Created):
            legs.intents[name] = created(name, row.leg, entry)
        else:
            legs.intents[name] = legs.intents[name].with_entry(_of_intent(entry))
    return legs


def _of_intent(entry: GatewayEntry) -> IntentEntry:
    assert not isinstance(entry, KeyTaken | KeyAnswered)
    return entry
