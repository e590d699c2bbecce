"""Increments: asked for where the pre-authorisation went, and held, taken and undone with it."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.switch.core.states import State
from cardswitch.wire.ports import LinkDown, Received
from tests.kit.play import after, answered, sent
from tests.kit.switch import ACQUIRER, PAN, POS, REVERSAL, crashed, linked, recorded

from .test_advise import COMPLETION, HOLD, RRN, held, told, upstream

INCREMENT = Message(
    "0100",
    {
        **{n: COMPLETION[n] for n in (3, 7, 37, 38, 41, 42, 49, 90)},
        4: "000000000500",
        11: "000020",
        22: "012",
        25: "00",
    },
)
UNDO = REVERSAL.with_fields({4: INCREMENT[4], 90: original_data(INCREMENT)})


def asked(play, request=INCREMENT):
    """*request* has gone upstream."""
    play >> Received(POS, request) << recorded(State.FORWARDED, original=1, rrn=RRN)
    return play << sent("acquirer", "0100")


def increased(play=None, request=INCREMENT):
    """5.00 more are set aside: 17.50."""
    play = asked(play or held(), request) >> answered("acquirer", "00", {38: "B2C3D4"})
    play << recorded(State.APPROVED, leg=2, moved=0)
    play << recorded(State.ADJUSTED, leg=1, stays=1750, moved=0)
    return play << sent("pos/1", "0110", {39: "00", 37: RRN, 38: "B2C3D4"})


def taken(play, amount, stan=30):
    return told(play, {4: f"{amount:012d}", 11: f"{stan:06d}"})


def test_upstream_hears_what_it_adds_to_by_the_names_that_it_knows():
    play = asked(held())
    hold, asks = [m for m in play.sent_on(ACQUIRER) if m.mti == "0100"]
    assert (asks[2], asks[37], asks[38], asks[90]) == (PAN, RRN, "A1B2C3", original_data(hold))


@pytest.mark.parametrize("crash", [False, True])
@pytest.mark.parametrize(("amount", "code"), [(1750, "00"), (1751, "13")])
def test_what_is_approved_can_be_taken_too(crash, amount, code):
    play = increased()
    play = linked(crashed(play).skip()) if crash else play
    assert taken(play, amount) == code


@pytest.mark.parametrize("crash", [False, True])
def test_a_repeat_hears_the_same(crash):
    play = increased()
    play = linked(crashed(play).skip()) if crash else play
    assert told(play, message=Message("0101", INCREMENT.fields)) == "00"
    assert told(play, {4: "000000000501"}, INCREMENT) == "94"
    assert taken(play, 1751) == "13"


def test_what_is_declined_changes_nothing():
    play = asked(held()) >> answered("acquirer", "51") << recorded(State.DECLINED, leg=2)
    assert taken(play.skip(), 1251) == "13"


def test_what_is_approved_in_part_is_as_much_more():
    play = (asked(held()) >> answered("acquirer", "10", {4: "000000000250"})).skip()
    assert taken(play, 1501) == "13"
    assert taken(play, 1500, 31) == "00"


def test_without_an_answer_it_is_undone_alone():
    play = asked(held()) >> after(3.5) << recorded(State.REVERSING, leg=2)
    play << sent("pos/1", "0110", {39: "91"}) << sent("acquirer", "0420")
    assert taken(play, 1251) == "13"
    assert taken(play, 1250, 31) == "00"
    assert not upstream(play)  # The reversal goes first.
    play >> answered("acquirer", "00") << recorded(State.REVERSED, leg=2)
    assert play << sent("acquirer", "0220")


def test_while_it_has_no_outcome_the_rest_waits():
    play = asked(held())
    assert taken(play, 1000) == ""
    assert told(play, {11: "000021"}, INCREMENT) == ""
    assert told(play, {11: "000040", 4: "000000001250", 90: original_data(HOLD)}, UNDO) == ""
    (play >> answered("acquirer", "00")).skip()
    assert taken(play, 1750, 31) == "00"


# Undone -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("crash", [False, True])
def test_its_reversal_gives_back_only_that(crash):
    play = increased()
    play = linked(crashed(play).skip()) if crash else play
    play >> Received(POS, UNDO) << recorded(State.ADJUSTED, leg=1, stays=1250)
    play << recorded(State.REVERSING, leg=2) << recorded(State.ANSWERED)
    play << sent("pos/1", "0430", {39: "00"}) << sent("acquirer", "0420")
    play >> answered("acquirer", "00") << recorded(State.REVERSED, leg=2)
    assert told(play, {11: "000041"}, UNDO) == "00"
    assert taken(play, 1251) == "13"
    assert taken(play, 1250, 31) == "00"


@pytest.mark.parametrize("amount", [1250, 1300])
def test_what_was_captured_of_it_is_not_given_back(amount):
    play = increased()
    part = {48: "700601/02P", 4: f"{amount:012d}", 11: "000030"}
    assert told(play, part) == "00"
    (play >> answered("acquirer", "00")).skip()
    assert told(play, message=UNDO) == ("00" if amount == 1250 else "64")


def test_after_the_last_completion_it_is_not_given_back():
    play = increased()
    assert taken(play, 100) == "00"
    assert told(play, message=UNDO) == "64"


def test_it_is_undone_as_a_whole_or_with_what_it_adds_to():
    play = increased()
    assert told(play, {95: replacement_amounts(100)}, UNDO) == "64"
    whole = {11: "000040", 4: "000000001250", 90: original_data(HOLD)}
    assert told(play, whole, UNDO) == "00"
    (play >> answered("acquirer", "00")).skip()
    assert told(play, {11: "000041"}, UNDO) == "00"
    assert told(play, {11: "000042"}, INCREMENT) == "12"


def test_one_that_never_came_stays_undone():
    play = held()
    assert told(play, message=UNDO) == "25"
    assert told(play, message=INCREMENT) == "12"


# What cannot be true ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({2: "9999990000000022"}, "64"),
        ({38: "OTHER1"}, "64"),
        ({37: "608800000099"}, "64"),
        ({49: "840"}, "64"),
        ({90: original_data(HOLD.with_fields({11: "000077"}))}, "25"),
        ({90: None, 37: None}, "30"),
        ({4: "000000000000"}, "13"),
        ({52: "0" * 16}, "30"),
        *[({number: None}, "30") for number in (3, 4, 7, 41, 42, 49)],
    ],
)
def test_what_does_not_fit_is_refused_with_its_code(changes, code):
    play = held()
    assert told(play, changes, INCREMENT) == code
    assert len([m for m in play.sent_on(ACQUIRER) if m.mti == "0100"]) == 1


def test_of_what_was_completed_nothing_more_is_set_aside():
    play = held()
    assert taken(play, 100) == "00"
    assert told(play, message=INCREMENT) == "94"


def test_of_what_was_taken_in_part_more_is_set_aside():
    play = held()
    assert told(play, {48: "700601/02P"}) == "00"
    (play >> answered("acquirer", "00")).skip()
    (play >> Received(POS, INCREMENT)).skip()
    (play >> answered("acquirer", "00")).skip()
    assert told(play, {48: "700602/02F", 4: "000000000751", 11: "000031"}) == "13"
    assert told(play, {48: "700602/02F", 4: "000000000750", 11: "000032"}) == "00"


def test_nobody_is_asked_where_nobody_is():
    play = held() >> LinkDown(ACQUIRER)
    assert told(play.skip(), message=INCREMENT) == "91"
