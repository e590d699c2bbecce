"""The switch as a machine: whoever asks gets a flow, a stored answer, a refusal, or silence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from sys import intern
from typing import Any

from cardswitch.specs.codes import CUT_OVER, DUPLICATE, FORMAT_ERROR
from cardswitch.specs.errors import Decline, FormatError
from cardswitch.specs.hsm import Command
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import card_number, no_kind
from cardswitch.specs.transactions.identity import Identity, identity
from cardswitch.specs.transactions.kinds import KINDS, Kind, Shape
from cardswitch.specs.transactions.reversals import reference, reversal_digest, reversal_identity
from cardswitch.wire.machine.budget import Budget, Limits
from cardswitch.wire.machine.keys.exchange import KeyExchange
from cardswitch.wire.machine.keys.offers import KEY_CODES
from cardswitch.wire.machine.keys.steps import KeySteps
from cardswitch.wire.machine.matching import HsmExchange, IsoExchange
from cardswitch.wire.machine.network import NetworkWatch, Watch, module_watch
from cardswitch.wire.ports import Effect, LinkId, Seconds, name_of

from .access.registry import may_sign, sender_of
from .access.spokesmen import Spokesmen
from .checks import admit, digest_of
from .desk import HSM, SwitchDesk
from .flows.advise import advise, keep
from .flows.ask import ask
from .flows.increase import increase
from .flows.network import downstream, require_sender
from .flows.reconcile import batch_digest, batch_flow
from .flows.recover import finish, rebuild, require_upstreams
from .flows.reversal import repeated, reversal
from .flows.reverse import undo
from .journal import Journal
from .legs import Leg, rrn_of
from .memory import Memory, budget_of
from .network import Announcements
from .operators.deeds import Deeds
from .operators.operated import OperatedSwitch
from .routing import Routing
from .row import Row, Vault
from .settings import ListenerSettings, Settings, Upstream
from .states import State
from .totals.comparing import Comparisons


class Switch(OperatedSwitch):
    """Both sides of the switch. Its memory is rebuilt from the journal by :meth:`recover`."""

    def __init__(self, settings: Settings, vault: Vault, limits: Limits | None = None) -> None:
        peers = dict.fromkeys(settings.listeners, IsoExchange())
        peers |= {name: IsoExchange(each.match) for name, each in settings.upstreams.items()}
        super().__init__(
            {**peers, HSM: HsmExchange(settings.hsm_header_size)},
            limits,
        )
        self.settings = settings
        self.routing = Routing(settings.routes)
        self.memory = Memory(settings, vault)
        self.journal = Journal(self.kernel, self.memory, settings.checkpoint_rows)
        self.deeds = Deeds(self.kernel, settings, self.memory, self.journal, self.desk_of)
        self.network = Announcements(
            self.desk, settings, self.memory, self.journal, self.deeds.cut_over
        )
        self.totals = Comparisons(self.desk, settings, self.memory, self.journal)
        self.deeds.day_ended = self.totals.look
        self._watches: dict[LinkId, Watch] = dict(map(self._watch, settings.upstreams.items()))
        self._spokesmen = Spokesmen(settings.listeners)
        self._takes: Mapping[Shape, Callable[[LinkId, Message, Kind], None]] = {
            "ask": self._ask,
            "advise": self._ask,
            "reverse": self._reverse,
            "reconcile": self._compare,
            "upload": self._compare,
        }
        macs = {name: each.mac for name, each in settings.listeners.items()}
        macs |= {name: each.mac for name, each in settings.upstreams.items()}
        said = {name: each.translation for name, each in settings.listeners.items()}
        said |= {name: each.translation for name, each in settings.upstreams.items()}
        self.translate(said)
        used = self.journal.key_used
        self.authenticate(HSM, macs, settings.hsm_timeout_s, self.memory.keys, used)
        plans, within = settings.key_plans, settings.hsm_timeout_s
        steps = KeySteps(self.desk, HSM, plans, self.memory.keys, self.journal.key, within)
        self.key_exchange = KeyExchange(steps)
        self._watches[HSM] = module_watch(self.desk, HSM, settings.hsm_echo_s)

    # Events ---------------------------------------------------------------------------------------

    def asked(self, link: LinkId, question: Any) -> None:
        """A request comes in: the row of its class says which way it goes."""
        if isinstance(question, Command) or 11 not in question.fields:
            return self.drop(link)
        kind = KINDS.find(question)
        try:
            self._spokesmen.require(link, question, kind)
        except Decline as declined:
            # Without a row: it would stand in the way of whoever has that identity.
            return self._decline(link, question, declined)
        if question.get(70) not in KEY_CODES:
            self._bring_keys(link, question)
        if kind is not None and kind.shape == "network":
            return self._network(link, question)
        if name_of(link) not in self.settings.listeners:
            return self.drop(link)  # Upstreams are asked; they do not ask.
        if kind is None:
            return self._decline(link, question, no_kind(question))
        return self._takes[kind.shape](link, question, kind)

    def linked(self, link: LinkId) -> None:
        """A link came up: an upstream is signed on to and looked after."""
        if link in self._watches:
            self.kernel.start(self._watches[link].begin(), budget=Budget.CARING)
        if not self._spokesmen.may_stay(link, self.names.get(link, ())):
            self.desk.close(link, "its certificate speaks for nobody here")
        elif name_of(link) in self.settings.listeners:
            self.key_exchange.link_ready(link)

    def unlinked(self, link: LinkId) -> None:
        """A link went down: nothing is routed there until it has signed on again."""
        self._spokesmen.link_down(link)
        self.memory.link_down(link)

    def recover(self, rows: Iterable[Row], now: Seconds) -> Sequence[Effect]:
        """After a start: remember what the journal holds, and finish what it left open.

        Raises ConfigError if something is owed on a link that is not configured.
        """
        self.kernel.advance(now)
        rebuild(self.memory, self.kernel, self.settings, rows)
        require_upstreams(self.memory, self.settings)
        self.deeds.begin_day()
        self.totals.look()
        finish(self.memory, self.desk_of)
        return self.kernel.take()

    # Requests -------------------------------------------------------------------------------------

    def _network(self, link: LinkId, request: Message) -> None:
        listener = self.settings.listeners.get(name_of(link))
        try:
            if listener is not None and request.get(70) in KEY_CODES:
                require_sender(request, listener)
            if self.key_exchange.takes(link, request):
                return None
            is_announced = request.get(70) == CUT_OVER
            if listener is None or (is_announced and listener.serves == "acquirers"):
                return self.desk.send(link, self.network.answer(link, request))
            answer = downstream(self.memory, link, request, listener)
        except Decline as declined:
            return self._decline(link, request, declined)
        return self.desk.send(link, answer)

    def _bring_keys(self, link: LinkId, request: Message) -> None:
        """The terminal that sent *request* is there: it may be time for new keys."""
        source = name_of(link)
        listener = self.settings.listeners.get(source)
        if listener is None or listener.serves != "merchants":
            return
        if not self.key_exchange.brings(source):
            return
        terminal = sender_of(request, listener)
        if terminal and may_sign(terminal, listener):
            self.key_exchange.heard(link, terminal)

    def _ask(self, link: LinkId, request: Message, kind: Kind) -> None:
        source, now = name_of(link), self.kernel.now
        listener = self.settings.listeners[source]
        try:
            accepted = admit(request, kind, listener)
            names = reference(source, request, now) if kind.original else None
        except Decline as declined:
            return self._decline(link, request, declined)
        except FormatError as error:
            return self.refuse(link, request, FORMAT_ERROR, error.field)
        who = identity(source, request, now)
        card = self.memory.vault.fingerprint(accepted.pan) if accepted.pan else ""
        digest = digest_of(request, accepted, card)
        leg = self.memory.legs.find(who.name)
        if leg is not None:
            return self._repeat(link, request, leg, digest)
        budget = budget_of(kind)
        if not self._has_room(link, budget):
            return None  # Silence: what is told now, a copy that is let in later would belie.
        leg = self._open(link, who, kind, listener, request)
        leg.request_digest, leg.card, leg.accepted = digest, card, accepted
        leg.requested, leg.currency = accepted.amount, intern(accepted.currency)
        brought = request.get(37).strip(" ") if listener.rrn == "keep" else ""
        leg.rrn = brought or (rrn_of(now, leg.number) if names is None else "")
        self.memory.wait(leg, link, request)
        desk = self.desk_of(leg)
        if names is None and kind.shape == "advise":
            flow = keep(desk, request, accepted)
        elif names is None:
            flow = ask(desk, link, request, accepted)
        elif kind.shape == "ask":
            flow = increase(desk, link, request, accepted, names)
        else:
            flow = advise(desk, request, accepted, names)
        return self.kernel.start(flow, lambda _: rescue(desk), budget)

    def _repeat(self, link: LinkId, request: Message, leg: Leg, digest: str) -> None:
        if leg.request_digest not in ("", digest):
            self._refuse_other(link, request, leg)
        elif leg.decision is None:
            self.kernel.counts["repeat_in_work"] += 1
            self.memory.wait(leg, link, request)
        else:
            self.kernel.counts["repeat_answered"] += 1
            self.desk.send(link, leg.answer(request))

    def _refuse_other(self, link: LinkId, request: Message, leg: Leg) -> None:
        """*request* has the identity of *leg* and is another: while *leg* has no row, silence."""
        self.kernel.counts["repeat_differs"] += 1
        if leg.state is not None:
            self.refuse(link, request, DUPLICATE)

    def _reverse(self, link: LinkId, request: Message, kind: Kind) -> None:
        source, now = name_of(link), self.kernel.now
        listener = self.settings.listeners[source]
        try:
            names = reference(source, request, now, listener.reversal_by)
            who = reversal_identity(source, request, now)
            pan = card_number(request)
        except FormatError as error:
            return self.refuse(link, request, FORMAT_ERROR, error.field)
        if not self._has_room(link, Budget.UNDOING):
            return None
        card = self.memory.vault.fingerprint(pan) if pan else ""
        digest = reversal_digest(request, card)
        own = self.memory.legs.find(who.name)
        if own is not None:
            return self._reversal_again(link, request, own, digest)
        own = self._open(link, who, kind, listener, request)
        own.request_digest, own.card = digest, card
        own.rrn = request.get(37).strip(" ")
        self.memory.wait(own, link, request)
        desk = self.desk_of(own)
        flow = reversal(desk, request, names, digest)
        return self.kernel.start(flow, lambda _: desk.forget(), Budget.UNDOING)

    def _reversal_again(self, link: LinkId, request: Message, own: Leg, digest: str) -> None:
        if own.request_digest not in ("", digest):
            return self._refuse_other(link, request, own)
        self.memory.wait(own, link, request)
        if own.decision is not None:
            desk = self.desk_of(own)
            self.kernel.start(repeated(desk), lambda _: desk.forget(), Budget.UNDOING)
        return None

    def _compare(self, link: LinkId, request: Message, kind: Kind) -> None:
        """Totals, or an item, of a batch: answered from the journal."""
        source, now = name_of(link), self.kernel.now
        listener = self.settings.listeners[source]
        try:
            begin = batch_flow(request, kind, listener, source, now)
        except Decline as declined:
            return self._decline(link, request, declined)
        except FormatError as error:
            return self.refuse(link, request, FORMAT_ERROR, error.field)
        who, digest = identity(source, request, now), batch_digest(request)
        leg = self.memory.legs.find(who.name)
        if leg is not None:
            return self._repeat(link, request, leg, digest)
        if not self._has_room(link, Budget.UNDOING):
            return None
        leg = self._open(link, who, kind, listener, request)
        leg.request_digest = digest
        self.memory.wait(leg, link, request)
        desk = self.desk_of(leg)
        return self.kernel.start(begin(desk, link), lambda _: rescue(desk), Budget.UNDOING)

    def _has_room(self, link: LinkId, budget: Budget) -> bool:
        """Whether one more request of *link* may be taken in; if not, it is counted."""
        in_flight_max = self.settings.listeners[name_of(link)].in_flight_max
        has_room = self.memory.in_flight[budget][link] < in_flight_max
        if has_room and not self.kernel.is_full(budget):
            return True
        self.kernel.counts["over_the_bound"] += 1
        self.kernel.tell("over_the_bound", link, f"no more room for {budget.name.lower()}: silence")
        return False

    def _decline(self, link: LinkId, request: Message, declined: Decline) -> None:
        self.refuse(link, request, declined.code, declined.field)

    def _watch(self, item: tuple[str, Upstream]) -> tuple[LinkId, NetworkWatch]:
        link, upstream = LinkId(item[0]), item[1]
        return link, NetworkWatch(
            self.desk,
            link,
            upstream.echo_s,
            sign_on=upstream.sign_on,
            is_off=lambda: item[0] in self.memory.signed_off,
            ready=lambda: self._ready(link),
        )

    def _ready(self, link: LinkId) -> None:
        self.memory.ready.add(link)
        self.key_exchange.link_ready(link)

    # Legs -----------------------------------------------------------------------------------------

    def desk_of(self, leg: Leg) -> SwitchDesk:
        """The desk of a flow that works on *leg*."""
        return SwitchDesk(self.kernel, self.settings, self.routing, self.memory, self.journal, leg)

    def _open(
        self, link: LinkId, who: Identity, kind: Kind, listener: ListenerSettings, request: Message
    ) -> Leg:
        source, serves, acquirer = name_of(link), listener.serves, ""
        if serves == "merchants" and self.settings.acquirer_of:
            acquirer = self.settings.acquirer_of.get(request.get(42).rstrip(" "), "")
        return self.memory.open_leg(
            who, kind, source=source, serves=serves, link=link, acquirer=acquirer
        )


def rescue(desk: SwitchDesk) -> None:
    """A flow failed by itself: end its leg as after a crash, and let the others go on."""
    if desk.leg.state is State.FORWARDED:
        undo(desk)
    else:
        desk.forget()
