"""The acquirer: a playbook for every way a purchase and its reversal can go, crashes included."""

import pytest

from cardswitch.hosts.acquirer.entries import (
    PurchaseAnswered,
    PurchaseForwarded,
    PurchaseRefused,
    PurchaseUndone,
    ReversalForwarded,
)
from cardswitch.hosts.acquirer.machine import OPEN_MAX, TRACE_GAP, Acquirer
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import identity, original_data
from cardswitch.wire.machine.kernel import Limits
from cardswitch.wire.ports import LinkDown, LinkId, LinkUp, Received
from tests.kit.hosts import (
    APPROVAL,
    FRONT,
    PAN,
    RIGHT_PIN,
    UPSTREAM,
    acquirer,
    acquirer_config,
    approved,
    outcome,
    purchase,
    repeat_of,
    reversal_of,
    swiped,
)
from tests.kit.play import Playbook, after, answered, appended, sent

OTHER_LINK = LinkId("front/2")


# Purchases ---------------------------------------------------------------------------------------


def test_a_purchase_goes_into_the_network_and_its_answer_comes_back() -> None:
    play = acquirer()
    ours = {18: "5411", 19: "276", 32: "123456", 43: "Corner Shop              Berlin       DE"}
    kept = {2: PAN, 4: "000000001250", 7: "0329010000", 37: "608801000007", 41: "TERM0001"}
    assert (
        play
        >> Received(FRONT, purchase(f52=RIGHT_PIN))
        << appended(
            PurchaseForwarded, merchant="SHOP", amount=1_250, currency="978", trace="000002"
        )
        << sent(UPSTREAM, "0200", {**ours, **kept, 11: "000002", 52: RIGHT_PIN})
        >> answered(UPSTREAM, "00", APPROVAL)
        << appended(PurchaseAnswered, code="00", amount=1_250, approval_code="000001")
        << sent(FRONT, "0210", {39: "00", 38: "000001", 11: "000007", 4: "000000001250", 2: None})
    )
    assert play.machine.approved() == {"608801000007": ("SHOP", "978", 1_250)}


def test_what_is_journalled_names_the_original_as_it_was_sent() -> None:
    play = acquirer() >> Received(FRONT, purchase())
    assert play.entries[0].original == original_data(play.sent_on(UPSTREAM)[0])


def test_a_decline_keeps_its_reason() -> None:
    play = acquirer() >> Received(FRONT, purchase())
    assert (
        play.skip()
        >> answered(UPSTREAM, "51")
        << appended(PurchaseAnswered, code="51", amount=0)
        << sent(FRONT, "0210", {39: "51", 38: None, 4: "000000001250"})
    )
    assert not play.machine.approved()


def test_a_partial_approval_is_booked_as_approved() -> None:
    play = (acquirer() >> Received(FRONT, purchase(1_210))).skip()
    assert (
        play
        >> answered(UPSTREAM, "10", {**APPROVAL, 4: "000000000605"})
        << appended(PurchaseAnswered, code="10", amount=605)
        << sent(FRONT, "0210", {39: "10", 4: "000000000605", 38: "000001"})
    )
    assert play.machine.approved() == {"608801000007": ("SHOP", "978", 605)}


# One line a case: what the request carries, and its field 39; nothing of these is forwarded.
@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({"f42": "NOBODY"}, "03"),
        ({"f42": "LEFT"}, "03"),
        ({"f49": "392"}, "57"),
        ({"f4": ""}, "30"),
        ({"f37": ""}, "30"),
        ({"f2": ""}, "30"),
        ({"f2": "", "f35": "9999990000000014"}, "30"),
    ],
)
def test_what_the_acquirer_refuses_itself(extra: dict[str, str], code: str) -> None:
    play = acquirer()
    assert outcome(play, purchase(**extra), FRONT)[39] == code
    assert not play.sent_on(UPSTREAM)
    assert [type(entry) for entry in play.entries] == ([] if code == "30" else [PurchaseRefused])


def test_without_a_network_the_answer_is_91_for_good() -> None:
    play = acquirer() >> LinkDown(UPSTREAM)
    assert (
        play
        >> Received(FRONT, purchase())
        << appended(PurchaseRefused, code="91")
        << sent(FRONT, "0210", {39: "91"})
    )
    (play >> LinkUp(UPSTREAM)).skip()
    # A copy that the wire delivers late is not forwarded: nobody would reverse it.
    assert play >> Received(FRONT, purchase()) << sent(FRONT, "0210", {39: "91"})
    assert outcome(play, reversal_of(purchase()), FRONT)[39] == "00"


def test_without_an_answer_the_acquirer_is_silent() -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    assert play >> after(3.1) >> answered(UPSTREAM, "00", APPROVAL)
    assert play.machine.counts["late_answer"] == 1
    assert not play.machine.approved()


@pytest.mark.parametrize(
    "unfit",
    [{4: "000000001251"}, {49: "840"}, {37: "608801000008"}, {39: ""}, {39: "0"}],
)
def test_an_answer_that_cannot_be_true_is_none(unfit: dict[int, str]) -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    assert play >> answered(UPSTREAM, "00", unfit)
    assert play.machine.counts["unfit_answer"] == 1
    assert not play.machine.approved()


# Repeats -----------------------------------------------------------------------------------------


def test_a_repeat_gets_the_stored_answer() -> None:
    play = approved(acquirer(), swiped())
    for rebuilt in (play, acquirer(play.entries)):
        for request in (repeat_of(swiped()), swiped()):
            assert (
                rebuilt
                >> Received(FRONT, request)
                << sent(FRONT, "0210", {39: "00", 38: "000001", 4: "000000001250"})
            )


def test_a_repeat_in_flight_is_attached_and_answered_once_a_link() -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    assert (
        play
        >> Received(FRONT, repeat_of(purchase()))
        >> Received(OTHER_LINK, repeat_of(purchase()))
        >> answered(UPSTREAM, "00", APPROVAL)
        << appended(PurchaseAnswered)
        << sent(FRONT, "0210", {39: "00"})
        << sent(OTHER_LINK, "0210", {39: "00"})
    )


def test_a_repeat_without_an_outcome_is_asked_again_with_the_same_number() -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    first = play.sent_on(UPSTREAM)[0]
    rebuilt = acquirer(play.entries)
    assert (
        rebuilt
        >> Received(FRONT, repeat_of(purchase()))
        << sent(UPSTREAM, "0201", {7: first[7], 11: first[11], 37: first[37]})
        >> answered(UPSTREAM, "00", APPROVAL)
        << appended(PurchaseAnswered, amount=1_250)
        << sent(FRONT, "0210", {39: "00"})
    )


@pytest.mark.parametrize("changed", [{"f4": "000000009999"}, {"f2": "9999990000000022"}])
@pytest.mark.parametrize("in_flight", [False, True])
def test_the_same_identity_with_other_contents_is_refused(
    changed: dict[str, str], in_flight: bool
) -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    if not in_flight:
        (play >> answered(UPSTREAM, "00", APPROVAL)).skip()
    assert play >> Received(FRONT, purchase(**changed)) << sent(FRONT, "0210", {39: "94"})


# Reversals ---------------------------------------------------------------------------------------


def test_a_reversal_goes_into_the_network_and_names_what_was_sent_there() -> None:
    play = approved(acquirer(), purchase())
    forwarded = play.sent_on(UPSTREAM)[0]
    named = {90: original_data(forwarded), 37: forwarded[37], 32: "123456", 4: forwarded[4]}
    assert (
        play
        >> Received(FRONT, reversal_of(purchase()))
        << appended(ReversalForwarded, trace="000003", sent="0329010000")
        << sent(UPSTREAM, "0420", {**named, 11: "000003"})
        >> answered(UPSTREAM, "00")
        << appended(PurchaseUndone)
        << sent(FRONT, "0430", {39: "00", 11: "000900"})
        >> Received(FRONT, reversal_of(purchase(), "0421"))
        << sent(FRONT, "0430", {39: "00"})
        >> Received(FRONT, repeat_of(purchase()))
        << sent(FRONT, "0210", {39: "12", 38: None})
    )
    assert not play.machine.approved()


def test_every_later_send_is_an_0421_with_the_same_numbers_even_after_a_crash() -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip() >> after(3.1)
    (play >> Received(FRONT, reversal_of(purchase()))).skip()
    first = play.sent_on(UPSTREAM)[-1]
    assert first.mti == "0420"
    same = {n: first[n] for n in (7, 11, 37, 90)}
    assert (
        play
        >> after(3.1)
        >> Received(FRONT, reversal_of(purchase(), "0421"))
        << sent(UPSTREAM, "0421", same)
        >> LinkDown(UPSTREAM)
        >> Received(FRONT, reversal_of(purchase(), "0421"))
    )
    rebuilt = acquirer(play.entries)
    assert (
        rebuilt
        >> Received(FRONT, reversal_of(purchase(), "0421"))
        << sent(UPSTREAM, "0421", same)
        >> answered(UPSTREAM, "00")
        << appended(PurchaseUndone)
        << sent(FRONT, "0430", {39: "00"})
    )


@pytest.mark.parametrize(
    ("code", "told", "is_undone"),
    [("00", "00", True), ("25", "00", True), ("12", "12", False), ("91", "91", False)],
)
def test_what_the_network_says_to_a_reversal(code: str, told: str, is_undone: bool) -> None:
    play = approved(acquirer(), purchase())
    (play >> Received(FRONT, reversal_of(purchase()))).skip()
    (play >> answered(UPSTREAM, code)).skip()
    assert play.sent_on(FRONT)[-1][39] == told
    assert bool(play.machine.approved()) != is_undone


def test_a_reversal_of_a_decline_is_answered_at_once() -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    (play >> answered(UPSTREAM, "51")).skip()
    assert play >> Received(FRONT, reversal_of(purchase())) << sent(FRONT, "0430", {39: "00"})


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_purchase_that_comes_after_its_reversal_is_refused(rebuild: bool) -> None:
    play = acquirer()
    assert (
        play
        >> Received(FRONT, reversal_of(purchase()))
        << appended(PurchaseUndone, identity=identity("front", purchase()))
        << sent(FRONT, "0430", {39: "00"})
    )
    play = acquirer(play.entries) if rebuild else play
    assert play >> Received(FRONT, purchase()) << sent(FRONT, "0210", {39: "12"})


def test_a_reversal_in_flight_wins_over_the_approval() -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    assert (
        play
        >> Received(FRONT, reversal_of(purchase()))
        << appended(ReversalForwarded)
        << sent(UPSTREAM, "0420")
        >> answered(UPSTREAM, "00", APPROVAL, ago=2)
        << sent(FRONT, "0210", {39: "12", 38: None})
        >> answered(UPSTREAM, "00")
        << appended(PurchaseUndone)
        << sent(FRONT, "0430", {39: "00"})
    )
    assert not play.machine.approved()


def test_a_doubled_reversal_is_sent_once() -> None:
    play = approved(acquirer(), purchase())
    (play >> Received(FRONT, reversal_of(purchase()))).skip()
    assert (
        play
        >> Received(FRONT, reversal_of(purchase(), "0421"))
        >> answered(UPSTREAM, "00")
        << appended(PurchaseUndone)
        << sent(FRONT, "0430", {39: "00"})
    )


def test_a_reversal_must_name_its_original() -> None:
    lame = reversal_of(purchase()).with_fields({90: "12"})
    assert acquirer() >> Received(FRONT, lame) << sent(FRONT, "0430", {39: "30", 44: "90"})


# The network -------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", [FRONT, UPSTREAM])
@pytest.mark.parametrize(
    ("mti", "code70", "code"),
    [("0800", "001", "00"), ("0800", "002", "00"), ("0800", "301", "00"), ("0800", "9", "12")],
)
def test_it_answers_network_management(link: LinkId, mti: str, code70: str, code: str) -> None:
    request = Message(mti, {7: "0329010000", 11: "000001", 70: code70})
    assert outcome(acquirer(), request, link)[39] == code


def test_a_purchase_from_the_network_is_none_of_its_business() -> None:
    assert acquirer() >> Received(UPSTREAM, purchase()) << sent(UPSTREAM, "0210", {39: "12"})


# Limits and failures -----------------------------------------------------------------------------


def test_a_full_acquirer_declines_for_good() -> None:
    play = Playbook(Acquirer(acquirer_config(), Limits(flows_max=1)))
    (play >> LinkUp(UPSTREAM)).skip() >> answered(UPSTREAM, "00")
    (play >> Received(FRONT, purchase(trace=1))).skip()
    assert outcome(play, purchase(trace=2), FRONT)[39] == "91"
    # What may hold money is not declined: silence makes the front reverse.
    (play >> after(3.1)).skip()
    (play >> Received(FRONT, purchase(trace=3))).skip()
    assert play >> Received(FRONT, purchase(trace=1))
    assert play >> Received(FRONT, reversal_of(purchase(trace=1)))
    assert play.machine.counts["full"] == 2


def test_too_many_open_ends_stop_new_purchases() -> None:
    play = acquirer()
    play.machine.books.open |= {str(n) for n in range(OPEN_MAX)}
    assert outcome(play, purchase(), FRONT)[39] == "91"


def test_a_flow_that_fails_is_silent_and_leaves_nothing_behind(monkeypatch) -> None:
    play = acquirer()

    def fail(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(play.machine, "_into_network", fail)
    assert play >> Received(FRONT, purchase())
    monkeypatch.undo()
    assert play.machine.counts["flow_failed"] == 1
    assert (
        play >> Received(FRONT, purchase()) << appended(PurchaseForwarded) << sent(UPSTREAM, "0200")
    )


def test_numbers_go_on_behind_those_that_may_be_alive() -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    last = int(play.entries[-1].trace)
    rebuilt = (acquirer(play.entries) >> Received(FRONT, purchase(trace=8))).skip()
    assert int(rebuilt.sent_on(UPSTREAM)[-1][11]) > last + TRACE_GAP


def test_the_journal_holds_no_card_data() -> None:
    play = approved(acquirer(), swiped(f52=RIGHT_PIN))
    approved(play, purchase(trace=8, f48="9203123"))
    (play >> Received(FRONT, reversal_of(swiped(f52=RIGHT_PIN)))).skip()
    written = repr(play.entries)
    assert "999999******0014" in written
    for secret in (PAN, RIGHT_PIN, "3012", "4321", "9203"):
        assert secret not in written
