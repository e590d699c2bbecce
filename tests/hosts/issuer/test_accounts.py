"""Accounts: whatever happens to them, holds never exceed the balance and are released once."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from cardswitch.hosts.issuer.accounts import Account
from cardswitch.specs.errors import Error


class AccountMachine(RuleBasedStateMachine):
    """An account beside a model of it: what is held by name, and the balance."""

    names = Bundle("names")

    def __init__(self) -> None:
        super().__init__()
        self.account = Account("ada", 1_000, "978")
        self.balance = 1_000
        self.holds: dict[str, int] = {}
        self.count = 0

    @rule(target=names, amount=st.integers(1, 1_200))
    def hold(self, amount: int) -> str:
        self.count += 1
        name = f"purchase {self.count}"
        if amount <= self.balance - sum(self.holds.values()):
            self.account.hold(name, amount)
            self.holds[name] = amount
        else:
            with pytest.raises(Error, match="account ada"):
                self.account.hold(name, amount)
        return name

    @rule(name=names)
    def release(self, name: str) -> None:
        assert self.account.release(name) == self.holds.pop(name, 0)

    @rule(name=consumes(names))
    def release_twice(self, name: str) -> None:
        self.account.release(name)
        self.holds.pop(name, None)
        assert self.account.release(name) == 0

    @rule(name=names)
    def post(self, name: str) -> None:
        amount = self.holds.pop(name, 0)
        self.balance -= amount
        assert self.account.post(name) == amount

    @invariant()
    def money_is_conserved(self) -> None:
        assert self.account.held == sum(self.holds.values())
        assert self.account.balance == self.balance
        assert self.account.available == self.balance - self.account.held
        assert self.account.available >= 0
        assert self.account.held >= 0


TestAccount = AccountMachine.TestCase


@pytest.mark.parametrize("amount", [0, -1])
def test_a_hold_is_positive(amount: int) -> None:
    with pytest.raises(AssertionError):
        Account("ada", 1_000, "978").hold("purchase", amount)


def test_a_purchase_is_held_once() -> None:
    account = Account("ada", 1_000, "978")
    account.hold("purchase", 1)
    with pytest.raises(AssertionError):
        account.hold("purchase", 1)
