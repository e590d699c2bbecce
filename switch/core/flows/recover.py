"""After a crash: remember what the journal holds, and finish what it left open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from cardswitch.specs.message import Message

from ..desk import SwitchDesk
from ..entry import Entry
from ..legs import Leg
from ..states import State
from .reverse import reverse

if TYPE_CHECKING:
    from ..machine import Switch

# Trace numbers that may have been used without an entry in the journal: sign-ons and echoes.
RECOVERY_GAP: Final = 1_000


def rebuild(switch: Switch, entries: Iterable[Entry]) -> None:
    """Give *switch* its legs and numbers back, and finish the legs that are open."""
    legs: dict[int, Leg] = {}
    last: dict[int, Message] = {}
    for entry in entries:
        switch.sequence = entry.sequence
        switch.leg_number = max(switch.leg_number, entry.leg)
        leg = legs.get(entry.leg)
        if leg is None:
            leg = legs[entry.leg] = Leg(
                entry.leg, entry.source, entry.identity, entry.request_digest, entry.business_date
            )
            switch.legs.add(leg)
        switch.owed += leg.apply(entry)
        last[entry.leg] = entry.message
        if entry.state in (State.FORWARDED, State.REVERSING):
            switch.kernel.skip_numbers(entry.upstream, int(entry.message[11]) + RECOVERY_GAP)
    for number, leg in legs.items():
        finish(switch, leg, last[number])


def finish(switch: Switch, leg: Leg, last: Message) -> None:
    """Finish *leg*, whose last entry holds the message *last*.

    Never forwarded: declined. Possibly forwarded: reversed, since nobody was promised anything.
    An outcome that perhaps was not delivered is left alone: the terminal's repeat gets the stored
    answer, and the terminal's own reversal undoes it.
    """
    desk = SwitchDesk(switch, leg)
    if leg.state is State.RECEIVED:
        desk.decline(last, "96")
    elif leg.state is State.FORWARDED:
        owed = desk.reversal()
        desk.record(State.REVERSING, owed)
        desk.start(reverse(desk, owed))
    elif leg.state is State.REVERSING:
        desk.start(reverse(desk, last, sent=1))
