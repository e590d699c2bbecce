"""The terminal's flows as playbooks, and a crash between any two effects of each."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.message import Message, MessageError
from cardswitch.specs.transactions.identity import identity
from cardswitch.specs.transactions.reversals import reference
from cardswitch.terminal.core.batch import Tally
from cardswitch.terminal.core.entries import (
    ApprovalHeard,
    ReversalRefused,
    SaleAnswered,
    SaleBegun,
    SaleReversed,
    SaleReversing,
)
from cardswitch.terminal.core.flows import SWITCH
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.core.state import outcomes
from cardswitch.wire.ports import Garbled, Received
from tests.kit.play import START, Playbook, after, answered, appended, sent
from tests.kit.terminal import (
    CARD,
    DOWN,
    UP,
    kinds,
    sell,
    terminal,
)


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


@pytest.mark.parametrize("changes", [{7: "0329010009"}, {4: "000000001249"}, {49: "840"}])
def test_an_answer_to_something_else_is_none(changes):
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> answered("switch", "00", changes)
    assert play << appended(SaleReversing) << sent("switch", "0420")


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
