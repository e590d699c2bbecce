"""Increments at the acquirer: asked of the network, and booked with what they add to."""

import pytest

from cardswitch.hosts.acquirer.entries import (
    AuthorisationAdjusted,
    PurchaseAnswered,
    PurchaseForwarded,
    PurchaseUndone,
    ReversalForwarded,
)
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.wire.ports import Received
from tests.kit.hosts import (
    FRONT,
    TYPED_PAN,
    UPSTREAM,
    again,
    booked,
    completion,
    purchase,
    repeat_of,
    reversal_of,
)
from tests.kit.play import Playbook, after, answered, sent

from .test_completions import amounts, held, told


def increment(amount: int = 500, trace: int = 20, **changed: str) -> Message:
    """5.00 more for HOLD."""
    fields = completion(amount, trace, **{"f25": "00", **changed}).fields
    return Message("0100", fields)


def increased(crash: bool = False) -> Playbook:
    play = held() >> Received(FRONT, increment()) << booked(PurchaseForwarded, of=1)
    play << sent(UPSTREAM, "0100") >> answered(UPSTREAM, "00", {38: "000002"})
    play << booked(PurchaseAnswered, code="00", amount=500)
    play << booked(AuthorisationAdjusted, held=1_750) << sent(FRONT, "0110", {39: "00"})
    return again(play) if crash else play


def test_the_network_hears_the_names_that_it_knows() -> None:
    play = increased()
    hold, asked = play.sent_on(UPSTREAM)
    assert (asked[90], asked[32], asked[4]) == (original_data(hold), "123456", "000000000500")
    assert amounts(play) == [1_750]


@pytest.mark.parametrize("crash", [False, True])
def test_it_is_taken_with_what_it_adds_to(crash: bool) -> None:
    play = increased(crash)
    assert told(play, completion(1_751)) == "13"
    assert told(play, completion(1_750, 10)) == ""
    (play >> answered(UPSTREAM, "00")).skip()
    assert amounts(play) == [1_750]
    assert told(play, increment(1, 21)) == "94"


@pytest.mark.parametrize("crash", [False, True])
def test_its_reversal_gives_back_only_that(crash: bool) -> None:
    play = increased(crash)
    play >> Received(FRONT, reversal_of(increment())) << booked(ReversalForwarded)
    play << sent(UPSTREAM, "0420") >> answered(UPSTREAM, "00") << booked(PurchaseUndone)
    (play << booked(AuthorisationAdjusted, held=1_250)).skip()
    assert told(play, reversal_of(increment(), trace=901)) == "00"
    assert told(play, completion(1_251)) == "13"
    assert sum(amounts(play)) == 1_250


def test_what_was_taken_of_it_or_a_part_of_it_is_not_given_back() -> None:
    play = increased()
    some = {**reversal_of(increment()).fields, 95: replacement_amounts(100)}
    assert told(play, Message("0420", some)) == "64"
    told(play, completion(1_300, f48="700601/02P"))
    (play >> answered(UPSTREAM, "00")).skip()
    assert told(play, reversal_of(increment(), trace=901)) == "64"


def test_without_an_answer_it_is_silent_and_its_repeat_is_the_same_again() -> None:
    play = (held() >> Received(FRONT, increment())).skip() >> after(3.1)
    first = play.sent_on(UPSTREAM)[-1]
    play = again(play) >> Received(FRONT, repeat_of(increment()))
    play << sent(UPSTREAM, "0101", first.fields)
    (play >> answered(UPSTREAM, "00")).skip()
    assert play.sent_on(FRONT)[-1][39] == "00"
    assert sum(amounts(play)) == 1_750


def test_without_an_answer_it_is_undone_alone() -> None:
    play = (held() >> Received(FRONT, increment())).skip() >> after(3.1)
    (play >> Received(FRONT, reversal_of(increment()))).skip()
    (play >> answered(UPSTREAM, "00")).skip()
    assert amounts(play) == [1_250]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (increment(f2=TYPED_PAN), "64"),
        (increment(f38="OTHER1"), "64"),
        (increment(f49="840"), "64"),
        (increment(f90=original_data(purchase(trace=8, mti="0100"))), "25"),
        (increment(f90="1"), "30"),
    ],
)
def test_what_cannot_be_is_refused(request_: Message, code: str) -> None:
    play = held()
    assert told(play, request_) == code
    assert len(play.sent_on(UPSTREAM)) == 1
