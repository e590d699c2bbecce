"""Accounts of the issuer: a balance, what is held of it, and what is coming; minor units."""

from __future__ import annotations

from cardswitch.specs.errors import Error
from cardswitch.specs.transactions.additional import (
    AVAILABLE,
    FIELD,
    LEDGER,
    AdditionalAmount,
    pack_additional,
)
from cardswitch.specs.transactions.kinds import Money


class Account:
    """At all times: available = balance - held, and neither held nor coming is below zero.

    Which purchase holds how much is known by the journal; here are the sums. What is coming cannot
    be spent before it is booked, so that it can always be taken back.
    """

    __slots__ = ("balance", "coming", "currency", "held", "id")

    def __init__(self, id: str, balance: int, currency: str) -> None:
        self.id = id
        self.balance = balance
        self.currency = currency
        self.held = 0
        self.coming = 0

    @property
    def available(self) -> int:
        """What may still be held.

        >>> account = Account("ada", 10_000, "978")
        >>> account.hold(2_500)
        >>> account.release(1_000)
        >>> account.available, account.held
        (8500, 1500)
        """
        return self.balance - self.held

    def said(self, processing: str) -> dict[int, str]:
        """Field 54 for an inquiry with field 3 *processing*: what is there, and what may be held.

        >>> Account("ada", 10_000, "978").said("311000")
        {54: '1001978C0000000100001002978C000000010000'}
        """
        amounts = ((LEDGER, self.balance), (AVAILABLE, self.available))
        groups = (AdditionalAmount(processing[2:4], kind, self.currency, n) for kind, n in amounts)
        return {FIELD: pack_additional(groups)}

    def do(self, money: Money, amount: int, *, has_happened: bool = False) -> None:
        """What an approval of *amount* (1 or more) does, by the *money* of its class. Error.

        What *has_happened* is taken all the same, whatever there is.
        """
        if money == "credit":
            self.credit(amount)
        else:
            self.hold(amount, may_overdraw=has_happened)

    def undo(self, money: Money, amount: int) -> None:
        """Take back *amount* of what :meth:`do` did."""
        if money == "credit":
            self.take_back(amount)
        else:
            self.release(amount)

    def hold(self, amount: int, *, may_overdraw: bool = False) -> None:
        """Set *amount* (1 or more) aside; Error if there is not as much available.

        What a merchant was promised is taken all the same: it *may_overdraw* the account.
        """
        assert amount > 0, "a hold is a positive amount"
        if amount > self.available and not may_overdraw:
            raise Error(
                f"account {self.id}: a hold of {amount} needs as much available, there is "
                f"{self.available} (the journal belongs to an account with a higher balance?)"
            )
        self.held += amount

    def release(self, amount: int) -> None:
        """Give back *amount* (1 or more) of what is held."""
        assert 0 < amount <= self.held, "only what is held is released"
        self.held -= amount

    def credit(self, amount: int) -> None:
        """Promise *amount* (1 or more): it is coming."""
        assert amount > 0, "a credit is a positive amount"
        self.coming += amount

    def take_back(self, amount: int) -> None:
        """Take *amount* (1 or more) of what is coming back."""
        assert 0 < amount <= self.coming, "only what is coming is taken back"
        self.coming -= amount
