"""Terminal B neither reverses what terminal A sold, nor sells, repeats or signs as A."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.switch.core.settings import SpeaksFor
from cardswitch.switch.core.states import State
from cardswitch.wire.ports import LinkDown, LinkId, LinkUp, Received
from tests.kit.play import answered, closed, sent
from tests.kit.switch import (
    ACQUIRER,
    HSM,
    PLAIN,
    POS,
    REVERSAL,
    approved,
    recorded,
    started,
    with_listener,
)

A, B = LinkId("pos/2"), LinkId("pos/3")
BOUND = with_listener(
    speaks_for={
        "terminal-a": SpeaksFor(terminals=("TERM0001",), merchants=("SHOP0001",)),
        "terminal-b": SpeaksFor(terminals=("TERM0002",), merchants=("SHOP0001",)),
    }
)
SIGN_OFF = Message("0800", {7: "0329010000", 11: "000001", 41: "TERM0001", 70: "002"})


@pytest.fixture
def play():
    play = started(BOUND).skip()
    for link, names in ((POS, ("terminal-a",)), (B, ("terminal-b",)), (HSM, ()), (ACQUIRER, ())):
        (play >> LinkUp(link, "", names)).skip()
    return play >> answered("acquirer", "00")


@pytest.mark.parametrize(
    "asked",
    [PLAIN, Message("0201", PLAIN.fields), REVERSAL, Message("0421", REVERSAL.fields), SIGN_OFF],
    ids=["sale", "repeat", "reversal", "repeated reversal", "sign-off"],
)
def test_b_does_not_speak_as_a(play, asked):
    approved(play)
    rows = len(play.entries)
    (
        play
        >> Received(B, asked)
        << sent("pos/3", asked.reply("58").mti, {38: None, 39: "58", 44: "41"})
    )
    assert len(play.entries) == rows, "a row would stand in A's way"
    play >> Received(POS, Message("0201", PLAIN.fields)) << sent("pos/1", "0210", {39: "00"})
    play >> Received(POS, REVERSAL) << recorded(State.REVERSING) << recorded(State.ANSWERED)
    assert play << sent("pos/1", "0430", {39: "00"}) << sent("acquirer", "0420")


def test_what_b_asked_as_a_does_not_make_a_a_repeat(play):
    (play >> Received(B, PLAIN)).skip()
    assert approved(play)


def test_a_comes_back_on_another_link_and_may_reverse(play):
    play = approved(play) >> LinkDown(POS) >> LinkUp(A, "", ("terminal-a",))
    play >> Received(A, REVERSAL) << recorded(State.REVERSING) << recorded(State.ANSWERED)
    assert play << sent("pos/2", "0430", {39: "00"}) << sent("acquirer", "0420")


@pytest.mark.parametrize("names", [(), ("somebody",)])
def test_whose_certificate_is_bound_to_nobody_is_sent_away(play, names):
    other = LinkId("pos/4")
    play >> LinkUp(other, "", names) << closed("pos/4")
    assert play >> Received(other, PLAIN) << sent("pos/4", "0210", {39: "58"})
