"""Sales that a terminal has approved by itself: kept at once, and owed to wherever they belong."""

import pytest

from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.switch.core.states import State
from cardswitch.wire.ports import LinkDown, LinkUp, Received
from tests.kit.play import after, answered, sent
from tests.kit.switch import (
    ACQUIRER,
    PAN,
    PLAIN,
    POS,
    REVERSAL,
    crashed,
    linked,
    opened,
    recorded,
    with_settings,
)

from .test_advise import told, upstream

OFFLINE = Message("0220", {**PLAIN.fields, 25: "00", 38: "OFF001", 35: f"{PAN}=30122011000"})


def kept(play=None):
    play = (play or opened()) >> Received(POS, OFFLINE) << recorded(State.TAKEN, moved=1250)
    return play << sent("pos/1", "0230", {39: "00"}) << sent("acquirer", "0220", {2: PAN, 35: None})


def test_it_is_kept_and_answered_before_anybody_upstream_has_heard_of_it():
    play = kept() >> after(3.5) >> after(1.0) << sent("acquirer", "0221")
    assert play >> answered("acquirer", "00") << recorded(State.APPROVED, moved=0)


def test_nobody_need_be_there_and_it_may_have_happened_long_ago():
    play = opened() >> LinkDown(ACQUIRER)
    late = {7: transmission_time(play.now - 30 * 86_400.0)}
    assert told(play.skip(), late, OFFLINE) == "00"
    (play >> LinkUp(ACQUIRER)).skip()
    (play >> answered("acquirer", "00") >> after(30.0)).skip()
    assert upstream(play)[0].mti == "0220"


@pytest.mark.parametrize("crash", [False, True])
def test_its_repeat_hears_the_same_and_another_under_its_number_is_refused(crash):
    play = kept()
    play = linked(crashed(play).skip()) if crash else play
    assert told(play, message=Message("0221", OFFLINE.fields)) == "00"
    assert told(play, {4: "000000001251"}, OFFLINE) == "94"
    assert sum(row.moved for row in play.journal.rows) == 1250


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({2: None, 35: None}, "30"),
        ({2: "9999990000000015", 35: None}, "14"),
        ({4: "000000000000"}, "13"),
        ({52: "0" * 16}, "30"),
        ({90: original_data(PLAIN)}, "12"),
        *[({number: None}, "30") for number in (3, 4, 7, 41, 42, 49)],
    ],
)
def test_what_cannot_be_true_is_refused(changes, code):
    play = opened()
    assert told(play, changes, OFFLINE) == code
    assert not upstream(play)


def test_it_is_for_good():
    undo = REVERSAL.with_fields({90: original_data(OFFLINE)})
    assert told(kept(), message=undo) == "64"


def test_what_upstream_refuses_is_for_a_person_and_the_merchant_keeps_it():
    play = kept() >> answered("acquirer", "14") << recorded(State.EXCEPTION, moved=0)
    assert told(play, message=Message("0221", OFFLINE.fields)) == "00"


def test_when_too_much_is_owed_it_is_not_kept_and_comes_again():
    play = opened(with_settings(pending_reversals_max=1))
    play.machine.memory.pending[State.REVERSING] = 1
    assert told(play, message=OFFLINE) == ""


def test_where_no_route_leads_it_is_said():
    play = opened(with_settings(routes=()))
    assert told(play, message=OFFLINE) == "15"
