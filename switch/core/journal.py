"""Writes the rows of the journal: those of legs, and the marks that belong to none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from cardswitch.specs.dates import CutOff
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import pan_of
from cardswitch.wire.machine.kernel import Kernel
from cardswitch.wire.machine.keys.working import KeyKind, KeyStep
from cardswitch.wire.ports import Append

from .day import acquirer_of, next_day
from .legs import Leg
from .memory import Memory
from .row import Row, card_columns, columns_of, storable
from .states import CAPTURED, FOLLOWS, Mark, State
from .totals.counting import count

# A card number stands where it is needed again: with what went upstream, or is to be undone.
_WITH_CARD: Final = frozenset(
    {State.FORWARDED, State.DECLINED, State.REVERSING, State.TAKEN, State.ANSWERED}
)
IN_USE: Final = "use"  # by what a key is known to be there
_json = msgspec.json.Encoder().encode


class Journal:
    """Each row is made once, here, and taken over by memory at once."""

    def __init__(self, kernel: Kernel, memory: Memory, checkpoint_rows: int) -> None:
        self._kernel = kernel
        self._memory = memory
        self._checkpoint_rows = checkpoint_rows

    def record(
        self,
        leg: Leg,
        state: State,
        message: Message,
        *,
        stays: int = 0,
        original: int = 0,
        beside: Mapping[str, str] | None = None,
    ) -> None:
        """*leg* is now in *state*, by *message*; the table of states must allow it.

        *beside*: what the row says besides, see `row`.
        """
        before = leg.state
        assert state in FOLLOWS[before], f"{before} -> {state}"
        memory = self._memory
        today = memory.days[leg.acquirer].label
        pan = ""
        if state in _WITH_CARD:
            pan = (leg.accepted.pan if leg.accepted is not None else "") or pan_of(message)
        kept = storable(message, pan)
        columns = columns_of(kept, beside)
        if pan:
            columns.update(card_columns(pan, memory.vault))
        is_first = before is None
        if is_first:
            leg.business_date = today
            memory.identities.add(leg.sent_on, leg.identity)
        row = Row(
            sequence=memory.next_sequence(),
            leg=leg.number,
            at=self._kernel.now,
            state=str(state),  # quicker than its value
            business_date=leg.business_date,
            day=today,
            source=leg.source,
            serves=leg.serves,
            link=leg.link,
            kind=leg.kind.name,
            identity=leg.identity if is_first else "",
            sent_on=leg.sent_on if is_first else "",
            request_digest=leg.request_digest if is_first else "",
            upstream=leg.upstream,
            moved=moved(leg, state, columns["amount"], stays),
            stays=stays,
            original=original,
            card=leg.card,
            **columns,
        )
        leg.apply(row, kept)
        memory.moved_on(leg, before)
        count(memory.settled, row, before)
        self._append(row)
        self._checkpoint_if_due()

    # Marks ----------------------------------------------------------------------------------------

    def cut_over(self, cut_off: CutOff, by: str, because: str = "", acquirer: str = "") -> None:
        """The next bank day of *acquirer* begins here. Its first of all ends none."""
        before = self._memory.days.get(acquirer)
        day = next_day(before, cut_off, self._kernel.now, acquirer)
        ended = before.label if before else ""
        self._memory.begin(day)
        said = {
            "ended": ended,
            "date": day.date,
            "run": day.run,
            "starts_at": day.starts_at,
            "ends_at": day.ends_at,
            "cut_off": cut_off.time,
            "zone": cut_off.zone,
            "by": by,
            "because": because,
        }
        if acquirer:
            said["acquirer"] = acquirer
        self.mark(Mark.CUT_OVER, day.label, said)
        self.checkpoint()

    def checkpoint(self) -> None:
        """All that a start must know of what is before this row."""
        memory = self._memory
        legs = [*memory.unfinished, *memory.tombstones.legs(self._kernel.now)]
        day = memory.today
        said = {
            "legs": legs,
            "numbers": self._kernel.numbers(),
            "leg_number": memory.leg_number,
            "date": day.date,
            "run": day.run,
            "starts_at": day.starts_at,
            "ends_at": day.ends_at,
            "keys": memory.keys.told(),
            "identities": memory.identities.told(),
            "signed_off": sorted(memory.signed_off),
            "announced": memory.announced,
            "settled": memory.settled.told(),
            "due": sorted(memory.due),
        }
        if others := [each for each in memory.days.values() if each.acquirer]:
            said["acquirers"] = others
        self.mark(Mark.CHECKPOINT, day.label, said)
        memory.rows_since_checkpoint = 0

    def compared(self, place: str, date: str, told: Mapping[str, Any], is_told: bool) -> None:
        """Totals of *date* were compared with *place*; *is_told*: it need not be told of it now."""
        self.mark(Mark.TOTALS, self._memory.today.label, {**told, "is_told": is_told})
        if is_told:
            self._memory.due.discard((place, date))
        self._checkpoint_if_due()

    def key(self, step: KeyStep) -> None:
        """A step of a key change."""
        self.mark(Mark.KEY, self._memory.today.label, msgspec.to_builtins(step))
        self._memory.keys.apply(step)
        self._checkpoint_if_due()

    def key_used(self, place: str, kind: KeyKind, configured: str, key: str) -> None:
        """*key* is in use at *place*: what a terminal was handed out, it has."""
        keys = self._memory.keys
        state = keys.state(place, kind, configured)
        waiting = dict(state.waiting)
        if key in waiting and "/" in place:
            self.key(
                KeyStep(
                    step="changed",
                    place=place,
                    kind=kind,
                    configured=configured,
                    key=key,
                    kcv=waiting[key],
                    by=IN_USE,
                )
            )
        keys.seen(place, kind, key, self._kernel.now)

    def mark(self, mark: Mark, label: str, said: Mapping[str, Any]) -> None:
        """A row of no leg, about the bank day *label*."""
        self._append(
            Row(
                sequence=self._memory.next_sequence(),
                leg=0,
                at=self._kernel.now,
                state=mark.value,
                business_date=label,
                day=self._memory.days[acquirer_of(label)].label,
                source="",
                serves="",
                link="",
                fields=_json(said).decode(),
            )
        )

    def _checkpoint_if_due(self) -> None:
        if self._memory.rows_since_checkpoint >= self._checkpoint_rows:
            self.checkpoint()

    def _append(self, row: Row) -> None:
        self._kernel.effects.append(Append(row))


def moved(leg: Leg, state: State, amount: int, stays: int) -> int:
    """What the step of *leg* to *state* adds to that which its merchant is owed."""
    is_first_told = state is State.TAKEN and leg.state is None
    if is_first_told or (state is State.APPROVED and leg.state is not State.TAKEN):
        return leg.kind.sign * amount
    if state is State.REVERSING and leg.state in CAPTURED:
        return leg.kind.sign * (stays - leg.held)
    return 0
