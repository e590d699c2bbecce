"""Several completions of one authorisation: in their order, and never more than was approved."""

import pytest

from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.switch.core.states import State
from cardswitch.wire.ports import Received
from tests.kit.play import after, answered, sent
from tests.kit.switch import POS, REVERSAL, crashed, linked, recorded

from .test_advise import COMPLETION, HOLD, held, told, upstream

UNDO = REVERSAL.with_fields({90: original_data(HOLD)})


def part(number, amount, stan):
    return COMPLETION.with_fields({48: f"7006{number}", 4: f"{amount:012d}", 11: f"{stan:06d}"})


FIRST, LAST = part("01/02P", 500, 9), part("02/02F", 400, 10)


def test_a_part_is_taken_and_the_rest_stays_until_the_last():
    play = held() >> Received(POS, FIRST) << recorded(State.PART_COMPLETED, leg=1, stays=750)
    play << recorded(State.TAKEN, moved=500, original=1) << sent("pos/1", "0230", {39: "00"})
    play << sent("acquirer", "0220", {48: "700601/02P"})
    play >> answered("acquirer", "00") << recorded(State.APPROVED, moved=0)
    play >> Received(POS, LAST) << recorded(State.COMPLETED, leg=1, stays=0)
    play << recorded(State.TAKEN, moved=400, original=1) << sent("pos/1", "0230", {39: "00"})
    assert play << sent("acquirer", "0220", {48: "700602/02F"})


@pytest.mark.parametrize("crash", [False, True])
@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (part("02/02F", 750, 10), "00"),
        (part("02/02F", 751, 10), "13"),
        (part("02/99P", 751, 10), "13"),
        (part("01/02F", 100, 10), "94"),
        (COMPLETION.with_fields({11: "000010"}), "94"),
        (part("03/02F", 100, 10), "30"),
    ],
)
def test_never_more_than_was_approved_and_each_once(crash, request_, code):
    play = (held() >> Received(POS, FIRST)).skip()
    (play >> answered("acquirer", "00")).skip()
    play = linked(crashed(play).skip()) if crash else play
    assert told(play, message=request_) == code


def test_what_was_sent_is_what_may_be_kept():
    full = FIRST.with_fields({48: "9203123700601/02P"})
    play = held()
    assert told(play, message=full) == "00"
    assert upstream(play)[-1][48] == "700601/02P"


# Their order --------------------------------------------------------------------------------------


def test_the_second_goes_when_the_first_is_acknowledged():
    play = held()
    assert [told(play, message=m) for m in (FIRST, LAST)] == ["00", "00"]
    assert [m[48] for m in upstream(play)] == ["700601/02P"]
    (play >> after(3.5) >> after(1.0)).skip()
    assert [m.mti for m in upstream(play)] == ["0220", "0221"]
    play >> answered("acquirer", "00") << recorded(State.APPROVED, leg=2)
    play << sent("acquirer", "0220", {48: "700602/02F"})
    assert play >> answered("acquirer", "00") << recorded(State.APPROVED, leg=3)


@pytest.mark.parametrize("crash", [False, True])
@pytest.mark.parametrize("deed", ["retry", "resolve"])
def test_it_waits_for_one_that_a_person_has_in_hand(deed, crash):
    # The last one frees what is left: upstream could not take the first any more.
    play = held()
    for request in (FIRST, LAST):
        told(play, message=request)
    play >> answered("acquirer", "64") << recorded(State.EXCEPTION, leg=2)
    play = (linked(crashed(play).skip()) if crash else play >> after(100.0)).skip()
    assert "700602/02F" not in [m[48] for m in upstream(play)]
    play.do(getattr(play.machine, deed)(2, play.now, "ann", "back"))
    if deed == "retry":
        play << recorded(State.TAKEN, leg=2) << sent("acquirer", "0221", {48: "700601/02P"})
        play >> answered("acquirer", "00") << recorded(State.APPROVED, leg=2)
    else:
        play << recorded(State.RESOLVED, leg=2)
    assert play << sent("acquirer", "0221" if crash else "0220", {48: "700602/02F"})


@pytest.mark.parametrize("crash", [False, True])
def test_what_may_stay_is_not_captured_while_a_person_has_its_reversal_in_hand(crash):
    play = held() >> Received(POS, UNDO.with_fields({95: replacement_amounts(600)}))
    play.skip() >> answered("acquirer", "64") << recorded(State.EXCEPTION, leg=1)
    play = linked(crashed(play).skip()) if crash else play
    assert play.skip() >> Received(POS, FIRST)  # Refused, it would stay so: it comes again.
    play.do(play.machine.retry(1, play.now, "ann", "back"))
    (play.skip() >> answered("acquirer", "00")).skip()
    play >> Received(POS, FIRST) << recorded(State.PART_COMPLETED, leg=1, stays=100)
    assert (play << recorded(State.TAKEN, original=1)).skip()


def test_after_a_crash_they_keep_their_order():
    play = held()
    for request in (FIRST, LAST):
        told(play, message=request)
    again = (linked(crashed(play).skip()) >> after(2.0)).skip()
    assert [(m.mti, m[48]) for m in upstream(again)] == [("0221", "700601/02P")]
    (again >> answered("acquirer", "00")).skip()
    assert [m[48] for m in upstream(again)] == ["700601/02P", "700602/02F"]


# What is left -------------------------------------------------------------------------------------


def test_what_is_left_is_released_as_a_whole_behind_what_was_taken():
    play = held()
    told(play, message=FIRST)
    assert told(play, {11: "000020", 95: replacement_amounts(300)}, UNDO) == "64"
    assert told(play, message=UNDO) == "00"
    assert play.sent_on("acquirer")[-1].mti == "0220"
    play >> answered("acquirer", "00") << recorded(State.APPROVED, leg=2)
    play << sent("acquirer", "0420") >> answered("acquirer", "00")
    assert play << recorded(State.REVERSED, leg=1)
    assert told(play, message=LAST) == "12"
    assert told(play, {11: "000021", 90: original_data(FIRST)}, UNDO) == "64"


def test_when_nothing_is_left_it_is_completed():
    play = held()
    assert told(play, message=part("01/02P", 1250, 9)) == "00"
    assert told(play, message=part("02/02F", 1, 10)) == "94"
    assert told(play, message=UNDO) == "64"


@pytest.mark.parametrize("crash", [False, True])
def test_a_number_that_was_passed_over_does_not_come_again(crash):
    play = held()
    assert told(play, message=part("03/99P", 100, 9)) == "00"
    (play >> answered("acquirer", "00")).skip()
    play = linked(crashed(play).skip()) if crash else play
    assert told(play, message=part("03/99P", 100, 10)) == "94"
    assert told(play, message=part("02/99P", 100, 11)) == "94"
    assert told(play, message=part("04/99P", 100, 12)) == "00"
