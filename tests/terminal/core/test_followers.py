"""Refunds of a sale and tips on it at the terminal: what they name, and what they change."""

import pytest

from cardswitch.specs.transactions.followed import Followed
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.terminal.core.entries import SaleAnswered, SaleBegun, SaleReversed
from cardswitch.terminal.core.errors import NotReady
from cardswitch.terminal.core.outcome import SaleState
from tests.kit.play import Playbook, after, answered, appended, sent
from tests.kit.terminal import UP, close_batch, restarted, reverse, sell, terminal

SAID = {37: "608801000001", 38: "A1B2C3"}


def sold():
    play = Playbook(terminal()) >> UP >> sell()
    return (play.skip() >> answered("switch", "00", SAID)).skip()


def refund(play, amount=0, stan="", code="00"):
    play.do(play.machine.refund(play.now, amount, stan))
    play << appended(SaleBegun) << sent("switch", "0200", {3: "200000", 2: None, 35: None})
    return play >> answered("switch", code, SAID) << appended(SaleAnswered)


def tip(play, amount=250, stan="", code="00"):
    play.do(play.machine.tip(play.now, amount, stan))
    play << appended(SaleBegun) << sent("switch", "0220", {3: "020000", 4: f"{amount:012d}"})
    return play >> answered("switch", code) << appended(SaleAnswered)


def sale(play):
    return next(iter(play.machine.book.sales.values())).outcome


def test_a_refund_names_its_sale_and_needs_no_card():
    sale_sent, asked = refund(sold()).sent_on("switch")
    assert {n: asked[n] for n in (4, 37, 38, 90)} == {
        4: "000000001250",
        **SAID,
        90: original_data(sale_sent),
    }


def test_what_is_left_is_refunded_unless_an_amount_is_given():
    play = refund(restarted(refund(sold(), 500)) >> UP)
    assert play.sent_on("switch")[-1][4] == "000000000750"
    assert sale(play).followed == Followed(refunded=1250)
    totals = play.machine.book.batch.totals["978"]
    assert totals["linked_refund approved"].amount == 1250
    with pytest.raises(NotReady, match="anything is left to give back of"):
        refund(play)


def test_what_is_declined_changes_nothing():
    play = tip(refund(sold(), code="13"), code="94")
    assert sale(play).followed == Followed()


def test_a_refund_that_is_undone_can_be_made_again():
    play = (refund(sold()) >> reverse()).skip() >> answered("switch", "00")
    assert play << appended(SaleReversed)
    assert sale(play).followed == Followed()
    assert refund(play, 1250)


def test_a_sale_with_a_tip_or_a_refund_is_not_undone():
    for play in tip(sold()), refund(sold(), 500):
        with pytest.raises(NotReady, match="refund what is left"):
            play.do(play.machine.reverse(play.now, 0, "000001"))
    with pytest.raises(NotReady, match="this tip is paid back by a refund"):
        (tip(sold()) >> reverse())


def test_a_tip_comes_once_on_a_sale_of_the_open_batch():
    play = tip(sold())
    outcome = play.machine.book.outcome
    assert (outcome.kind, outcome.amount, outcome.sold) == (SaleState.APPROVED, 250, 1250)
    with pytest.raises(NotReady, match="a tip could be on"):
        tip(play)
    closed = sold() >> close_batch
    with pytest.raises(NotReady, match="of STAN 000001"):
        tip(closed.skip(), stan="000001")
    assert refund(closed, stan="000001")


@pytest.mark.parametrize("last", ["tipped", "declined"])
def test_without_a_number_a_tip_is_on_the_last_sale_and_on_no_other_customers(last):
    play = (sold() >> sell()).skip() >> answered("switch", "05" if last == "declined" else "00")
    play = tip(play.skip()) if last == "tipped" else play.skip()
    with pytest.raises(NotReady, match="a tip could be on"):
        tip(play)
    assert sale(play).followed == Followed()
    assert tip(play, stan="000001")


def test_without_an_answer_a_tip_is_told_again():
    play = sold()
    play.do(play.machine.tip(play.now, 250))
    play.skip() >> after(6.0) << sent("switch", "0221", {3: "020000"})
    assert play >> answered("switch", "00") << appended(SaleAnswered)
    assert sale(play).followed == Followed(tipped=250)
