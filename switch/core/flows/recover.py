"""After a crash: remember what the journal holds, and finish what it left open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from cardswitch.specs.message import Message
from cardswitch.wire.machine.kernel import Kernel

from ..desk import SwitchDesk
from ..entry import Entry
from ..legs import Leg
from ..memory import Memory
from ..states import State
from .reverse import reverse

# Trace numbers that may have been used without an entry in the journal: sign-ons and echoes.
RECOVERY_GAP: Final = 1_000


def rebuild(
    memory: Memory, kernel: Kernel, entries: Iterable[Entry], desk_of: Callable[[Leg], SwitchDesk]
) -> None:
    """Give *memory* its legs and numbers back, and finish the legs that are open."""
    legs: dict[int, Leg] = {}
    last: dict[int, Message] = {}
    for entry in entries:
        memory.sequence = entry.sequence
        memory.leg_number = max(memory.leg_number, entry.leg)
        leg = legs.get(entry.leg)
        if leg is None:
            leg = legs[entry.leg] = _leg_of(entry)
            memory.legs.add(leg)
        memory.pending_reversals += leg.apply(entry)
        last[entry.leg] = entry.message
        if entry.state in (State.FORWARDED, State.REVERSING):
            kernel.skip_numbers(entry.upstream, int(entry.message[11]) + RECOVERY_GAP)
    for number, leg in legs.items():
        finish(desk_of(leg), last[number])


def _leg_of(first: Entry) -> Leg:
    return Leg(
        number=first.leg,
        source=first.source,
        identity=first.identity,
        request_digest=first.request_digest,
        business_date=first.business_date,
    )


def finish(desk: SwitchDesk, last: Message) -> None:
    """Finish the leg of *desk*, whose last entry holds the message *last*.

    Never forwarded: declined. Possibly forwarded: reversed, since nobody was promised anything.
    An outcome that perhaps was not delivered is left alone: the terminal's repeat gets the stored
    answer, and the terminal's own reversal undoes it.
    """
    leg = desk.leg
    if leg.state is State.RECEIVED:
        desk.decline(last, "96")
    elif leg.state is State.FORWARDED:
        pending = desk.reversal()
        desk.record(State.REVERSING, pending)
        desk.start(reverse(desk, pending))
    elif leg.state is State.REVERSING:
        desk.start(reverse(desk, last, sent=1))
