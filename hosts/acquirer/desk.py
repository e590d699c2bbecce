"""The desk of the acquirer: what its flows may do, beside asking and waiting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cardswitch.specs.message import Message
from cardswitch.wire.machine.budget import Budget
from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.machine.kernel import Kernel
from cardswitch.wire.machine.keys.offers import working_keys
from cardswitch.wire.machine.keys.working import KeyStep
from cardswitch.wire.machine.network import NetworkWatch
from cardswitch.wire.machine.waits import Flow
from cardswitch.wire.ports import LinkId, Question

from ..row import Rows
from .books import Books
from .config import AcquirerConfig
from .entries import AcquirerEntry, JournalEntry
from .legs import Leg, Reversal
from .states import FOLLOWS

FRONT: Final = "front"  # the listener that merchants' purchases come in by
NETWORK: Final = LinkId("network")
HSM: Final = LinkId("hsm")
NO_CARD: Final = "0" * 16  # Its fingerprint tells whether a key is that of the journal.
Fingerprint = Callable[[str], str]


class AcquirerDesk(Desk):
    """One for all flows: it knows the books, and writes what they shall know."""

    def __init__(
        self,
        kernel: Kernel,
        config: AcquirerConfig,
        fingerprint: Fingerprint,
        *,
        remembered_max: int,
        checkpoint_rows: int,
    ) -> None:
        super().__init__(kernel)
        self.config = config
        self.fingerprint = fingerprint
        self.rows: Rows[JournalEntry] = Rows(JournalEntry)
        self.books = Books(self.rows, remembered_max, working_keys(config.key_plans()))
        self.test_cards_only = config.network.is_in_clear
        self._merchants = {merchant.id: merchant for merchant in config.merchants}
        us = {32: config.institution}
        self._fields: Mapping[str, Mapping[int, str]] = {
            each.id: {**us, 18: each.mcc, 19: each.country_code, 43: each.name_location}
            for each in config.merchants
        }
        self._us = us
        self._takes = frozenset(config.takes)
        self._checkpoint_rows = checkpoint_rows
        self.on_ready: Callable[[], None] = lambda: None
        self._watch = NetworkWatch(self, NETWORK, config.echo_s, ready=lambda: self.on_ready())

    # What is known --------------------------------------------------------------------------------

    async def recall(self, question: Question) -> list[Leg]:
        """The legs that the journal finds, as they stand in memory now. Raises NoAnswer."""
        if not self.rows.identities.may_answer(question):
            return []
        rows = await self.look_up(question)
        return self.books.adopt(rows, self.now)

    def is_full(self, budget: Budget, link: LinkId) -> bool:
        """Whether no more flows of *budget* may begin for *link*; if so, it is counted."""
        if self._kernel.is_full(budget, link):
            self.count("full")
            return True
        return False

    # The network ----------------------------------------------------------------------------------

    async def look_after_network(self) -> None:
        """Sign on, and keep asking whether it is still there: as long as the link lasts."""
        await self._watch.begin()

    async def ask_network(self, question: Message) -> Message:
        """The network's answer to *question*. Raises NoAnswer."""
        return await self.ask(NETWORK, question, self.config.timeout_s)

    # What is durable ------------------------------------------------------------------------------

    def write(self, leg: Leg, entry: AcquirerEntry) -> None:
        """Journal *entry* of *leg* and take it over; the table of states must allow it."""
        assert entry.state in FOLLOWS[leg.state], f"{leg.state} -> {entry.state}"
        if leg.number:
            row = self.rows.row(entry, self.now, leg.number)
        else:
            leg.number = self.rows.new_leg()
            row = self.rows.row(entry, self.now, leg.number, leg.identity, leg.rrn)
        self.append(row)
        self.books.apply(leg, entry)
        self._checkpoint_if_due()

    def write_key(self, step: KeyStep) -> None:
        """Journal a step of a key change, and take it over."""
        self.append(self.rows.row(step, self.now))
        self.books.keys.apply(step)
        self._checkpoint_if_due()

    def _checkpoint_if_due(self) -> None:
        if self.rows.since_checkpoint >= self._checkpoint_rows:
            self.checkpoint()

    def checkpoint(self) -> None:
        """All that a start must know of what is before this row."""
        last_trace = self._kernel.numbers().get(NETWORK, 0)
        key, keys = self.fingerprint(NO_CARD), self.books.keys.told()
        told = {"last_trace": last_trace, "key": key, "keys": keys}
        told["settled"] = self.books.settled.told()
        legs = {*self.books.open, *self.books.tombstones.legs(self.now)}
        self.append(self.rows.checkpoint(self.now, sorted(legs), told))

    # Work on a leg --------------------------------------------------------------------------------

    def work(self, leg: Leg, flow: Flow, budget: Budget, link: LinkId) -> None:
        """Begin *flow* for *link*, on *leg*; whoever waits and was told nothing hears nothing."""
        self.books.hold(leg)
        self.start(self._worked(leg, flow), lambda _: self._end(leg), budget, link)

    async def _worked(self, leg: Leg, flow: Flow) -> None:
        await flow
        self._end(leg)

    def _end(self, leg: Leg) -> None:
        leg.waiters = {}
        if isinstance(leg, Reversal) and leg.original is not None:
            leg.original.is_reversal_asked = False
            self.books.let_go(leg.original, self.now)
            leg.original = None
        self.books.let_go(leg, self.now)

    # What is said ---------------------------------------------------------------------------------

    def tell_waiters(self, leg: Leg, code: str) -> None:
        """Tell *code* to whoever waits for *leg*."""
        for link, request in leg.waiters.items():
            self.send(link, request.reply(code))
        leg.waiters = {}

    def acquirer_fields(self, merchant_id: str, request: Message) -> Mapping[int, str]:
        """What the acquirer knows better than who sent *request*, or may not take from there."""
        # A reversal is sent for a merchant who left us, too.
        fields = self._fields.get(merchant_id, self._us)
        if self._takes.isdisjoint(request.fields):
            return fields
        taken = self._takes & request.fields.keys()
        return {number: value for number, value in fields.items() if number not in taken}

    def sells(self, merchant_id: str) -> tuple[str, ...]:
        """The currencies that the merchant may sell in; none if it may not sell at all."""
        merchant = self._merchants.get(merchant_id)
        return merchant.currencies if merchant is not None and merchant.active else ()
