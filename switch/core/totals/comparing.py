"""Totals of a settlement date are compared with upstream: asked by a person, told when a date ends.

A person asks by 0500. Of a date that has ended, upstream is told by 0520, once nothing of it is on
its way, and again until it has answered. Either answer brings what upstream has of it; how they
compare is a row of the journal. No money is moved by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict, replace

from cardswitch.specs.codes import APPROVED, TOTALS_DIFFER
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.errors import Decline, EncodeError, Error, FormatError
from cardswitch.specs.message import Message, repeat_mti
from cardswitch.specs.transactions.kinds import SETTLES_WITH
from cardswitch.specs.transactions.settled import (
    CURRENCY,
    SETTLES_ON,
    Account,
    can_be_said,
    pack_account,
)
from cardswitch.specs.transactions.totals import (
    IN_BALANCE,
    SETTLEMENT_CODE,
    Totals,
    read_totals,
)
from cardswitch.wire.machine.budget import Budget
from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import LinkId, Seconds

from ..journal import Journal
from ..memory import Memory
from ..settings import Settings
from ..states import PENDING, State
from .counting import date_of

CLOCK: Final = "clock"
ASKED: Final = "0500"
TOLD: Final = "0520"
SENDS_MAX: Final = 3  # of one question: then a person is told so, and what is due waits a while
LOOK_S: Final[Seconds] = 10.0  # between two looks at whether a date that has ended can be told
# How long a date that has ended waits for what is on its way: longer, and it is told without.
BUSY_MAX_S: Final[Seconds] = 600.0


class Compared(Struct, frozen=True, kw_only=True):
    """What one date comes to in one currency, here and there."""

    place: str
    date: str
    currency: str  # ISO 4217 numeric
    mti: str
    by: str
    because: str
    here: Account
    open: int  # legs of that date, there, that have no outcome yet: they may be counted by one side
    answer: str = ""  # field 39; empty while there is none
    reason: str = ""  # why there is nothing to compare
    there: Totals | None = None  # if it says so
    is_balanced: bool = False


class Comparisons:
    """What is asked of upstreams about their totals, and what they are still to be told."""

    def __init__(self, desk: Desk, settings: Settings, memory: Memory, journal: Journal) -> None:
        self._desk = desk
        self._settings = settings
        self._memory = memory
        self._journal = journal
        self._last: dict[str, list[Compared]] = {}
        self._under_way: set[str] = set()
        self._looked_after: set[tuple[str, str]] = set()

    # For people -----------------------------------------------------------------------------------

    def ask(self, place: str, date: str, currency: str, who: str, because: str) -> None:
        """Ask *place* what it has of *date*, of today if it is "". Raises Error: nothing was asked.

        *currency*: in that alone, else in all that there are.
        """
        date = self._checked(place, date)
        currencies = [currency] if currency else self._memory.settled.currencies(place)
        if not currencies:
            raise Error(f"{place}: nothing was settled there yet: name a currency to ask about")
        self._under_way.add(place)
        self._last[place] = []
        flow = self._ask(place, date, currencies, who, because)
        self._desk.start(flow, lambda _: self._under_way.discard(place), budget=Budget.CARING)

    def _checked(self, place: str, date: str) -> str:
        upstream = self._settings.upstreams.get(place)
        if upstream is None:
            raise Error(
                f"{place}: no such upstream, expected one of {', '.join(self._settings.upstreams)}"
            )
        if not upstream.settles_with:
            raise Error(
                f"{place}: no totals are compared there: name its institution (field 99) in "
                f"switch.upstreams.{place}.settles_with"
            )
        today = self._memory.last_date
        try:
            is_sayable = can_be_said(date or today, today)
        except FormatError as error:
            raise Error(f"date: {error}") from None
        dates = self._memory.settled.dates(place)
        first = next((each for each in dates if can_be_said(each, today)), today)
        if not is_sayable or (date or today) < first:
            raise Error(f"date: expected one from {first} to {today}: no others are kept")
        if not self._desk.is_up(LinkId(place)):
            raise Error(f"{place}: nobody is there")
        if place in self._under_way:
            raise Error(f"{place}: it has not answered the last question yet")
        return date or today

    def told(self) -> list[Mapping[str, Any]]:
        """How it stands with every upstream that is settled with, for people."""
        memory = self._memory
        return [
            {
                "place": place,
                "is_under_way": place in self._under_way,
                "due": sorted(date for other, date in memory.due if other == place),
                "compared": [compared_told(each) for each in self._last.get(place, [])],
            }
            for place in sorted(memory.settling)
        ]

    async def _ask(
        self, place: str, date: str, currencies: Sequence[str], who: str, because: str
    ) -> None:
        for currency in currencies:
            found = await self._compare(ASKED, place, date, currency, who, because)
            self._note(found)
            self._last[place].append(found)
        self._under_way.discard(place)

    # Dates that end -------------------------------------------------------------------------------

    def look(self) -> None:
        """A date may have ended, or the program has begun: tell upstreams what they are due."""
        for place, date in self._memory.due:
            is_new = (place, date) not in self._looked_after
            if is_new and place in self._memory.settling:  # It may be configured no more.
                self._looked_after.add((place, date))
                self._soon(place, date, self._desk.now + BUSY_MAX_S)

    def _soon(self, place: str, date: str, until: Seconds) -> None:
        self._desk.later(LOOK_S, lambda: self._begin(place, date, until))

    def _begin(self, place: str, date: str, until: Seconds) -> None:
        """Tell *place* now what *date* comes to; later, if it is away, or something on its way."""
        if (place, date) not in self._memory.due:
            self._looked_after.discard((place, date))
            return None
        is_busy = self._desk.now < until and self._open(place, date, on_its_way=True)
        if is_busy or LinkId(place) not in self._memory.ready:
            return self._soon(place, date, until)
        flow = self._tell(place, date, until)
        return self._desk.start(
            flow, lambda _: self._soon(place, date, until), budget=Budget.CARING
        )

    async def _tell(self, place: str, date: str, until: Seconds) -> None:
        found = [
            await self._compare(TOLD, place, date, currency, CLOCK, "the date has ended")
            for currency in self._memory.settled.currencies(place)
        ]
        if not all(each.answer or each.reason for each in found):
            return self._soon(place, date, until)
        for each in found:
            self._note(each)
        return self._looked_after.discard((place, date))

    # Either ---------------------------------------------------------------------------------------

    async def _compare(
        self, mti: str, place: str, date: str, currency: str, who: str, because: str
    ) -> Compared:
        here = self._memory.settled.account(place, date, currency)
        found = Compared(
            place=place,
            date=date,
            currency=currency,
            mti=mti,
            by=who,
            because=because,
            here=here,
            open=self._open(place, date),
        )
        try:
            answer = await self._answered(found)
        except EncodeError as error:
            return replace(found, reason=f"cannot be asked: {error}")
        except NoAnswer:
            return found
        return judged(found, answer)

    async def _answered(self, asked: Compared) -> Message:
        """The answer to the totals *asked*, sent as repeats as well. EncodeError, or NoAnswer."""
        desk, link = self._desk, LinkId(asked.place)
        upstream = self._settings.upstreams[asked.place]
        fields = {
            7: transmission_time(desk.now),
            SETTLES_ON: asked.date[5:7] + asked.date[8:],
            CURRENCY: asked.currency,
            **pack_account(asked.here),
            SETTLES_WITH: upstream.settles_with,
        }
        question = desk.stamp(link, Message(asked.mti, dict(sorted(fields.items()))))
        for _ in range(SENDS_MAX - 1):
            try:
                return await desk.ask(link, question, within=upstream.timeout_s)
            except NoAnswer:
                desk.count("totals_no_answer")
                question = Message(repeat_mti(question.mti), question.fields)
        return await desk.ask(link, question, within=upstream.timeout_s)

    def _open(self, place: str, date: str, *, on_its_way: bool = False) -> int:
        """How many legs of *date* at *place* have no outcome; *on_its_way*: without a person."""
        legs = self._memory.unfinished.values()
        moving = (State.FORWARDED, *PENDING)
        return sum(
            leg.upstream == place
            and date_of(leg.business_date) == date
            and (not on_its_way or leg.state in moving)
            for leg in legs
        )

    def _note(self, found: Compared) -> None:
        self._journal.compared(found.place, found.date, compared_told(found), found.mti == TOLD)


def judged(asked: Compared, answer: Message) -> Compared:
    """*asked* with what *answer* says of it. Its figures count for more than its word."""
    code = answer.get(39)
    if code not in (APPROVED, TOTALS_DIFFER):
        return replace(asked, answer=code, reason="refused there")
    says = answer.get(SETTLEMENT_CODE)
    there: Totals | None = None
    if any(number in answer.fields for number in range(74, 90)):
        try:
            there = read_totals(answer)
        except Decline as declined:
            reason = f"its totals cannot be read: field {declined.field}"
            return replace(asked, answer=code, reason=reason)
    agree = there is None or there == asked.here.totals
    return replace(asked, answer=code, there=there, is_balanced=says == IN_BALANCE and agree)


def compared_told(found: Compared) -> dict[str, Any]:
    """*found* as a row and JSON have it."""
    here, there = found.here, found.there
    return {
        **asdict(found),
        "here": {
            **totals_told(here.totals),
            "inquiries": here.inquiries,
            "authorisations": here.authorisations,
        },
        "there": None if there is None else totals_told(there),
    }


def totals_told(totals: Totals) -> dict[str, Any]:
    """*totals* by name."""
    return {
        name: {"count": side.number, "amount": side.amount}
        for name, side in totals._asdict().items()
    }
