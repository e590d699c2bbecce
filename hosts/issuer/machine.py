"""The issuer: answers for its cards, holds the money of their accounts, and releases it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cardswitch.specs.errors import FormatError
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import identity
from cardswitch.specs.transactions.reversals import reference
from cardswitch.wire.machine.kernel import Budget, Limits
from cardswitch.wire.machine.matching import HsmExchange, IsoExchange
from cardswitch.wire.machine.network import ModuleWatch, Watch, network_reply
from cardswitch.wire.machine.program import FORMAT_ERROR, Program
from cardswitch.wire.ports import Effect, LinkId, Seconds, name_of

from ..requests import (
    APPROVED,
    DUPLICATE,
    MALFUNCTION,
    PURCHASES,
    REVERSALS,
    UNAVAILABLE,
    InFlight,
    request_digest_of,
    require_fields,
)
from .behaviours import NORMAL, Behaviour, behaviour_of
from .books import IssuerBooks
from .cards import Presented, read_card
from .config import IssuerConfig
from .entries import IssuerEntry, PurchaseDecided, PurchaseUndone
from .verification import HSM, NOT_PERMITTED, Decline, Verification

NETWORK: Final = "network"  # the listener that purchases come in by
PARTLY_APPROVED: Final = "10"
INVALID_AMOUNT: Final = "13"
NO_FUNDS: Final = "51"


class Issuer(Program):
    """Listeners: "network" asks us. Links: "hsm" is asked."""

    def __init__(self, config: IssuerConfig, limits: Limits | None = None) -> None:
        super().__init__({NETWORK: IsoExchange(), HSM: HsmExchange(config.hsm_header_size)}, limits)
        self.config = config
        self.books = IssuerBooks(config.accounts)
        self._verification = Verification(self.desk, config, self.books.tries, self._write)
        self._in_flight: dict[str, InFlight] = {}  # bounded by Limits.flows_max
        self._module: ModuleWatch | None = None
        if config.hsm_echo_s:
            self._module = ModuleWatch(self.desk, HSM, config.hsm_echo_s)
        else:
            Watch(self.desk, HSM)

    def held(self) -> Mapping[str, int]:
        """What is held now, in minor units by field 37."""
        return self.books.held()

    def recover(self, entries: Sequence[IssuerEntry], now: Seconds) -> Sequence[Effect]:
        """Rebuild from the journal; what was in flight is asked again or reversed."""
        self.kernel.advance(now)
        for entry in entries:
            self.books.apply(entry)
        return self.kernel.take()

    def asked(self, link: LinkId, question: Any) -> None:
        """A purchase, a reversal, or network management."""
        if not isinstance(question, Message) or name_of(link) != NETWORK:
            self.drop(link)
        elif question.mti[:3] in PURCHASES:
            self._purchase(link, question)
        elif question.mti[:3] in REVERSALS:
            self._reverse(link, question)
        else:
            self.desk.send(link, network_reply(question))

    def linked(self, link: LinkId) -> None:
        """The HSM is asked for signs of life, if that is wanted."""
        if link == HSM and self._module is not None:
            self.desk.start(self._module.begin(), budget=Budget.CARING)

    # Purchases ------------------------------------------------------------------------------------

    def _purchase(self, link: LinkId, request: Message) -> None:
        """Tell a new purchase from one in work and from one that is done."""
        try:
            require_fields(request)
            card = read_card(request)
        except FormatError as error:
            return self.refuse(link, request, FORMAT_ERROR, error.field)
        name = identity(NETWORK, request, self.desk.now).name
        request_digest = request_digest_of(request, card.pan)
        in_flight, past = self._in_flight.get(name), self.books.find(name)
        known = in_flight or past
        if isinstance(known, InFlight | PurchaseDecided) and known.request_digest != request_digest:
            self.desk.send(link, request.reply(DUPLICATE))
        elif in_flight:
            in_flight.wait(link, request)
        elif past:
            self.desk.send(link, past.reply(request))
        else:
            self._begin(InFlight(name, request_digest, link, request), card)
        return None

    def _begin(self, purchase: InFlight, card: Presented) -> None:
        self._in_flight[purchase.identity] = purchase
        if self.kernel.is_full():
            self.desk.count("full")
            self._answer(purchase, self._record(purchase, card, UNAVAILABLE))
        else:
            self.desk.start(self._authorise(purchase, card), lambda _: self._rescue(purchase, card))

    async def _authorise(self, purchase: InFlight, card: Presented) -> None:
        """Check card, PIN and CVV; hold the money; answer."""
        behaviour = NORMAL
        try:
            record = await self._verification.check(card, purchase.request)
            # Nothing waits from here to the hold: no other flow can take the same money.
            if self.config.magic_amounts:
                behaviour = behaviour_of(purchase.request[4])
            decided = self._hold(purchase, card, record.account, behaviour)
        except Decline as declined:
            decided = self._record(purchase, card, declined.code)
        if behaviour.answer == "late":
            await self.desk.sleep(self.config.late_s)
        if behaviour.answer == "never":
            del self._in_flight[purchase.identity]
        else:
            self._answer(purchase, decided)

    def _hold(
        self, purchase: InFlight, card: Presented, account_id: str, behaviour: Behaviour
    ) -> PurchaseDecided | PurchaseUndone:
        """Approve: what is asked for, or what *behaviour* makes of it, is held."""
        if behaviour.decline:
            raise Decline(behaviour.decline)
        request = purchase.request
        account = self.books.accounts[account_id]
        amount = int(request[4]) // behaviour.divisor
        if amount == 0:
            raise Decline(INVALID_AMOUNT)
        if request[49] != account.currency:
            raise Decline(NOT_PERMITTED)
        if amount > account.available:
            raise Decline(NO_FUNDS)
        code = APPROVED if behaviour.divisor == 1 else PARTLY_APPROVED
        return self._record(purchase, card, code, account_id, amount)

    def _record(
        self, purchase: InFlight, card: Presented, code: str, account: str = "", amount: int = 0
    ) -> PurchaseDecided | PurchaseUndone:
        """Decide durably, unless the reversal was faster: then nothing may be held any more."""
        past = self.books.find(purchase.identity)
        if past is not None:
            return past
        decided = PurchaseDecided(
            identity=purchase.identity,
            request_digest=purchase.request_digest,
            at=self.desk.now,
            rrn=purchase.request[37],
            card=mask_pan(card.pan),
            code=code,
            account=account,
            amount=amount,
            approval_code=f"{self.books.approvals % 999_999 + 1:06d}" if amount else "",
        )
        self._write(decided)
        return decided

    def _answer(self, purchase: InFlight, decided: PurchaseDecided | PurchaseUndone) -> None:
        del self._in_flight[purchase.identity]
        for link, request in purchase.waiters.items():
            self.desk.send(link, decided.reply(request))

    def _rescue(self, purchase: InFlight, card: Presented) -> None:
        """The flow failed by itself: what it decided stands, else the purchase is declined."""
        if purchase.identity in self._in_flight:
            self._answer(purchase, self._record(purchase, card, MALFUNCTION))

    def _write(self, entry: IssuerEntry) -> None:
        self.desk.append(entry)
        self.books.apply(entry)

    # Reversals ------------------------------------------------------------------------------------

    def _reverse(self, link: LinkId, reversal: Message) -> None:
        """Release what is held, once; what is unknown or in work will never be held."""
        try:
            name = reference(NETWORK, reversal, self.desk.now).identities[0].name
        except FormatError as error:
            return self.refuse(link, reversal, FORMAT_ERROR, error.field)
        past = self.books.find(name)
        if past is None or (isinstance(past, PurchaseDecided) and past.amount):
            self._write(PurchaseUndone(name, self.desk.now, reversal.get(37)))
        self.desk.send(link, reversal.reply(APPROVED))
        return None
