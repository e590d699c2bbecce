"""After a start: remember what the journal holds, and finish what it left open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from cardswitch.specs.errors import ConfigError
from cardswitch.specs.transactions.reversals import reference
from cardswitch.specs.transactions.tombstones import tombstone
from cardswitch.wire.machine.kernel import Kernel
from cardswitch.wire.machine.keys.working import KeyStep

from ..day import BankDay
from ..desk import SwitchDesk
from ..legs import Leg
from ..memory import Memory
from ..network import take_word
from ..row import Row, message_of, said
from ..settings import Settings
from ..states import OWING, PENDING, Mark, State
from ..totals.counting import count
from .owed import pursue
from .reverse import undo

TOLD_SHOWN: Final = 3


def rebuild(memory: Memory, kernel: Kernel, settings: Settings, rows: Iterable[Row]) -> None:
    """Give *memory* its legs, numbers and bank day back.

    *rows*: the last checkpoint, those of the legs that it names, and all that followed.
    """
    legs: dict[int, Leg] = {}
    for row in rows:
        is_older = row.sequence < memory.sequence  # than the checkpoint, which knows the numbers
        memory.sequence = max(memory.sequence, row.sequence)
        memory.rows_since_checkpoint += 1
        if row.leg == 0:
            _take_mark(memory, kernel, settings, row)
            continue
        memory.leg_number = max(memory.leg_number, row.leg)
        if row.sent_on:
            memory.identities.seen(row.sent_on)
        leg = legs.get(row.leg)
        if not is_older:
            count(memory.settled, row, leg.state if leg else None)
        if leg is None:
            legs[row.leg] = memory.adopt([row])
        else:
            memory.apply(leg, row)
        is_numbered = row.state in OWING and not is_older
        if is_numbered and row.upstream in settings.upstreams:
            used = int(message_of(row, memory.vault)[11])
            kernel.skip_lost_numbers(row.upstream, used)
        if row.state == State.ANSWERED:
            _bury_again(memory, settings, legs[row.leg], row, kernel.now)


def _take_mark(memory: Memory, kernel: Kernel, settings: Settings, row: Row) -> None:
    told: Any = said(row)
    if row.state == Mark.CUT_OVER:
        memory.begin(msgspec.convert(told, BankDay))
    if row.state == Mark.TOTALS and told["is_told"]:
        memory.due.discard((told["place"], told["date"]))
    if row.state == Mark.KEY:
        memory.keys.apply(msgspec.convert(told, KeyStep))
    if row.state == Mark.NETWORK:
        take_word(memory, told, row.at)
    if row.state == Mark.CHECKPOINT:
        days = [told, *told.get("acquirers", ())]
        memory.days = {day.acquirer: day for day in msgspec.convert(days, list[BankDay])}
        memory.signed_off = set(told.get("signed_off", ()))
        memory.announced = dict(told.get("announced", {}))
        memory.keys.restore(told.get("keys", ()))
        memory.identities.restore(told.get("identities"), row.at)
        memory.rows_since_checkpoint = 0
        memory.settled.restore(told.get("settled", ()))
        memory.due = {(place, date) for place, date in told.get("due", ())}
        memory.leg_number = max(memory.leg_number, told["leg_number"])
        for name, last in told["numbers"].items():
            if name in settings.upstreams:
                kernel.skip_lost_numbers(name, last)


def _bury_again(memory: Memory, settings: Settings, own: Leg, row: Row, now: float) -> None:
    """A reversal that named something unknown, and not exactly, goes on binding what it fits."""
    listener = settings.listeners.get(own.source)
    if listener is None or row.original or own.kind.shape != "reverse":
        return
    request = message_of(row, memory.vault)
    names = reference(own.source, request, row.at, listener.reversal_by)
    stone = tombstone(request, names, own.card, row.at)
    if not names.is_exact and row.code == listener.unknown_reversal and stone.until > now:
        memory.tombstones.add(own.number, stone)


def require_upstreams(memory: Memory, settings: Settings) -> None:
    """Raise ConfigError where something is owed on a link that is not configured any more."""
    owed: dict[str, list[str]] = {}
    for leg in memory.unfinished.values():
        if leg.owes and leg.upstream not in settings.upstreams:
            owed.setdefault(leg.upstream, []).append(leg.rrn)
    for name, rrns in owed.items():
        more = ", …" if len(rrns) > TOLD_SHOWN else ""
        raise ConfigError(
            f"switch.upstreams: {name!r} is missing, and {len(rrns)} purchases must still be "
            f"told of there (RRN {', '.join(rrns[:TOLD_SHOWN])}{more}): name it until they are"
        )


def finish(memory: Memory, desk_of: Callable[[Leg], SwitchDesk]) -> None:
    """Finish every leg without an outcome.

    Possibly forwarded: reversed, since nobody was promised anything; declined, if no money moves.
    An outcome that perhaps was not delivered is left alone: the terminal's repeat gets the stored
    answer, and the terminal's own reversal undoes it.
    """
    for leg in list(memory.unfinished.values()):
        desk = desk_of(leg)
        if leg.state is State.FORWARDED:
            undo(desk)
        elif leg.state in PENDING:
            assert leg.pending is not None, "what is pending is known"
            pursue(desk, leg.pending, sent=1)
