"""The terminal's flows as playbooks, and a crash between any two effects of each."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message, MessageError
from cardswitch.specs.transactions.identity import identity
from cardswitch.specs.transactions.reversals import reference, stays_of
from cardswitch.terminal.core.batch import Tally
from cardswitch.terminal.core.entries import (
    ApprovalHeard,
    BatchClosed,
    ReversalRefused,
    SaleAnswered,
    SaleBegun,
    SaleRepeated,
    SaleReversed,
    SaleReversing,
)
from cardswitch.terminal.core.errors import NotReady
from cardswitch.terminal.core.machine import SWITCH
from cardswitch.terminal.core.messages import Order
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.core.state import outcomes, rebuild
from cardswitch.wire.ports import Garbled, Received
from tests.kit.play import START, Playbook, after, answered, appended, sent
from tests.kit.terminal import (
    CARD,
    DOWN,
    ORDER,
    UP,
    close_batch,
    kinds,
    repeat,
    restarted,
    reverse,
    sell,
    terminal,
)

# Results ------------------------------------------------------------------------------------------


def test_approved():
    play = Playbook(terminal())
    assert (
        play
        >> UP
        >> sell()
        << appended(SaleBegun, at=START, alias="good", card="999999******0014")
        << sent("switch", "0200", {11: "000001", 4: "000000001250", 35: CARD.track2})
        >> after(4.4)
        >> answered("switch", "00", {38: "A1B2C3", 37: "608801000001"})
        << appended(SaleAnswered)
        >> after(60)
    )
    [outcome] = outcomes(play.entries)
    assert (outcome.kind, outcome.amount, outcome.approval_code) == (
        SaleState.APPROVED,
        1250,
        "A1B2C3",
    )
    assert (outcome.stan, outcome.rrn) == ("000001", "608801000001")
    assert play.machine.is_free


def test_declined_is_the_end_of_it():
    play = Playbook(terminal())
    assert (
        play
        >> UP
        >> sell()
        << appended(SaleBegun)
        << sent("switch", "0200")
        >> answered("switch", "91")
        << appended(SaleAnswered)
        >> after(600)
    )
    assert kinds(play) == [SaleState.DECLINED]


def test_approved_in_part():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> answered("switch", "10", {4: "000000000625", 38: "A1B2C3"})
    [outcome] = outcomes(play.entries)
    assert (outcome.kind, outcome.amount, outcome.asked) == (SaleState.APPROVED, 625, 1250)


def in_part(play):
    """Less is approved, at a till that does not take it."""
    play.machine.place = replace(play.machine.place, takes_part=False)
    play >> UP >> sell()
    play.skip() >> answered("switch", "10", {4: "000000000625", 38: "A1B2C3", 37: "608801000001"})
    return play << appended(ApprovalHeard) << appended(SaleReversing, stays=0)


def test_less_than_was_asked_for_is_undone_where_the_till_does_not_take_it():
    play = in_part(Playbook(terminal())) << sent("switch", "0420", {4: "000000001250", 95: None})
    assert play >> answered("switch", "00") << appended(SaleReversed) >> after(60)
    pending, undone = outcomes(play.entries)
    assert (pending.kind, pending.code, pending.offered) == (SaleState.PENDING, "10", 625)
    assert (undone.kind, undone.offered, undone.is_declined) == (SaleState.REVERSED, 625, True)
    assert play.machine.book.batch.totals == {"978": {"sale reversed": Tally(1, 1250)}}


@pytest.mark.parametrize("written", [2, 3])
def test_it_is_undone_after_a_crash_too(written):
    entries = in_part(Playbook(terminal())).skip().entries[:written]
    again = Playbook(terminal())
    again.do(again.machine.recover(entries, again.now))
    again.skip() >> UP
    assert again.skip().sent_on("switch")[-1].mti in ("0420", "0421")


def test_a_whole_approval_is_taken_anywhere():
    play = Playbook(terminal())
    play.machine.place = replace(play.machine.place, takes_part=False)
    play >> UP >> sell()
    assert play.skip() >> answered("switch", "00", {38: "A1B2C3"}) << appended(SaleAnswered)


@pytest.mark.parametrize(
    "bad", [{4: "000000009999"}, {49: "840"}, {39: ""}, {39: "10", 4: "000000001251"}]
)
def test_an_answer_that_does_not_fit_is_no_answer(bad):
    play = Playbook(terminal()) >> UP >> sell()
    play.skip()
    assert (
        play
        >> answered("switch", "00", bad)
        << appended(SaleReversing)
        << sent("switch", "0420")
        >> answered("switch", "00")
        << appended(SaleReversed)
    )
    assert play.machine.counts["unfit_answer"] == 1


# Reversals ----------------------------------------------------------------------------------------


def test_no_answer_is_reversed_until_it_is_acknowledged():
    play = Playbook(terminal())
    assert (
        play
        >> UP
        >> sell()
        << appended(SaleBegun)
        << sent("switch", "0200", {11: "000001"})
        >> after(4.5)
        << appended(SaleReversing)
        << sent("switch", "0420", {11: "000002"})
        >> after(4.5)
        >> after(1)
        << sent("switch", "0421", {11: "000002"})
        >> after(4.5)
        >> after(2)
        << sent("switch", "0421", {11: "000002"})
        >> answered("switch", "96")
        >> after(4)
        << sent("switch", "0421", {11: "000002"})
        >> answered("switch", "00")
        << appended(SaleReversed)
        >> after(600)
    )
    assert kinds(play) == [SaleState.PENDING, SaleState.REVERSED]
    sale, *sends = play.sent_on("switch")
    assert {tuple(send.fields.items()) for send in sends} == {tuple(sends[0].fields.items())}
    assert reference("pos", sends[0], play.now).identities == (identity("pos", sale, play.now),)


def test_the_pause_between_two_reversals_has_an_end():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> after(3600)
    sends = [message for message in play.sent_on("switch") if message.mti == "0421"]
    assert len(sends) == pytest.approx(3600 / 34.5, abs=4)
    assert kinds(play) == [SaleState.PENDING]


@pytest.mark.parametrize("code", ["12", "30", "64"])
def test_a_refused_reversal_is_shown_to_a_person(code):
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> after(4.5)
    play.skip()
    assert play >> answered("switch", code) << appended(ReversalRefused) >> after(600)
    assert kinds(play) == [SaleState.PENDING, SaleState.EXCEPTION]
    assert [outcome.code for outcome in play.machine.book.exceptions] == [code]
    assert play.machine.is_free


def test_the_link_dies_in_mid_flight():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip()
    assert (
        play
        >> DOWN
        << appended(SaleReversing)
        >> after(600)
        >> UP
        << sent("switch", "0420")
        >> DOWN
        >> after(600)
        >> UP
        << sent("switch", "0421")
        >> answered("switch", "25")
        << appended(SaleReversed)
    )


def test_a_switch_that_is_back_is_told_at_once():
    """Its restarts may be shorter than the pauses, which would miss them all."""
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> DOWN
    play.skip() >> UP << sent("switch", "0420")
    for _ in range(6):
        assert play >> DOWN >> UP << sent("switch", "0421")
    assert play >> answered("switch", "00") << appended(SaleReversed) >> after(600)


def test_a_late_answer_changes_nothing():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> after(4.5)
    play.skip()
    assert (
        play
        >> answered("switch", "00", ago=2)
        >> answered("switch", "00")
        << appended(SaleReversed)
    )
    assert play.machine.counts["late_answer"] == 1


def test_an_answer_that_comes_twice_is_taken_once():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> answered("switch", "00")
    play.skip()
    assert play >> answered("switch", "51")
    assert kinds(play) == [SaleState.APPROVED]


@pytest.mark.parametrize("code", ["91", "96", "05"])
def test_what_is_neither_agreed_nor_refused_is_repeated(code):
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> after(4.5)
    play.skip()
    assert play >> answered("switch", code) >> after(1) << sent("switch", "0421")
    assert play.machine.book.pending_reversal is not None


# Reversals that a person wants --------------------------------------------------------------------


def approved(order=ORDER, code="00", fields=None):
    play = Playbook(terminal()) >> UP >> sell(order)
    play.skip() >> answered("switch", code, {37: "608801000001", **(fields or {})})
    return play.skip()


def test_a_sale_is_reversed_as_a_whole():
    play = approved()
    assert (
        play
        >> reverse()
        << appended(SaleReversing, stays=0)
        << sent("switch", "0420", {95: None, 37: "608801000001", 4: "000000001250", 49: "978"})
        >> answered("switch", "00")
        << appended(SaleReversed)
    )
    assert kinds(play)[-1] is SaleState.REVERSED
    with pytest.raises(NotReady, match="the last sale is reversed"):
        play >> reverse()


def test_a_sale_is_reversed_in_parts_and_then_as_a_whole():
    play = approved()
    for stays in (1000, 400):
        play >> reverse(stays)
        assert stays_of(play.sent_on("switch")[-1]) == stays
        play.skip() >> answered("switch", "00")
        assert play.skip().machine.book.outcome.amount == stays
    for too_much in (400, 401, 1250):
        with pytest.raises(NotReady, match=r"4\.00 is paid"):
            play >> reverse(too_much)
    play >> reverse()
    play.skip() >> answered("switch", "00")
    assert kinds(play) == [
        SaleState.APPROVED,
        *[SaleState.PENDING, SaleState.REDUCED] * 2,
        SaleState.PENDING,
        SaleState.REVERSED,
    ]
    reversals = play.sent_on("switch")[1:]
    assert {message[4] for message in reversals} == {"000000001250"}
    assert len({message[11] for message in reversals}) == 3


def test_a_reversal_in_part_outlives_a_crash():
    play = approved() >> reverse(1000)
    again = restarted(play) >> UP
    [sent_again] = again.sent_on("switch")
    assert sent_again == Message("0421", play.sent_on("switch")[-1].fields)
    again.skip() >> answered("switch", "00")
    assert again.machine.book.kind is SaleState.REDUCED


@pytest.mark.parametrize("code", ["64", "12", "30", "25"])
def test_a_refused_reversal_in_part_leaves_the_sale(code):
    """Also 25: where a part was to stay, a sale that is not known is no good end."""
    play = approved() >> reverse(1000)
    play.skip() >> answered("switch", code)
    play.skip()
    assert play >> after(600)
    outcome = play.machine.book.outcome
    assert (outcome.kind, outcome.amount, outcome.code) == (SaleState.EXCEPTION, 1250, code)
    assert play.machine.book.exceptions == (outcome,)
    with pytest.raises(NotReady, match="refused"):
        play >> reverse()


def test_a_sale_that_was_approved_in_part_is_reversed_in_part():
    play = approved(code="10", fields={4: "000000000600"})
    with pytest.raises(NotReady, match=r"6\.00 is paid"):
        play >> reverse(600)
    play >> reverse(599)
    play.skip() >> answered("switch", "00")
    outcome = play.machine.book.outcome
    assert (outcome.amount, outcome.reversed, outcome.asked) == (599, 1, 1250)


def test_a_repeat_after_a_reversal_in_part():
    play = approved() >> reverse(1000)
    play.skip() >> answered("switch", "00")
    play.skip() >> repeat()
    play.skip()
    assert play >> answered("switch", "10", {4: "000000001000"}, ago=1) << appended(SaleRepeated)
    assert play.machine.book.last_outcome.kind is SaleState.REDUCED
    assert play.machine.book.outcome.amount == 1000


def test_a_repeat_that_hears_more_than_stays_reverses_again():
    play = approved() >> reverse(1000)
    play.skip() >> answered("switch", "00")
    play.skip() >> repeat()
    play.skip()
    assert (
        play
        >> answered("switch", "00")
        << appended(ApprovalHeard)
        << appended(SaleRepeated)
        << appended(SaleReversing, stays=1000)
        << sent("switch", "0420")
        >> answered("switch", "00")
        << appended(SaleReversed)
    )
    outcome = play.machine.book.outcome
    assert (outcome.kind, outcome.amount, outcome.reversed) == (SaleState.REDUCED, 1000, 250)


def test_there_may_be_nothing_to_reverse():
    play = Playbook(terminal()) >> UP
    with pytest.raises(NotReady, match="there was no sale yet"):
        play >> reverse()
    declined = (Playbook(terminal()) >> UP >> sell()).skip() >> answered("switch", "91")
    with pytest.raises(NotReady, match="the last sale is declined"):
        declined.skip() >> reverse()
    play = approved() >> close_batch
    with pytest.raises(NotReady, match="batch of the last sale is closed"):
        play.skip() >> reverse()
    with pytest.raises(NotReady, match="less than"):
        approved() >> reverse(-1)


# One at a time ------------------------------------------------------------------------------------


def test_no_link_no_sale():
    play = Playbook(terminal())
    with pytest.raises(NotReady, match="cannot be reached"):
        play >> sell()
    assert not play.effects
    play >> UP >> sell()
    assert play.sent_on("switch")[0][11] == "000001"


def test_one_sale_at_a_time():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip()
    with pytest.raises(NotReady, match="under way"):
        play >> sell()


def test_what_is_owed_comes_before_the_next_sale():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> after(4.5)
    for wanted in (sell(), repeat(), close_batch):
        with pytest.raises(NotReady, match="STAN 000001"):
            play.skip() >> wanted
    play >> answered("switch", "00")
    play.skip() >> sell()
    assert play.sent_on("switch")[-1][11] == "000003"


def test_a_bad_order_leaves_no_trace():
    play = Playbook(terminal()) >> UP
    with pytest.raises(FormatError):
        play >> sell(Order(amount=0, currency="EUR", card=CARD))
    assert not play.effects
    assert play.machine.is_free


def test_numbers_wrap_and_skip_what_is_still_alive():
    play = Playbook(terminal()) >> UP
    play.machine.kernel.skip_numbers("switch", 999_998)
    for _ in range(3):
        play.skip() >> sell()
        play.skip() >> answered("switch", "00")
    assert [message[11] for message in play.sent_on("switch")] == ["999999", "000001", "000002"]


def test_a_number_that_may_still_be_answered_is_not_used_again():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> after(4.5)
    play.skip() >> answered("switch", "00")
    play.machine.kernel.skip_numbers("switch", 0)  # As if the numbers had wrapped just now.
    play.skip() >> sell()
    assert play.sent_on("switch")[-1][11] == "000002"  # 000001 may still get its late answer.


# Repeats ------------------------------------------------------------------------------------------


def test_a_repeat_asks_for_the_same_once_more():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> answered("switch", "00", {38: "A1B2C3"})
    play.skip()
    assert (
        play
        >> after(60)
        >> repeat()
        << sent("switch", "0201")
        >> answered("switch", "00", {38: "A1B2C3"})
        << appended(SaleRepeated)
    )
    first, second = play.sent_on("switch")
    assert second.fields == first.without(52).fields
    told = list(outcomes(play.entries))
    assert [(outcome.kind, outcome.is_repeat) for outcome in told] == [
        (SaleState.APPROVED, False),
        (SaleState.APPROVED, True),
    ]
    assert play.machine.book.batch.totals["978"]["sale approved"].count == 1


def test_a_repeat_without_an_answer_leaves_the_result():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> answered("switch", "00")
    play.skip() >> repeat()
    play.skip()
    assert play >> after(4.5) << appended(SaleRepeated, answer=None) >> after(60)
    assert kinds(play) == [SaleState.APPROVED, SaleState.UNANSWERED]
    assert play.machine.book.kind is SaleState.APPROVED


def test_after_a_restart_a_repeat_needs_the_card():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> answered("switch", "00")
    again = restarted(play) >> UP
    with pytest.raises(NotReady, match="present it again"):
        again >> repeat()
    again >> repeat(CARD)
    assert again.sent_on("switch")[0].fields == play.sent_on("switch")[0].without(52).fields


def test_there_may_be_nothing_to_repeat():
    play = Playbook(terminal()) >> UP
    with pytest.raises(NotReady, match="no sale yet"):
        play >> repeat()
    play >> sell()
    play.skip() >> after(4.5)
    play.skip() >> answered("switch", "00")
    with pytest.raises(NotReady, match="reversed"):
        play.skip() >> repeat()


@pytest.mark.parametrize("changes", [{7: "0329010009"}, {4: "000000001249"}, {49: "840"}])
def test_an_answer_to_something_else_is_none(changes):
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> answered("switch", "00", changes)
    assert play << appended(SaleReversing) << sent("switch", "0420")


# Batches ------------------------------------------------------------------------------------------


def test_a_batch_is_closed():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> answered("switch", "00")
    play.skip() >> close_batch
    assert play << appended(BatchClosed)
    assert play.machine.book.batch.number == 2
    assert rebuild(play.entries) == play.machine.book


# Bad input ----------------------------------------------------------------------------------------


def test_an_unreadable_answer_is_no_answer():
    error = MessageError("digits", field="4")
    error.echo = Message("0210", {11: "000001"})
    play = Playbook(terminal()) >> UP >> sell()
    play.skip()
    assert (
        play
        >> Garbled(SWITCH, error)
        >> after(4.5)
        << appended(SaleReversing)
        << sent("switch", "0420")
    )


def test_a_terminal_serves_nobody():
    question = Message("0800", {7: "0329010000", 11: "000009", 70: "301"})
    assert (
        Playbook(terminal())
        >> UP
        >> Received(SWITCH, question)
        << sent("switch", "0810", {39: "12", 11: "000009"})
    )
