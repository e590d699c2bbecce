"""Reversals: which purchase they mean, how much of it they leave, and what they are told."""

import pytest

from cardswitch.hosts.issuer.entries import PurchaseDecided, PurchaseUndone, ReversalAnswered
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import replacement_amounts
from cardswitch.specs.transactions.tombstones import LIVES_S
from cardswitch.wire.machine.budget import Limits
from cardswitch.wire.ports import Found, LookUp, Received
from tests.kit.hosts import (
    NETWORK,
    PANS,
    RIGHT_PIN,
    hsm_answers,
    issuer,
    outcome,
    purchase,
    repeat_of,
    reversal_of,
    swiped,
    wrote,
)
from tests.kit.play import Playbook, after, sent

pytestmark = pytest.mark.usefixtures("journals_asked")


def sold(*amounts: int) -> Playbook:
    """An issuer that approved *amounts*, by trace numbers 7, 8, …."""
    play = issuer()
    for n, amount in enumerate(amounts or (1_250,)):
        assert outcome(play, purchase(amount, 7 + n))[39] in ("00", "10")
    return play


def reversal(original: Message | None = None, trace: int = 900, **changed: str) -> Message:
    """The 0420 of a purchase, with other fields such as ``f95="…"``; an empty one is left out."""
    made = reversal_of(original or purchase(), trace=trace)
    fields = {**made.fields, **{int(name[1:]): value for name, value in changed.items()}}
    return Message("0420", {n: value for n, value in fields.items() if value})


def stays(amount: int, trace: int = 900) -> Message:
    return reversal(trace=trace, f95=replacement_amounts(amount))


ZEROS = "0" * 22


# One line a case: what the reversal says otherwise, what it is told, and what is held then.
@pytest.mark.parametrize(
    ("changed", "code", "held"),
    [
        ({}, "00", 0),
        ({"f2": "", "f4": "", "f49": "", "f37": "", "f3": ""}, "00", 0),
        ({"f2": "", "f35": f"{PANS['good']}=30122011"}, "00", 0),
        ({"f2": PANS["typed"]}, "64", 1_250),
        ({"f4": "000000001249"}, "64", 1_250),
        ({"f49": "840"}, "64", 1_250),
        ({"f38": "000001"}, "00", 0),
        ({"f38": "000002"}, "64", 1_250),
        ({"f41": "TERM0002"}, "25", 1_250),
        ({"f42": "SHOP2"}, "25", 1_250),
        ({"f90": "0100000007" + "0329010000" + ZEROS}, "25", 1_250),
        ({"f90": "0000000007" + "0329010000" + ZEROS}, "00", 0),
        ({"f90": "0200000008" + "0329010000" + ZEROS}, "25", 1_250),
        ({"f90": "0200000007" + "0" * 32}, "00", 0),
        ({"f90": "0200000008" + "0" * 32}, "25", 1_250),
        ({"f90": "0" * 42}, "00", 0),
        ({"f90": ""}, "00", 0),
        ({"f90": "", "f37": "000000000001"}, "25", 1_250),
        ({"f90": "", "f37": ""}, "30", 1_250),
        ({"f90": "0200"}, "30", 1_250),
        ({"f90": "0200000007" + "1329010000" + ZEROS}, "30", 1_250),
        ({"f95": "1500"}, "30", 1_250),
        ({"f2": "", "f35": "no track"}, "30", 1_250),
        ({"f7": "1329010000"}, "30", 1_250),
    ],
)
def test_what_a_reversal_means(changed: dict[str, str], code: str, held: int) -> None:
    play = sold()
    assert outcome(play, reversal(**changed))[39] == code
    assert play.machine.held_in_all() == {"978": held}


def test_two_purchases_under_one_rrn_are_not_guessed_between() -> None:
    play = issuer()
    for trace in (7, 8):
        outcome(play, purchase(trace=trace, f37="608801000007"))
    assert outcome(play, reversal(f90=""))[39] == "64"
    outcome(play, purchase(1_300, trace=9, f37="608801000007"))
    third = reversal(purchase(1_300, trace=9, f37="608801000007"), trace=901, f90="")
    assert outcome(play, third)[39] == "00"
    assert play.machine.held_in_all() == {"978": 2_500}


def test_a_purchase_and_an_authorisation_of_one_number_are_two() -> None:
    play = sold()
    assert outcome(play, purchase(500, mti="0100"))[39] == "00"
    assert outcome(play, reversal(purchase(500, mti="0100")))[39] == "00"
    assert play.machine.held_in_all() == {"978": 1_250}


# In part ------------------------------------------------------------------------------------------


def test_what_stays_is_held_on_and_the_rest_is_released_bit_by_bit() -> None:
    play = sold()
    for n, (amount, released) in enumerate([(1_000, 250), (400, 600), (1, 399)]):
        assert (
            play
            >> Received(NETWORK, stays(amount, 900 + n))
            << wrote(PurchaseUndone, account="good", released=released, stays=amount)
            << wrote(ReversalAnswered, code="00")
            << sent(NETWORK, "0430", {39: "00"})
        )
        assert play.machine.held_in_all() == {"978": amount}
        assert play.machine.held() == {"608801000007": amount}
        repeat = outcome(play, repeat_of(purchase()))
        assert (repeat[39], int(repeat[4]), repeat[38]) == ("10", amount, "000001")
    assert outcome(play, reversal(trace=950))[39] == "00"
    assert play.machine.held_in_all() == {"978": 0}
    assert outcome(play, repeat_of(purchase()))[39] == "12"
    assert outcome(issuer(play.entries), repeat_of(purchase()))[39] == "12"


@pytest.mark.parametrize("amount", [1_250, 1_251, 999_999])
def test_not_less_is_released_than_something(amount: int) -> None:
    play = sold()
    assert outcome(play, stays(amount))[39] == "64"
    assert play.machine.held_in_all() == {"978": 1_250}


def test_never_more_stays_than_is_held_now() -> None:
    play = sold()
    outcome(play, stays(500))
    assert outcome(play, stays(501, 901))[39] == "64"
    assert outcome(play, stays(500, 902))[39] == "00"  # As it is.
    assert play.machine.held_in_all() == {"978": 500}
    outcome(play, reversal(trace=903))
    assert outcome(play, stays(500, 904))[39] == "64"
    assert outcome(play, reversal(trace=905))[39] == "00"
    assert play.machine.held_in_all() == {"978": 0}


def test_of_half_an_approval_no_more_than_that_half_is_released() -> None:
    play = sold(1_210)
    assert outcome(play, reversal(purchase(1_210), f95=replacement_amounts(605)))[39] == "64"
    half = reversal(purchase(1_210), trace=901, f4="000000000605", f95=replacement_amounts(100))
    assert outcome(play, half)[39] == "00"
    assert play.machine.held_in_all() == {"978": 100}
    assert outcome(play, reversal(purchase(1_210), trace=902, f4="000000000605"))[39] == "00"
    assert play.machine.held_in_all() == {"978": 0}


# Its own identity ---------------------------------------------------------------------------------


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("changed", [{}, {"f4": "000000009999"}, {"f41": "TERM0002"}])
def test_a_repeat_is_told_the_same_and_does_nothing(changed, restarted) -> None:
    play = sold()
    first = reversal(**changed)
    code = outcome(play, first)[39]
    play = issuer(play.entries) if restarted else play
    held, written = play.machine.held_in_all(), len(play.entries)
    for repeat in (Message("0421", first.fields), first):
        assert outcome(play, repeat)[39] == code
    assert (play.machine.held_in_all(), len(play.entries)) == (held, written)


def test_a_tombstone_does_not_make_the_repeat_of_its_reversal_known() -> None:
    """The purchase comes in between, is refused, and both are told the same for ever."""
    play = issuer()
    assert outcome(play, reversal())[39] == "25"
    assert outcome(play, purchase())[39] == "12"
    assert outcome(play, Message("0421", reversal().fields))[39] == "25"
    assert outcome(play, reversal(trace=901))[39] == "25"
    assert [row.state for row in play.entries[1:]] == [
        "PurchaseUndone",
        "ReversalAnswered",
        "ReversalAnswered",
    ]


# One line a case: how the unknown purchase is named, what comes, how much later, what it is told.
@pytest.mark.parametrize(
    ("changed", "amount", "later_s", "code"),
    [
        ({"f90": ""}, 1_250, 0.0, "12"),
        ({"f90": f"0200000007{'0' * 10}{ZEROS}"}, 1_250, 0.0, "12"),
        ({"f90": "", "f2": "", "f4": "", "f49": ""}, 1_250, 0.0, "12"),
        ({"f90": ""}, 1_250, LIVES_S - 1, "12"),
        ({"f90": ""}, 1_250, LIVES_S, "00"),
        ({"f90": ""}, 1_251, 0.0, "51"),
        ({"f90": "", "f37": "000000000042"}, 1_250, 0.0, "00"),
        ({"f90": "", "f2": PANS["typed"]}, 1_250, 0.0, "00"),
    ],
)
@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("checkpoint_rows", [2, 10_000])
def test_what_an_inexact_reversal_forbids(
    changed: dict[str, str],
    amount: int,
    later_s: float,
    code: str,
    restarted: bool,
    checkpoint_rows: int,
) -> None:
    play = issuer(checkpoint_rows=checkpoint_rows)
    assert outcome(play, reversal(**changed))[39] == "25"
    outcome(play, purchase(100, 99))
    if restarted:
        play = issuer(play.entries, checkpoint_rows=checkpoint_rows)
    (play >> after(later_s)).skip()
    assert outcome(play, purchase(amount))[39] == code


def test_inexact_tombstones_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardswitch.hosts.issuer.journal.TOMBSTONES_MAX", 1)
    play = issuer()
    assert outcome(play, reversal(f90=""))[39] == "25"
    (play >> Received(NETWORK, reversal(trace=901, f90="", f37="000000000042"))).skip()
    assert len(play.sent_on(NETWORK)) == 1


def test_another_reversal_under_the_same_identity_is_refused() -> None:
    play = sold()
    outcome(play, stays(500))
    assert outcome(play, stays(400))[39] == "94"
    assert play.machine.held_in_all() == {"978": 500}
    assert outcome(issuer(play.entries, remembered_max=0), stays(400))[39] == "94"


def test_copies_in_work_are_answered_once_a_link() -> None:
    play = sold()
    play.journal = None
    play >> Received(NETWORK, reversal())
    play.pending.popleft()
    assert play >> Received(NETWORK, Message("0421", reversal().fields))
    assert play >> Received("network/2", Message("0421", reversal().fields))
    assert sum(isinstance(effect, LookUp) for effect in play.effects) == 2


def test_a_reversal_needs_a_number_of_its_own() -> None:
    play = sold()
    answer = outcome(play, reversal(f11=""))
    assert (answer[39], answer[44]) == ("30", "11")


# In work, and full --------------------------------------------------------------------------------


@pytest.mark.parametrize("changed", [{"f4": "000000000001"}, {"f2": PANS["typed"]}])
def test_what_is_in_work_and_meant_by_a_reversal_that_does_not_agree_is_held(changed) -> None:
    play = issuer()
    (play >> Received(NETWORK, purchase(f52=RIGHT_PIN))).skip()
    before = len(play.effects)
    (play >> Received(NETWORK, reversal(**changed))).skip()
    assert play.sent_on(NETWORK)[-1][39] == "64"
    for effect in play.effects[:before]:
        play.pending.append(effect)
    hsm_answers(play)
    assert play.machine.held_in_all() == {"978": 1_250}


def test_what_is_in_work_is_reduced_when_it_is_decided() -> None:
    play = issuer() >> Received(NETWORK, purchase(f52=RIGHT_PIN)) << sent("hsm", "EC")
    assert play >> Received(NETWORK, stays(500))  # Silence: it comes again.
    assert not play.entries[1:]


def test_a_reversal_by_rrn_stops_what_is_in_work() -> None:
    play = issuer() >> Received(NETWORK, purchase(f52=RIGHT_PIN)) << sent("hsm", "EC")
    assert (
        play
        >> Received(NETWORK, reversal(f90=""))
        << wrote(PurchaseUndone, released=0, leg=1)
        << wrote(ReversalAnswered, code="00", original=1)
        << sent(NETWORK, "0430", {39: "00"})
    )
    again = issuer(play.entries)
    assert outcome(again, purchase(f52=RIGHT_PIN))[39] == "12"
    assert outcome(again, reversal(trace=901))[39] == "00"


def test_a_purchase_that_was_decided_while_its_reversal_looked_it_up_is_undone() -> None:
    play = issuer()
    play.journal = None
    (play >> Received(NETWORK, reversal())).skip()
    [number] = [effect.number for effect in play.effects if isinstance(effect, LookUp)]
    play.journal = lambda _: ()
    outcome(play, purchase())
    (play >> Found(number, ())).skip()
    assert play.sent_on(NETWORK)[-1][39] == "00"
    assert play.machine.held_in_all() == {"978": 0}


def test_undoing_has_room_of_its_own_and_none_beyond_it() -> None:
    play = issuer(limits=Limits(flows_max=0, undoing_max=1))
    play.journal = None
    (play >> Received(NETWORK, reversal())).skip()
    assert play >> Received(NETWORK, reversal(trace=901))
    assert play.machine.counts["full"] == 1


def test_a_flow_that_fails_is_silent_and_the_others_live_on(monkeypatch) -> None:
    play = sold()

    def fail(*_: object) -> None:
        raise RuntimeError("planted")

    with monkeypatch.context() as patch:
        patch.setattr("cardswitch.hosts.issuer.follow_ups.reversals.fits", fail)
        assert play >> Received(NETWORK, reversal())
    assert outcome(play, reversal())[39] == "00"


@pytest.mark.parametrize("mti", ["0401", "0421", "0400"])
def test_every_kind_of_reversal_is_one(mti: str) -> None:
    play = sold()
    assert outcome(play, Message(mti, reversal().fields))[39] == "00"
    assert not play.machine.held()


@pytest.mark.parametrize("mti", ["0202", "0204", "0103", "0422"])
def test_what_is_no_request_is_not_performed(mti: str) -> None:
    play = sold()
    assert outcome(play, Message(mti, purchase(trace=9).fields))[39] == "12"
    assert play.machine.held_in_all() == {"978": 1_250}


@pytest.mark.parametrize("original", [purchase(), swiped()], ids=["typed", "swiped"])
def test_an_issuer_that_keeps_the_hold_is_noticed_at_every_repeat(original: Message) -> None:
    """Told 00, nothing may be held: at the first send of a reversal, and at its repeat alone."""
    for mti in ("0420", "0421"):
        play = issuer()
        outcome(play, original)
        assert outcome(play, reversal_of(original, mti))[39] == "00"
        assert play.machine.held_in_all() == {"978": 0}
        assert play.machine.books.accounts["good"].available == 10_000


def test_what_is_approved_is_held() -> None:
    play = issuer() >> Received(NETWORK, purchase())
    assert play << wrote(PurchaseDecided, amount=1_250) << sent(NETWORK, "0210", {39: "00"})
    assert play.machine.held_in_all() == {"978": 1_250}
