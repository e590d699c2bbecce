"""The switch as a machine: whoever asks gets a flow, a stored answer, or a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from cardswitch.specs.codes import SIGN_OFF, SIGN_ON
from cardswitch.specs.dates import rrn_stem
from cardswitch.specs.errors import DecodeError
from cardswitch.specs.hsm import Command
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import identity, original_identity
from cardswitch.wire.machine.kernel import Limits
from cardswitch.wire.machine.matching import HsmExchange, IsoExchange
from cardswitch.wire.machine.network import Watch, network_reply
from cardswitch.wire.machine.program import FORMAT_ERROR, Program
from cardswitch.wire.ports import Effect, LinkId, Seconds, Send, name_of

from .checks import UNKNOWN_TRANSACTION, find_fault, pan_of
from .desk import HSM, SwitchDesk
from .entry import Entry, Vault
from .flows.purchase import purchase, undo
from .flows.recover import rebuild
from .flows.reversal import reversal
from .legs import Leg
from .memory import Memory
from .routing import Routing
from .settings import Settings, Upstream
from .states import State

RRN_NUMBERS: Final = 10**8


class Switch(Program):
    """Both sides of the switch. Its memory is rebuilt from the journal by :meth:`recover`."""

    def __init__(self, settings: Settings, vault: Vault, limits: Limits | None = None) -> None:
        peers = {*settings.listeners, *settings.upstreams}
        super().__init__({**dict.fromkeys(peers, IsoExchange()), HSM: HsmExchange()}, limits)
        self.settings = settings
        self.routing = Routing(settings.routes)
        self.memory = Memory()
        self._vault = vault
        self._watches = dict(map(self._watch, settings.upstreams.items()))

    # Events ---------------------------------------------------------------------------------------

    def asked(self, link: LinkId, question: Any) -> None:
        """A request comes in: by its class it is a purchase, a reversal, or about the network."""
        if isinstance(question, Command) or 11 not in question.fields:
            self.drop(link)
        elif question.mti[1] == "8":
            self._network(link, question)
        elif name_of(link) not in self.settings.listeners:
            self.drop(link)  # Upstreams are asked; they do not ask.
        elif question.mti[1] in "12" and question.mti[2] == "0":
            self._purchase(link, question)
        elif question.mti[1] == "4" and question.mti[2] in "02":
            self._reversal(link, question)
        else:
            self.refuse(link, question, UNKNOWN_TRANSACTION)

    def linked(self, link: LinkId) -> None:
        """A link came up: an upstream is signed on to and looked after."""
        if link in self._watches:
            self.kernel.start(self._watches[link].begin())

    def unlinked(self, link: LinkId) -> None:
        """A link went down: nothing is routed there until it has signed on again."""
        self.memory.link_down(link)

    def recover(self, entries: Iterable[Entry], now: Seconds) -> Sequence[Effect]:
        """After a start: remember what the journal holds, and finish what it left open."""
        self.kernel.advance(now)
        rebuild(self.memory, self.kernel, entries, self.desk_of)
        return self.kernel.take()

    # Requests -------------------------------------------------------------------------------------

    def _purchase(self, link: LinkId, request: Message) -> None:
        fault = find_fault(request)
        if fault is not None:
            return self.refuse(link, request, fault.code, fault.field)
        source = name_of(link)
        who = identity(source, request)
        pan_hash = self._vault.fingerprint(pan_of(request))
        request_digest = f"{request[3]}|{request[4]}|{request[49]}|{pan_hash}"
        leg = self.memory.legs.find(who)
        if leg is not None:
            return self._repeat(link, request, leg, request_digest)
        if self._is_busy(link) or link in self.memory.signed_off:
            return self.refuse(link, request, "91")
        leg = self._open_leg(source, who, request_digest)
        leg.rrn = request.get(37) or rrn_of(self.kernel.now, leg.number)
        leg.wait(link, request)
        self.memory.in_flight[link] += 1
        desk = self.desk_of(leg)
        return self.kernel.start(purchase(desk, request), lambda _: rescue(desk, request))

    def _repeat(self, link: LinkId, request: Message, leg: Leg, request_digest: str) -> None:
        if leg.request_digest and leg.request_digest != request_digest:
            self.kernel.counts["repeat_differs"] += 1
            self.refuse(link, request, "94")
        elif leg.decision is None:
            self.kernel.counts["repeat_in_work"] += 1
            leg.wait(link, request)
        else:
            self.kernel.counts["repeat_answered"] += 1
            self.kernel.effects.append(Send(link, leg.answer(request)))

    def _reversal(self, link: LinkId, request: Message) -> None:
        if self.kernel.is_full:
            return self.refuse(link, request, "91")
        source = name_of(link)
        try:
            who = original_identity(source, request)
        except DecodeError:
            return self.refuse(link, request, FORMAT_ERROR, "90")
        leg = self.memory.legs.find(who) or self._open_leg(source, who, "")
        return self.kernel.start(reversal(self.desk_of(leg), link, request))

    def _network(self, link: LinkId, request: Message) -> None:
        if request.get(70) == SIGN_OFF:
            self.memory.signed_off.add(link)
        elif request.get(70) == SIGN_ON:
            self.memory.signed_off.discard(link)
        self.desk.send(link, network_reply(request))

    def _watch(self, item: tuple[str, Upstream]) -> tuple[LinkId, Watch]:
        link, upstream = LinkId(item[0]), item[1]
        return link, Watch(
            self.desk,
            link,
            upstream.echo_s,
            sign_on=upstream.sign_on,
            ready=lambda: self.memory.ready.add(link),
        )

    def _is_busy(self, link: LinkId) -> bool:
        listener = self.settings.listeners[name_of(link)]
        return self.kernel.is_full or self.memory.in_flight[link] >= listener.in_flight_max

    # Legs -----------------------------------------------------------------------------------------

    def desk_of(self, leg: Leg) -> SwitchDesk:
        """The desk of a flow that works on *leg*."""
        return SwitchDesk(self.kernel, self.settings, self.routing, self.memory, leg)

    def _open_leg(self, source: str, who: str, request_digest: str) -> Leg:
        """A new leg, accepted now: that decides its bank day for good."""
        day = self.settings.cut_off.business_date(self.kernel.now)
        return self.memory.open_leg(source, who, request_digest, day)

    @property
    def exceptions(self) -> Mapping[str, str]:
        """By RRN, the bank day of every leg whose reversal a person must look into."""
        stuck = (leg for leg in self.memory.legs if leg.state is State.EXCEPTION)
        return {leg.rrn: leg.business_date for leg in stuck}


def rrn_of(now: Seconds, number: int) -> str:
    """Field 37, twelve digits: last digit of the year, day of the year, number of the leg.

    >>> rrn_of(1774746000.0, 7)
    '608800000007'
    """
    return f"{rrn_stem(now)[:4]}{number % RRN_NUMBERS:08d}"


def rescue(desk: SwitchDesk, request: Message) -> None:
    """A flow failed by itself: end its leg as after a crash, and let the others go on."""
    if desk.leg.state is State.RECEIVED:
        desk.decline(request, "96")
    elif desk.leg.state is State.FORWARDED:
        undo(desk)
