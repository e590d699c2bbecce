"""Completions at the issuer: what was set aside is taken, the rest is free, once."""

import pytest

from cardswitch.hosts.issuer.entries import AuthorisationCompleted, PurchaseDecided
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.wire.machine.budget import Limits
from cardswitch.wire.machine.kernel import LOOK_UP_S
from cardswitch.wire.ports import Received
from tests.kit.hosts import (
    HOLD,
    NETWORK,
    PANS,
    completion,
    issuer,
    outcome,
    purchase,
    repeat_of,
    reversal_of,
    wrote,
)
from tests.kit.play import Playbook, after, sent


def held(*others: Message) -> Playbook:
    """12.50 of 100.00 are set aside."""
    play = issuer()
    for request in (HOLD, *others):
        outcome(play, request)
    return play


def account(play: Playbook) -> tuple[int, int]:
    """What is held and what is available."""
    [one] = play.machine.books.accounts.values()
    return one.held, one.available


def rebuilt(play: Playbook) -> Playbook:
    return issuer(play.journal.rows)


def test_less_is_taken_and_the_rest_is_free() -> None:
    play = held()
    assert account(play) == (1_250, 8_750)
    play >> Received(NETWORK, completion()) << wrote(AuthorisationCompleted, released=1_250)
    play << wrote(PurchaseDecided, code="00", amount=1_000, approval_code="000001")
    assert play << sent(NETWORK, "0230", {39: "00", 4: "000000001000"})
    assert account(play) == account(rebuilt(play)) == (1_000, 9_000)
    assert play.machine.held() == {HOLD[37]: 1_000}


def test_nobody_declines_it_for_want_of_money_or_for_its_amount() -> None:
    play = held(purchase(8_750, 8))
    assert account(play) == (10_000, 0)
    assert outcome(play, completion(1_151))[39] == "00"
    assert account(play) == (9_901, 99)


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_repeat_hears_the_same_and_another_under_its_number_is_refused(rebuild: bool) -> None:
    play = held()
    assert outcome(play, completion())[39] == "00"
    play = rebuilt(play) if rebuild else play
    assert outcome(play, repeat_of(completion()))[39] == "00"
    assert outcome(play, completion(999))[39] == "94"
    assert account(play) == (1_000, 9_000)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (completion(1_250), "00"),
        (completion(f2=""), "00"),
        (completion(f38=""), "00"),
        (completion(f90=""), "00"),
        (completion(1_251), "13"),
        (completion(f2=PANS["typed"]), "64"),
        (completion(f38="000002"), "64"),
        (completion(f49="840"), "64"),
        (completion(f90="", f37="608801000099"), "25"),
        (completion(f90=original_data(purchase(trace=8, mti="0100"))), "25"),
        (completion(f90=original_data(purchase())), "25"),
        (completion(f90="1"), "30"),
        (completion(f37=""), "30"),
        (completion(f2="", f35="no track"), "30"),
        (completion(f48="700601/02X"), "30"),
    ],
)
def test_what_may_be_completed(request_: Message, code: str) -> None:
    play = held()
    assert outcome(play, request_)[39] == code
    assert account(play)[0] == (int(request_[4]) if code == "00" else 1_250)
    if code in ("13", "64", "25"):
        assert outcome(rebuilt(play), repeat_of(request_))[39] == code


@pytest.mark.parametrize("rebuild", [False, True])
def test_twice_is_refused(rebuild: bool) -> None:
    play = held()
    outcome(play, completion())
    play = rebuilt(play) if rebuild else play
    assert outcome(play, completion(trace=10))[39] == "94"
    assert account(play) == (1_000, 9_000)


def test_what_was_undone_cannot_be_taken_and_of_a_part_the_rest_can() -> None:
    play = held()
    outcome(play, reversal_of(HOLD))
    assert outcome(play, completion())[39] == "12"
    play = held()
    part = Message("0420", {**reversal_of(HOLD).fields, 95: replacement_amounts(600)})
    outcome(play, part)
    assert outcome(play, completion(601))[39] == "13"
    assert outcome(play, completion(600, trace=10))[39] == "00"
    assert account(play) == (600, 9_400)


@pytest.mark.parametrize("rebuild", [False, True])
def test_what_is_taken_cannot_be_undone_and_neither_can_the_taking(rebuild: bool) -> None:
    play = held()
    outcome(play, completion())
    play = rebuilt(play) if rebuild else play
    assert outcome(play, reversal_of(HOLD))[39] == "64"
    assert outcome(play, reversal_of(completion(), trace=901))[39] == "64"
    assert outcome(play, repeat_of(HOLD))[39] == "00"
    assert account(play) == (1_000, 9_000)


def part(number: str, amount: int, trace: int) -> Message:
    """One of several completions of HOLD."""
    return completion(amount, trace, f48=f"7006{number}")


@pytest.mark.parametrize("rebuild", [False, True])
def test_of_several_each_takes_its_part_and_the_last_frees_the_rest(rebuild: bool) -> None:
    play = held()
    play >> Received(NETWORK, part("01/99P", 500, 9))
    play << wrote(AuthorisationCompleted, released=500, stays=750)
    assert (play << wrote(PurchaseDecided, code="00", amount=500)) << sent(NETWORK, "0230")
    play = rebuilt(play) if rebuild else play
    assert account(play) == (1_250, 8_750)
    assert play.machine.held() == {HOLD[37]: 1_250}
    assert outcome(play, part("02/99P", 751, 10))[39] == "13"
    assert outcome(play, part("01/99P", 500, 10))[39] == "94"
    assert outcome(play, part("02/03F", 400, 11))[39] == "00"
    assert account(play) == account(rebuilt(play)) == (900, 9_100)
    assert outcome(play, part("03/03F", 1, 12))[39] == "94"


def test_when_nothing_is_left_the_last_one_was_the_last() -> None:
    play = held()
    assert outcome(play, part("01/02P", 1_250, 9))[39] == "00"
    assert outcome(play, part("02/02F", 1, 10))[39] == "94"
    assert outcome(play, reversal_of(HOLD))[39] == "64"
    assert account(play) == (1_250, 8_750)


@pytest.mark.parametrize("rebuild", [False, True])
def test_what_is_left_can_be_released_as_a_whole(rebuild: bool) -> None:
    play = held()
    outcome(play, part("01/02P", 500, 9))
    play = rebuilt(play) if rebuild else play
    some = Message("0420", {**reversal_of(HOLD).fields, 95: replacement_amounts(300)})
    assert outcome(play, some)[39] == "64"
    assert outcome(play, reversal_of(HOLD, trace=901))[39] == "00"
    assert account(play) == account(rebuilt(play)) == (500, 9_500)
    assert outcome(play, part("02/02F", 100, 10))[39] == "12"
    assert outcome(play, reversal_of(part("01/02P", 500, 9), trace=902))[39] == "64"


def test_what_was_reduced_is_taken_in_parts_too() -> None:
    play = held()
    outcome(play, Message("0420", {**reversal_of(HOLD).fields, 95: replacement_amounts(600)}))
    assert outcome(play, part("01/02P", 400, 9))[39] == "00"
    again = Message("0420", {**reversal_of(HOLD, trace=902).fields, 95: replacement_amounts(600)})
    assert outcome(play, again)[39] == "64"
    assert outcome(play, part("02/02F", 201, 10))[39] == "13"
    assert outcome(play, part("02/02F", 200, 11))[39] == "00"
    assert account(play) == (600, 9_400)


def test_a_full_issuer_or_a_silent_journal_makes_for_silence() -> None:
    play = held()
    play.journal = None
    (play >> Received(NETWORK, completion())).skip()
    (play >> after(LOOK_UP_S)).skip()
    assert not [m for m in play.sent_on(NETWORK) if m.mti == "0230"]
    full = issuer(limits=Limits(undoing_max=0))
    (full >> Received(NETWORK, completion())).skip()
    assert full.machine.counts["full"] == 1


def test_two_copies_at_once_are_answered_once() -> None:
    play = held()
    play.journal = None
    (play >> Received(NETWORK, completion())).skip()
    (play >> Received(NETWORK, repeat_of(completion()))).skip()
    assert len(play.machine.legs.in_work) == 1


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_number_that_was_passed_over_does_not_come_again(rebuild: bool) -> None:
    play = held()
    assert outcome(play, part("03/99P", 100, 9))[39] == "00"
    play = rebuilt(play) if rebuild else play
    assert outcome(play, part("03/99P", 100, 10))[39] == "94"
    assert outcome(play, part("02/99P", 100, 11))[39] == "94"
    assert outcome(play, part("04/99P", 100, 12))[39] == "00"
