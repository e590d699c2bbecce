"""Completions at the acquirer: what they name is captured, and the network is told of it."""

import pytest

from cardswitch.hosts.acquirer.entries import (
    AuthorisationCompleted,
    PurchaseAnswered,
    PurchaseForwarded,
    PurchaseRefused,
)
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.wire.machine.kernel import LOOK_UP_S
from cardswitch.wire.ports import LinkDown, Received
from tests.kit.hosts import (
    FRONT,
    HOLD,
    PAN,
    TYPED_PAN,
    UPSTREAM,
    acquirer,
    again,
    approved,
    booked,
    completion,
    purchase,
    repeat_of,
    reversal_of,
)
from tests.kit.play import Playbook, after, answered, sent


def held() -> Playbook:
    return approved(acquirer(), HOLD)


def forwarded(play: Playbook) -> Playbook:
    """A completion comes in and goes into the network."""
    play >> Received(FRONT, completion()) << booked(PurchaseForwarded, trace="000003")
    return play << booked(AuthorisationCompleted) << sent(UPSTREAM, "0220", {11: "000003"})


def told(play: Playbook, request: Message) -> str:
    """What *request* is answered; "" for silence."""
    before = len(play.sent_on(FRONT))
    (play >> Received(FRONT, request)).skip()
    answers = play.sent_on(FRONT)[before:]
    return answers[0][39] if answers else ""


def amounts(play: Playbook) -> list[int]:
    return [each.amount for each in play.machine.approved().values()]


def test_the_network_hears_the_names_that_it_knows() -> None:
    play = forwarded(held())
    hold, asked = play.sent_on(UPSTREAM)
    assert (asked[90], asked[32], asked[4]) == (original_data(hold), "123456", "000000001000")
    play >> answered(UPSTREAM, "00") << booked(PurchaseAnswered, code="00", amount=1_000)
    assert play << sent(FRONT, "0230", {39: "00"})
    assert amounts(play) == [1_000]


@pytest.mark.parametrize("crash", [False, True])
def test_without_an_answer_it_is_silent_and_its_repeat_is_the_same_again(crash: bool) -> None:
    play = forwarded(held()) >> after(3.1)
    first = play.sent_on(UPSTREAM)[-1]
    play = again(play) if crash else play
    play >> Received(FRONT, repeat_of(completion())) << sent(UPSTREAM, "0221", first.fields)
    (play >> answered(UPSTREAM, "00")).skip()
    assert play.sent_on(FRONT)[-1][39] == "00"
    assert told(play, repeat_of(completion())) == "00"
    assert len(play.sent_on(UPSTREAM)) == (1 if crash else 3)


@pytest.mark.parametrize("crash", [False, True])
def test_of_several_each_takes_its_part_and_the_last_frees_the_rest(crash: bool) -> None:
    play = held()
    first, second = completion(500, f48="700601/99P"), completion(400, 10, f48="700602/02F")
    play >> Received(FRONT, first) << booked(PurchaseForwarded)
    play << booked(AuthorisationCompleted, left=750) << sent(UPSTREAM, "0220", {48: "700601/99P"})
    (play >> answered(UPSTREAM, "00")).skip()
    assert amounts(play) == [750, 500]
    play = again(play) if crash else play
    assert told(play, completion(751, 11, f48="700602/99P")) == "13"
    assert told(play, completion(500, 12, f48="700601/99P")) == "94"
    assert told(play, second) == ""
    (play >> answered(UPSTREAM, "00")).skip()
    assert sorted(amounts(play)) == [400, 500]
    assert told(play, completion(1, 13, f48="700603/03F")) == "94"


def test_what_is_left_can_be_released_as_a_whole() -> None:
    play = held()
    told(play, completion(500, f48="700601/02P"))
    (play >> answered(UPSTREAM, "00")).skip()
    some = Message("0420", {**reversal_of(HOLD).fields, 95: replacement_amounts(300)})
    assert told(play, some) == "64"
    play >> Received(FRONT, reversal_of(HOLD, trace=901))
    (play.skip() >> answered(UPSTREAM, "00")).skip()
    assert play.sent_on(FRONT)[-1][39] == "00"
    assert amounts(play) == [500]
    assert told(play, completion(1, 13, f48="700602/02F")) == "12"


@pytest.mark.parametrize("code", ["91", "64"])
def test_what_the_network_says_but_yes_is_handed_on_and_asked_again(code: str) -> None:
    play = forwarded(held()) >> answered(UPSTREAM, code) << sent(FRONT, "0230", {39: code})
    assert play >> Received(FRONT, repeat_of(completion())) << sent(UPSTREAM, "0221")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (completion(1_250), ""),
        (completion(1_251), "13"),
        (completion(f2=TYPED_PAN), "64"),
        (completion(f38="OTHER1"), "64"),
        (completion(f49="840"), "64"),
        (completion(f90=original_data(purchase(trace=8, mti="0100"))), "25"),
        (completion(f90=original_data(purchase())), "25"),
        (completion(f90="", f37="608801000099"), "25"),
        (completion(f90="", f2=""), ""),
        (completion(f90="1"), "30"),
        (completion(f37=""), "30"),
        (completion(f2="9999990000000015"), "14"),
    ],
)
def test_what_may_be_completed(request_: Message, code: str) -> None:
    play = held()
    assert told(play, request_) == code
    assert len(play.sent_on(UPSTREAM)) == (1 if code else 2)
    if code in ("13", "64", "25"):
        assert told(again(play), request_) == code


def test_twice_is_refused_and_what_was_undone_cannot_be_taken() -> None:
    play = (forwarded(held()) >> answered(UPSTREAM, "00")).skip()
    assert told(play, completion(trace=10)) == "94"
    play = held()
    (play >> Received(FRONT, reversal_of(HOLD))).skip()
    (play >> answered(UPSTREAM, "00")).skip()
    play >> Received(FRONT, completion()) << booked(PurchaseRefused, code="12")
    assert play << sent(FRONT, "0230", {39: "12"})


def test_what_is_taken_cannot_be_undone_and_neither_can_the_taking() -> None:
    play = (forwarded(held()) >> answered(UPSTREAM, "00")).skip()
    assert told(play, reversal_of(HOLD)) == "64"
    assert told(play, reversal_of(completion(), trace=901)) == "64"
    assert told(play, repeat_of(HOLD)) == "00"
    assert amounts(play) == [1_000]


def test_another_request_under_its_number_is_refused() -> None:
    play = (forwarded(held()) >> answered(UPSTREAM, "00")).skip()
    assert told(play, completion(500)) == "94"


def test_what_has_no_outcome_yet_goes_first() -> None:
    play = (acquirer() >> Received(FRONT, HOLD)).skip()
    assert told(play, completion()) == ""
    (play >> answered(UPSTREAM, "00", {38: "000001"})).skip()
    assert told(play, completion()) == ""
    assert [m.mti for m in play.sent_on(UPSTREAM)] == ["0100", "0220"]


def test_without_a_network_or_a_journal_it_is_silent() -> None:
    play = (held() >> LinkDown(UPSTREAM)).skip()
    assert told(play, completion()) == ""
    play = held()
    play.journal = None
    assert told(play, completion()) == ""
    (play >> after(LOOK_UP_S)).skip()
    assert not [m for m in play.sent_on(UPSTREAM) if m.mti == "0220"]


def test_the_card_is_where_it_was() -> None:
    play = held()
    assert told(play, completion(f2="")) == ""
    assert PAN not in repr(play.entries)


@pytest.mark.parametrize("crash", [False, True])
def test_a_number_that_was_passed_over_does_not_come_again(crash: bool) -> None:
    play = held()
    told(play, completion(100, f48="700603/99P"))
    (play >> answered(UPSTREAM, "00")).skip()
    play = again(play) if crash else play
    assert told(play, completion(100, 11, f48="700603/99P")) == "94"
    assert told(play, completion(100, 12, f48="700602/99P")) == "94"
