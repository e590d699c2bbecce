"""An echo: the terminal asks the switch for a sign of life, and says what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cardswitch.specs.codes import APPROVED, ECHO
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Effect, Seconds

from .keys import KeyedTerminal

THERE: Final = "the switch is there"
SILENT: Final = "no answer in time"


class EchoingTerminal(KeyedTerminal):
    """A terminal that asks whether its switch is there; `news` says how that went."""

    def echo(self, now: Seconds) -> Sequence[Effect]:
        """Ask for a sign of life. Raises NotReady; no money moves, and nothing is written."""
        self.kernel.advance(now)
        self._require_ready()
        self.news = ""
        fields = {7: transmission_time(now), 41: f"{self.place.terminal:8}", 70: ECHO}
        self._start(self._echoed(Message("0800", fields)))
        return self.kernel.take()

    async def _echoed(self, request: Message) -> None:
        try:
            question = self.desk.stamp(self.link, request)
            answer = await self.desk.ask(self.link, question, within=self._timers.answer_s)
        except NoAnswer:
            self.news = SILENT
            return
        code = answer.get(39)
        self.news = THERE if code == APPROVED else f"refused with {code or 'no code'}"
