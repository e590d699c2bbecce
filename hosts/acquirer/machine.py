"""The acquirer: knows the merchants, forwards into the network, reverses what it forwarded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from cardswitch.specs.codes import CUT_OVER, DUPLICATE, FORMAT_ERROR
from cardswitch.specs.errors import ConfigError, Decline, FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import accept, no_kind
from cardswitch.specs.transactions.identity import identity
from cardswitch.specs.transactions.kinds import KINDS, Kind, Shape
from cardswitch.specs.transactions.reversals import (
    reference,
    reversal_digest,
    reversal_identity,
    stays_of,
)
from cardswitch.wire.machine.budget import Budget, Limits
from cardswitch.wire.machine.keys.exchange import KeyExchange
from cardswitch.wire.machine.keys.steps import KeySteps
from cardswitch.wire.machine.matching import HsmExchange, IsoExchange
from cardswitch.wire.machine.network import module_watch, network_reply
from cardswitch.wire.machine.program import Program
from cardswitch.wire.ports import Effect, LinkId, Seconds, name_of

from ..requests import REQUIRED
from ..row import CHECKPOINT_ROWS, HostRow
from .books import REMEMBERED_MAX, Approved
from .completions import advice, completion
from .config import AcquirerConfig
from .desk import FRONT, HSM, NETWORK, NO_CARD, AcquirerDesk, Fingerprint
from .increments import increment
from .legs import Booking, Leg, Reversal
from .purchases import purchase
from .reversals import card_of, reversal
from .settling import compared

WRONG_KEY: Final = (
    "acquirer.vault: this key is not the one that the journal was written with: put the key of "
    "this data folder back, or move the folder away and start with a new one"
)


class Acquirer(Program):
    """Listeners: "front" asks us. Links: "network" is asked, and may ask for a sign of life; "hsm",
    where messages have MACs."""

    def __init__(
        self,
        config: AcquirerConfig,
        fingerprint: Fingerprint,
        limits: Limits | None = None,
        *,
        remembered_max: int = REMEMBERED_MAX,
        checkpoint_rows: int = CHECKPOINT_ROWS,
    ) -> None:
        """*fingerprint* tells cards apart, and is the same at every start from one journal."""
        super().__init__(
            {
                FRONT: IsoExchange(),
                NETWORK: IsoExchange(),
                HSM: HsmExchange(config.hsm_header_size),
            },
            limits or Limits(flows_per_link_max=config.front.in_flight_max),
        )
        self._desk = AcquirerDesk(
            self.kernel,
            config,
            fingerprint,
            remembered_max=remembered_max,
            checkpoint_rows=checkpoint_rows,
        )
        self.books = self._desk.books
        self._takes: Mapping[Shape, Callable[[LinkId, Message, Kind], None]] = {
            "ask": self._purchase,
            "advise": self._purchase,
            "reverse": self._reversal,
            "reconcile": self._compare,
        }
        self._module = module_watch(self.desk, HSM, config.hsm_echo_s)
        keys, within = self.books.keys, config.hsm_timeout_s
        self.translate({FRONT: config.front.translation(), NETWORK: config.network.translation()})
        self.authenticate(HSM, config.macs(), within, keys)
        steps = KeySteps(self._desk, HSM, config.key_plans(), keys, self._desk.write_key, within)
        self.key_exchange = KeyExchange(steps)
        self._desk.on_ready = lambda: self.key_exchange.link_ready(NETWORK)

    def approved(self) -> Mapping[str, Approved]:
        """By identity, what is approved and not undone, of the purchases in memory.

        All of them, and not only the last, `books.books_of` finds in the journal.
        """
        return self.books.approved()

    def recover(self, rows: Iterable[HostRow], now: Seconds) -> Sequence[Effect]:
        """Remember what the journal holds; what has no outcome, the front repeats or reverses.

        *rows*: the last checkpoint, those of the legs that it names, and all that followed. Raises
        ConfigError if the journal was written with another key for its cards.
        """
        self.kernel.advance(now)
        key = self._desk.fingerprint(NO_CARD)
        if self.books.recall(rows).get("key", key) != key:
            raise ConfigError(WRONG_KEY)
        if self.books.last_trace:
            self.kernel.skip_lost_numbers(NETWORK, self.books.last_trace)
        if not self.books.has_rows:
            self._desk.checkpoint()  # It says from the beginning which key is used.
        return self.kernel.take()

    def asked(self, link: LinkId, question: Any) -> None:
        """Merchants' requests go by the row of their class; either side may see if we are there."""
        kind, is_front = KINDS.find(question), name_of(link) == FRONT
        if is_front and kind is not None and kind.shape in self._takes:
            self._takes[kind.shape](link, question, kind)
        elif is_front and (kind is None or kind.shape != "network"):
            declined = no_kind(question)
            self.refuse(link, question, declined.code, declined.field)
        elif not self.key_exchange.takes(link, question):
            self.desk.send(link, network_reply(question, CUT_OVER))

    def _purchase(self, link: LinkId, request: Message, kind: Kind) -> None:
        """Answer what is known; look the others up, one flow for all copies of one purchase."""
        desk = self._desk
        try:
            accepted = accept(request, kind, REQUIRED)
            names = reference(FRONT, request, desk.now) if kind.original else None
        except Decline as declined:
            return self.refuse(link, request, declined.code, declined.field)
        except FormatError as error:
            return self.refuse(link, request, FORMAT_ERROR, error.field)
        asked = accepted.terms(desk.fingerprint(accepted.pan) if accepted.pan else "")
        who = identity(FRONT, request, desk.now)
        booking = self.books.find(who.name) or Booking(identity=who, asked=asked, rrn=request[37])
        assert isinstance(booking, Booking), "a class for each kind of leg"
        if booking.asked not in (None, asked):
            return self._differs(link, request, booking)
        if booking.is_decided:
            return desk.send(link, booking.reply(request))
        if booking.waiters:
            return booking.wait(link, request)
        budget = Budget.DOING if kind.shape == "ask" else Budget.UNDOING
        if desk.is_full(budget, link):
            return None  # Silence: what is told now, a copy that is let in later would belie.
        booking.wait(link, request)
        if names is None and kind.shape == "advise":
            flow = advice(desk, booking, request, asked)
        elif names is None:
            flow = purchase(desk, booking, request, asked)
        elif kind.shape == "ask":
            flow = increment(desk, booking, request, asked, names)
        else:
            flow = completion(desk, booking, request, asked, names)
        return desk.work(booking, flow, budget, link)

    def _reversal(self, link: LinkId, request: Message, _: Kind) -> None:
        """Look up what it names, and itself: it may have been answered already."""
        desk = self._desk
        try:
            names = reference(FRONT, request, desk.now)
            who = reversal_identity(FRONT, request, desk.now)
            card = card_of(desk, request)
            stays_of(request)
        except FormatError as error:
            return self.refuse(link, request, FORMAT_ERROR, error.field)
        said = reversal_digest(request, card)
        own = self.books.find(who.name) or Reversal(identity=who, card=card, said=said)
        assert isinstance(own, Reversal), "a class for each kind of leg"
        if own.said != said:
            return self._differs(link, request, own)
        if own.answer is not None:
            return desk.send(link, request.reply(own.answer.code))
        if own.waiters:
            return own.wait(link, request)
        if desk.is_full(Budget.UNDOING, link):
            return None  # The front will send it again.
        own.wait(link, request)
        return desk.work(own, reversal(desk, own, request, names), Budget.UNDOING, link)

    def _compare(self, link: LinkId, request: Message, kind: Kind) -> None:
        """What a date comes to there, and here; nothing is kept of it, and no money moves."""
        try:
            settled, institution = self.books.settled, self._desk.config.institution
            self.desk.send(link, compared(settled, institution, request, kind, self.desk.now))
        except Decline as declined:
            self.refuse(link, request, declined.code, declined.field)

    def _differs(self, link: LinkId, request: Message, leg: Leg) -> None:
        """Refuse what has the identity of another request, once that is sure to stay known."""
        if leg.last is not None:
            self.desk.send(link, request.reply(DUPLICATE))

    def linked(self, link: LinkId) -> None:
        """Sign on when the network is there, and keep asking whether it still is."""
        if link == NETWORK:
            self.desk.start(self._desk.look_after_network(), budget=Budget.CARING)
        elif link == HSM:
            self.desk.start(self._module.begin(), budget=Budget.CARING)
        else:
            self.key_exchange.link_ready(link)
