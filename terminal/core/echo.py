"""Sign-on, sign-off and echo: the terminal says one to the switch, and tells what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cardswitch.specs.codes import APPROVED, ECHO, SIGN_OFF, SIGN_ON
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Effect, Seconds

from .keys import KeyedTerminal

THERE: Final = "the switch is there"
SIGNED_ON: Final = "signed on"
SIGNED_OFF: Final = "signed off"
_AGREED: Final[Mapping[str, str]] = {ECHO: THERE, SIGN_ON: SIGNED_ON, SIGN_OFF: SIGNED_OFF}
SILENT: Final = "no answer in time"


class EchoingTerminal(KeyedTerminal):
    """A terminal that manages its line to the switch; `news` says how that went."""

    def manage(self, now: Seconds, code: str = ECHO) -> Sequence[Effect]:
        """Say *code* (field 70): sign-on, sign-off or, unless told otherwise, an echo.

        Raises NotReady; no money moves, and nothing is written.
        """
        self.kernel.advance(now)
        self._require_ready()
        self.news = ""
        self._start(self._managed(code))
        return self.kernel.take()

    async def _managed(self, code: str) -> None:
        self.news = await self.said(code)

    async def said(self, code: str) -> str:
        """Say *code* to the switch; what came of it."""
        fields = {7: transmission_time(self.desk.now), 41: f"{self.place.terminal:8}", 70: code}
        try:
            question = self.desk.stamp(self.link, Message("0800", fields))
            answer = await self.desk.ask(self.link, question, within=self._timers.answer_s)
        except NoAnswer:
            return SILENT
        told = answer.get(39)
        return _AGREED[code] if told == APPROVED else f"refused with {told or 'no code'}"
