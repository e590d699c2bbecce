"""A session is open until it is complete or expired; what was paid completes an expired one."""

import pytest
from msgspec.structs import replace

from cardswitch.gateway.core.problems import Problem
from cardswitch.gateway.core.things.sessions import (
    STEPS,
    Item,
    Session,
    SessionStatus,
    completed,
    expired,
)

SESSION = Session(
    mode="payment",
    items=(Item(name="A", amount=700, quantity=2), Item(name="B", amount=1, quantity=1)),
    currency="eur",
    success_url="https://shop/",
    expires_at=100.0,
)


def test_it_is_worth_its_lines_and_open_for_its_time():
    assert SESSION.total == 1401
    assert SESSION.is_open(99.0)
    assert not SESSION.is_open(100.0)
    assert not replace(SESSION, status=SessionStatus.COMPLETE).is_open(1.0)


def test_it_ends_once():
    done, over = completed(SESSION, is_paid=True), expired(SESSION)
    assert (done.status, done.is_paid, over.status) == ("complete", True, "expired")
    assert SessionStatus.COMPLETE not in {before for before, _ in STEPS}
    assert completed(over, is_paid=True) == done
    for ended in (done, over):
        assert isinstance(expired(ended), Problem)
    with pytest.raises(AssertionError):
        completed(done, is_paid=True)
