"""The desk of the switch: what its flows may do, on behalf of one leg."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.dates import transmission_time
from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import original_data
from cardswitch.wire.machine.kernel import Desk, Kernel, Wait
from cardswitch.wire.ports import LinkId

from .entry import Entry
from .legs import Leg
from .memory import Memory
from .routing import Routing
from .settings import Settings, Upstream
from .states import FOLLOWS, State

HSM: Final = LinkId("hsm")
# What is not passed on as it came: the link's own trace number, PIN data, and MACs.
NOT_FORWARDED: Final = (11, 52, 53, 64, 128)
# What a reversal repeats of its original (field 90 names it, these describe it).
REVERSAL_FIELDS: Final = (2, 3, 4, 15, 18, 19, 22, 32, 33, 37, 41, 42, 43, 49)


class Decline(Error):
    """The switch itself refuses; *code* goes back in field 39."""

    def __init__(self, code: str) -> None:
        super().__init__(f"declined with {code}")
        self.code = code


class SwitchDesk(Desk):
    """A desk that also routes, records and answers for *leg*."""

    def __init__(
        self, kernel: Kernel, settings: Settings, routing: Routing, memory: Memory, leg: Leg
    ) -> None:
        super().__init__(kernel)
        self.settings = settings
        self.leg = leg
        self._routing = routing
        self._memory = memory

    # What is durable ------------------------------------------------------------------------------

    def record(self, state: State, message: Message) -> None:
        """Journal that the leg is now in *state*; the table of states must allow it."""
        leg = self.leg
        assert state in FOLLOWS[leg.state], f"{leg.state} -> {state}"
        entry = Entry(
            sequence=self._memory.next_sequence(),
            leg=leg.number,
            at=self.now,
            state=state,
            source=leg.source,
            identity=leg.identity,
            request_digest=leg.request_digest,
            business_date=leg.business_date,
            upstream=leg.upstream,
            message=message,
        )
        self._memory.pending_reversals += leg.apply(entry)
        self.append(entry)

    # Where it goes --------------------------------------------------------------------------------

    def route(self, request: Message, pan: str) -> tuple[LinkId, Upstream]:
        """The link to forward *request* on. Declines 15 (no route) or 91 (nobody there)."""
        merchant = request[42].rstrip(" ")
        name = self._routing.find(self.leg.source, merchant, pan)
        if name is None:
            raise Decline("15")
        link = LinkId(name)
        is_full = self._memory.pending_reversals >= self.settings.pending_reversals_max
        if is_full or link not in self._memory.ready:
            raise Decline("91")
        self.leg.upstream = name
        return link, self.settings.upstreams[name]

    def speak(self, link: LinkId, request: Message, pin: Mapping[int, str]) -> Message:
        """*request* as it goes out on *link*: our trace number, its PIN data, no header."""
        fields = {n: v for n, v in request.fields.items() if n not in NOT_FORWARDED}
        fields[37] = self.leg.rrn
        if 15 not in fields:
            fields[15] = self.leg.business_date[5:7] + self.leg.business_date[8:10]
        return self.stamp(link, Message(f"{request.mti[:3]}0", {**fields, **pin}))

    def reversal(self) -> Message:
        """The 0420 that undoes what was forwarded; its numbers and times are the repeats' too."""
        forwarded = self.leg.forwarded
        assert forwarded is not None, "only what was forwarded is reversed"
        fields = {n: v for n, v in forwarded.fields.items() if n in REVERSAL_FIELDS}
        fields |= {7: transmission_time(self.now), 90: original_data(forwarded)}
        return self.stamp(LinkId(self.leg.upstream), Message("0420", fields))

    def outcome(self) -> Wait[None]:
        """Wait until the leg, which is still open, has an outcome."""
        return self._kernel.wait_for(self.leg.number)

    # Who gets the answer --------------------------------------------------------------------------

    def is_deliverable(self) -> bool:
        """Whether any link that waits for the answer is still up."""
        return any(self.is_up(link) for link in self.leg.waiters)

    def respond(self) -> None:
        """Answer everybody who waits for this leg with what was decided."""
        waiters, self.leg.waiters = self.leg.waiters, {}
        for link, request in waiters.items():
            self._memory.answered_on(link)
            self.send(link, self.leg.answer(request))
        self._kernel.notify(self.leg.number)

    def decline(self, request: Message, code: str) -> None:
        """Record that the switch itself refuses, and say so."""
        self.record(State.DECLINED, request.reply(code, {37: self.leg.rrn}))
        self.respond()
