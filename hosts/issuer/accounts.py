"""Accounts of the issuer: a balance, and what is held of it; minor units."""

from __future__ import annotations

from cardswitch.specs.errors import Error


class Account:
    """At all times: available = balance - held, and neither is below zero.

    Which purchase holds how much is known by the journal; here is the sum.
    """

    __slots__ = ("balance", "currency", "held", "id")

    def __init__(self, id: str, balance: int, currency: str) -> None:
        self.id = id
        self.balance = balance
        self.currency = currency
        self.held = 0

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

    def hold(self, amount: int) -> None:
        """Set *amount* (1 or more) aside; Error if there is not as much available."""
        assert amount > 0, "a hold is a positive amount"
        if amount > self.available:
            raise Error(
                f"account {self.id}: a hold of {amount} needs as much available, there is "
                f"{self.available} (the journal belongs to an account with a higher balance?)"
            )
        self.held += amount

    def release(self, amount: int) -> None:
        """Give back *amount* (1 or more) of what is held."""
        assert 0 < amount <= self.held, "only what is held is released"
        self.held -= amount
