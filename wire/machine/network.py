"""Network management (0800): sign on, see whether the peer is still there, answer its own.

Without this, a link that died without a word would be believed in for ever, and what is owed on it
would never be sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cardswitch.specs.codes import ECHO, SIGN_OFF, SIGN_ON
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message

from ..ports import LinkId, Seconds
from .desk import Desk
from .kernel import NoAnswer

ANSWER_S: Final[Seconds] = 2.0  # An 0810 costs its peer nothing; longer means that nobody is there.
REFUSED_S: Final[Seconds] = 1.0  # How long to wait after a refused sign-on.
APPROVED: Final = "00"
INVALID: Final = "12"


class Watch:
    """Looks after one link that was dialled: signs on, and asks for an echo when it is silent."""

    def __init__(
        self,
        desk: Desk,
        link: LinkId,
        echo_s: Seconds,
        *,
        sign_on: bool = True,
        ready: Callable[[], None] = lambda: None,
    ) -> None:
        """*echo_s*: how much silence leads to an echo; *ready*: called whenever it is signed on."""
        self._desk = desk
        self._link = link
        self._echo_s = echo_s
        self._sign_on = sign_on
        self._ready = ready
        self._heard: Seconds = 0.0
        self._sessions = 0

    def heard(self) -> None:
        """An answer came on the link: it lives."""
        self._heard = self._desk.now

    async def begin(self) -> None:
        """To be started whenever the link comes up; ends when it is down or came up again."""
        self._sessions += 1
        session = self._sessions
        try:
            while self._sign_on and not await self._agrees(SIGN_ON):
                await self._desk.sleep(REFUSED_S)
                if not self._lasts(session):
                    return
            self._ready()
            self.heard()
            while await self._silence(session):
                await self._agrees(ECHO)
        except NoAnswer:
            if self._lasts(session):
                self._desk.count("network_no_answer")
                self._desk.close(self._link, "it does not answer an 0800")

    async def _silence(self, session: int) -> bool:
        """Wait until nothing was heard for long enough; false if the link is another by then."""
        while self._lasts(session):
            left = self._heard + self._echo_s - self._desk.now
            if left <= 0:
                return True
            await self._desk.sleep(left)
        return False

    async def _agrees(self, code: str) -> bool:
        """Whether the peer agrees to *code* (field 70). Raises NoAnswer."""
        fields = {7: transmission_time(self._desk.now), 70: code}
        question = self._desk.stamp(self._link, Message("0800", fields))
        answer = await self._desk.ask(self._link, question, within=ANSWER_S)
        self.heard()
        return answer.get(39) == APPROVED

    def _lasts(self, session: int) -> bool:
        return session == self._sessions and self._desk.is_up(self._link)


def network_reply(request: Message) -> Message:
    """The answer to a peer's 0800: 00 to sign-on, sign-off and echo, 12 to anything else.

    >>> network_reply(Message("0800", {11: "000001", 70: "301"}))
    <0810 11=000001, 39=00, 70=301>
    """
    known = request.mti[:3] == "080" and request.get(70) in (SIGN_ON, SIGN_OFF, ECHO)
    return request.reply(APPROVED if known else INVALID)
