"""The key of the PIN pad is changed in traffic: the terminal asks, and the answer brings it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from cardswitch.specs.codes import APPROVED
from cardswitch.specs.errors import CryptoError
from cardswitch.specs.message import Message
from cardswitch.wire.machine.keys.offers import KEY_FIELD, Offer, read_key
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Effect, Seconds

from ..pinpad.pad import PinPad
from .entries import KeyTaken, TerminalEntry
from .errors import NotReady
from .machine import Terminal

ANSWER_S: Final[Seconds] = 5.0  # The switch asks its module before it answers.
CHANGED: Final = "changed"
NO_ANSWER: Final = "no answer in time: the old key stays in use"


class KeyedTerminal(Terminal):
    """A terminal whose pad takes new keys; :attr:`news` says how the last change ended."""

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self.news = ""  # empty while a change is under way, and before the first
        self._first_pad = self._pinpad  # with the key of the configuration

    def change_key(self, now: Seconds) -> Sequence[Effect]:
        """Ask the switch for a new key. Raises NotReady: there is no pad, or no switch."""
        self.kernel.advance(now)
        self._require_ready()
        if self._first_pad is None:
            raise NotReady("this terminal has no PIN pad: terminal.tpk is missing")
        self.news = ""
        self._start(self._changed(self._first_pad))
        return self.kernel.take()

    def recover(self, entries: Iterable[TerminalEntry], now: Seconds) -> Sequence[Effect]:
        """See :meth:`Terminal.recover`; the last key that was taken is that of the pad.

        Unless the configuration has another one since: a person has put that there.
        """
        effects = super().recover(entries, now)
        taken, first = self.book.key, self._first_pad
        if taken is not None and first is not None and taken.instead_of == first.delivered:
            self._pinpad = PinPad(taken.key)
        return effects

    async def _changed(self, first: PinPad) -> None:
        place, now = self.place, self.desk.now
        request = Offer("pin").request(now).with_fields({41: f"{place.terminal:8}"})
        try:
            question = self.desk.stamp(self.link, request)
            answer = await self.desk.ask(self.link, question, within=ANSWER_S)
        except NoAnswer:
            self.news = NO_ANSWER
            return
        self.news = self._taken(answer, first)

    def _taken(self, answer: Message, first: PinPad) -> str:
        """Have the pad use the key in *answer*, if it is one; how that went."""
        if answer.get(39) != APPROVED:
            return f"refused with {answer.get(39)}: the old key stays in use"
        offer = read_key(answer.get(KEY_FIELD))
        try:
            pad = PinPad(offer.key) if offer is not None and offer.kind == "pin" else None
        except CryptoError:
            pad = None
        if offer is None or pad is None or pad.check_value != offer.kcv:
            return "what came is no key for this pad: the old key stays in use"
        self._record(KeyTaken(self.desk.now, offer.key, offer.kcv, first.delivered))
        self._pinpad = pad
        return CHANGED
