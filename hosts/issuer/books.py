"""What the issuer holds: sums by account, wrong PINs by card, approvals ever given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cardswitch.specs.codes import APPROVALS
from cardswitch.specs.errors import Error
from cardswitch.specs.transactions.kinds import KINDS, Money
from cardswitch.wire.machine.keys.working import KeyStep, WorkingKeys

from .accounts import Account
from .cards import MoreCards
from .config import AccountConfig, CardConfig
from .entries import (
    AuthorisationCompleted,
    CardListed,
    HoldExpired,
    IssuerEntry,
    PinTried,
    PurchaseDecided,
    PurchaseUndone,
)


class IssuerBooks:
    """One piece of code takes an entry, new or read back; its purchases are in `Legs`."""

    def __init__(
        self,
        accounts: Iterable[AccountConfig],
        keys: WorkingKeys | None = None,
        more: MoreCards | None = None,
    ) -> None:
        """*keys*: those that stand in for configured ones. *more*: accounts that are opened when
        somebody asks for them."""
        self.keys = keys or WorkingKeys({})
        self._more = more
        self.accounts = {a.id: Account(a.id, a.balance, a.currency) for a in accounts}
        self.tries: dict[str, int] = {}
        self.listed: set[str] = set()  # cards, by id, on the stop list
        self.approvals = 0  # ever given; approval codes are counted from it

    def held(self) -> dict[str, int]:
        """What is held, less what is coming, by currency."""
        held: dict[str, int] = {}
        for account in self.accounts.values():
            net = account.held - account.coming
            held[account.currency] = held.get(account.currency, 0) + net
        return held

    def apply(self, entry: IssuerEntry) -> None:
        """Take over what *entry* says. Error if it belongs to other accounts than these."""
        match entry:
            case KeyStep():
                self.keys.apply(entry)
            case PinTried():
                self.tries[entry.card] = entry.tries
            case CardListed() if entry.is_listed:
                self.listed.add(entry.card)
            case CardListed():
                self.listed.discard(entry.card)
            case PurchaseDecided():
                self.approvals += entry.code in APPROVALS
                if entry.amount:
                    kind = KINDS.named(entry.terms.kind)
                    account, has_happened = self.account(entry.account), kind.shape == "advise"
                    account.do(kind.money, entry.amount, has_happened=has_happened)
            case PurchaseUndone() | AuthorisationCompleted() | HoldExpired() if entry.released:
                self.account(entry.account).undo(_money(entry.kind), entry.released)

    def told(self) -> dict[str, Any]:
        """All that must be known again without the entries before."""
        return {
            "held": {a.id: a.held for a in self.accounts.values() if a.held},
            "overdrawn": [a.id for a in self.accounts.values() if a.available < 0],
            "coming": {a.id: a.coming for a in self.accounts.values() if a.coming},
            "tries": {card: tries for card, tries in self.tries.items() if tries},
            "listed": sorted(self.listed),
            "approvals": self.approvals,
            "keys": self.keys.told(),
        }

    def restore(self, told: Mapping[str, Any]) -> None:
        """Begin with what :meth:`told` said. Error if that belongs to other accounts than these.

        A balance is what the configuration says.
        """
        for account in self.accounts.values():
            account.held = account.coming = 0
        for name, held in told["held"].items():
            if held:
                self.account(name).hold(held, may_overdraw=name in told["overdrawn"])
        for name, coming in told["coming"].items():
            if coming:
                self.account(name).credit(coming)
        self.tries.clear()
        self.tries.update(told["tries"])
        self.listed.clear()
        self.listed.update(told.get("listed", ()))
        self.approvals = told["approvals"]
        self.keys.restore(told.get("keys", ()))

    def account_of(self, card: CardConfig, currency: str) -> Account:
        """Which account of *card* pays in *currency*; its first, if none has that."""
        first = self.account(card.account)
        if first.currency == currency or not card.more_accounts:
            return first
        others = (self.account(name) for name in card.more_accounts)
        return next((each for each in others if each.currency == currency), first)

    def account(self, name: str) -> Account:
        """The account *name*. Raises Error if there is none."""
        known = self.accounts.get(name)
        if known is not None:
            return known
        found = self._more.account(name) if self._more is not None else None
        if found is None:
            raise Error(
                f"the journal holds money of account {name!r}, which is not among issuer.accounts "
                "(add it, or begin with a new journal)"
            )
        opened = self.accounts[name] = Account(found.id, found.balance, found.currency)
        return opened


def _money(kind: str) -> Money:
    return KINDS.named(kind).money
