"""A change of ours: made, durable, offered until it is answered; and whatever may come between."""

import pytest

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.wire.machine.keys.exchange import KeyExchange
from cardswitch.wire.machine.keys.ours import AGAIN_S, ANSWER_S
from cardswitch.wire.ports import LinkDown, LinkUp, Received
from tests.kit.keys import (
    HSM,
    NEW,
    OLD,
    PEER,
    UNDER_MASTER,
    accepted,
    changing,
    keyed,
    let_out,
    noted,
    offered,
    sending,
    step,
    told,
)
from tests.kit.play import after, answered, sent


def answer(play, code="00", text="PA1B2C3"):
    return play >> answered(PEER, code, {48: text})


def test_a_new_key_is_used_once_the_peer_has_it():
    play = offered(changing(keyed(), because="ticket 4711"))
    assert sending(play) == OLD
    assert accepted(play) == (OLD, NEW)
    assert told(play)["is_under_way"]
    answer(play) << noted("changed", key=NEW, by="ann", because="ticket 4711")
    assert play
    assert sending(play) == NEW
    assert accepted(play) == (NEW, OLD)
    assert (told(play)["outcome"], told(play)["check_value"]) == ("changed", "A1B2C3")
    said = ("key_changed", PEER, "the pin key has the check value A1B2C3 now")
    assert play.machine.lines == [said]


@pytest.mark.parametrize(("code", "text"), [("88", ""), ("12", ""), ("00", "PFFFFFF"), ("00", "")])
def test_the_old_one_stays_where_the_peer_has_not_taken_that_key(code, text):
    play = answer(offered(changing(keyed())), code, text) << noted("kept", key="")
    assert play
    assert (sending(play), accepted(play)) == (OLD, (OLD,))
    assert told(play)["outcome"] == "kept"
    assert code in told(play)["reason"] or "another check value" in told(play)["reason"]


def test_without_an_answer_the_same_key_is_offered_again():
    play = offered(changing(keyed())) >> after(ANSWER_S)
    assert told(play)["outcome"] == "waiting"
    play >> after(AGAIN_S)
    let_out(play) << sent(PEER, "0800", {48: f"PA1B2C3{UNDER_MASTER}"})
    first, second = play.sent_on(PEER)
    assert first[11] != second[11]
    assert answer(play) << noted("changed", key=NEW)


def test_when_the_peer_goes_it_is_offered_again_when_it_is_back():
    play = offered(changing(keyed())) >> LinkDown(PEER) >> after(AGAIN_S)
    assert told(play)["outcome"] == "waiting"
    assert not told(play)["is_under_way"]
    let_out(play >> LinkUp(PEER)) << sent(PEER, "0800", {48: f"PA1B2C3{UNDER_MASTER}"})
    assert answer(play) << noted("changed", key=NEW)


def test_after_a_crash_it_is_offered_again():
    play = keyed(steps=[step("offered")])
    assert accepted(play) == (OLD, NEW)
    let_out(play) << sent(PEER, "0800", {48: f"PA1B2C3{UNDER_MASTER}"})
    assert answer(play) << noted("changed", key=NEW)


@pytest.mark.parametrize("at", ["made", "let out"])
def test_what_the_hsm_refuses_was_never_offered(at):
    play = changing(keyed())
    if at == "made":
        play << sent(HSM, "A0") >> answered(HSM, "68")
    else:
        play << sent(HSM, "A0") >> answered(HSM, "00", {"key": NEW, "kcv": "A1B2C3"})
        play << sent(HSM, "A8") >> answered(HSM, "17")
    assert play
    assert not play.entries
    assert accepted(play) == (OLD,)
    assert told(play)["outcome"] == "kept"


def test_an_hsm_that_is_away_ends_it_before_anything_is_offered():
    play = changing(keyed()) << sent(HSM, "A0")
    assert play >> after(1.0)
    assert told(play)["reason"] == "the HSM does not answer"


def test_an_hsm_that_is_away_later_does_not_end_it_since_the_peer_may_have_the_key():
    play = offered(changing(keyed())) >> after(ANSWER_S) >> after(AGAIN_S)
    play << sent(HSM, "A8") >> answered(HSM, "17")
    assert told(play)["outcome"] == "waiting"
    let_out(play >> after(AGAIN_S)) << sent(PEER, "0800")
    assert answer(play) << noted("changed", key=NEW)


def test_the_peer_may_be_asked_to_make_it():
    play = changing(keyed(), theirs=True) << sent(PEER, "0800", {48: "P", 70: "162"})
    assert play >> answered(PEER, "00")
    assert told(play)["outcome"] == "asked"
    assert sending(play) == OLD


def test_it_is_not_while_something_is_offered(monkeypatch):
    # Its offer would be refused, and that of ours forgotten for as long as the link stands.
    with monkeypatch.context() as patch:
        patch.setattr(KeyExchange, "link_ready", lambda *_: None)  # The peer has not signed on.
        play = keyed(steps=[step("offered")])
    with pytest.raises(Error, match="its pin key is offered already, and not answered yet"):
        changing(play, theirs=True)
    assert not told(play)["is_under_way"]
    let_out(play >> LinkUp(PEER)) << sent(PEER, "0800", {48: f"PA1B2C3{UNDER_MASTER}"})
    assert answer(play) << noted("changed", key=NEW)


@pytest.mark.parametrize("code", ["12", ""])
def test_a_peer_that_makes_none_is_told_of(code):
    play = changing(keyed(), theirs=True) << sent(PEER, "0800")
    assert play >> (answered(PEER, code) if code else after(ANSWER_S))
    assert told(play)["outcome"] == "kept"


def test_the_peer_asks_us_to_make_it():
    request = Message("0800", {7: "0329010000", 11: "000001", 48: "P", 70: "162"})
    play = keyed() >> Received(PEER, request) << sent(PEER, "0810", {39: "00"})
    assert answer(offered(play)) << noted("changed", by="peer")
