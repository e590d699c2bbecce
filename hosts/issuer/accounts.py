"""Accounts of the issuer: a balance, and holds that reduce what is available; minor units."""

from __future__ import annotations

from cardswitch.specs.errors import Error


class Account:
    """At all times: available = balance - all holds, and neither is below zero."""

    __slots__ = ("_held", "_holds", "balance", "currency", "id")

    def __init__(self, id: str, balance: int, currency: str) -> None:
        self.id = id
        self.balance = balance
        self.currency = currency
        self._holds: dict[str, int] = {}
        self._held = 0

    @property
    def held(self) -> int:
        """The sum of all holds."""
        return self._held

    @property
    def available(self) -> int:
        """What may still be held.

        >>> account = Account("ada", 10_000, "978")
        >>> account.hold("purchase 1", 2_500)
        >>> account.available, account.release("purchase 1"), account.release("purchase 1")
        (7500, 2500, 0)
        """
        return self.balance - self._held

    def hold(self, name: str, amount: int) -> None:
        """Set *amount* (1 or more) aside under *name*; Error if there is not as much available."""
        assert amount > 0, "a hold is a positive amount"
        assert name not in self._holds, "a purchase is held once"
        if amount > self.available:
            raise Error(
                f"account {self.id}: a hold of {amount} needs as much available, there is "
                f"{self.available} (the journal belongs to an account with a higher balance?)"
            )
        self._holds[name] = amount
        self._held += amount

    def release(self, name: str) -> int:
        """Give back what is held under *name*: the amount, 0 if nothing is."""
        amount = self._holds.pop(name, 0)
        self._held -= amount
        return amount

    def post(self, name: str) -> int:
        """Take what is held under *name* out of the balance for good: the amount, or 0."""
        amount = self.release(name)
        self.balance -= amount
        return amount
