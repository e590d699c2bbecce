"""The terminal has more set aside on a pre-authorisation; what is approved, that holds too."""

import pytest

from cardswitch.specs.errors import FormatError
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.terminal.core.entries import SaleBegun, SaleReversed, SaleReversing
from cardswitch.terminal.core.errors import NotReady
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.core.state import rebuild
from tests.kit.play import Playbook, after, answered, appended, sent
from tests.kit.terminal import UP, restarted, reverse, terminal

from .test_completions import RRN, complete, held


def increment(play, amount=500, stan=""):
    play.do(play.machine.increment(play.now, amount, stan))
    return play << appended(SaleBegun) << sent("switch", "0100")


def increased(play, amount=500, code="00", fields=None):
    return (increment(play, amount) >> answered("switch", code, fields or {38: "000002"})).skip()


def amounts(play):
    return [(s.outcome.kind, s.outcome.amount) for s in rebuild(play.entries).sales.values()]


def test_it_names_what_it_adds_to_and_holds_no_card():
    play = increment(held())
    hold, asked = play.sent_on("switch")
    assert {n: asked[n] for n in (4, 25, 37, 38, 90)} == {
        4: "000000000500",
        25: "00",
        37: RRN,
        38: "A1B2C3",
        90: original_data(hold),
    }
    assert not {2, 14, 35, 52} & asked.fields.keys()


def test_what_is_approved_can_be_taken_too():
    play = increased(held())
    assert amounts(play) == [(SaleState.APPROVED, 1750), (SaleState.APPROVED, 500)]
    play = increased(restarted(play) >> UP, 250)
    play >> complete() << appended(SaleBegun) << sent("switch", "0220", {4: "000000002000"})
    assert play.sent_on("switch")[-1][38] == "A1B2C3"


def test_no_more_is_set_aside_than_one_completion_can_take():
    most = 999_999_999_999
    play = held()
    with pytest.raises(NotReady, match="over 12 digits"):
        play.machine.increment(play.now, most - 1249)
    play = increased(play, most - 1250)
    assert play >> complete() << appended(SaleBegun) << sent("switch", "0220", {4: str(most)})


def test_what_is_approved_in_part_is_as_much_more():
    play = increased(held(), 500, "10", {4: "000000000250"})
    assert amounts(play)[0] == (SaleState.APPROVED, 1500)


@pytest.mark.parametrize("code", ["51", "25", "94"])
def test_what_is_declined_changes_nothing(code):
    assert amounts(increased(held(), 500, code, {}))[0] == (SaleState.APPROVED, 1250)


def test_without_an_answer_it_is_undone_alone():
    play = increment(held())
    asked = play.sent_on("switch")[-1]
    play >> after(4.6) << appended(SaleReversing)
    play << sent("switch", "0420", {90: original_data(asked)})
    play = play >> answered("switch", "00") << appended(SaleReversed)
    assert amounts(play) == [(SaleState.APPROVED, 1250), (SaleState.REVERSED, 500)]


def test_a_reversal_takes_it_back_as_a_whole():
    play = increased(held())
    with pytest.raises(NotReady, match="as a whole"):
        play >> reverse(100)
    (play >> reverse()).skip()
    assert amounts(play)[0] == (SaleState.APPROVED, 1750)  # Not before it is acknowledged.
    play >> answered("switch", "00") << appended(SaleReversed)
    assert amounts(play) == [(SaleState.APPROVED, 1250), (SaleState.REVERSED, 0)]


def test_a_refused_reversal_leaves_it():
    play = (increased(held()) >> reverse()).skip() >> answered("switch", "64")
    assert amounts(play.skip())[0] == (SaleState.APPROVED, 1750)


def test_there_must_be_something_to_add_to():
    with pytest.raises(NotReady, match="nothing to increment: no pre-authorisation is open here"):
        increment(Playbook(terminal()) >> UP)
    with pytest.raises(NotReady, match="of STAN 000009"):
        increment(held(), stan="000009")
    with pytest.raises(FormatError):
        increment(held(), 0)


def test_a_repeat_hears_the_same():
    play = increased(held())
    play.do(play.machine.repeat(play.now))
    play << sent("switch", "0101", {2: None, 35: None}) >> answered("switch", "00")
    assert amounts(play.skip())[0] == (SaleState.APPROVED, 1750)
