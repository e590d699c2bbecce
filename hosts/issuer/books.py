"""What the issuer knows: one piece of code takes an entry, new or read back from the journal."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from cardswitch.specs.errors import Error

from .accounts import Account
from .config import AccountConfig
from .entries import IssuerEntry, PinTried, PurchaseDecided, PurchaseUndone

REMEMBERED_MAX: Final = 200_000  # Finished purchases known for repeats and reversals, some 200 MB.


class IssuerBooks:
    """Decisions by identity, accounts with their holds, wrong PINs by card."""

    def __init__(
        self, accounts: Iterable[AccountConfig], remembered_max: int = REMEMBERED_MAX
    ) -> None:
        self.accounts = {a.id: Account(a.id, a.balance, a.currency) for a in accounts}
        self.tries: dict[str, int] = {}
        self.approvals = 0  # ever given; approval codes are counted from it
        self._remembered_max = remembered_max
        self._past: OrderedDict[str, PurchaseDecided | PurchaseUndone] = OrderedDict()

    def find(self, identity: str) -> PurchaseDecided | PurchaseUndone | None:
        """What became of the purchase *identity*, if it is remembered."""
        return self._past.get(identity)

    def held(self) -> dict[str, int]:
        """What is held, by field 37."""
        held: dict[str, int] = {}
        for past in self._past.values():
            if isinstance(past, PurchaseDecided) and past.amount:
                held[past.rrn] = held.get(past.rrn, 0) + past.amount
        return held

    def apply(self, entry: IssuerEntry) -> None:
        """Take over what *entry* says. Error if it belongs to other accounts than these."""
        match entry:
            case PinTried():
                self.tries[entry.card] = entry.tries
            case PurchaseUndone():
                self._account_of(self._past.get(entry.identity), release=True)
                self._remember(entry)
            case PurchaseDecided():
                assert entry.identity not in self._past, "a purchase is decided once"
                if entry.amount:
                    self._account(entry.account).hold(entry.identity, entry.amount)
                    self.approvals += 1
                self._remember(entry)

    def _remember(self, entry: PurchaseDecided | PurchaseUndone) -> None:
        self._past[entry.identity] = entry
        while len(self._past) > self._remembered_max:
            # Nobody can undo what is forgotten: its hold becomes final, as if it had been cleared.
            self._account_of(self._past.popitem(last=False)[1], release=False)

    def _account_of(self, past: PurchaseDecided | PurchaseUndone | None, *, release: bool) -> None:
        if isinstance(past, PurchaseDecided) and past.amount:
            account = self._account(past.account)
            (account.release if release else account.post)(past.identity)

    def _account(self, name: str) -> Account:
        try:
            return self.accounts[name]
        except KeyError:
            raise Error(
                f"the journal holds money of account {name!r}, which is not among issuer.accounts "
                "(add it, or begin with a new journal)"
            ) from None
