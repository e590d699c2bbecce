"""What operators have the switch do, and how it stands: the part of the machine that they see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.wire.machine.keys.exchange import KeyExchange
from cardswitch.wire.machine.program import Program
from cardswitch.wire.ports import Effect, LinkId, Seconds, name_of

from ..access.registry import may_sign
from ..day import BankDay
from ..memory import Memory
from ..network import Announcements
from ..settings import Settings
from ..states import State
from ..totals.comparing import Comparisons
from .deeds import Deeds


class OperatedSwitch(Program):
    """Each deed runs in a turn of its own; what it does is durable before anything is sent."""

    settings: Settings
    memory: Memory
    deeds: Deeds
    network: Announcements
    totals: Comparisons
    key_exchange: KeyExchange

    def cut_over_now(
        self, now: Seconds, who: str, because: str, acquirer: str = ""
    ) -> Sequence[Effect]:
        """End the bank day of *acquirer* that runs, and begin the next. Error: no such acquirer."""
        self.kernel.advance(now)
        self.deeds.cut_over(who, because, acquirer)
        return self.kernel.take()

    def record_close(self, now: Seconds, day: str, told: Mapping[str, Any]) -> Sequence[Effect]:
        """Have the journal say that settlement has closed *day*, and with which outcome."""
        self.kernel.advance(now)
        self.deeds.record_close(day, told)
        return self.kernel.take()

    def record_bank(
        self, now: Seconds, told: Mapping[str, Any], acquirer: str = ""
    ) -> Sequence[Effect]:
        """Have the journal name what *acquirer* has booked of a bank, which *told* says."""
        self.kernel.advance(now)
        self.deeds.record_bank(told, acquirer)
        return self.kernel.take()

    def retry(self, leg: int, now: Seconds, who: str, because: str) -> Sequence[Effect]:
        """Send the reversal of *leg* again; Error if it is not in exception."""
        self.kernel.advance(now)
        self.deeds.retry(leg, who, because)
        return self.kernel.take()

    def resolve(self, leg: int, now: Seconds, who: str, because: str) -> Sequence[Effect]:
        """Send nothing more for *leg*; Error if it is not in exception."""
        self.kernel.advance(now)
        self.deeds.resolve(leg, who, because)
        return self.kernel.take()

    def change_key(
        self, now: Seconds, who: str, place: str, kind: str, because: str, *, theirs: bool
    ) -> Sequence[Effect]:
        """Begin to change a key together with the peer at *place*; *theirs*: have the peer begin.

        How it ends, :meth:`status` says. Raises Error if there is no such key, or no such peer.
        """
        self.kernel.advance(now)
        listener = self.settings.listeners.get(name_of(LinkId(place)))
        terminal = place.partition("/")[2]
        if listener is not None and terminal and not may_sign(terminal, listener):
            raise Error(f"{place}: no such terminal may speak there")
        self.key_exchange.change(place, kind, who, because, theirs=theirs)
        return self.kernel.take()

    def say(self, now: Seconds, who: str, place: str, what: str, because: str) -> Sequence[Effect]:
        """Say something to the peer at *place*, such as "echo". Raises Error: nothing was said."""
        self.kernel.advance(now)
        self.network.say(place, what, who, because)
        return self.kernel.take()

    def tell_issuer(
        self, now: Seconds, who: str, place: str, what: str, because: str, request: Message
    ) -> Sequence[Effect]:
        """Have the upstream *place* do *what* by *request*, about a card. Raises Error."""
        self.kernel.advance(now)
        self.network.tell(place, what, who, because, request.mti, request.fields)
        return self.kernel.take()

    def ask_totals(
        self, now: Seconds, who: str, place: str, date: str, currency: str, because: str
    ) -> Sequence[Effect]:
        """Compare what *date* comes to with *place*. Raises Error: nothing was asked."""
        self.kernel.advance(now)
        self.totals.ask(place, date, currency, who, because)
        return self.kernel.take()

    def status(self) -> Mapping[str, Any]:
        """How it stands. "in_flight" lists, as {"leg", "rrn"}, legs forwarded without outcome."""
        memory = self.memory
        legs = memory.unfinished.values()
        forwarded = [leg for leg in legs if leg.state is State.FORWARDED]
        return {
            "business_date": memory.today.label,
            "ends_at": memory.today.ends_at,
            "acquirers": [_running(day) for day in memory.days.values() if day.acquirer],
            "in_flight": [{"leg": leg.number, "rrn": leg.rrn} for leg in forwarded],
            "pending_reversals": memory.pending[State.REVERSING],
            "pending_advices": memory.pending[State.TAKEN],
            "exceptions": sum(leg.state is State.EXCEPTION for leg in legs),
            "ready": sorted(memory.ready),
            "keys": self.key_exchange.told(),
            "network": self.network.told(),
            "totals": self.totals.told(),
        }


def _running(day: BankDay) -> Mapping[str, Any]:
    return {"acquirer": day.acquirer, "business_date": day.label, "ends_at": day.ends_at}
