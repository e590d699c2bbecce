"""A sale that the terminal approves by itself: at once, and told until it is kept."""

import pytest

from cardswitch.specs.errors import FormatError
from cardswitch.specs.security.vault import AesVault
from cardswitch.terminal.core.abandon import abandoned
from cardswitch.terminal.core.entries import (
    AdviceKept,
    SaleBegun,
    SaleReversed,
    SaleReversing,
    SoldOffline,
)
from cardswitch.terminal.core.errors import NotReady
from cardswitch.terminal.core.machine import OWED_MAX, Terminal
from cardswitch.terminal.core.messages import Order, TerminalIdentity
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.core.sales import SALES_MAX
from cardswitch.terminal.core.state import rebuild
from tests.kit.play import Playbook, after, answered, appended, sent
from tests.kit.terminal import CARD, DOWN, UP, close_batch, sell

VAULT = AesVault(bytes(32))
ORDER = Order(amount=1250, currency="EUR", card=CARD)
TOLD = {2: CARD.pan, 14: CARD.expiry, 35: None, 52: None, 4: "000000001250", 90: None}


def terminal(vault=VAULT):
    return Terminal(TerminalIdentity("TERM01", "SHOP"), vault=vault)


def offline(approval=""):
    return lambda play: play.do(play.machine.sell_offline(ORDER, play.now, approval))


def restarted(play):
    again = Playbook(terminal(), play.now + 1)
    again.do(again.machine.recover(play.entries, again.now))
    return again


def approved(play):
    return play.machine.book.batch.totals["978"]["offline approved"]


def test_without_a_switch_it_is_approved_at_once_and_told_when_there_is_one():
    play = Playbook(terminal()) >> offline("A1B2C3") << appended(SoldOffline)
    outcome = play.machine.book.outcome
    assert (outcome.kind, outcome.is_owed, outcome.approval_code) == ("approved", True, "A1B2C3")
    assert (approved(play).count, approved(play).amount) == (1, 1250)
    play >> after(3_600.0) >> UP << sent("switch", "0220", {**TOLD, 38: "A1B2C3"})
    assert play >> answered("switch", "00", {37: "608801000001"}) << appended(AdviceKept)
    book = rebuild(play.entries)
    assert (book.outcome.is_owed, book.outcome.rrn, book.owed) == (False, "608801000001", ())
    assert (approved(play).count, book.unsettled) == (1, None)


def test_no_card_is_in_its_journal():
    play = Playbook(terminal()) >> offline() << appended(SoldOffline)
    assert play
    assert CARD.pan not in str(play.entries)


def test_several_are_told_in_their_order_and_each_until_it_is_kept():
    play = Playbook(terminal())
    for _ in range(3):
        play >> offline() << appended(SoldOffline)
    play >> UP << sent("switch", "0220", {11: "000001"}) >> answered("switch", "91")
    play >> after(1.0) << sent("switch", "0221", {11: "000001"}) >> answered("switch", "00")
    play << appended(AdviceKept) << sent("switch", "0220", {11: "000002"})
    play >> DOWN >> after(60.0) >> UP << sent("switch", "0221", {11: "000002"})
    play >> answered("switch", "00") << appended(AdviceKept)
    play << sent("switch", "0220", {11: "000003"}) >> answered("switch", "00")
    assert play << appended(AdviceKept)
    assert approved(play).count == 3


def test_after_a_crash_it_is_a_repeat_with_the_same_card():
    play = Playbook(terminal()) >> offline() << appended(SoldOffline)
    again = restarted(play) >> UP << sent("switch", "0221", TOLD)
    assert again >> answered("switch", "00") << appended(AdviceKept)


def test_what_the_switch_refuses_is_not_paid_and_not_sent_again():
    play = Playbook(terminal()) >> offline() << appended(SoldOffline)
    play >> UP << sent("switch", "0220") >> answered("switch", "15") << appended(AdviceKept)
    assert play >> after(600.0)
    totals = play.machine.book.batch.totals["978"]
    assert (totals["offline approved"].count, totals["offline declined"].count) == (0, 1)
    assert play.machine.book.outcome.is_declined


def test_an_answer_that_does_not_fit_keeps_nothing():
    play = Playbook(terminal()) >> offline() << appended(SoldOffline) >> UP
    play << sent("switch", "0220") >> answered("switch", "00", {4: "000000000001"})
    assert play >> after(1.0) << sent("switch", "0221")


def test_it_is_sold_while_a_reversal_is_pending_which_goes_first():
    play = Playbook(terminal()) >> UP >> sell(ORDER)
    play.skip() >> after(5.0) << appended(SaleReversing) << sent("switch", "0420") >> DOWN
    play >> offline() << appended(SoldOffline) >> after(60.0) >> UP << sent("switch", "0421")
    play >> answered("switch", "00") << appended(SaleReversed) << sent("switch", "0220")
    assert play >> answered("switch", "00") << appended(AdviceKept)
    states = [sale.outcome.kind for sale in rebuild(play.entries).sales.values()]
    assert states == [SaleState.REVERSED, SaleState.APPROVED]


def test_nothing_else_is_sold_or_closed_before_it_is_told():
    play = Playbook(terminal()) >> offline() << appended(SoldOffline)
    for deed in sell(ORDER), close_batch:
        with pytest.raises(NotReady, match="told of the sale of STAN 000001"):
            play >> deed


def test_a_sale_under_way_comes_first():
    play = Playbook(terminal()) >> UP >> sell(ORDER)
    play << appended(SaleBegun) << sent("switch", "0200")
    with pytest.raises(NotReady, match="under way"):
        play >> offline()


def test_so_many_may_wait_and_none_is_forgotten():
    play = Playbook(terminal())
    for _ in range(OWED_MAX):
        play >> offline() << appended(SoldOffline)
    with pytest.raises(NotReady, match=f"{OWED_MAX} sales wait"):
        play >> offline()
    book = play.machine.book
    begun = [entry for entry in play.entries if isinstance(entry, SoldOffline)]
    later = [
        SaleBegun(e.at, e.request.with_fields({11: f"{n:06d}"}), e.card)
        for n, e in enumerate(2 * begun, 500)
    ]
    for entry in (*later, *later[:50]):
        book = book._begun(entry)  # More than are remembered: what is owed stays.
    assert set(book.owed) <= book.sales.keys()
    assert len(book.sales) <= SALES_MAX + OWED_MAX


def test_a_person_ends_what_nobody_takes():
    play = Playbook(terminal()) >> offline() << appended(SoldOffline)
    [entry] = abandoned(play.machine.book, "told by telephone", play.now)
    book = play.machine.book.with_entry(entry)
    assert (book.unsettled, book.owed) == (None, ())
    assert book.outcome.kind is SaleState.ABANDONED


@pytest.mark.parametrize("code", ["A1B2C", "A1B2C34", "A1 2C3", "ÄÖÜ123"])
def test_an_approval_code_is_six_letters_and_digits(code):
    with pytest.raises(FormatError, match="6 letters and digits"):
        Playbook(terminal()) >> offline(code)


def test_a_terminal_without_a_vault_sells_none():
    with pytest.raises(NotReady, match="keeps no cards"):
        Playbook(terminal(None)) >> offline()
