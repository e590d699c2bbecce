"""Refunds at the issuer: coming to the account that has paid, never more than it has."""

import pytest

from cardswitch.hosts.issuer.entries import PurchaseDecided, SaleFollowed
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.followed import Followed
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.wire.ports import Received
from tests.kit.hosts import HOLD, NETWORK, completion, issuer, outcome, purchase, reversal_of, wrote
from tests.kit.play import Playbook, sent

from .test_completions import held, rebuilt

SALE = purchase(2_000, 8)


def refund(amount: int = 500, trace: int = 20, of: Message = SALE) -> Message:
    """5.00 of SALE."""
    fields = {n: of[n] for n in (2, 7, 22, 37, 41, 42, 49) if n in of.fields}
    said = {3: "200000", 4: f"{amount:012d}", 11: f"{trace:06d}", 90: original_data(of)}
    return Message("0200", {**fields, 22: "011", **said})


def coming(play: Playbook) -> int:
    [one] = play.machine.books.accounts.values()
    return one.coming


def test_it_is_coming_and_written_of_the_sale() -> None:
    play = held(SALE) >> Received(NETWORK, refund())
    play << wrote(PurchaseDecided, code="00", amount=500, original=2)
    play << wrote(SaleFollowed, leg=2, followed=Followed(refunded=500))
    assert play << sent(NETWORK, "0210", {39: "00", 4: "000000000500"})
    assert coming(play) == coming(rebuilt(play)) == 500


@pytest.mark.parametrize("rebuild", [False, True])
def test_together_they_are_never_more_than_the_sale(rebuild: bool) -> None:
    play = held(SALE, refund())
    play = rebuilt(play) if rebuild else play
    assert outcome(play, refund(1_501, 21))[39] == "13"
    assert outcome(play, refund(1_500, 22))[39] == "00"
    assert outcome(play, refund(1, 23))[39] == "94"
    assert outcome(play, Message("0201", refund().fields))[39] == "00"
    assert coming(play) == coming(rebuilt(play)) == 2_000


def test_where_any_amount_may_be_given_back_only_of_what_stands() -> None:
    play = issuer(refunds="any")
    for request in (SALE, refund(2_001), refund(1, 21)):
        assert outcome(play, request)[39] == "00"
    assert coming(play) == 2_002
    undone = purchase(1_000, 9)
    for request in (undone, reversal_of(undone)):
        assert outcome(play, request)[39] == "00"
    assert outcome(play, refund(1, 22, undone))[39] == "12"


@pytest.mark.parametrize("rebuild", [False, True])
def test_one_that_is_undone_can_be_made_again(rebuild: bool) -> None:
    play = held(SALE, refund())
    play = rebuilt(play) if rebuild else play
    some = Message("0420", {**reversal_of(refund()).fields, 95: replacement_amounts(100)})
    assert outcome(play, some)[39] == "00"
    assert coming(play) == coming(rebuilt(play)) == 100
    assert outcome(play, refund(1_901, 21))[39] == "13"
    assert outcome(play, refund(1_900, 22))[39] == "00"
    assert outcome(play, reversal_of(SALE, trace=905))[39] == "64"


def test_of_a_completion_no_more_than_was_taken() -> None:
    play = held(completion(1_000))
    assert outcome(play, refund(1_001, 21, completion(1_000)))[39] == "13"
    assert outcome(play, refund(1_000, 22, completion(1_000)))[39] == "00"
    assert outcome(play, refund(1, 23, HOLD))[39] == "25"  # Nothing was paid for that.


@pytest.mark.parametrize("code", ["25", "64", "12"])
def test_what_cannot_be_true_is_refused(code: str) -> None:
    play = held(SALE)
    changes: dict[str, dict[int, str]] = {
        "25": {90: original_data(purchase(trace=99))},
        "64": {49: "840"},
        "12": {},
    }
    if code == "12":
        assert outcome(play, reversal_of(SALE))[39] == "00"
    assert outcome(play, refund().with_fields(changes[code]))[39] == code
    assert coming(play) == 0
