"""Increments at the issuer: held, taken, freed and undone with what they add to."""

import pytest

from cardswitch.hosts.issuer.entries import (
    AuthorisationAdjusted,
    HoldExpired,
    PurchaseDecided,
    PurchaseUndone,
)
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.wire.ports import Received
from tests.kit.hosts import (
    HOLD,
    NETWORK,
    PANS,
    completion,
    outcome,
    purchase,
    repeat_of,
    reversal_of,
    wrote,
)
from tests.kit.play import Playbook, after, sent

from .test_completions import account, held, part, rebuilt

DAY_S = 86_400.0


def increment(amount: int = 500, trace: int = 20, **changed: str) -> Message:
    """5.00 more for HOLD."""
    fields = completion(amount, trace, **{"f25": "00", **changed}).fields
    return Message("0100", fields)


def increased(*others: Message) -> Playbook:
    return held(increment(), *others)


def test_as_much_more_is_held() -> None:
    play = held() >> Received(NETWORK, increment())
    play << wrote(PurchaseDecided, code="00", amount=500, original=1, approval_code="000002")
    play << wrote(AuthorisationAdjusted, added=500)
    assert play << sent(NETWORK, "0110", {39: "00", 38: "000002", 4: "000000000500"})
    assert account(play) == account(rebuilt(play)) == (1_750, 8_250)
    assert play.machine.held() == rebuilt(play).machine.held() == {HOLD[37]: 1_750}


@pytest.mark.parametrize("rebuild", [False, True])
def test_it_is_taken_with_what_it_adds_to(rebuild: bool) -> None:
    play = increased()
    play = rebuilt(play) if rebuild else play
    assert outcome(play, completion(1_751))[39] == "13"
    assert outcome(play, part("01/02P", 1_000, 10))[39] == "00"
    assert outcome(play, increment(250, 21))[39] == "00"
    assert outcome(play, part("02/02F", 1_000, 11))[39] == "00"
    assert account(play) == account(rebuilt(play)) == (2_000, 8_000)
    assert outcome(play, increment(1, 22))[39] == "94"


@pytest.mark.parametrize("rebuild", [False, True])
def test_its_reversal_gives_back_only_that(rebuild: bool) -> None:
    play = increased()
    play = rebuilt(play) if rebuild else play
    assert outcome(play, reversal_of(increment()))[39] == "00"
    assert account(play) == account(rebuilt(play)) == (1_250, 8_750)
    assert outcome(play, reversal_of(increment(), trace=901))[39] == "00"
    assert outcome(play, repeat_of(increment()))[39] == "12"
    assert account(play) == (1_250, 8_750)


def test_what_was_taken_of_it_or_a_part_of_it_is_not_given_back() -> None:
    play = increased()
    some = {**reversal_of(increment()).fields, 95: replacement_amounts(100)}
    assert outcome(play, Message("0420", some))[39] == "64"
    assert outcome(play, part("01/02P", 1_300, 10))[39] == "00"
    assert outcome(play, reversal_of(increment(), trace=901))[39] == "64"
    assert outcome(play, part("02/02F", 100, 11))[39] == "00"
    assert outcome(play, reversal_of(increment(), trace=902))[39] == "64"


def test_it_is_undone_with_what_it_adds_to() -> None:
    play = increased()
    assert outcome(play, reversal_of(HOLD))[39] == "00"
    assert account(play) == account(rebuilt(play)) == (0, 10_000)
    assert outcome(play, reversal_of(increment(), trace=901))[39] == "00"
    assert outcome(play, increment(1, 21))[39] == "12"


@pytest.mark.parametrize("days", [6, 8])
def test_it_is_free_when_its_original_is(days: int) -> None:
    play = increased() >> after(days * DAY_S)
    if days > 7:
        play << wrote(HoldExpired, released=1_750)
        late = increment(1, 21, f7=transmission_time(play.now))
        assert outcome(play, late)[39] == "21"
    assert account(play)[0] == (1_750 if days < 7 else 0)


@pytest.mark.parametrize("rebuild", [False, True])
@pytest.mark.parametrize("late_s", [0.0, 60.0])
def test_one_that_was_sent_in_time_adds_nothing_to_what_is_free(
    late_s: float, rebuild: bool
) -> None:
    play = held() >> after(7 * DAY_S)
    sent_in_time = increment(1, 21, f7=transmission_time(play.now))
    play << wrote(HoldExpired, released=1_250)
    play = rebuilt(play) >> after(7 * DAY_S + late_s) if rebuild else play >> after(late_s)
    assert outcome(play, sent_in_time)[39] == "21"
    assert account(play) == account(rebuilt(play)) == (0, 10_000)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (increment(8_750), "00"),
        (increment(f2=""), "00"),
        (increment(f90=""), "00"),
        (increment(8_751), "51"),
        (increment(751), "51"),
        (increment(754), "54"),
        (increment(f2=PANS["typed"]), "64"),
        (increment(f38="000002"), "64"),
        (increment(f49="840"), "64"),
        (increment(f90=original_data(purchase())), "25"),
        (increment(f7="0101000000"), "12"),
        (increment(f90="1"), "30"),
        (increment(f37=""), "30"),
    ],
)
def test_what_may_be_added(request_: Message, code: str) -> None:
    play = held()
    assert outcome(play, request_)[39] == code
    added = int(request_[4]) if code == "00" else 0
    assert account(play) == account(rebuilt(play)) == (1_250 + added, 8_750 - added)


def test_in_part_and_twice_the_same_and_another_under_its_number() -> None:
    play = held()
    assert outcome(play, increment(710))[39] == "10"
    assert account(play)[0] == 1_605
    assert outcome(play, repeat_of(increment(710)))[4] == "000000000355"
    assert outcome(play, increment(711))[39] == "94"
    assert account(play)[0] == 1_605


def test_one_that_was_reversed_before_it_came_is_refused() -> None:
    play = held()
    assert outcome(play, reversal_of(increment()))[39] == "25"
    assert outcome(play, increment())[39] == "12"
    assert not [row for row in play.journal.rows if row.state == PurchaseUndone.__name__][1:]
