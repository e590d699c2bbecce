"""Refunds of what was captured, and tips on it: no more than that, counted through crashes."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.followed import Followed
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.switch.core.states import State
from cardswitch.wire.ports import Received
from tests.kit.play import after, answered, sent
from tests.kit.switch import (
    ACQUIRER,
    PAN,
    PLAIN,
    POS,
    REVERSAL,
    approved,
    crashed,
    linked,
    opened,
    recorded,
    with_listener,
)

from .test_advise import COMPLETION, RRN, held, told, upstream

COMMON = {n: COMPLETION[n] for n in (7, 37, 38, 41, 42, 49)}
REFUND = Message(
    "0200",
    {**COMMON, 3: "200000", 4: "000000000500", 11: "000020", 22: "012", 25: "00"},
).with_fields({90: original_data(PLAIN)})
TIP = Message("0220", {**REFUND.fields, 3: "020000", 4: "000000000250", 11: "000030"})
UNDO = REVERSAL.with_fields({4: REFUND[4], 90: original_data(REFUND)})


def sums(play):
    [sale] = [leg for leg in play.machine.memory.legs if leg.number == 1]
    return sale.followed


def sold():
    return approved(opened())


def refunded(play=None, changes=None, left=500):
    """5.00 of the sale are given back."""
    request = REFUND.with_fields(changes or {})
    play = play or sold()
    play >> Received(POS, request) << recorded(State.FORWARDED, original=1, rrn=RRN)
    play << sent("acquirer", "0200", {2: PAN, 3: "200000"}) >> answered("acquirer", "00")
    play << recorded(State.APPROVED, moved=-int(request[4]))
    play << recorded(State.FOLLOWED, leg=1, moved=0)
    play << sent("pos/1", "0210", {39: "00", 37: RRN})
    assert sums(play).refunded == left
    return play


def amount(minor, stan):
    return {4: f"{minor:012d}", 11: f"{stan:06d}"}


def again(play, crash):
    return linked(crashed(play).skip()) if crash else play


def test_upstream_hears_the_sale_by_the_names_that_it_knows():
    sale, refund = refunded().sent_on(ACQUIRER)[-2:]
    assert (refund[90], refund[37], refund[38]) == (original_data(sale), RRN, "A1B2C3")


@pytest.mark.parametrize("crash", [False, True])
def test_together_they_are_never_more_than_the_sale(crash):
    play = again(refunded(), crash)
    assert told(play, amount(751, 21), REFUND) == "13"
    play = again(refunded(play, amount(750, 22), left=1250), crash)
    assert told(play, amount(1, 23), REFUND) == "94"
    assert told(play, message=Message("0201", REFUND.fields)) == "00"


def test_where_a_listener_lets_it_have_any_amount_only_of_what_stands():
    play = refunded(approved(opened(with_listener(refunds="any"))), amount(5_000, 20), 5_000)
    play = refunded(play, amount(1, 21), left=5_001)
    assert told(play, amount(1_251, 31), TIP) == "13"
    other = original_data(PLAIN.with_fields({11: "000099"}))
    assert told(play, {11: "000023", 90: other}, REFUND) == "25"


def test_it_is_let_in_though_refunds_of_no_sale_are_not():
    play = sold()
    assert told(play, {2: PAN, 11: "000021", 37: None, 38: None, 90: None}, REFUND) == "58"
    assert refunded(play)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({90: original_data(PLAIN.with_fields({11: "000999"}))}, "25"),
        ({90: "0200" + "0" * 38, 37: None}, "30"),
        ({90: "X" * 42}, "30"),
        ({2: "9999990000000022"}, "64"),
        ({38: "ZZZZZZ"}, "64"),
        ({37: "608800000009"}, "64"),
        ({49: "840"}, "64"),
        ({4: "0" * 12}, "13"),
        ({52: "0" * 16}, "30"),
    ],
)
def test_what_cannot_be_true_is_refused(changes, code):
    play = sold()
    assert told(play, changes, REFUND) == code
    assert told(play, {**changes, 11: "000031"}, TIP) == code


def test_what_was_undone_or_declined_has_nothing_to_give_back():
    play = sold()
    (play >> Received(POS, REVERSAL)).skip()
    (play >> answered("acquirer", "00")).skip()
    assert told(play, {}, REFUND) == "12"


def test_of_what_stays_of_a_sale_no_more_is_given_back():
    play = sold()
    some = REVERSAL.with_fields({95: replacement_amounts(400)})
    (play >> Received(POS, some)).skip()
    (play >> answered("acquirer", "00")).skip()
    assert told(play, {}, REFUND) == "13"
    assert refunded(play, amount(400, 21), left=400)


@pytest.mark.parametrize("follower", [refunded, lambda: tipped()])
def test_what_was_refunded_or_tipped_is_not_undone(follower):
    play = follower()
    assert told(play, message=REVERSAL) == "64"
    assert told(play, {11: "000033", 95: replacement_amounts(100)}, REVERSAL) == "64"


@pytest.mark.parametrize("crash", [False, True])
@pytest.mark.parametrize("stays", [0, 100])
def test_a_sale_is_undone_when_its_refunds_were(stays, crash):
    play = refunded() >> Received(POS, UNDO) << recorded(State.REVERSING, leg=2)
    play = again((play.skip() >> answered("acquirer", "00")).skip(), crash)
    asked = REVERSAL.with_fields({11: "000033", 95: replacement_amounts(stays)})
    play >> Received(POS, asked) << recorded(State.REVERSING, leg=1, moved=stays - 1250)
    play.skip() >> answered("acquirer", "00")
    assert play << recorded(State.REDUCED if stays else State.REVERSED, leg=1)
    assert told(play, amount(500, 22), REFUND) == ("13" if stays else "12")


@pytest.mark.parametrize("crash", [False, True])
def test_upstream_hears_of_it_behind_a_refund_that_it_would_not_undo(crash):
    play = refunded() >> Received(POS, UNDO)
    play.skip() >> answered("acquirer", "64") << recorded(State.EXCEPTION, leg=2)
    play = again(play, crash)
    assert told(play, {11: "000033"}, REVERSAL) == "00"
    (play.skip() >> after(100.0)).skip()
    undone = [m[3] for m in play.sent_on(ACQUIRER) if m.mti[1] == "4"]
    assert "000000" not in undone  # or it would stand with a refund of nothing
    play.do(play.machine.retry(2, play.now, "ann", "back"))
    play.skip() >> answered("acquirer", "00") << recorded(State.REVERSED, leg=2)
    assert play << sent("acquirer", "0420", {3: "000000"})


@pytest.mark.parametrize("crash", [False, True])
def test_a_refund_that_is_undone_can_be_made_again(crash):
    play = again(refunded(), crash)
    some = UNDO.with_fields({95: replacement_amounts(100)})
    play >> Received(POS, some) << recorded(State.REVERSING, leg=2, stays=100, moved=400)
    play << recorded(State.FOLLOWED, leg=1)
    assert sums(play).refunded == 100
    play.skip() >> answered("acquirer", "00") << recorded(State.REDUCED, leg=2)
    play = again(play, crash)
    assert told(play, amount(1151, 21), REFUND) == "13"
    assert refunded(play, amount(1150, 22), left=1250)
    assert told(play, {11: "000040"}, UNDO) == "00"


def test_without_an_answer_it_is_undone_and_counts_for_nothing():
    play = sold() >> Received(POS, REFUND)
    play.skip() >> after(3.5) << recorded(State.REVERSING, leg=2, moved=0)
    play << sent("pos/1", "0210", {39: "91"}) << sent("acquirer", "0420")
    (play >> answered("acquirer", "00")).skip()
    assert refunded(play, amount(1250, 22), left=1250)


def test_while_it_has_no_outcome_another_waits():
    play = (sold() >> Received(POS, REFUND)).skip()
    assert told(play, {11: "000021"}, REFUND) == ""
    assert told(play, {11: "000031"}, TIP) == ""  # It comes again.
    assert told(play, message=REVERSAL) == ""


def test_what_was_declined_changes_nothing():
    play = (sold() >> Received(POS, REFUND)).skip() >> answered("acquirer", "13")
    play << recorded(State.DECLINED) << sent("pos/1", "0210", {39: "13"})
    assert refunded(play, amount(1250, 22), left=1250)


def test_a_completion_is_refunded_once_upstream_has_heard_of_it():
    play = held()
    assert told(play) == "00"
    refund = REFUND.with_fields({90: original_data(COMPLETION)})
    assert told(play, message=refund) == "91"
    (play >> answered("acquirer", "00")).skip()
    (play >> Received(POS, refund.with_fields(amount(1000, 22)))).skip()
    [advice], refund_sent = upstream(play), play.sent_on(ACQUIRER)[-1]
    assert refund_sent[90] == original_data(advice)
    (play >> answered("acquirer", "00")).skip()
    assert told(play, {**amount(1, 23), 90: refund[90]}, REFUND) == "94"


# Tips ---------------------------------------------------------------------------------------------


def tipped():
    play = sold() >> Received(POS, TIP)
    play << recorded(State.FOLLOWED, leg=1)
    assert sums(play) == Followed(tipped=250)
    play << recorded(State.TAKEN, moved=250, original=1, rrn=RRN)
    return play << sent("pos/1", "0230", {39: "00"}) << sent("acquirer", "0220", {3: "020000"})


@pytest.mark.parametrize("crash", [False, True])
def test_a_tip_comes_once_and_is_owed_upstream(crash):
    play = tipped() >> answered("acquirer", "00") << recorded(State.APPROVED, moved=0)
    play = again(play, crash)
    assert told(play, {11: "000031"}, TIP) == "94"
    assert told(play, message=Message("0221", TIP.fields)) == "00"
    assert told(play, {11: "000032", 90: original_data(TIP)}, TIP) == "25"  # No tip on a tip.
    (play >> Received(POS, REFUND.with_fields({**amount(250, 33), 90: original_data(TIP)}))).skip()
    (play >> answered("acquirer", "00")).skip()
    assert play.sent_on(POS)[-1][39] == "00"


def test_a_tip_is_no_more_than_the_sale_and_not_reversed():
    assert told(sold(), {4: "000000001251"}, TIP) == "13"
    undo = REVERSAL.with_fields({4: TIP[4], 90: original_data(TIP)})
    assert told(tipped(), message=undo) == "64"
