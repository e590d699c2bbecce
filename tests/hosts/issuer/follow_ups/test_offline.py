"""Sales that a terminal has approved by itself: taken, though that overdraws the account."""

import pytest
from msgspec.structs import replace

from cardswitch.hosts.issuer.config import AccountConfig
from cardswitch.hosts.issuer.entries import PurchaseDecided
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Received
from tests.kit.hosts import CARDS, NETWORK, issuer, outcome, purchase, repeat_of, wrote
from tests.kit.play import sent

from .test_completions import account, rebuilt


def offline(amount: int = 1_000, trace: int = 30, **changed: str) -> Message:
    fields = {n: v for n, v in purchase(amount, trace).fields.items() if n not in (14, 48, 52)}
    fields |= {38: "OFF001", **{int(name[1:]): value for name, value in changed.items()}}
    return Message("0220", {n: value for n, value in fields.items() if value})


def test_it_is_taken_as_it_is() -> None:
    play = issuer() >> Received(NETWORK, offline())
    play << wrote(PurchaseDecided, code="00", amount=1_000, approval_code="OFF001")
    assert play << sent(NETWORK, "0230", {39: "00", 4: "000000001000"})
    assert account(play) == account(rebuilt(play)) == (1_000, 9_000)


@pytest.mark.parametrize("rebuild", [False, True])
def test_it_may_overdraw_and_is_taken_once(rebuild: bool) -> None:
    play = issuer()
    assert outcome(play, offline(10_051))[39] == "00"
    play = rebuilt(play) if rebuild else play
    assert outcome(play, repeat_of(offline(10_051)))[39] == "00"
    assert outcome(play, offline(10_052))[39] == "94"
    assert account(play) == (10_051, -51)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (offline(f7="0101000000"), "00"),
        (offline(f2="9999990000009999", f35=""), "14"),
        (offline(f49="840"), "57"),
        (offline(f37=""), "30"),
        (offline(f2="", f35=""), "30"),
        (offline(f90="0" * 42), "12"),
    ],
)
def test_what_cannot_be_true_is_refused(request_: Message, code: str) -> None:
    play = issuer()
    assert outcome(play, request_)[39] == code
    assert account(play)[0] == (1_000 if code == "00" else 0)


def test_it_is_of_the_cards_account_in_its_currency() -> None:
    dollars = AccountConfig("dollars", 500, "840")
    cards = [replace(each, more_accounts=("dollars",)) for each in CARDS]
    play = issuer(accounts=(AccountConfig("good", 10_000), dollars), cards=tuple(cards))
    assert outcome(play, offline(f49="840"))[39] == "00"
    books = play.machine.books.accounts
    assert (books["good"].held, books["dollars"].held) == (0, 1_000)
