"""Refunds and tips at the acquirer: no more than was captured, whatever the front lets through."""

import pytest

from cardswitch.hosts.acquirer.entries import PurchaseForwarded, ReversalForwarded, SaleFollowed
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.followed import Followed
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.wire.ports import Received
from tests.kit.hosts import (
    FRONT,
    UPSTREAM,
    acquirer,
    acquirer_config,
    again,
    approved,
    booked,
    purchase,
    repeat_of,
    reversal_of,
)
from tests.kit.play import Playbook, answered, sent

from .test_completions import amounts, told

SALE = purchase()


def refund(amount: int = 500, trace: int = 20, mti: str = "0200", kind: str = "20") -> Message:
    """5.00 of SALE."""
    fields = {n: SALE[n] for n in (2, 7, 22, 37, 41, 42, 49)}
    changes = {3: f"{kind}0000", 4: f"{amount:012d}", 11: f"{trace:06d}", 90: original_data(SALE)}
    return Message(mti, {**fields, **changes})


def tip(amount: int = 250, trace: int = 30) -> Message:
    return refund(amount, trace, "0220", "02")


def refunded(play: Playbook | None = None, amount: int = 500, trace: int = 20) -> Playbook:
    play = play or approved(acquirer(), SALE)
    play >> Received(FRONT, refund(amount, trace)) << booked(PurchaseForwarded, of=1)
    (play << sent(UPSTREAM, "0200", {3: "200000"}) >> answered(UPSTREAM, "00")).skip()
    return play


@pytest.mark.parametrize("crash", [False, True])
def test_together_they_are_never_more_than_the_sale(crash: bool) -> None:
    play = refunded()
    play = again(play) if crash else play
    assert told(play, refund(751, 21)) == "13"
    play = refunded(play, 750, 22)
    assert told(play, refund(1, 23)) == "94"
    assert told(play, Message("0201", refund().fields)) == "00"
    assert sum(amounts(play)) == 0


def test_where_any_amount_may_be_given_back_only_of_what_stands() -> None:
    play = refunded(approved(acquirer(config=acquirer_config(refunds="any")), SALE), 5_000)
    play = refunded(play, 1, 21)
    assert sum(amounts(play)) == 1_250 - 5_001
    assert told(play, tip(1_251)) == "13"
    assert told(play, refund(1, 22).with_fields({90: original_data(purchase(trace=99))})) == "25"


def test_the_network_hears_the_sale_by_the_names_that_it_knows() -> None:
    sale, asked = refunded().sent_on(UPSTREAM)[-2:]
    assert (asked[90], asked[32]) == (original_data(sale), "123456")


@pytest.mark.parametrize("crash", [False, True])
def test_a_refund_that_is_undone_can_be_made_again(crash: bool) -> None:
    play = refunded()
    some = Message("0420", {**reversal_of(refund()).fields, 95: replacement_amounts(100)})
    (play >> Received(FRONT, some)).skip() >> answered(UPSTREAM, "00")
    play.skip()
    play = again(play) if crash else play
    assert told(play, refund(1_151, 21)) == "13"
    assert sum(amounts(refunded(play, 1_150, 22))) == 0


@pytest.mark.parametrize("crash", [False, True])
def test_a_sale_of_which_a_part_stays_is_repeated_as_that_part(crash: bool) -> None:
    play = approved(acquirer(), SALE)
    part = Message("0420", {**reversal_of(SALE).fields, 95: replacement_amounts(500)})
    play = refunded(approved(play, part), 100)
    play = (again(play) if crash else play) >> Received(FRONT, repeat_of(SALE))
    assert play << sent(FRONT, "0210", {39: "10", 4: "000000000500"})


@pytest.mark.parametrize("crash", [False, True])
def test_a_sale_is_undone_when_its_refunds_were(crash: bool) -> None:
    play = refunded() >> Received(FRONT, reversal_of(refund()))
    play = (play.skip() >> answered(UPSTREAM, "00")).skip()
    play = (again(play) if crash else play) >> Received(FRONT, reversal_of(SALE, trace=901))
    play << booked(ReversalForwarded)
    (play.skip() >> answered(UPSTREAM, "00")).skip()
    assert amounts(play) == []


def test_what_was_refunded_or_tipped_is_not_undone() -> None:
    for play in refunded(), tipped():
        assert told(play, reversal_of(SALE)) == "64"


def tipped() -> Playbook:
    play = approved(acquirer(), SALE) >> Received(FRONT, tip())
    play << booked(PurchaseForwarded) << booked(SaleFollowed, followed=Followed(tipped=250))
    return (play << sent(UPSTREAM, "0220", {3: "020000"}) >> answered(UPSTREAM, "00")).skip()


@pytest.mark.parametrize("crash", [False, True])
def test_a_tip_comes_once_and_is_no_more_than_the_sale(crash: bool) -> None:
    assert told(approved(acquirer(), SALE), tip(1_251)) == "13"
    play = again(tipped()) if crash else tipped()
    assert told(play, tip(1, 31)) == "94"
    assert told(play, Message("0221", tip().fields)) == "00"
    assert sum(amounts(refunded(play, 1_250))) == 250


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({90: original_data(purchase(trace=99))}, "25"),
        ({2: "9999990000000022"}, "64"),
        ({49: "840"}, "64"),
        ({37: "608801000099"}, "64"),
    ],
)
def test_what_cannot_be_true_is_refused(changes: dict[int, str], code: str) -> None:
    play = approved(acquirer(), SALE)
    for request in refund(), tip():
        assert told(play, request.with_fields(changes)) == code
