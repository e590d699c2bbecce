"""Accounts: whatever happens to them, no more is held than the balance, and never less than 0."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cardswitch.hosts.issuer.accounts import Account
from cardswitch.specs.errors import Error


class AccountMachine(RuleBasedStateMachine):
    """An account beside a model of it: all that is held, one by one."""

    def __init__(self) -> None:
        super().__init__()
        self.account = Account("ada", 1_000, "978")
        self.holds: list[int] = []

    @rule(amount=st.integers(1, 1_200))
    def hold(self, amount: int) -> None:
        if amount <= 1_000 - sum(self.holds):
            self.account.hold(amount)
            self.holds.append(amount)
        else:
            with pytest.raises(Error, match="account ada"):
                self.account.hold(amount)

    @precondition(lambda self: self.holds)
    @rule(which=st.integers(0, 100), part=st.integers(1, 1_000))
    def release(self, which: int, part: int) -> None:
        which %= len(self.holds)
        part = min(part, self.holds[which])
        self.account.release(part)
        self.holds[which] -= part
        if not self.holds[which]:
            del self.holds[which]

    @rule(more=st.integers(1, 100))
    def release_more_than_is_held(self, more: int) -> None:
        with pytest.raises(AssertionError):
            self.account.release(sum(self.holds) + more)

    @invariant()
    def money_is_conserved(self) -> None:
        assert self.account.held == sum(self.holds)
        assert self.account.balance == 1_000
        assert 0 <= self.account.available == 1_000 - sum(self.holds)


TestAccount = AccountMachine.TestCase


@pytest.mark.parametrize("amount", [0, -1])
def test_what_is_held_or_released_is_positive(amount: int) -> None:
    account = Account("ada", 1_000, "978")
    account.hold(500)
    with pytest.raises(AssertionError):
        account.hold(amount)
    with pytest.raises(AssertionError):
        account.release(amount)
