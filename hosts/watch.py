"""Signs on to a link that came up, and finds out when it dies without a word."""

from __future__ import annotations

from specs.codes import ECHO, SIGN_ON
from specs.dates import transmission_time
from specs.message import Message
from wire.kernel import Desk, NoAnswer
from wire.ports import LinkId, Seconds


class Watch:
    """A link that is silent for *echo_s* is asked for an echo; without an answer it is ended."""

    def __init__(self, desk: Desk, link: LinkId, echo_s: Seconds, timeout_s: Seconds) -> None:
        self._desk = desk
        self._link = link
        self._echo_s = echo_s
        self._timeout_s = timeout_s
        self._heard: Seconds = 0.0
        self._sessions = 0

    def heard(self) -> None:
        """An answer came on the link: it lives."""
        self._heard = self._desk.now

    async def begin(self) -> None:
        """To be started whenever the link comes up; ends when it is down or came up again."""
        self._sessions += 1
        session = self._sessions
        code = SIGN_ON
        while self._lasts(session):
            try:
                await self._ask(code)
            except NoAnswer:
                if self._lasts(session):
                    self._desk.close(self._link, "it does not answer")
                return
            self.heard()
            code = ECHO
            await self._silence(session)

    async def _silence(self, session: int) -> None:
        """Wait until nothing was heard for long enough."""
        while self._lasts(session):
            left = self._heard + self._echo_s - self._desk.now
            if left <= 0:
                return
            await self._desk.sleep(left)

    async def _ask(self, code: str) -> None:
        fields = {7: transmission_time(self._desk.now), 70: code}
        question = self._desk.stamp(self._link, Message("0800", fields))
        await self._desk.ask(self._link, question, self._timeout_s)

    def _lasts(self, session: int) -> bool:
        return session == self._sessions and self._desk.is_up(self._link)
