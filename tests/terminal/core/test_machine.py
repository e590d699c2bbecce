"""What a person wants of the terminal: undone, asked again, closed; or refused, and why."""

import pytest

from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import stays_of
from cardswitch.terminal.core.entries import (
    ApprovalHeard,
    BatchClosed,
    SaleRepeated,
    SaleReversed,
    SaleReversing,
)
from cardswitch.terminal.core.errors import NotReady
from cardswitch.terminal.core.messages import Order
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.core.state import outcomes, rebuild
from tests.kit.play import Playbook, after, answered, appended, sent
from tests.kit.terminal import (
    CARD,
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
    with pytest.raises(NotReady, match="batch of STAN 000001 is closed"):
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


# Batches ------------------------------------------------------------------------------------------


def test_a_batch_is_closed():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> answered("switch", "00")
    play.skip() >> close_batch
    assert play << appended(BatchClosed)
    assert play.machine.book.batch.number == 2
    assert rebuild(play.entries) == play.machine.book


# Bad input ----------------------------------------------------------------------------------------
