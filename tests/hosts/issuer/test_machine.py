"""The issuer: a table of reasons, and a playbook for every way a purchase can go."""

import pytest

from cardswitch.hosts.issuer.entries import PurchaseDecided, PurchaseUndone, ReversalAnswered
from cardswitch.specs.codes import REASONS
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.additional import pack_cash
from cardswitch.wire.machine.budget import Limits
from cardswitch.wire.ports import LinkId, LinkUp, Received
from tests.kit.hosts import (
    NETWORK,
    PAN,
    PANS,
    RIGHT_PIN,
    WRONG_PIN,
    issuer,
    outcome,
    purchase,
    repeat_of,
    reversal_of,
    swiped,
    wrote,
)
from tests.kit.play import after, answered, sent

OTHER_LINK = LinkId("network/2")


# One line a case: card, amount in cents, what else the request carries, and its field 39.
@pytest.mark.parametrize(
    ("card", "amount", "extra", "code"),
    [
        ("good", 1_250, {}, "00"),
        ("good", 10_000, {}, "00"),
        ("good", 10_001, {}, "51"),
        ("good", 0, {}, "13"),
        ("good", 1_250, {"f52": RIGHT_PIN}, "00"),
        ("good", 1_250, {"f52": WRONG_PIN}, "55"),
        ("good", 1_250, {"f48": "9203123"}, "00"),
        ("good", 1_250, {"f48": "9203999"}, "N7"),
        ("good", 1_250, {"f48": "9502AB"}, "00"),
        ("good", 1_250, {"f14": "3011"}, "54"),
        ("good", 1_250, {"f14": ""}, "00"),
        ("good", 1_250, {"f49": "840"}, "57"),
        ("good", 1_250, {"f3": ""}, "30"),
        ("good", 1_250, {"f2": ""}, "30"),
        ("good", 1_250, {"f48": "9203"}, "30"),
        ("good", 1_250, {"f35": "no track"}, "30"),
        ("good", 1_250, {"f35": f"{PANS['typed']}=301220114321123"}, "30"),
        ("no-pin", 1_250, {"f52": RIGHT_PIN}, "57"),
        ("unknown", 1_250, {}, "14"),
        ("unknown", 1_251, {}, "14"),
        ("expired", 1_250, {"f14": "2602"}, "54"),
        ("last-month", 1_250, {"f14": "2603"}, "00"),
        ("lost", 1_250, {}, "41"),
        ("stolen", 1_250, {}, "43"),
        ("closed", 1_250, {}, "46"),
        ("restricted", 1_250, {}, "62"),
        ("blocked", 1_250, {}, "75"),
        ("blocked", 1_250, {"f52": RIGHT_PIN}, "75"),
        ("good", 1_205, {}, "05"),
        ("good", 1_251, {}, "51"),
        ("good", 1_254, {}, "54"),
        ("good", 1_210, {}, "10"),
        ("good", 1_251, {"f52": WRONG_PIN}, "55"),
        ("good", 99_910, {}, "51"),
    ],
)
def test_reasons(card: str, amount: int, extra: dict[str, str], code: str) -> None:
    play = issuer()
    answer = outcome(play, purchase(amount, **{"f2": PANS[card], **extra}))
    assert answer.mti == "0210"
    assert answer[39] == code
    assert code in REASONS
    assert bool(answer.get(38)) == answer.approved
    assert sum(play.machine.held().values()) == (int(answer[4]) if answer.approved else 0)


@pytest.mark.parametrize(("hours", "code"), [(-23, "00"), (23, "00"), (-25, "12"), (25, "12")])
def test_what_was_not_sent_now_is_not_performed(hours: int, code: str) -> None:
    """A late copy that nobody knows any more, or a clock that is wrong."""
    play = issuer()
    sent_at = transmission_time(play.now + hours * 3_600)
    assert outcome(play, purchase(f7=sent_at))[39] == code
    assert outcome(play, repeat_of(purchase(f7=sent_at)))[39] == code
    assert bool(play.machine.held()) == (code == "00")


def test_cash_back_is_not_approved_in_part() -> None:
    play = issuer()
    cash = {"f3": "090000", "f52": RIGHT_PIN, "f54": pack_cash(500, "978")}
    answer = outcome(play, purchase(1_210, **cash))
    assert (answer[39], sum(play.machine.held().values())) == ("00", 1_210)
    again = purchase(1_210, **{**cash, "f54": pack_cash(600, "978")})
    assert outcome(play, again)[39] == "94"


def test_half_is_approved_and_half_is_held() -> None:
    play = issuer()
    answer = outcome(play, purchase(1_210))
    assert (answer[39], answer[4], len(answer[38])) == ("10", "000000000605", 6)
    assert play.machine.held() == {"608801000007": 605}


def test_magic_amounts_are_off_unless_configured() -> None:
    assert outcome(issuer(magic_amounts=False), purchase(1_251))[39] == "00"


def test_answers_that_come_late_or_never_hold_the_money() -> None:
    play = issuer()
    assert (
        play
        >> Received(NETWORK, purchase(1_268))
        << wrote(PurchaseDecided, code="00", amount=1_268)
        >> after(7.9)
        >> after(0.2)
        << sent(NETWORK, "0210", {39: "00"})
        >> Received(NETWORK, purchase(1_269, trace=8))
        << wrote(PurchaseDecided, code="00", amount=1_269)
        >> after(60.0)
    )
    assert len(play.machine.held()) == 2


def test_a_late_answer_still_approves_after_its_reversal() -> None:
    play = issuer()
    assert (
        play
        >> Received(NETWORK, purchase(1_268))
        << wrote(PurchaseDecided)
        >> Received(NETWORK, reversal_of(purchase(1_268)))
        << wrote(PurchaseUndone)
        << wrote(ReversalAnswered, code="00")
        << sent(NETWORK, "0430", {39: "00"})
        >> after(8.1)
        << sent(NETWORK, "0210", {39: "00"})
    )
    assert not play.machine.held()


# Repeats and reversals ---------------------------------------------------------------------------


def test_a_repeat_gets_the_same_answer_and_holds_nothing_more() -> None:
    play = issuer()
    first = outcome(play, purchase())
    for request in (repeat_of(purchase()), purchase()):
        again = outcome(play, request)
        assert (again[39], again[38], again[4]) == (first[39], first[38], first[4])
    assert play.machine.held() == {"608801000007": 1_250}
    assert outcome(issuer(play.entries), repeat_of(purchase()))[38] == first[38]


def test_a_repeat_of_a_decline_is_declined_even_if_there_is_money_now() -> None:
    play = issuer()
    outcome(play, purchase(9_000, trace=1))
    assert outcome(play, purchase(2_000, trace=2))[39] == "51"
    outcome(play, reversal_of(purchase(9_000, trace=1)))
    assert outcome(play, repeat_of(purchase(2_000, trace=2)))[39] == "51"


def test_a_repeat_in_flight_is_attached_and_answered_once_a_link() -> None:
    play = issuer()
    request = purchase(f52=RIGHT_PIN)
    assert (
        play
        >> Received(NETWORK, request)
        << sent("hsm", "EC")
        >> Received(NETWORK, repeat_of(request))
        >> Received(OTHER_LINK, repeat_of(request))
        >> answered("hsm", "00")
        << wrote(PurchaseDecided, amount=1_250)
        << sent(NETWORK, "0210", {39: "00"})
        << sent(OTHER_LINK, "0210", {39: "00"})
    )


@pytest.mark.parametrize(
    "changed", [{"f4": "000000009999"}, {"f2": PANS["typed"]}, {"f3": "002000"}]
)
@pytest.mark.parametrize("in_flight", [False, True])
def test_the_same_identity_with_other_contents_is_refused(
    changed: dict[str, str], in_flight: bool
) -> None:
    play = issuer()
    (play >> Received(NETWORK, purchase(f52=RIGHT_PIN))).skip()
    if not in_flight:
        (play >> answered("hsm", "00")).skip()
    assert (
        play
        >> Received(NETWORK, purchase(f52=RIGHT_PIN, **changed))
        << sent(NETWORK, "0210", {39: "94", 38: None})
    )


def test_a_reversal_releases_once() -> None:
    play = issuer()
    outcome(play, purchase())
    first = reversal_of(purchase())
    assert (
        play
        >> Received(NETWORK, first)
        << wrote(PurchaseUndone, account="good", released=1_250, stays=0)
        << wrote(ReversalAnswered, code="00", original=1)
        << sent(NETWORK, "0430", {39: "00"})
        >> Received(NETWORK, reversal_of(purchase(), "0421"))
        << sent(NETWORK, "0430", {39: "00"})
    )
    assert not play.machine.held()
    assert play.machine.books.accounts["good"].available == 10_000
    assert outcome(play, repeat_of(purchase()))[39] == "12"


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_purchase_that_comes_after_its_reversal_is_refused(rebuild: bool) -> None:
    play = issuer()
    assert outcome(play, reversal_of(purchase()))[39] == "25"
    play = issuer(play.entries) if rebuild else play
    assert outcome(play, purchase())[39] == "12"
    assert not play.machine.held()


def test_a_reversal_in_flight_leaves_no_hold() -> None:
    play = issuer()
    request = purchase(f52=RIGHT_PIN)
    assert (
        play
        >> Received(NETWORK, request)
        << sent("hsm", "EC")
        >> Received(NETWORK, reversal_of(request))
        << wrote(PurchaseUndone)
        << wrote(ReversalAnswered, code="00")
        << sent(NETWORK, "0430", {39: "00"})
        >> answered("hsm", "00")
        << sent(NETWORK, "0210", {39: "12", 38: None})
    )
    assert not play.machine.held()


def test_a_reversal_of_a_decline_changes_nothing() -> None:
    play = issuer()
    outcome(play, purchase(99_999))
    assert (
        play
        >> Received(NETWORK, reversal_of(purchase(99_999)))
        << wrote(ReversalAnswered, code="00", original=1)
        << sent(NETWORK, "0430", {39: "00"})
    )


def test_a_reversal_must_name_its_original() -> None:
    lame = reversal_of(purchase()).without(90).without(37)
    assert issuer() >> Received(NETWORK, lame) << sent(NETWORK, "0430", {39: "30", 44: "90"})


# The rest ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mti", "code70", "code"),
    [
        ("0800", "001", "00"),
        ("0800", "002", "00"),
        ("0800", "301", "00"),
        ("0800", "999", "12"),
        ("0320", "", "12"),
        ("0500", "", "12"),
    ],
)
def test_network_management(mti: str, code70: str, code: str) -> None:
    request = Message(mti, {7: "0329010000", 11: "000001", 70: code70})
    assert outcome(issuer(), request)[39] == code


def test_a_full_issuer_is_silent_and_a_copy_that_is_let_in_later_is_new() -> None:
    play = issuer(limits=Limits(flows_max=1))
    (play >> Received(NETWORK, purchase(trace=1, f52=RIGHT_PIN))).skip()
    assert play >> Received(NETWORK, purchase(trace=2))
    assert not play.entries[1:]
    assert outcome(play, reversal_of(purchase(trace=3)))[39] == "25"
    (play >> answered("hsm", "00")).skip()
    assert outcome(play, purchase(trace=2))[39] == "00"


def test_a_link_that_asks_too_much_takes_nothing_from_another() -> None:
    play = issuer(limits=Limits(flows_per_link_max=1))
    (play >> Received(NETWORK, purchase(trace=1, f52=RIGHT_PIN))).skip()
    assert play >> Received(NETWORK, purchase(trace=2))
    assert play.machine.counts["full"] == 1
    other = LinkId("network/2")
    (play >> LinkUp(other)).skip()
    (play >> Received(other, purchase(trace=3))).skip()
    assert play.sent_on(other)[-1][39] == "00"


def test_a_flow_that_fails_declines_and_the_others_live_on(monkeypatch) -> None:
    play = issuer()

    def fail(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(play.machine, "_approve", fail)
    assert outcome(play, purchase())[39] == "96"
    monkeypatch.undo()
    assert outcome(play, repeat_of(purchase()))[39] == "96"
    assert outcome(play, purchase(trace=8))[39] == "00"


def test_two_purchases_cannot_take_the_same_money() -> None:
    play = issuer()
    for n in (1, 2):
        (play >> Received(NETWORK, purchase(6_000, n, f52=RIGHT_PIN))).skip()
    (play >> answered("hsm", "00", ago=2)).skip()
    (play >> answered("hsm", "00", ago=1)).skip()
    assert [answer[39] for answer in play.sent_on(NETWORK)] == ["00", "51"]


def test_the_journal_holds_no_card_data() -> None:
    play = issuer()
    outcome(play, swiped(f52=RIGHT_PIN))
    outcome(play, purchase(trace=8, f48="9203123", f52=WRONG_PIN))
    outcome(play, reversal_of(purchase(trace=8)))
    text = repr(play.entries)
    assert "999999******0014" in text
    for secret in (PAN, RIGHT_PIN, WRONG_PIN, "3012", "4321", "123000"):
        assert secret not in text
