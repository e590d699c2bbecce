"""Sign-on, echo both ways, and what a peer's own 0800 is answered."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.switch.core.states import State
from cardswitch.wire.ports import LinkDown, LinkId, LinkUp, Received
from tests.kit.play import after, answered, closed, sent
from tests.kit.switch import (
    ACQUIRER,
    PLAIN,
    POS,
    approved,
    opened,
    recorded,
    started,
    with_listener,
)

NETWORK = LinkId("network/1")


def request(code: str) -> Message:
    return Message("0800", {7: "0329010000", 11: "000001", 41: "TERM0001", 70: code})


def test_an_upstream_is_signed_on_to_before_anything_is_routed_there():
    play = started().skip() >> LinkUp(POS) >> LinkUp(ACQUIRER)
    play << sent("acquirer", "0800", {70: "001"})
    (play >> Received(POS, PLAIN)).skip()
    assert play.sent_on(POS)[-1][39] == "91"
    assert ACQUIRER not in play.machine.memory.ready
    play >> answered("acquirer", "00")
    assert ACQUIRER in play.machine.memory.ready


def test_a_refused_sign_on_is_tried_again():
    play = started().skip() >> LinkUp(ACQUIRER)
    play.skip() >> answered("acquirer", "91")
    assert play >> after(1.0) << sent("acquirer", "0800", {70: "001"})


def test_an_upstream_is_asked_whether_it_is_there():
    play = opened()
    assert play >> after(30.0) << sent("acquirer", "0800", {70: "301"})
    assert play >> answered("acquirer", "00") >> after(29.0)
    assert play >> after(1.0) << sent("acquirer", "0800", {70: "301"})


def test_an_upstream_that_does_not_answer_an_echo_is_dropped():
    play = (opened() >> after(30.0)).skip()
    assert play >> after(2.0) << closed("acquirer")


def test_a_link_that_came_back_is_looked_after_once():
    play = opened() >> LinkDown(ACQUIRER) >> LinkUp(ACQUIRER)
    play << sent("acquirer", "0800", {70: "001"})
    assert play >> answered("acquirer", "00")
    play >> after(30.0) << sent("acquirer", "0800", {70: "301"})
    assert play


@pytest.mark.parametrize(("code", "reply"), [("001", "00"), ("301", "00"), ("999", "12")])
def test_what_a_peer_is_answered(code, reply):
    assert opened() >> Received(POS, request(code)) << sent("pos/1", "0810", {39: reply, 70: code})


def test_who_signed_off_is_served_after_signing_on_again():
    play = opened()
    play >> Received(POS, request("002")) << sent("pos/1", "0810", {39: "00"})
    play >> Received(POS, PLAIN) << recorded(State.DECLINED) << sent("pos/1", "0210", {39: "91"})
    play >> Received(POS, request("001")) << sent("pos/1", "0810", {39: "00"})
    assert approved(play, PLAIN.with_fields({11: "000009"}))


def test_whoever_signs_off_does_so_for_himself_alone():
    play = opened()
    play >> Received(POS, request("002")) << sent("pos/1", "0810", {39: "00"})
    other = PLAIN.with_fields({41: "TERM0002"})
    play >> Received(POS, other) << recorded(State.FORWARDED) << sent("acquirer", "0200")
    play >> answered("acquirer", "00")
    assert play << recorded(State.APPROVED) << sent("pos/1", "0210", {39: "00", 41: "TERM0002"})


def test_behind_a_link_of_merchants_everybody_gives_his_name():
    """Or one terminal would sign off all that share its concentrator."""
    nameless = request("002").without(41)
    play = opened() >> Received(POS, nameless) << sent("pos/1", "0810", {39: "30", 44: "41"})
    assert approved(play)


def test_an_acquirer_that_names_nobody_signs_off_its_link():
    play = opened() >> LinkUp(NETWORK) >> Received(NETWORK, request("002").without(41))
    play << sent("network/1", "0810", {39: "00"})
    play >> Received(NETWORK, PLAIN) << recorded(State.DECLINED, code="91")
    assert play << sent("network/1", "0210", {39: "91"})


@pytest.mark.parametrize(("signs_on", "code"), [(True, "00"), (False, "91")])
def test_a_listener_may_want_a_sign_on_first(signs_on, code):
    play = opened(with_listener(sign_on="required"))
    if signs_on:
        (play >> Received(POS, request("001"))).skip()
    (play >> Received(POS, PLAIN)).skip()
    if signs_on:
        (play >> answered("acquirer", "00")).skip()
    assert play.sent_on(POS)[-1][39] == code
    if signs_on:
        (play >> LinkDown(POS) >> LinkUp(POS) >> Received(POS, PLAIN.with_fields({11: "9"}))).skip()
        assert play.sent_on(POS)[-1][39] == "91", "a session ends with its link"


def test_a_terminal_that_is_not_known_cannot_sign():
    play = opened(with_listener(merchants={"SHOP0001": frozenset({"TERM0009"})}))
    assert play >> Received(POS, request("002")) << sent("pos/1", "0810", {39: "58"})


def test_nothing_is_routed_to_an_upstream_that_has_signed_off():
    play = opened() >> Received(ACQUIRER, request("002")) << sent("acquirer", "0810", {39: "00"})
    play >> Received(POS, PLAIN) << recorded(State.DECLINED) << sent("pos/1", "0210", {39: "91"})
    play >> Received(ACQUIRER, request("001")) << sent("acquirer", "0810", {39: "00"})
    assert approved(play, PLAIN.with_fields({11: "000009"}))
