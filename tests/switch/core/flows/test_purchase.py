"""A purchase, told as a play: what comes in, what is written, what goes out, in this order."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.switch.core.states import State
from cardswitch.wire.ports import LinkDown, LinkId, LinkUp, Received
from tests.kit.play import after, answered, sent
from tests.kit.switch import (
    ACQUIRER,
    HSM,
    NEW_BLOCK,
    PLAIN,
    POS,
    SALE,
    TPK,
    ZPK,
    approved,
    forwarded,
    opened,
    recorded,
    with_listener,
)


def test_a_purchase_with_a_pin_is_approved():
    assert (
        opened()
        >> Received(POS, SALE)
        << sent("hsm", "CA", {"tpk": TPK, "zpk": ZPK, "pan12": "999000000001"})
        >> answered("hsm", "00", {"block": NEW_BLOCK})
        << recorded(State.FORWARDED)
        << sent("acquirer", "0200", {52: NEW_BLOCK, 15: "0329", 37: "608800000001"})
        >> answered("acquirer", "00", {38: "A1B2C3"})
        << recorded(State.APPROVED)
        << sent("pos/1", "0210", {39: "00", 38: "A1B2C3", 11: "000007", 37: "608800000001"})
    )


def test_the_network_side_translates_from_zone_to_zone_and_keeps_the_reference_number():
    request = SALE.with_fields({37: "608800000042"})
    assert (
        opened()
        >> LinkUp(LinkId("network/1"))
        >> Received(LinkId("network/1"), request)
        << sent("hsm", "CC", {"source_zpk": ZPK, "target_zpk": ZPK})
        >> answered("hsm", "00", {"block": NEW_BLOCK})
        << recorded(State.FORWARDED)
        << sent("acquirer", "0200", {37: "608800000042"})
    )


def test_a_decline_comes_back_with_its_reason():
    assert (
        forwarded(opened())
        >> answered("acquirer", "51")
        << recorded(State.DECLINED)
        << sent("pos/1", "0210", {39: "51", 4: "000000001250"})
    )


def test_a_partial_approval_comes_back_with_the_smaller_amount():
    assert (
        forwarded(opened())
        >> answered("acquirer", "10", {4: "000000000600"})
        << recorded(State.APPROVED)
        << sent("pos/1", "0210", {39: "10", 4: "000000000600"})
    )


def test_silence_is_reversed_before_the_terminal_is_told():
    assert (
        forwarded(opened())
        >> after(3.5)
        << recorded(State.REVERSING)
        << sent("pos/1", "0210", {39: "91"})
        << sent("acquirer", "0420", {37: "608800000001", 2: SALE[2], 52: None})
    )


def test_a_late_answer_changes_nothing_and_is_counted():
    play = forwarded(opened()) >> after(3.5)
    play.skip() >> answered("acquirer", "00", ago=2)
    assert play
    assert play.machine.counts["late_answer"] == 1


@pytest.mark.parametrize(
    "fields", [{4: "000000001251"}, {49: "840"}, {37: "608800000009"}, {39: ""}]
)
def test_an_answer_that_cannot_be_believed_is_reversed(fields):
    assert (
        forwarded(opened())
        >> answered("acquirer", "00", fields)
        << recorded(State.REVERSING)
        << sent("pos/1", "0210", {39: "91"})
        << sent("acquirer", "0420")
    )


def test_an_approval_that_nobody_waits_for_is_reversed_in_the_same_transaction():
    assert (
        forwarded(opened())
        >> LinkDown(POS)
        >> answered("acquirer", "00")
        << recorded(State.REVERSING)
        << sent("pos/1", "0210", {39: "91"})  # lost, as the link is
        << sent("acquirer", "0420")
    )


def test_a_link_that_breaks_in_flight_counts_as_silence():
    assert (
        forwarded(opened())
        >> LinkDown(ACQUIRER)
        << recorded(State.REVERSING)
        << sent("pos/1", "0210", {39: "91"})
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({2: "4242424242424242"}, "15"),
        ({42: "SHOP0002       "}, "91"),
    ],
)
def test_what_cannot_be_routed_is_declined_without_leaving(changes, code):
    play = opened()
    if code == "91":
        play >> LinkDown(ACQUIRER)
    assert (
        play
        >> Received(POS, PLAIN.with_fields(changes))
        << recorded(State.DECLINED)
        << sent("pos/1", "0210", {39: code})
    )


@pytest.mark.parametrize(("error", "code"), [("20", "55"), ("24", "55"), ("10", "96")])
def test_a_pin_that_the_hsm_refuses_never_leaves(error, code):
    assert (
        opened()
        >> Received(POS, SALE)
        << sent("hsm", "CA")
        >> answered("hsm", error)
        << recorded(State.DECLINED)
        << sent("pos/1", "0210", {39: code})
    )


def test_without_an_hsm_purchases_with_a_pin_are_declined_and_others_go_on():
    play = opened() >> LinkDown(HSM)
    assert (
        play >> Received(POS, SALE) << recorded(State.DECLINED) << sent("pos/1", "0210", {39: "96"})
    )
    assert (
        play
        >> Received(POS, PLAIN.with_fields({11: "000009"}))
        << recorded(State.FORWARDED)
        << sent("acquirer", "0200")
    )


def test_an_hsm_that_is_silent_costs_a_second():
    assert (
        opened()
        >> Received(POS, SALE)
        << sent("hsm", "CA")
        >> after(1.0)
        << recorded(State.DECLINED)
        << sent("pos/1", "0210", {39: "96"})
    )


def test_a_terminal_may_have_a_key_of_its_own():
    own = "U" + "3" * 32
    assert (
        opened(with_listener(terminal_keys={"TERM0001": own}))
        >> Received(POS, SALE)
        << sent("hsm", "CA", {"tpk": own})
    )


def test_nothing_secret_goes_into_an_answer():
    play = opened()
    approved(play)
    assert set(play.sent_on(POS)[0].fields) <= {3, 4, 7, 11, 37, 38, 39, 41, 42, 49}


def test_the_message_that_leaves_carries_no_header_of_the_terminals_link():
    play = opened()
    play >> Received(POS, Message("0200", PLAIN.fields, header=b"\x60\x00\x01\x00\x02"))
    assert play.sent_on(ACQUIRER)[-1].header == b""
    play.skip() >> answered("acquirer", "00")
    assert play.sent_on(POS)[-1].header == b"\x60\x00\x01\x00\x02"
