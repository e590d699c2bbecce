"""The desk of the switch: what its flows may do, on behalf of one leg."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.codes import FORMAT_ERROR, NO_ISSUER, NOT_PERMITTED, UNAVAILABLE
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.errors import Decline
from cardswitch.specs.merchants import MERCHANT_FIELDS
from cardswitch.specs.message import Message, first_mti
from cardswitch.specs.testcards import is_test_card
from cardswitch.specs.transactions.accepted import Accepted
from cardswitch.specs.transactions.answers import BROUGHT_BACK
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.wire.machine.budget import Budget
from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.machine.kernel import Kernel
from cardswitch.wire.machine.matching import label
from cardswitch.wire.machine.waits import Wait
from cardswitch.wire.ports import LinkId, Question

from .journal import Journal
from .legs import Leg
from .memory import Memory, by_leg
from .routing import Routing
from .row import storable
from .settings import ListenerSettings, Settings, Upstream
from .states import State

HSM: Final = LinkId("hsm")
# What is not passed on as it came: the link's own trace number, PIN data, and MACs.
NOT_FORWARDED: Final = (11, 52, 53, 64, 128)
# What a reversal repeats of its original (field 90 names it, these describe it).
REVERSAL_FIELDS: Final = (2, 3, 4, 15, 18, 19, 22, 32, 33, 37, 41, 42, 43, 49)


class SwitchDesk(Desk):
    """A desk that also looks up, routes, records and answers for *leg*."""

    def __init__(
        self,
        kernel: Kernel,
        settings: Settings,
        routing: Routing,
        memory: Memory,
        journal: Journal,
        leg: Leg,
    ) -> None:
        super().__init__(kernel)
        self.settings = settings
        self.memory = memory
        self.leg = leg
        self._routing = routing
        self._journal = journal

    @property
    def listener(self) -> ListenerSettings:
        """The listener that the leg came in by."""
        return self.settings.listeners[self.leg.source]

    def of(self, leg: Leg) -> SwitchDesk:
        """A desk for another *leg*."""
        return SwitchDesk(
            self._kernel, self.settings, self._routing, self.memory, self._journal, leg
        )

    # What is known --------------------------------------------------------------------------------

    async def recall(self, question: Question) -> list[Leg]:
        """The legs that the journal finds, as they stand in memory now. Raises NoAnswer."""
        if not self.memory.identities.may_answer(question):
            return []
        legs = self.memory.legs
        number = legs.look_up_begins(self.memory.sequence)
        try:
            rows = await self.look_up(question)
        finally:
            legs.look_up_ends(number)
        return [self.memory.adopt(of_one) for of_one in by_leg(rows)]

    def outcome_of(self, leg: Leg) -> Wait[None]:
        """Wait until *leg*, which is still open, has an outcome, or is known to be none."""
        return self._kernel.wait_for(leg)

    def forget(self) -> None:
        """Nothing could be found out: whoever waits hears nothing, and may ask again."""
        self.count("forgotten")
        self.memory.forget(self.leg)
        self._kernel.notify(self.leg)

    def has_room(self, budget: Budget) -> bool:
        """Whether one more flow of *budget* may begin."""
        return not self._kernel.is_full(budget)

    # What is durable ------------------------------------------------------------------------------

    def record(
        self,
        state: State,
        message: Message,
        *,
        stays: int = 0,
        original: int = 0,
        beside: Mapping[str, str] | None = None,
    ) -> None:
        """Journal that the leg is now in *state*; the table of states must allow it.

        *stays* is what a reversal leaves, *original* the leg that it names, *beside* what the row
        says besides, such as which person had it recorded, and why.
        """
        self._journal.record(
            self.leg, state, message, stays=stays, original=original, beside=beside
        )

    def key_used(self, place: str, configured: str, key: str) -> None:
        """A PIN from *place* was under *key*, where the configuration has *configured*."""
        self._journal.key_used(place, "pin", configured, key)

    # Where it goes --------------------------------------------------------------------------------

    def route(self, accepted: Accepted) -> tuple[LinkId, Upstream]:
        """The link to forward it on.

        Declines 15 (no route), 91 (nobody there), or 57 (a card that may not go there in clear).
        """
        link, upstream = self.destination(accepted)
        is_full = self.memory.owed >= self.settings.pending_reversals_max
        if is_full or link not in self.memory.ready:
            raise Decline(UNAVAILABLE)
        return link, upstream

    def destination(self, accepted: Accepted) -> tuple[LinkId, Upstream]:
        """The same, whether anybody is there or not. Declines 15 or 57."""
        name = self._routing.find(self.leg.source, accepted.merchant, accepted.pan)
        if name is None:
            raise Decline(NO_ISSUER)
        upstream = self.settings.upstreams[name]
        if upstream.test_cards_only and not is_test_card(accepted.pan):
            self.count("no_test_card")
            raise Decline(NOT_PERMITTED)
        self.leg.upstream = name
        return LinkId(name), upstream

    def speak(self, link: LinkId, request: Message, pin: Mapping[int, str]) -> Message:
        """*request* as it goes out on *link*: our trace number, its PIN data, no header."""
        fields = dict(request.fields)
        for number in NOT_FORWARDED:
            fields.pop(number, None)
        for number in self._not_set(request):
            del fields[number]
        fields[37] = self.leg.rrn
        if 15 not in fields or link in self.memory.settling:
            today = self.memory.days[self.leg.acquirer].date
            fields[15] = today[5:7] + today[8:10]
        fields.update(pin)
        return self.stamp(link, Message(first_mti(request.mti), fields))

    def _not_set(self, request: Message) -> list[int]:
        """What *request* says of who sells, though its listener does not let it; told once each."""
        sets, told = self.listener.sets, self.memory.told
        left_out: list[int] = [n for n in MERCHANT_FIELDS if n in request.fields and n not in sets]
        for number in left_out:
            if (place := (self.leg.source, number)) not in told:
                told.add(place)
                why = f"field {number}: not to be set there, so it is left out; told once"
                self.tell("not_passed_on", LinkId(self.leg.link), why)
        return left_out

    def advice(self, request: Message, original: Leg) -> Message:
        """*request* as it goes where *original* went, which it names as that is known there.

        It holds only what may be kept, since it must be sent again. Raises NoAnswer if no number is
        free.
        """
        forwarded = original.forwarded
        assert forwarded is not None, "only what was forwarded is held"
        pan = forwarded.get(2)
        names = {38: (original.decision or {}).get(38, ""), 90: original_data(forwarded)}
        fields = {**request.fields, **{n: value for n, value in names.items() if value}}
        onward = self.speak(LinkId(original.upstream), Message(request.mti, fields), {})
        return storable(onward, pan)

    def following(self, request: Message, original: Leg) -> Message:
        """*request* as it goes where *original* went, with its card. Raises NoAnswer as above."""
        forwarded = original.onward
        assert forwarded is not None, "only what was forwarded is held"
        names = {2: forwarded.get(2), 38: (original.decision or {}).get(38, "")}
        names |= {90: original_data(forwarded)}
        fields = {**request.fields, **{n: value for n, value in names.items() if value}}
        return self.speak(LinkId(original.upstream), Message(request.mti, fields), {})

    def reversal(self, stays: int = 0) -> Message:
        """The 0420 that undoes what was forwarded, but for *stays* minor units.

        Its numbers and times are the repeats' too. Raises NoAnswer if no number is free.
        """
        forwarded = self.leg.forwarded
        assert forwarded is not None, "only what was forwarded is reversed"
        fields = {n: v for n, v in forwarded.fields.items() if n in REVERSAL_FIELDS}
        fields |= {7: transmission_time(self.now), 90: original_data(forwarded)}
        if stays:
            fields[95] = replacement_amounts(stays)
        return self.stamp(LinkId(self.leg.upstream), Message("0420", fields))

    # Who gets the answer --------------------------------------------------------------------------

    def is_deliverable(self) -> bool:
        """Whether any link that waits for the answer is still up."""
        return not self._kernel.up.isdisjoint(self.leg.waiters)

    def respond(self, brought: Mapping[int, str] | None = None) -> None:
        """Answer everybody who waits for this leg with what was decided.

        *brought* has what else upstream has said; a repeat hears of it what a journal may keep.
        """
        for link, request in self.memory.release(self.leg).items():
            self.send(link, self.leg.answer(request, brought))
        self._kernel.notify(self.leg)

    def tell_waiters(self, code: str) -> None:
        """Tell *code* to whoever waits, apart from what was decided."""
        for link, request in self.memory.release(self.leg).items():
            self.send(link, request.reply(code))
        self._kernel.notify(self.leg)

    def decline(self, request: Message, code: str, field: str = "") -> None:
        """Record that the switch itself refuses, and say so: of a format error with its *field*."""
        self._kernel.tell("declined", LinkId(self.leg.link), f"{label(request)}: {code}")
        self.record(State.DECLINED, self.decided(request, code))
        self.respond({44: field} if field and code == FORMAT_ERROR else None)

    def decided(self, request: Message, code: str) -> Message:
        """*request* as the journal keeps it with the answer *code* that it gets from us.

        What an issuer says besides, nobody has said.
        """
        mti = request.reply(code).mti
        rrn = {37: self.leg.rrn} if self.leg.rrn else {}
        fields = {n: v for n, v in request.fields.items() if n not in BROUGHT_BACK}
        return Message(mti, {**fields, **rrn, 39: code})
