"""What the switch remembers of a leg, and what it may forget."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.switch.core.entry import Entry
from cardswitch.switch.core.legs import Leg, Legs
from cardswitch.switch.core.states import State
from cardswitch.wire.machine.matching import WAITERS_MAX
from cardswitch.wire.ports import LinkId

REQUEST = Message("0200", {4: "000000001250", 11: "000007", 41: "TERM0001"})


def entry(state: State, message: Message) -> Entry:
    return Entry(
        sequence=1,
        leg=1,
        at=0.0,
        state=state,
        source="pos",
        identity="who",
        request_digest="",
        business_date="2026-11-23",
        upstream="acquirer",
        message=message,
    )


def leg_after(*steps: tuple[State, dict[int, str]]) -> Leg:
    leg = Leg(number=1, source="pos", identity="who", request_digest="", business_date="2026-11-23")
    for state, fields in steps:
        leg.apply(entry(state, Message("0210", fields)))
    return leg


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([(State.RECEIVED, {}), (State.DECLINED, {39: "15"})], "15"),
        ([(State.FORWARDED, {}), (State.APPROVED, {39: "00"})], "00"),
        ([(State.FORWARDED, {}), (State.REVERSING, {})], "91"),
        ([(State.FORWARDED, {}), (State.REVERSING, {}), (State.REVERSED, {39: "00"})], "91"),
        ([(State.APPROVED, {39: "00"}), (State.REVERSING, {}), (State.REVERSED, {39: "00"})], "12"),
        ([(State.REVERSED, {39: "00"})], "12"),
    ],
)
def test_what_a_repeat_is_told(steps, code):
    assert leg_after(*steps).answer(REQUEST)[39] == code


def test_a_stored_answer_repeats_the_decision_and_the_repeats_own_numbers():
    leg = leg_after(
        (State.FORWARDED, {37: "632700000001"}),
        (State.APPROVED, {4: "000000000600", 37: "632700000001", 38: "A1B2C3", 39: "10"}),
    )
    answer = leg.answer(Message("0201", {4: "000000001250", 11: "000007"}))
    assert answer.fields == {
        4: "000000000600",
        11: "000007",
        37: "632700000001",
        38: "A1B2C3",
        39: "10",
    }


def test_reversals_owed_are_counted_up_and_down():
    leg = leg_after((State.FORWARDED, {}))
    changes = [leg.apply(entry(s, REQUEST)) for s in (State.REVERSING, State.REVERSED)]
    assert changes == [1, -1]
    assert (
        Leg(number=1, source="pos", identity="who", request_digest="", business_date="d").apply(
            entry(State.REVERSED, REQUEST)
        )
        == 0
    )


def test_secrets_are_not_remembered():
    secret = {14: "3012", 35: "9999990000000014=30122011", 48: "9203123", 52: "block"}
    leg = leg_after((State.FORWARDED, {4: "000000001250", **secret}))
    assert leg.forwarded is not None
    assert leg.forwarded.fields == {2: "9999990000000014", 4: "000000001250"}


def test_too_many_waiting_links_push_out_the_oldest():
    leg = Leg(number=1, source="pos", identity="who", request_digest="", business_date="2026-11-23")
    for n in range(WAITERS_MAX + 1):
        leg.wait(LinkId(f"pos/{n}"), REQUEST)
    assert list(leg.waiters) == [f"pos/{n}" for n in range(1, WAITERS_MAX + 1)]


def test_finished_legs_are_forgotten_and_open_ones_are_not():
    legs = Legs(legs_max=3)
    for n in range(5):
        leg = Leg(
            number=n,
            source="pos",
            identity=f"leg {n}",
            request_digest="",
            business_date="2026-11-23",
        )
        leg.state = State.FORWARDED if n == 0 else State.DECLINED
        legs.add(leg)
    legs.add(
        Leg(number=9, source="pos", identity="leg 9", request_digest="", business_date="2026-11-23")
    )
    assert legs.find("leg 0") is not None
    assert legs.find("leg 1") is None
    assert legs.find("leg 9") is not None
