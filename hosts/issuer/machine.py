"""The issuer: answers for its cards, holds the money of their accounts, and releases it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from cardswitch.specs.codes import (
    APPROVALS,
    CUT_OVER,
    DUPLICATE,
    FORMAT_ERROR,
    INVALID_AMOUNT,
    INVALID_TRANSACTION,
    MALFUNCTION,
    NO_FUNDS,
    NOT_PERMITTED,
    PARTLY_APPROVED,
    UNAVAILABLE,
)
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.errors import Decline, FormatError
from cardswitch.specs.hsm.names import ZAK, ZPK
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Terms, accept, no_kind, require_pin
from cardswitch.specs.transactions.additional import FIELD as ADDITIONAL
from cardswitch.specs.transactions.captures import holds_for_s
from cardswitch.specs.transactions.identity import identity, is_of_now
from cardswitch.specs.transactions.kinds import KINDS, Kind
from cardswitch.wire.machine.budget import Budget, Limits
from cardswitch.wire.machine.keys.exchange import KeyExchange
from cardswitch.wire.machine.keys.offers import working_keys
from cardswitch.wire.machine.keys.steps import KeySteps
from cardswitch.wire.machine.matching import Exchange, HsmExchange, IsoExchange, join
from cardswitch.wire.machine.network import module_watch, network_reply
from cardswitch.wire.machine.program import Program
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Effect, LinkId, Question, Seconds, name_of

from ..requests import REQUIRED
from ..row import CHECKPOINT_ROWS, HostRow
from ..rules.rule import NOTHING, Deed
from .absent import AbsentCards, Cavv
from .accounts import Account
from .books import IssuerBooks
from .cards import Fingerprint, MoreCards, Presented, read_card
from .config import IssuerConfig
from .entries import PurchaseDecided
from .follow_ups.completions import Completions
from .follow_ups.increments import Increments
from .follow_ups.offline import OfflineSales
from .follow_ups.refunds import Refunds
from .follow_ups.reversals import Reversals
from .follow_ups.tips import Tips
from .holds import HOLDS_MAX
from .journal import Journal
from .legs import REMEMBERED_MAX, Legs, Purchase
from .ruling import NOBODY, Ruling, decline, force
from .told import Told
from .verification import HSM, Verification

NETWORK: Final = "network"  # the listener that purchases come in by
REFERENCE: Final = 63
_KEY_CHECK: Final = "0"  # no card number: its fingerprint tells one key from another


class Issuer(Program):
    """Listeners: "network" asks us. Links: "hsm" is asked."""

    def __init__(
        self,
        config: IssuerConfig,
        fingerprint: Fingerprint,
        limits: Limits | None = None,
        *,
        remembered_max: int = REMEMBERED_MAX,
        checkpoint_rows: int = CHECKPOINT_ROWS,
        cavv: Cavv | None = None,
        more: MoreCards | None = None,
    ) -> None:
        """*fingerprint* makes a card number a text that tells it from others, and no more.

        *cavv*: how CAVVs are made, if they are checked. *more*: cards besides those of *config*.
        """
        exchanges: dict[str, Exchange] = {
            NETWORK: IsoExchange(),
            HSM: HsmExchange(config.hsm_header_size),
        }
        super().__init__(
            exchanges, limits or Limits(flows_per_link_max=config.network.in_flight_max)
        )
        self.config = config
        plan = config.keys.plan(
            {"pin": ZPK, "mac": ZAK}, {"pin": config.zpk, "mac": config.mac.key}
        )
        plans = {NETWORK: plan} if plan is not None else {}
        keys = working_keys(plans)
        self.books = IssuerBooks(config.accounts, keys, more)
        self.legs = Legs(remembered_max)
        self._fingerprint = fingerprint
        self._journal = Journal(
            self.desk, self.books, self.legs, fingerprint(_KEY_CHECK), checkpoint_rows
        )
        self._verification = Verification(
            self.desk,
            config,
            self.books.tries,
            self._journal.write,
            keys,
            AbsentCards(config, cavv),
            more,
            self.books.listed,
        )
        record_of = self._verification.record_of
        self._told = Told(self.desk, self.books, record_of, self._journal.write)
        self.ruling = Ruling(self, record_of, config)
        known = (self, NETWORK, self.legs, self._journal, fingerprint)
        self._reversals, self._completions = Reversals(*known), Completions(*known)
        self._offline = OfflineSales(
            *known, books=self.books, record_of=self._verification.record_of
        )
        asking: dict[str, Any] = {
            "books": self.books,
            "verification": self._verification,
            "approval": self._approval,
            "ruling": self.ruling,
        }
        self._increments, self._refunds = Increments(*known, **asking), Refunds(*known, **asking)
        self._refunds.rule = config.refunds
        self._tips = Tips(*known)
        self.translate({NETWORK: config.network.translation()})
        rules = {NETWORK: config.mac.rule(config.network.dialect, ZAK)}
        self.authenticate(HSM, rules, config.hsm_timeout_s, keys)
        within = config.hsm_timeout_s
        steps = KeySteps(self.desk, HSM, plans, keys, self._journal.write, within)
        self.key_exchange = KeyExchange(steps)
        self._module = module_watch(self.desk, HSM, config.hsm_echo_s)

    def held(self) -> Mapping[str, int]:
        """What is held now, in minor units by field 37, of the purchases in memory.

        What is coming counts below zero.
        """
        held: dict[str, int] = {}
        for leg in self.legs:
            if isinstance(leg, Purchase) and leg.held and leg.decided is not None:
                is_credit = KINDS.named(leg.decided.terms.kind).money == "credit"
                held[leg.rrn] = held.get(leg.rrn, 0) + (-leg.held if is_credit else leg.held)
        return held

    def held_in_all(self) -> Mapping[str, int]:
        """What is held now, in minor units by currency, of all purchases ever."""
        return self.books.held()

    def recover(self, rows: Iterable[HostRow], now: Seconds) -> Sequence[Effect]:
        """Rebuild from the journal. What was in work is not: whoever asked will ask again.

        Raises Error if the journal was written with another key, or for other accounts.
        """
        self.kernel.advance(now)
        self._journal.recover(rows)
        return self.kernel.take()

    def linked(self, link: LinkId) -> None:
        """The HSM is asked for signs of life, if wanted; a peer has keys to answer, perhaps."""
        if link == HSM:
            self.desk.start(self._module.begin(), budget=Budget.CARING)
        else:
            self.key_exchange.link_ready(link)

    def asked(self, link: LinkId, question: Any) -> None:
        """A request goes the way that the row of its class says."""
        if not isinstance(question, Message) or name_of(link) != NETWORK:
            return self.drop(link)
        kind = KINDS.find(question)
        if kind is None:
            return self._refuse(link, question, no_kind(question))
        if kind.shape != "ask" and self.ruling.takes(link, question, kind):
            return None
        match kind.shape:
            case "ask" if kind.follows:
                return self._refunds.asked(link, question, kind)
            case "advise" if kind.follows:
                return self._tips.asked(link, question, kind)
            case "ask" if kind.adds:
                return self._increments.asked(link, question, kind)
            case "ask":
                return self._purchase(link, question, kind)
            case "advise" if not kind.original:
                return self._offline.asked(link, question, kind)
            case "advise":
                return self._completions.asked(link, question, kind)
            case "reverse":
                return self._reversals.asked(link, question)
            case "network":
                return self._network(link, question)
            case _:
                return self._refuse(link, question, Decline(INVALID_TRANSACTION))

    def _network(self, link: LinkId, request: Message) -> None:
        if not self.key_exchange.takes(link, request):
            self.desk.send(link, network_reply(request, CUT_OVER))

    def _refuse(self, link: LinkId, request: Message, declined: Decline) -> None:
        self.refuse(link, request, declined.code, declined.field)

    # Purchases ------------------------------------------------------------------------------------

    def _purchase(self, link: LinkId, request: Message, kind: Kind) -> None:
        """Tell a new purchase from one in work and from one that is known to be done."""
        try:
            accepted = accept(request, kind, REQUIRED)
            card = read_card(request, accepted)
        except Decline as declined:
            return self._refuse(link, request, declined)
        except FormatError as error:
            return self.refuse(link, request, FORMAT_ERROR, error.field)
        terms = accepted.terms(self._fingerprint(card.pan))
        who = identity(NETWORK, request, self.desk.now)
        known = self.legs.in_work.get(who.name) or self.legs.find(who.name)
        if isinstance(known, Purchase):
            return self._repeat(link, request, known, terms)
        if self.kernel.is_full(Budget.DOING, link):
            return self.desk.count("full")  # A copy may be let in later, and would belie a refusal.
        purchase = Purchase(who=who, rrn=request[37], terms=terms, waiters={link: request})
        self.legs.in_work[who.name] = purchase
        flow = self._decide(purchase, request, card)
        return self.desk.start(flow, lambda _: self._rescue(purchase, card), link=link)

    def _repeat(self, link: LinkId, request: Message, known: Purchase, terms: Terms) -> None:
        if known.terms not in (None, terms):
            self.desk.send(link, request.reply(DUPLICATE))
        elif known.who.name in self.legs.in_work:
            join(known.waiters, link, request)
        else:
            self.desk.send(link, known.reply(request))

    async def _decide(self, purchase: Purchase, request: Message, card: Presented) -> None:
        """What nobody knows is checked, held and answered; what was done is told again."""
        try:
            found = await self._journal.look_up(Question(identities=(purchase.who,)))
        except NoAnswer:
            return self._forget(purchase)
        purchase.is_looked_up = True
        for leg in found:
            if isinstance(leg, Purchase):
                return self._tell(purchase, leg)
        return await self._authorise(purchase, request, card)

    def _tell(self, asked: Purchase, known: Purchase) -> None:
        """The journal has *known* what is *asked*: whoever waits hears how it stands."""
        self.desk.count("repeat_recalled")
        for link, request in self.legs.ended(asked).items():
            agrees = known.terms in (None, asked.terms)
            self.desk.send(link, known.reply(request) if agrees else request.reply(DUPLICATE))

    def _forget(self, purchase: Purchase) -> None:
        """Nothing could be found out: whoever asked hears nothing, and may ask again."""
        self.desk.count("forgotten")
        self.legs.ended(purchase)

    async def _authorise(self, purchase: Purchase, request: Message, card: Presented) -> None:
        """Check card, PIN and CVV; hold the money; answer."""
        deed = NOTHING
        try:
            terms = self._refuse_late(purchase, request)
            link, kind = next(iter(purchase.waiters), NOBODY), KINDS.named(terms.kind)
            deed = self.ruling.deed(link, request, kind, card.pan)
            decline(deed, "at once")
            if self._told.takes(terms):
                told = self._told.take(link, request, terms, card.pan)
                code = deed.answer or told if told in APPROVALS else told
                self._record(purchase, card, code, said=deed.fields)
            else:
                record = await self._verification.check(card, request, terms, purchase.checks)
                # Nothing waits from here to the money: no other flow can take the same.
                force(purchase.checks, deed)
                account = self.books.account_of(record, terms.currency)
                self._approve(purchase, request, card, account, deed)
        except Decline as declined:
            self._record(purchase, card, declined.code, said=deed.fields)
        decided = purchase.decided
        await self.ruling.delay(deed)
        self._answer(purchase, decided, deed)

    def _refuse_late(self, purchase: Purchase, request: Message) -> Terms:
        """Declines what is new and yet must not be performed; of all else, what is asked for."""
        terms, now = purchase.terms, self.desk.now
        assert terms is not None, "what is asked for has terms"
        require_pin(request, KINDS.named(terms.kind))
        reversed_before = self._journal.tombstones.binds(
            purchase.who.name,
            purchase.rrn,
            now,
            card=terms.card,
            amount=terms.amount,
            currency=terms.currency,
        )
        if reversed_before or not is_of_now(request, now):
            raise Decline(INVALID_TRANSACTION)
        return terms

    def _approve(
        self,
        purchase: Purchase,
        request: Message,
        card: Presented,
        account: Account,
        deed: Deed,
    ) -> None:
        """What is asked for, or what *deed* makes of it, is done."""
        terms = purchase.terms
        assert terms is not None, "what is asked for has terms"
        decline(deed, "checked")
        kind = KINDS.named(terms.kind)
        if not kind.moves_money:
            balances = account.said(terms.processing) if ADDITIONAL in kind.answer else {}
            code, said = deed.answer or kind.approval, {**balances, **deed.fields}
            return self._record(purchase, card, code, account.id, said=said)
        percent = deed.percent if kind.in_part and deed.percent else 100
        amount = terms.amount * percent // 100
        if amount == 0:
            raise Decline(INVALID_AMOUNT)
        if terms.currency != account.currency:
            raise Decline(NOT_PERMITTED)
        if kind.money != "credit" and amount > account.available:
            raise Decline(NO_FUNDS)
        code, expires_at = deed.answer or kind.approval, 0.0
        if percent < 100 or code == PARTLY_APPROVED:
            code = PARTLY_APPROVED if amount < terms.amount else kind.approval
        if kind.money == "hold":
            if len(self._journal.holds) >= HOLDS_MAX:
                raise Decline(UNAVAILABLE)
            expires_at = self.desk.now + holds_for_s(request)
        return self._record(
            purchase, card, code, account.id, amount, said=deed.fields, expires_at=expires_at
        )

    def _record(
        self,
        purchase: Purchase,
        card: Presented,
        code: str,
        account: str = "",
        amount: int = 0,
        said: Mapping[int, str] | None = None,
        expires_at: Seconds = 0.0,
    ) -> None:
        """Decide durably, unless the reversal was faster: then nothing may be held any more."""
        if not purchase.is_open:
            return
        assert purchase.terms is not None, "what is asked for has terms"
        approval = self._approval() if code in APPROVALS else {}
        decided = PurchaseDecided(
            terms=purchase.terms,
            pan_masked=mask_pan(card.pan),
            code=code,
            account=account,
            amount=amount,
            approval_code=approval.pop(38, ""),
            said={**approval, **purchase.checks.said(code), **(said or {})},
            expires_at=expires_at,
        )
        self._journal.write(decided, purchase)

    def _approval(self) -> dict[int, str]:
        """The code of the next approval, and a reference such as networks give."""
        number = self.books.approvals
        return {
            38: f"{number % 999_999 + 1:06d}",
            REFERENCE: f"{transmission_time(self.desk.now)[:4]}{number + 1:09d}",
        }

    def _answer(
        self, purchase: Purchase, decided: PurchaseDecided | None, deed: Deed = NOTHING
    ) -> None:
        """Tell what was *decided*, though it be undone since; if nothing was, how it stands.

        *deed*: what becomes of the answer on its way.
        """
        for link, request in self.legs.ended(purchase).items():
            self.ruling.say(link, (decided or purchase).reply(request), deed)

    def _rescue(self, purchase: Purchase, card: Presented) -> None:
        """The flow failed by itself: what it decided stands, else the purchase is declined.

        What the journal has not been asked of may be done already: then silence.
        """
        if self.legs.in_work.get(purchase.who.name) is not purchase:
            return None
        if not purchase.is_looked_up:
            return self._forget(purchase)
        self._record(purchase, card, MALFUNCTION)
        return self._answer(purchase, purchase.decided)
