"""Keys that are handed out: a terminal asks for one, and the answer brings it under its TMK.

The TMK lets no key out a second time, so the same key is never offered again: an answer that was
lost costs a new key. What was handed out counts as taken when it is first used.
"""

from __future__ import annotations

from typing import Final

from cardswitch.specs.codes import (
    APPROVED,
    CRYPTOGRAPHIC_FAILURE,
    FORMAT_ERROR,
    MALFUNCTION,
    UNAVAILABLE,
)
from cardswitch.specs.hsm.commands.keys.any_type import generate_key
from cardswitch.specs.message import Message

from ...ports import LinkId, Seconds, name_of
from ..budget import Budget
from ..waits import NoAnswer
from .offers import KEY_FIELD, Offer
from .steps import PEER, KeyRefused, KeySteps, Outcome
from .working import KeyKind

TERMINAL: Final = 41
SCHEME: Final = "X"  # What PIN pads take.
PAUSE_S: Final[Seconds] = 10.0  # of one terminal; a key costs the module work, and a row
TERMINALS_MAX: Final = 10_000  # that have been given keys: more get none


class KeyHandout:
    """Gives each terminal of a listener a key of its own, one at a time."""

    def __init__(self, steps: KeySteps) -> None:
        self._steps = steps
        self._desk = steps.desk
        self._given_at: dict[str, Seconds] = {}  # by place, which of a terminal is "pos/TERM0001"

    def begin(self, link: LinkId, request: Message, kind: KeyKind) -> None:
        """Answer *request* with a new key of *kind*."""
        terminal = request.get(TERMINAL).rstrip(" ")
        if not terminal:
            return self._refuse(link, request, FORMAT_ERROR, {44: str(TERMINAL)})
        place, now = f"{name_of(link)}/{terminal}", self._desk.now
        is_soon = now - self._given_at.get(place, -PAUSE_S) < PAUSE_S
        if is_soon or (place not in self._given_at and len(self._given_at) >= TERMINALS_MAX):
            return self._refuse(link, request, UNAVAILABLE)
        self._given_at[place] = now
        return self._desk.start(self._given(link, request, place, kind), budget=Budget.CARING)

    async def _given(self, link: LinkId, request: Message, place: str, kind: KeyKind) -> None:
        plan = self._steps.plan(place)
        master, scheme = plan.masters[kind], plan.scheme_under_lmk(kind)
        command = generate_key(plan.types[kind], scheme, master, SCHEME, zmk_is_tmk=True)
        try:
            made = await self._steps.ask_hsm(command, "does not make a key for a terminal")
        except NoAnswer:
            return self._refuse(link, request, MALFUNCTION)
        except KeyRefused as error:
            self._steps.end(place, kind, Outcome("kept", str(error)))
            return self._refuse(link, request, CRYPTOGRAPHIC_FAILURE)
        offer = Offer(kind, made["kcv"], made["key_under_zmk"])
        self._steps.note("offered", place, offer, key=made["key"], by=PEER)
        return self._desk.send(link, request.reply(APPROVED, {KEY_FIELD: offer.text}))

    def _refuse(
        self, link: LinkId, request: Message, code: str, changes: dict[int, str] | None = None
    ) -> None:
        self._desk.send(link, request.reply(code, changes))
