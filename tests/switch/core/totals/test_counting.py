"""What is settled with upstreams is counted once, whatever of it memory has forgotten."""

import pytest

from cardswitch.specs.transactions.reversals import replacement_amounts
from cardswitch.specs.transactions.settled import Account
from cardswitch.specs.transactions.totals import Side, Totals
from cardswitch.switch.core.states import State
from cardswitch.switch.core.totals.counting import date_of
from cardswitch.wire.ports import Received
from tests.kit.play import after, answered
from tests.kit.switch import (
    PLAIN,
    POS,
    REVERSAL,
    approved,
    crashed,
    forwarded,
    linked,
    opened,
    recorded,
    with_listener,
    with_settings,
)

DATE = "2026-03-29"
ONE, TWO = Account(Totals(Side(1, 1250))), Account(Totals(Side(2, 2500)))
HOLD = PLAIN.with_fields({11: "000021"})
SMALL = {"checkpoint_rows": 1, "legs_max": 1}


def account(play, currency="978"):
    return play.machine.memory.settled.account("acquirer", DATE, currency)


def sold(play, request):
    (play >> Received(POS, request)).skip()
    return (play >> answered("acquirer", "00")).skip()


def reversed_(play, original, stays=0, stan="000090"):
    fields = {11: stan, 90: f"0200{original[11]}{original[7]}" + "0" * 22}
    fields |= {95: replacement_amounts(stays)} if stays else {}
    (play >> Received(POS, REVERSAL.with_fields(fields))).skip()
    return (play >> answered("acquirer", "00")).skip()


@pytest.mark.parametrize("restart", ["none", "crash", "checkpoint", "cut-over", "before"])
def test_each_row_counts_once_whatever_was_forgotten(restart):
    settings = with_settings(**SMALL if restart == "checkpoint" else {})
    play = opened(settings)

    def next_life(play):
        if restart == "none":
            return play
        if restart == "cut-over":
            play.do(play.machine.cut_over_now(play.now, "ann", ""))
        play = linked(crashed(play.skip(), settings).skip()).skip()
        if restart == "before":  # What was sold has come to rest, and its undoing comes behind.
            play.do(play.machine.cut_over_now(play.now, "ann", ""))
        return play.skip()

    second = PLAIN.with_fields({11: "000020"})
    play = next_life(sold(play, PLAIN))
    assert account(play) == ONE
    play = next_life(sold(play, second))
    assert account(play) == TWO
    play = next_life(reversed_(play, second, 1000))
    assert account(play) == Account(Totals(Side(2, 2250)))
    play = next_life(reversed_(play, PLAIN, stan="000091"))
    assert account(play) == Account(Totals(Side(1, 1000)))


def test_what_was_never_approved_is_not_counted_when_it_is_undone():
    play = forwarded(opened()) >> after(3.5)
    (play.skip() >> answered("acquirer", "00")).skip()
    assert account(play) == Account()
    play = forwarded(opened()) >> answered("acquirer", "51")
    assert account(play.skip()) == Account()


def test_what_a_crash_leaves_open_is_not_counted():
    play = linked(crashed(forwarded(opened())).skip()).skip()
    assert play.machine.memory.unfinished
    assert account(play) == Account()


@pytest.mark.parametrize("crash", ["", "crash", "checkpoint"])
def test_an_advice_counts_when_it_is_taken_and_not_again(crash):
    advice = PLAIN.with_fields({11: "000030"})
    advice = type(advice)("0220", advice.fields)
    play = (opened() >> Received(POS, advice)).skip()
    assert account(play) == ONE
    if crash == "checkpoint":  # It names the leg, whose rows were counted.
        play.do(play.machine.cut_over_now(play.now, "ann", ""))
    if crash:
        play = linked(crashed(play).skip()).skip() >> after(1.0)
    (play.skip() >> answered("acquirer", "00")).skip()
    assert play.machine.memory.pending[State.TAKEN] == 0
    assert account(play) == ONE


def test_classes_that_are_no_money_and_refunds_are_told_apart():
    play = approved(opened(with_listener(allows=("refund",))))
    fields = {11: "000040", 3: "200000", 4: "000000000300"}
    (play >> Received(POS, PLAIN.with_fields(fields))).skip()
    (play >> answered("acquirer", "00")).skip()
    (play >> Received(POS, type(PLAIN)("0100", {**PLAIN.fields, 11: "000041"}))).skip()
    (play >> answered("acquirer", "00")).skip()
    assert account(play) == Account(Totals(Side(1, 1250), Side(1, 300)), authorisations=1)
    assert not account(play, "840").totals.debits.number


def test_runs_of_one_date_are_one():
    play = approved(opened())
    play.do(play.machine.cut_over_now(play.now, "ann", ""))
    play.skip() >> Received(POS, PLAIN.with_fields({11: "000050"}))
    (play << recorded(State.FORWARDED, business_date=f"{DATE}-2")).skip()
    (play >> answered("acquirer", "00")).skip()
    assert account(play) == TWO
    assert date_of(DATE) == DATE
