"""The watch over links: sign on, see whether the peer is still there, answer its own 0800.

Without this, a link that died without a word would be believed in for ever, and what is owed on it
would never be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cardswitch.specs.codes import APPROVED, ECHO, INVALID_TRANSACTION, SIGN_OFF, SIGN_ON
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.hsm.commands.module.status import module_status
from cardswitch.specs.message import Message

from ..ports import LinkId, Seconds
from .budget import Budget
from .desk import Desk
from .waits import NoAnswer, NotAsked

ANSWER_S: Final[Seconds] = 2.0  # An 0810 costs its peer nothing; longer means that nobody is there.
SILENCES_MAX: Final = 3  # Questions in a row without any sign of life, until something is done.
REFUSED_S: Final[Seconds] = 1.0  # How long to wait after a refused sign-on.


class Watch:
    """Looks after one link that was dialled: whoever leaves questions unanswered, and says nothing
    else, is gone; the driver dials again."""

    def __init__(self, desk: Desk, link: LinkId) -> None:
        self._desk = desk
        self._link = link
        self._silences = 0  # questions without an answer since anything was heard
        desk.watch(link, self)

    async def begin(self) -> None:
        """To be started whenever the link comes up: nothing is asked of its own accord."""

    def heard(self) -> None:
        """Something came in on the link: it lives."""
        self._silences = 0

    def unanswered(self) -> None:
        """A question had no answer in time, and nothing else was heard meanwhile."""
        self._silences += 1
        if self._silences >= SILENCES_MAX and self._desk.is_up(self._link):
            self._silences = 0
            self.silent()

    def silent(self) -> None:
        """There were SILENCES_MAX in a row."""
        self.give_up(f"{SILENCES_MAX} questions in a row had no answer")

    def give_up(self, reason: str) -> None:
        """End the link, so that it is dialled anew."""
        self._desk.count("link_given_up")
        self._desk.close(self._link, reason)


class NetworkWatch(Watch):
    """Of a link of ISO 8583: signs on, and asks for an echo when it is silent."""

    def __init__(
        self,
        desk: Desk,
        link: LinkId,
        echo_s: Seconds,
        *,
        sign_on: bool = True,
        is_off: Callable[[], bool] = lambda: False,
        ready: Callable[[], None] = lambda: None,
        names: Mapping[int, str] | None = None,
    ) -> None:
        """*echo_s*: how much silence leads to an echo; *ready*: called whenever it is signed on.

        *is_off*: whether it must not be signed on to, since a person has signed off.
        *names*: the fields that say who we are, where the peer wants to know.
        """
        super().__init__(desk, link)
        self._echo_s = echo_s
        self._sign_on = sign_on
        self._is_off = is_off
        self._ready = ready
        self._names = names or {}
        self._heard: Seconds = 0.0
        self._signs = 0  # of life, so many
        self._sessions = 0
        self._is_asking = False

    def heard(self) -> None:
        """See :meth:`Watch.heard`."""
        self._silences = 0
        self._heard = self._desk.now
        self._signs += 1

    def silent(self) -> None:
        """Some questions have no answer on a link that lives: an echo tells."""
        if not self._is_asking:
            self._desk.start(self._ask_once(self._sessions), budget=Budget.CARING)

    async def _ask_once(self, session: int) -> None:
        await self._lives(session)

    async def begin(self) -> None:
        """See :meth:`Watch.begin`; ends when the link is down or came up again."""
        self._sessions += 1
        session = self._sessions
        self._is_asking = False
        if self._sign_on and not await self._signs_on(session):
            return
        if not self._is_off():
            self._ready()
        self._heard = self._desk.now
        if not self._sign_on and not await self._lives(session):
            return  # It is asked at once, since a peer may hang up on those who say nothing.
        while await self._silence(session) and await self._lives(session):
            pass

    async def _signs_on(self, session: int) -> bool:
        """Sign on, again and again while that is refused; false if the link is another by then."""
        while self._lasts(session):
            if self._is_off():
                return True
            try:
                if await self._agrees(SIGN_ON):
                    return True
            except NotAsked:
                self._desk.count("sign_on_not_asked")
            except NoAnswer:
                if self._lasts(session):
                    self.give_up("it does not answer a sign-on")
                return False
            await self._desk.sleep(REFUSED_S)
        return False

    async def _silence(self, session: int) -> bool:
        """Wait until nothing was heard for long enough; false if the link is another by then."""
        while self._lasts(session):
            left = self._heard + self._echo_s - self._desk.now
            if left <= 0:
                return True
            await self._desk.sleep(left)
        return False

    async def _lives(self, session: int) -> bool:
        """Ask for an echo; any sign of life will do. Who cannot even be asked is busy, not gone."""
        signs = self._signs
        self._is_asking = True
        try:
            await self._agrees(ECHO)
        except NotAsked:
            self._desk.count("echo_not_asked")
            await self._desk.sleep(ANSWER_S)
        except NoAnswer:
            if self._lasts(session) and self._signs == signs:
                self.give_up("it answers neither an echo nor anything else")
                return False
        finally:
            self._is_asking = False
        return self._lasts(session)

    async def _agrees(self, code: str) -> bool:
        """Whether the peer agrees to *code* (field 70). Raises NoAnswer."""
        fields = {7: transmission_time(self._desk.now), **self._names, 70: code}
        question = self._desk.stamp(self._link, Message("0800", fields))
        answer = await self._desk.ask(self._link, question, within=ANSWER_S)
        return answer.get(39) == APPROVED

    def _lasts(self, session: int) -> bool:
        return session == self._sessions and self._desk.is_up(self._link)


class ModuleWatch(NetworkWatch):
    """Of a link to an HSM: its echo is the command NO, to which any answer is a sign of life."""

    def __init__(self, desk: Desk, link: LinkId, echo_s: Seconds) -> None:
        super().__init__(desk, link, echo_s, sign_on=False)

    async def _agrees(self, code: str) -> bool:
        answer = await self._desk.ask(self._link, module_status(), ANSWER_S)
        return answer.ok


def module_watch(desk: Desk, link: LinkId, echo_s: Seconds) -> Watch:
    """Who looks after the link to an HSM: *echo_s* of silence lead to a question, 0 to none."""
    return ModuleWatch(desk, link, echo_s) if echo_s else Watch(desk, link)


def network_reply(request: Message, *also: str) -> Message:
    """The answer to a peer's 0800: 00 to sign-on, sign-off, echo and *also*, 12 to anything else.

    >>> network_reply(Message("0800", {11: "000001", 70: "301"}))
    <0810 11=000001, 39=00, 70=301>
    """
    known = request.mti[:3] == "080" and request.get(70) in (SIGN_ON, SIGN_OFF, ECHO, *also)
    return request.reply(APPROVED if known else INVALID_TRANSACTION)
