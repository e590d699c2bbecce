"""Reversals at the acquirer: which purchase each names, and a playbook for how it is undone."""

import pytest

from cardswitch.hosts.acquirer.entries import (
    PurchaseReduced,
    PurchaseUndone,
    ReversalAnswered,
    ReversalForwarded,
)
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.specs.transactions.tombstones import LIVES_S
from cardswitch.wire.machine.budget import Limits
from cardswitch.wire.machine.kernel import LOOK_UP_S
from cardswitch.wire.ports import LinkDown, Received
from tests.kit.hosts import (
    APPROVAL,
    FRONT,
    TYPED_PAN,
    UPSTREAM,
    acquirer,
    again,
    approved,
    booked,
    entries_of,
    outcome,
    purchase,
    repeat_of,
    reversal_of,
    rows_of,
)
from tests.kit.notebook import found, looked_up
from tests.kit.play import Playbook, after, answered, sent

pytestmark = pytest.mark.usefixtures("journals_asked")

DAY_S = 86_400.0

# Reversals ---------------------------------------------------------------------------------------


def test_a_reversal_goes_into_the_network_and_names_what_was_sent_there() -> None:
    play = approved(acquirer(), purchase())
    forwarded = play.sent_on(UPSTREAM)[0]
    named = {90: original_data(forwarded), 37: forwarded[37], 32: "123456", 4: forwarded[4]}
    assert (
        play
        >> Received(FRONT, reversal_of(purchase()))
        << booked(ReversalForwarded, trace="000003", sent="0329010000")
        << sent(UPSTREAM, "0420", {**named, 11: "000003"})
        >> answered(UPSTREAM, "00")
        << booked(PurchaseUndone)
        << booked(ReversalAnswered, code="00", original=1)
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
    rebuilt = again(play)
    assert (
        rebuilt
        >> Received(FRONT, reversal_of(purchase(), "0421"))
        << sent(UPSTREAM, "0421", same)
        >> answered(UPSTREAM, "00")
        << booked(PurchaseUndone)
        << booked(ReversalAnswered, code="00", original=1)
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
    assert (
        play
        >> Received(FRONT, reversal_of(purchase()))
        << booked(ReversalAnswered, code="00", original=1)
        << sent(FRONT, "0430", {39: "00"})
    )


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_purchase_that_comes_after_its_reversal_is_refused(rebuild: bool) -> None:
    play = acquirer()
    assert (
        play
        >> Received(FRONT, reversal_of(purchase()))
        << booked(PurchaseUndone)
        << booked(ReversalAnswered, code="25", original=0)
        << sent(FRONT, "0430", {39: "25"})
    )
    play = again(play) if rebuild else play
    assert play >> Received(FRONT, purchase()) << sent(FRONT, "0210", {39: "12"})
    other = reversal_of(purchase(), trace=901)
    assert (
        play
        >> Received(FRONT, other)
        << booked(ReversalAnswered, code="25")
        << sent(FRONT, "0430", {39: "25"})
    )


# One line a case: how the unknown purchase is named, what comes, how much later, what it is told.
@pytest.mark.parametrize(
    ("changes", "amount", "later_s", "code"),
    [
        ({90: None}, 1_250, 0.0, "12"),
        ({90: "0200000007" + "0" * 32}, 1_250, 0.0, "12"),
        ({90: None, 2: None, 4: None, 49: None}, 1_250, 0.0, "12"),
        ({90: None}, 1_250, LIVES_S - 1, "12"),
        ({90: None}, 1_250, LIVES_S, "00"),
        ({90: None}, 1_251, 0.0, "00"),
        ({90: None, 37: "000000000042"}, 1_250, 0.0, "00"),
        ({90: None, 2: TYPED_PAN}, 1_250, 0.0, "00"),
    ],
)
@pytest.mark.parametrize("rebuild", [False, True])
@pytest.mark.parametrize("checkpoint_rows", [2, 10_000])
def test_what_an_inexact_reversal_forbids(
    changes: dict[int, str | None],
    amount: int,
    later_s: float,
    code: str,
    rebuild: bool,
    checkpoint_rows: int,
) -> None:
    play = acquirer(checkpoint_rows=checkpoint_rows)
    fields = {**reversal_of(purchase()).fields, **changes}
    asked = Message("0420", {n: value for n, value in fields.items() if value is not None})
    assert outcome(play, asked, FRONT)[39] == "25"
    approved(play, purchase(100, 99))
    play = again(play, checkpoint_rows=checkpoint_rows) if rebuild else play
    (play >> after(later_s)).skip()
    (play >> Received(FRONT, purchase(amount))).skip()
    if code == "00":
        (play >> answered(UPSTREAM, "00")).skip()
    assert play.sent_on(FRONT)[-1][39] == code


def test_inexact_tombstones_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardswitch.hosts.acquirer.books.TOMBSTONES_MAX", 1)
    play = acquirer()
    vague = reversal_of(purchase()).with_fields({90: "0" * 42})
    assert outcome(play, vague, FRONT)[39] == "25"
    other = vague.with_fields({11: "000901", 37: "000000000042"})
    (play >> Received(FRONT, other)).skip()
    assert len(play.sent_on(FRONT)) == 1


def test_while_nothing_is_sure_another_one_of_its_number_is_met_with_silence() -> None:
    play = acquirer()
    play.journal = None
    asked = reversal_of(purchase())
    assert play >> Received(FRONT, asked) << looked_up()
    assert play >> Received(FRONT, asked.with_fields({4: "000000000777"}))


def test_a_reversal_in_flight_wins_over_the_approval() -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    assert (
        play
        >> Received(FRONT, reversal_of(purchase()))
        << booked(ReversalForwarded)
        << sent(UPSTREAM, "0420")
        >> answered(UPSTREAM, "00", APPROVAL, ago=2)
        << sent(FRONT, "0210", {39: "12", 38: None})
        >> answered(UPSTREAM, "00")
        << booked(PurchaseUndone)
        << booked(ReversalAnswered, code="00", original=1)
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
        << booked(PurchaseUndone)
        << booked(ReversalAnswered, code="00", original=1)
        << sent(FRONT, "0430", {39: "00"})
    )


def test_a_reversal_must_name_its_original() -> None:
    lame = reversal_of(purchase()).with_fields({90: "12"})
    assert acquirer() >> Received(FRONT, lame) << sent(FRONT, "0430", {39: "30", 44: "90"})


# Which purchase, and does it agree ---------------------------------------------------------------


# One line a case: what the reversal says otherwise, and what it is told; 00 goes into the network.
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "00"),
        ({2: None, 4: None, 49: None}, "00"),
        ({90: None}, "00"),
        ({90: "0" * 42}, "00"),
        ({90: "0200000007" + "0" * 32}, "00"),
        ({90: "0000000007" + "0329010000" + "0" * 22}, "00"),
        ({38: "000001"}, "00"),
        ({38: "000002"}, "64"),
        ({2: TYPED_PAN}, "64"),
        ({4: "000000001251"}, "64"),
        ({49: "840"}, "64"),
        ({41: "TERM0002"}, "25"),
        ({42: "LEFT"}, "25"),
        ({90: "0100000007" + "0329010000" + "0" * 22}, "25"),
        ({90: "0200000008" + "0329010000" + "0" * 22}, "25"),
        ({90: None, 37: "608801000008"}, "25"),
        ({90: None, 37: None}, "30"),
        ({90: "0400000007" + "0329010000" + "0" * 22}, "30"),
        ({11: None}, "30"),
        ({2: "9" * 20}, "30"),
        ({95: "12"}, "30"),
    ],
)
@pytest.mark.parametrize("is_remembered", [True, False])
def test_which_purchase_it_names(
    changes: dict[int, str | None], code: str, is_remembered: bool
) -> None:
    play = approved(acquirer(), purchase())
    if not is_remembered:
        play = again(play, remembered_max=0)
    fields = {**reversal_of(purchase()).fields, **changes}
    asked = Message("0420", {n: value for n, value in fields.items() if value is not None})
    (play >> Received(FRONT, asked)).skip()
    reversals = [m for m in play.sent_on(UPSTREAM) if m.mti == "0420"]
    assert len(reversals) == (code == "00")
    if reversals:
        assert reversals[0][90][:10] == "0200000002"
        (play >> answered(UPSTREAM, "00")).skip()
    assert play.sent_on(FRONT)[-1][39] == code
    told = [entry.code for entry in entries_of(play) if isinstance(entry, ReversalAnswered)]
    assert told == ([] if code == "30" else [code])


@pytest.mark.parametrize(("days", "code"), [(179, "00"), (181, "64"), (366, "64")])
def test_what_field_90_cannot_name_any_more_is_for_a_person(days: int, code: str) -> None:
    """It has no year: the network would take another sale for it, or none."""
    play = approved(acquirer(), purchase())
    (play >> after(days * DAY_S)).skip()
    vague = reversal_of(purchase()).with_fields({7: transmission_time(play.now), 90: "0" * 42})
    (play >> Received(FRONT, vague)).skip()
    if code == "00":
        (play >> answered(UPSTREAM, "00")).skip()
    assert play.sent_on(FRONT)[-1][39] == code


@pytest.mark.parametrize(("days", "code"), [(1, "00"), (2, "25")])
@pytest.mark.parametrize("is_remembered", [True, False])
def test_a_number_without_a_time_names_what_was_sent_a_day_apart_at_most(
    days: int, code: str, is_remembered: bool
) -> None:
    play = approved(acquirer(), purchase())
    if not is_remembered:
        play = again(play, remembered_max=0)
    (play >> after(days * DAY_S)).skip()
    said = {7: transmission_time(play.now), 90: "0200000007" + "0" * 32}
    (play >> Received(FRONT, reversal_of(purchase()).with_fields(said))).skip()
    if code == "00":
        (play >> answered(UPSTREAM, "00")).skip()
    assert play.sent_on(FRONT)[-1][39] == code


def test_one_that_may_mean_two_is_a_mismatch() -> None:
    play = acquirer()
    for trace in (7, 8):
        approved(play, purchase(trace=trace, f37="608801000007"))
    vague = reversal_of(purchase()).with_fields({90: "0" * 42})
    assert outcome(play, vague, FRONT)[39] == "64"
    assert len(play.machine.approved()) == 2


def test_what_it_was_taken_to_mean_once_it_goes_on_to_mean() -> None:
    """Another sale under the same RRN comes before its repeat."""
    play = approved(acquirer(), purchase())
    vague = reversal_of(purchase()).with_fields({90: "0" * 42})
    (play >> Received(FRONT, vague)).skip() >> after(3.1)
    approved(play, purchase(trace=8, f37="608801000007"))
    for live in (play, again(play, remembered_max=0)):
        (live >> Received(FRONT, Message("0421", vague.fields))).skip()
        assert (live.sent_on(UPSTREAM)[-1].mti, live.sent_on(UPSTREAM)[-1][90][:10]) == (
            "0421",
            "0200000002",
        )
        (live >> after(3.1)).skip()


def test_of_two_under_one_rrn_the_amount_tells_which() -> None:
    play = acquirer()
    for trace, amount in ((7, 1_250), (8, 300)):
        approved(play, purchase(amount, trace, f37="608801000007"))
    vague = reversal_of(purchase(300)).with_fields({90: "0" * 42})
    (play >> Received(FRONT, vague)).skip() >> answered(UPSTREAM, "00")
    assert [sale.amount for sale in play.skip().machine.approved().values()] == [1_250]


# Its own identity --------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["00", "25", "64"])
def test_its_repeat_is_told_the_same(code: str) -> None:
    play = acquirer()
    asked = reversal_of(purchase())
    if code != "25":
        approved(play, purchase())
    if code == "64":
        asked = asked.with_fields({4: "000000000001"})
    (play >> Received(FRONT, asked)).skip()
    if code == "00":
        (play >> answered(UPSTREAM, "00")).skip()
    rows = rows_of(play)
    for live in (play, again(play), again(play, remembered_max=0)):
        for mti in ("0420", "0421"):
            repeat = Message(mti, asked.fields)
            assert live >> Received(FRONT, repeat) << sent(FRONT, "0430", {39: code})
        other = asked.with_fields({4: "000000000777"})
        assert live >> Received(FRONT, other) << sent(FRONT, "0430", {39: "94"})
        assert rows_of(live)[: len(rows)] == rows


@pytest.mark.parametrize("code", ["12", "30", "64", "91"])
def test_what_the_network_refuses_is_handed_on_and_asked_again(code: str) -> None:
    play = approved(acquirer(), purchase())
    asked = reversal_of(purchase())
    for mti in ("0420", "0421", "0421"):
        (play >> Received(FRONT, Message(mti, asked.fields))).skip()
        assert play.sent_on(UPSTREAM)[-1].mti == mti
        assert play >> answered(UPSTREAM, code) << sent(FRONT, "0430", {39: code})
    assert play.machine.approved()
    (play >> Received(FRONT, Message("0421", asked.fields))).skip() >> answered(UPSTREAM, "25")
    assert play.skip().sent_on(FRONT)[-1][39] == "00"
    assert not play.machine.approved()


# In part -----------------------------------------------------------------------------------------


def in_part(stays: int, trace: int = 900) -> Message:
    """The reversal of the purchase but for what *stays*."""
    asked = reversal_of(purchase(), trace=trace)
    return asked.with_fields({95: replacement_amounts(stays)})


def booked_amounts(play: Playbook) -> list[int]:
    return [sale.amount for sale in play.machine.approved().values()]


@pytest.mark.parametrize("rebuild", [False, True])
def test_what_stays_stays_booked(rebuild: bool) -> None:
    """In part, further, and then whole; never more than there is."""
    play = approved(acquirer(), purchase())
    for trace, stays in ((900, 1_000), (901, 400)):
        (play >> Received(FRONT, in_part(stays, trace))).skip()
        assert play.sent_on(UPSTREAM)[-1][95] == replacement_amounts(stays)
        play = again(play) if rebuild else play
        (play >> Received(FRONT, in_part(stays, trace))).skip()
        assert (
            play
            >> answered(UPSTREAM, "00")
            << booked(PurchaseReduced, amount=stays)
            << booked(ReversalAnswered, code="00", original=1)
            << sent(FRONT, "0430", {39: "00"})
        )
        assert booked_amounts(play) == booked_amounts(again(play)) == [stays]
        told = {39: "10", 4: f"{stays:012d}", 38: "000001"}
        assert play >> Received(FRONT, repeat_of(purchase())) << sent(FRONT, "0210", told)
    assert outcome(play, in_part(1_000, 902), FRONT)[39] == "64"
    assert outcome(play, in_part(400, 903), FRONT)[39] == "00"
    (play >> Received(FRONT, reversal_of(purchase(), trace=904))).skip()
    assert (
        play
        >> answered(UPSTREAM, "00")
        << booked(PurchaseUndone)
        << booked(ReversalAnswered)
        << sent(FRONT, "0430", {39: "00"})
    )
    assert not play.machine.approved()
    assert outcome(play, in_part(400, 905), FRONT)[39] == "64"


@pytest.mark.parametrize("stays", [1_250, 1_251, 10**11])
def test_no_more_stays_than_is_there(stays: int) -> None:
    play = approved(acquirer(), purchase())
    assert outcome(play, in_part(stays), FRONT)[39] == "64"
    assert booked_amounts(play) == [1_250]


def test_until_it_is_done_all_is_booked_but_a_repeat_hears_what_will_stay() -> None:
    play = approved(acquirer(), purchase())
    (play >> Received(FRONT, in_part(400))).skip()
    assert booked_amounts(play) == [1_250]
    told = {39: "10", 4: "000000000400"}
    assert play >> Received(FRONT, repeat_of(purchase())) << sent(FRONT, "0210", told)


def test_one_reversal_after_the_other() -> None:
    play = approved(acquirer(), purchase())
    (play >> Received(FRONT, in_part(400))).skip()
    for other in (in_part(300, 901), reversal_of(purchase(), trace=902), in_part(400, 903)):
        assert play >> Received(FRONT, other)
    assert play.machine.counts["reversal_in_the_way"] == 3


def test_of_what_the_network_does_not_know_nothing_can_stay() -> None:
    play = approved(acquirer(), purchase())
    (play >> Received(FRONT, in_part(400))).skip()
    assert play >> answered(UPSTREAM, "25") << sent(FRONT, "0430", {39: "64"})
    assert booked_amounts(play) == [1_250]


def test_a_part_of_what_has_no_outcome_must_wait() -> None:
    play = (acquirer() >> Received(FRONT, purchase())).skip()
    assert play >> Received(FRONT, in_part(400))
    (play >> answered(UPSTREAM, "00", APPROVAL)).skip()
    (play >> Received(FRONT, in_part(400))).skip()
    assert play.sent_on(UPSTREAM)[-1][95] == replacement_amounts(400)


# The journal is the memory, and what does not fit ------------------------------------------------


def test_a_journal_that_cannot_say_makes_for_silence() -> None:
    for happening in (found(None), after(LOOK_UP_S + 0.1)):
        play = approved(acquirer(), purchase())
        play.journal = None
        asked = reversal_of(purchase())
        assert play >> Received(FRONT, asked) << looked_up()
        assert play >> happening
        assert play >> Received(FRONT, asked) << looked_up()


def test_a_purchase_that_is_being_looked_up_comes_first() -> None:
    play = acquirer()
    play.journal = None
    assert play >> Received(FRONT, purchase()) << looked_up()
    assert play >> Received(FRONT, reversal_of(purchase())) << looked_up()
    assert play >> found(())  # the reversal: silence
    (play >> found((), ago=2)).skip()
    (play >> Received(FRONT, reversal_of(purchase()))).skip()
    assert play >> found(play.entries) << booked(ReversalForwarded) << sent(UPSTREAM, "0420")


def test_one_found_meanwhile_to_be_buried_stays_buried() -> None:
    """The purchase comes while its reversal is looked up: it has no row, but it is there."""
    play = acquirer()
    play.journal = None
    assert play >> Received(FRONT, reversal_of(purchase())) << looked_up()
    assert play >> Received(FRONT, purchase()) << looked_up()
    assert play >> found((), ago=2)
    assert play.machine.counts["reversal_in_the_way"] == 1


def test_doing_never_takes_the_room_of_undoing() -> None:
    play = approved(acquirer(limits=Limits(flows_max=1)), purchase())
    (play >> Received(FRONT, purchase(trace=8))).skip()
    (play >> Received(FRONT, reversal_of(purchase()))).skip()
    assert play.sent_on(UPSTREAM)[-1].mti == "0420"


def test_too_many_reversals_wait_for_their_turn() -> None:
    play = acquirer(limits=Limits(undoing_max=1))
    for trace in (7, 8):
        approved(play, purchase(trace=trace))
    (play >> Received(FRONT, reversal_of(purchase()))).skip()
    assert play >> Received(FRONT, reversal_of(purchase(trace=8), trace=901))
    assert play.machine.counts["full"] == 1


def test_a_flow_that_fails_leaves_the_purchase_to_the_next(monkeypatch) -> None:
    play = approved(acquirer(), purchase())

    def fail(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("cardswitch.hosts.acquirer.reversals.into_network", fail)
    assert play >> Received(FRONT, reversal_of(purchase()))
    monkeypatch.undo()
    (play >> Received(FRONT, reversal_of(purchase()))).skip()
    assert play.sent_on(UPSTREAM)[-1].mti == "0420"
