"""What we owe: tell a peer upstream to undo, and keep telling it until it agrees."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.message import Message
from cardswitch.wire.machine.kernel import NoAnswer
from cardswitch.wire.ports import LinkId, Seconds

from ..desk import SwitchDesk
from ..settings import Settings
from ..states import State

DONE: Final = frozenset(["00", "25"])  # Undone, or the peer knows nothing of it.
REFUSED: Final = frozenset(["12", "30"])  # The peer will never agree: a person must look.


async def reverse(desk: SwitchDesk, reversal: Message, sent: int = 0) -> None:
    """Send *reversal* as 0420, later as 0421, until acknowledged or refused or the budget ends.

    *sent* counts the sends so far; after a crash nobody knows, so one is assumed.
    """
    link = LinkId(desk.leg.upstream)
    settings = desk.settings
    tries = 0
    while sent < settings.reversals_sent_max:
        tries += 1
        if desk.is_up(link):
            question = reversal if sent == 0 else Message("0421", reversal.fields)
            sent += 1
            try:
                answer = await desk.ask(link, question, within=settings.reversal_timeout_s)
            except NoAnswer:
                answer = None
            if answer is not None and answer.get(39) in DONE:
                return desk.record(State.REVERSED, answer)
            if answer is not None and answer.get(39) in REFUSED:
                return desk.record(State.EXCEPTION, answer)
        await desk.sleep(pause(settings, tries, desk.leg.number))
    return desk.record(State.EXCEPTION, reversal)


def pause(settings: Settings, tries: int, number: int) -> Seconds:
    """How long to wait before the next send: doubled each time, spread by the leg's number.

    Chance has no place in the core, so the spread (three quarters to all of it) is computed.
    """
    longest = settings.reversal_pause_s * 2.0 ** min(tries - 1, 20)
    spread = 0.75 + 0.25 * (number * 2_654_435_761 % 2**32) / 2**32
    return min(longest, settings.reversal_pause_max_s) * spread
