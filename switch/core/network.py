"""What is said between the switch and its peers by 0800, when a person wants it, or a host does.

Sign-ons and echoes that go on by themselves are those of `wire.machine.network`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct

from cardswitch.specs.codes import APPROVED, CUT_OVER, DUPLICATE, ECHO, SIGN_OFF, SIGN_ON
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.errors import Error
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.message import Message, repeat_mti
from cardswitch.specs.testcards import is_test_card
from cardswitch.wire.machine.budget import Budget
from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.machine.network import ANSWER_S, network_reply
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import LinkId, Seconds, name_of

from .journal import Journal
from .legs import rrn_of
from .memory import Memory
from .settings import Settings
from .states import Mark

WORDS: Final[Mapping[str, str]] = {
    "echo": ECHO,
    "sign-on": SIGN_ON,
    "sign-off": SIGN_OFF,
    "cut-over": CUT_OVER,
}
# Who asks where no terminal does: fields 41 and 42.
OPERATOR: Final[Mapping[int, str]] = {41: "OPERATOR", 42: f"{'SWITCH':15}"}
ANNOUNCED: Final = "cut-over announced"
SIGNED_ON: Final = "signed on"  # an operator's sign-on was agreed to: his sign-off is over
# A host that announces again so soon says the same once more.
ANNOUNCED_APART_S: Final[Seconds] = 3_600.0


class Said(Struct, frozen=True, kw_only=True):
    """What was last said to a peer, and what it answered."""

    what: str
    answer: str = ""  # field 39; empty while there is none
    is_under_way: bool = True


class Announcements:
    """Operators' words to peers, and hosts' to us; each is a row of the journal."""

    def __init__(
        self,
        desk: Desk,
        settings: Settings,
        memory: Memory,
        journal: Journal,
        cut_over: Callable[[str, str], None],
    ) -> None:
        """*cut_over* ends the bank day: by whom, and why."""
        self._desk = desk
        self._settings = settings
        self._memory = memory
        self._journal = journal
        self._cut_over = cut_over
        self._said: dict[str, Said] = {}

    # For people -----------------------------------------------------------------------------------

    def say(self, place: str, what: str, who: str, because: str) -> None:
        """Say *what*, one of WORDS, to the peer at *place*. Raises Error: nothing was said."""
        is_upstream = place in self._settings.upstreams
        if not is_upstream and place not in self._settings.listeners:
            places = ", ".join([*self._settings.upstreams, *self._settings.listeners])
            raise Error(f"{place}: no such place, expected one of {places}")
        if what not in WORDS:
            raise Error(f"{what}: expected one of {', '.join(WORDS)}")
        if not is_upstream and what in ("sign-on", "sign-off"):
            raise Error(f"{place}: who comes in there signs on and off by himself")
        link = self._desk.newest_link(place)
        if link is None and what != "sign-off":
            raise Error(f"{place}: nobody is there")
        self._require_answered(place)
        self._note(place, what, who, because)
        if what == "sign-off":
            self._memory.signed_off.add(place)
            self._memory.ready.discard(LinkId(place))
        self._said[place] = Said(what=what, is_under_way=link is not None)
        if link is not None:
            self._desk.start(self._ask(link, place, what), budget=Budget.CARING)

    def tell(
        self, place: str, what: str, who: str, because: str, mti: str, said: Mapping[int, str]
    ) -> None:
        """Have the upstream *place* do *what*, about a card: by an *mti* that has *said*.

        Raises Error: nothing was said.
        """
        if place not in self._settings.upstreams:
            places = ", ".join(self._settings.upstreams)
            raise Error(f"{place}: no such upstream, expected one of {places}")
        upstream, link = self._settings.upstreams[place], LinkId(place)
        if upstream.test_cards_only and not is_test_card(said[2]):
            raise Error(f"{place}: it is spoken to in clear: of test cards alone")
        if link not in self._memory.ready:
            raise Error(f"{place}: nobody is there, or it has not signed on")
        self._require_answered(place)
        self._note(place, what, who, because, {"card": mask_pan(said[2])})
        self._said[place] = Said(what=what)
        now = self._desk.now
        fields = {**said, 7: transmission_time(now), 37: rrn_of(now, self._memory.sequence)}
        fields |= OPERATOR
        message = Message(mti, dict(sorted(fields.items())))
        self._desk.start(self._ask_about(link, message, upstream.timeout_s), budget=Budget.CARING)

    async def _ask_about(self, link: LinkId, message: Message, within: Seconds) -> None:
        """Ask it twice at the most: to do it again does nothing more."""
        code, what = "", self._said[link].what
        try:
            question = self._desk.stamp(link, message)
            try:
                answer = await self._desk.ask(link, question, within=within)
            except NoAnswer:
                again = Message(repeat_mti(question.mti), question.fields)
                answer = await self._desk.ask(link, again, within=within)
            code = answer.get(39)
        except NoAnswer:
            self._desk.count("announcement_no_answer")
        self._said[link] = Said(what=what, answer=code, is_under_way=False)

    def _require_answered(self, place: str) -> None:
        if place in self._said and self._said[place].is_under_way:
            raise Error(f"{place}: it has not answered the {self._said[place].what} yet")

    def told(self) -> list[Mapping[str, Any]]:
        """How it stands with every peer, for people."""
        return [self._told_of(place) for place in (*self._settings.upstreams, *self._others())]

    def _others(self) -> list[str]:
        return [place for place in self._settings.listeners if place in self._said]

    def _told_of(self, place: str) -> Mapping[str, Any]:
        said = self._said.get(place, Said(what="", is_under_way=False))
        return {
            "place": place,
            "is_up": self._desk.newest_link(place) is not None,
            "is_ready": LinkId(place) in self._memory.ready,
            "is_signed_off": place in self._memory.signed_off,
            "said": said.what,
            "answer": said.answer,
            "is_under_way": said.is_under_way,
        }

    async def _ask(self, link: LinkId, place: str, what: str) -> None:
        memory, now = self._memory, self._desk.now
        fields = {7: transmission_time(now), 70: WORDS[what]}
        if what == "cut-over":
            fields[15] = memory.today.date[5:7] + memory.today.date[8:]
        code = ""
        try:
            question = self._desk.stamp(link, Message("0800", dict(sorted(fields.items()))))
            code = (await self._desk.ask(link, question, within=ANSWER_S)).get(39)
        except NoAnswer:
            self._desk.count("announcement_no_answer")
        if what == "sign-on" and code == APPROVED:
            if place in memory.signed_off:
                memory.signed_off.discard(place)
                # A row of its own: a checkpoint behind that of the sign-on has it signed off.
                self._note(place, SIGNED_ON, place, "it agreed")
            memory.ready.add(link)
        self._said[place] = Said(what=what, answer=code, is_under_way=False)

    # What hosts say -------------------------------------------------------------------------------

    def answer(self, link: LinkId, request: Message) -> Message:
        """The answer to *request* of one whom we dialled: signed off, nothing is routed there."""
        code, place = request.get(70), name_of(link)
        if code == SIGN_OFF:
            self._memory.ready.discard(link)
        elif code == SIGN_ON and place not in self._memory.signed_off:
            self._memory.ready.add(link)
        elif code == CUT_OVER:
            return self.announced(place, request)
        return network_reply(request)

    def announced(self, place: str, request: Message) -> Message:
        """The host at *place* begins its next bank day; so do we, where that is agreed."""
        announced, now = self._memory.announced, self._desk.now
        before = announced.get(place)
        if before is not None and 0.0 <= now - before < ANNOUNCED_APART_S:
            return request.reply(DUPLICATE)
        announced[place] = now
        because = f"its day is {request.get(15) or 'not said'}"
        self._note(place, ANNOUNCED, place, because)
        upstream = self._settings.upstreams.get(place)
        if upstream is not None and upstream.follows_cut_over:
            self._cut_over(place, because)
        return request.reply(APPROVED)

    def _note(
        self,
        place: str,
        what: str,
        who: str,
        because: str,
        more: Mapping[str, str] | None = None,
    ) -> None:
        said = {"place": place, "what": what, "by": who, "because": because, **(more or {})}
        self._journal.mark(Mark.NETWORK, self._memory.today.label, said)


def take_word(memory: Memory, told: Mapping[str, Any], at: Seconds) -> None:
    """After a start: what an operator or a host has said, *told* by a row of *at*, still counts."""
    what, place = told["what"], told["place"]
    if what == "sign-off":
        memory.signed_off.add(place)
    elif what in ("sign-on", SIGNED_ON):
        memory.signed_off.discard(place)
    elif what == ANNOUNCED:
        memory.announced[place] = at
