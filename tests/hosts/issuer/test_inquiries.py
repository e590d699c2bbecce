"""What moves no money at the issuer: balances are told, cards are verified, nothing is held."""

import pytest

from cardswitch.hosts.issuer.entries import PurchaseDecided, ReversalAnswered
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.additional import AdditionalAmount, read_additional
from cardswitch.wire.ports import Received
from tests.kit.hosts import (
    NETWORK,
    PANS,
    RIGHT_PIN,
    WRONG_PIN,
    issuer,
    outcome,
    purchase,
    repeat_of,
    reversal_of,
    written,
)
from tests.kit.play import sent

NO_AMOUNT = {"f4": "", "f49": ""}


def balance(trace: int = 8, mti: str = "0100", **extra: str) -> Message:
    given = {**NO_AMOUNT, "f3": "310000", "f52": RIGHT_PIN, **extra}
    return purchase(0, trace, mti, **given)


def verify(**extra: str) -> Message:
    return purchase(0, 8, "0100", **{"f25": "51", **extra})


def told(answer: Message) -> list[tuple[str, int]]:
    return [(one.kind, one.amount) for one in read_additional(answer[54])]


@pytest.mark.parametrize("mti", ["0100", "0200"])
def test_a_balance_is_what_is_there_and_what_may_be_spent(mti: str) -> None:
    play = issuer()
    assert outcome(play, purchase(1_250))[39] == "00"
    answer = outcome(play, balance(mti=mti))
    assert (answer.mti, answer[39], answer[38]) == (f"{mti[:2]}10", "00", "000002")
    assert told(answer) == [("01", 10_000), ("02", 8_750)]
    assert play.machine.held_in_all() == {"978": 1_250}


def test_balances_are_of_the_account_that_was_asked_for() -> None:
    answer = outcome(issuer(), balance(f3="312000", f49="840"))
    assert read_additional(answer[54])[0] == AdditionalAmount("20", "01", "978", 10_000)


# One line a case: what is asked, and field 39.
@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (verify(), "85"),
        (verify(f48="9203123"), "85"),
        (verify(f48="9203999"), "N7"),
        (verify(f49="840"), "85"),
        (verify(f2=PANS["lost"]), "41"),
        (verify(f14="3011"), "54"),
        (verify(f4=""), "30"),
        (verify(f4="000000000100"), "13"),
        (balance(f2=PANS["unknown"]), "14"),
        (balance(f4="000000000100"), "13"),
        (balance(f52=""), "70"),
        (balance(f52=WRONG_PIN), "55"),
        (balance(f41=""), "30"),
        (balance(f49="000"), "30"),
    ],
)
def test_reasons(request_: Message, code: str) -> None:
    play = issuer()
    answer = outcome(play, request_)
    assert answer[39] == code
    assert bool(answer.get(38)) == answer.approved
    assert not play.machine.held_in_all().get("978")


def test_a_repeat_hears_what_the_first_heard() -> None:
    play = issuer()
    first = outcome(play, balance())
    assert outcome(play, purchase(1_250))[39] == "00"
    assert told(outcome(play, repeat_of(balance()))) == told(first)
    again = issuer(play.entries)
    assert told(outcome(again, repeat_of(balance()))) == told(first)
    assert outcome(again, purchase(100, 9))[38] == "000003"


def test_a_repeat_without_the_pin_hears_the_same_and_is_never_performed() -> None:
    play = issuer()
    repeat = repeat_of(balance(f52=""))
    first = outcome(play, balance())
    assert told(outcome(play, repeat)) == told(first)
    assert outcome(issuer(), repeat)[39] == "70"


def test_its_reversal_releases_nothing_and_is_agreed_to() -> None:
    play = issuer()
    outcome(play, balance())
    (play >> Received(NETWORK, reversal_of(balance()))).skip()
    assert [type(entry) for entry in written(play)] == [PurchaseDecided, ReversalAnswered]
    assert play.sent_on(NETWORK)[-1][39] == "00"


def test_one_that_was_reversed_before_it_came_is_refused() -> None:
    play = issuer()
    (play >> Received(NETWORK, reversal_of(balance()))).skip()
    assert play >> Received(NETWORK, balance()) << sent(NETWORK, "0110", {39: "12"})
