"""What the journals of both hosts hold: one row for each entry, found by identity or by RRN.

The entry itself, a Struct with a tag, lies in *fields* as JSON; it names no card but masked or by a
keyed hash. The journal is the memory: what a host keeps in RAM are the purchases in work and the
last finished ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import Struct

from cardswitch.specs.transactions.identity import Identity
from cardswitch.wire.machine.identities import Identities
from cardswitch.wire.ports import Seconds

E = TypeVar("E")
CHECKPOINT: Final = "checkpoint"  # in the column of the state: what a start must know of before
CHECKPOINT_ROWS: Final = 10_000
TOMBSTONES_MAX: Final = 10_000  # of reversals that name something unknown, and not exactly


class HostRow(Struct, frozen=True, gc=False, kw_only=True):
    """A row of the journal of a host; the fields are the columns, in their order."""

    sequence: int  # 1, 2, 3, … in this journal
    leg: int  # the purchase or reversal that this belongs to; 0 for what belongs to none
    at: Seconds
    state: str  # the tag of the entry, or CHECKPOINT
    identity: str = ""  # in the first row of a leg
    sent_on: str = ""  # in the first row of a leg
    rrn: str = ""
    fields: str = "{}"


class Rows(Generic[E]):
    """Makes the rows of one journal, and reads the entries in them."""

    def __init__(self, entry_type: Any) -> None:
        """*entry_type*: the union of the tagged Structs that are entries."""
        self.sequence = 0  # of the last row
        self.leg = 0  # of the last leg
        self.since_checkpoint = 0
        self.identities = Identities()
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(entry_type).decode

    def new_leg(self) -> int:
        """A number for a leg that begins."""
        self.leg += 1
        return self.leg

    def row(
        self, entry: E, at: Seconds, leg: int = 0, who: Identity | None = None, rrn: str = ""
    ) -> HostRow:
        """*entry* as the next row, of *leg*; with *who* it is as, if it is the first of it."""
        sent_on = identity = ""
        if who:
            sent_on, identity = who
            self.identities.add(sent_on, identity)
        self.sequence += 1
        self.since_checkpoint += 1
        return HostRow(
            sequence=self.sequence,
            leg=leg,
            at=at,
            state=type(entry).__name__,
            identity=identity,
            sent_on=sent_on,
            rrn=rrn,
            fields=self._encode(entry).decode(),
        )

    def checkpoint(self, at: Seconds, legs: Sequence[int], told: Mapping[str, Any]) -> HostRow:
        """All that a start must know: *legs* that are not finished, and whatever is *told*."""
        said = {"legs": legs, "leg_number": self.leg, "identities": self.identities.told(), **told}
        self.sequence += 1
        self.since_checkpoint = 0
        fields = self._encode(said).decode()
        return HostRow(sequence=self.sequence, leg=0, at=at, state=CHECKPOINT, fields=fields)

    def read(self, row: HostRow) -> E:
        """The entry of *row*."""
        entry: E = self._decode(row.fields)
        return entry

    def seen(self, row: HostRow) -> None:
        """*row* was read at a start: new ones come behind it."""
        self.sequence = max(self.sequence, row.sequence)
        self.leg = max(self.leg, row.leg)
        self.since_checkpoint += 1
        if row.state == CHECKPOINT:
            self.identities.restore(told_by(row).get("identities"), row.at)
        elif row.sent_on:
            self.identities.seen(row.sent_on)


def told_by(row: HostRow) -> Mapping[str, Any]:
    """What a checkpoint says."""
    found: Mapping[str, Any] = msgspec.json.decode(row.fields)
    return found
