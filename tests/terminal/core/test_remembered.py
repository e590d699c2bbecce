"""Which of the older sales are kept: what is not at rest, and what can still be acted on."""

import pytest

from cardswitch.specs.security.vault import AesVault
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.terminal.core import sales
from cardswitch.terminal.core.entries import SaleReversed
from cardswitch.terminal.core.errors import NotReady
from cardswitch.terminal.core.flows import SWITCH
from cardswitch.terminal.core.machine import Terminal
from cardswitch.terminal.core.messages import Order, TerminalIdentity
from cardswitch.terminal.core.sales import SALES_MAX, key_of
from cardswitch.wire.ports import Received
from tests.kit.play import Playbook, after, answered, appended
from tests.kit.terminal import CARD, ORDER, PAD, UP, ask, close_batch

MONTH_S = 30 * 86_400.0
ACTS = {
    "void": lambda play: play.machine.reverse(play.now, stan="000001"),
    "tip": lambda play: play.machine.tip(play.now, 100, "000001"),
    "refund": lambda play: play.machine.refund(play.now, 100, "000001"),
    "complete": lambda play: play.machine.complete(play.now, stan="000001"),
    "increment": lambda play: play.machine.increment(play.now, 100, "000001"),
}
OF_SALES = ("void", "tip", "refund")
OF_HOLDS = ("void", "complete", "increment")


def terminal():
    return Terminal(TerminalIdentity("TERM01", "SHOP"), PAD, vault=AesVault(bytes(32)))


def restarted(play):
    again = Playbook(terminal(), play.now + 1)
    again.do(again.machine.recover(play.entries, again.now))
    return again


def sold(play, count=1, code="00", kind="sale"):
    """*play* after *count* transactions of the class *kind*, each answered with *code*."""
    for _ in range(count):
        play = (play >> ask(kind, ORDER)).skip() >> answered("switch", code, {38: "A1B2C3"})
        play = play.skip() >> after(1.0)
    return play.skip()


def offline(play):
    order = Order(amount=1250, currency="EUR", card=CARD)
    play.do(play.machine.sell_offline(order, play.now))
    return play.skip()


def voided(play, stan=""):
    """*play* in which the reversal of that sale is pending."""
    play.do(play.machine.reverse(play.now, stan=stan))
    return play.skip()


def can(act, play):
    """Whether one message more is sent when a person asks for *act*."""
    before = len(play.sent_on("switch"))
    play.do(ACTS[act](play))
    return len(play.skip().sent_on("switch")) > before


# What is not at rest ------------------------------------------------------------------------------


@pytest.mark.parametrize("crash", [False, True])
def test_a_sale_is_kept_until_its_reversal_ends(crash):
    play = sold(Playbook(terminal()) >> UP, SALES_MAX)
    play = voided(play, "000001")
    play = offline(play)
    play = (restarted(play) >> UP).skip() if crash else play
    assert play.machine.book.unsettled.stan == "000001"
    play = (play >> answered("switch", "00")) << appended(SaleReversed)
    (play.skip() >> answered("switch", "00")).skip()
    assert play.machine.book.unsettled is None


@pytest.mark.parametrize("crash", [False, True])
def test_a_sale_is_kept_until_it_was_reversed_for_a_late_approval(crash):
    play = sold(Playbook(terminal()) >> UP, SALES_MAX, "51")
    play = voided(sold(play))
    second = play.sent_on("switch")[1]
    play = (play >> Received(SWITCH, second.reply("00", {38: "A1B2C3"}))).skip()
    assert play.machine.book.to_reverse == (key_of(second[11], second[7]),)
    play = offline(offline(play))
    play = (restarted(play) >> UP).skip() if crash else play
    play = (play >> answered("switch", "00")).skip()
    assert play.machine.book.pending_reversal[90] == original_data(second)
    (play >> answered("switch", "00")).skip()
    assert play.machine.book.to_reverse == ()


# What can still be acted on -----------------------------------------------------------------------


def many_later(kind):
    """A transaction of the class *kind*, and SALES_MAX sales in the same batch."""
    return sold(sold(Playbook(terminal()) >> UP, kind=kind), SALES_MAX)


@pytest.mark.parametrize(
    ("kind", "act"),
    [*(("sale", act) for act in OF_SALES), *(("authorisation", act) for act in OF_HOLDS)],
)
def test_an_older_one_of_the_open_batch_can_still_be_acted_on(kind, act):
    play = many_later(kind)
    again = (restarted(play) >> UP).skip()
    assert can(act, play)
    assert can(act, again)


@pytest.mark.parametrize("act", OF_HOLDS)
def test_an_authorisation_that_is_set_aside_outlives_its_batch(act):
    play = many_later("authorisation")
    close_batch(play)
    play = sold(play.skip(), SALES_MAX)
    assert can(act, play)


def test_a_sale_of_a_closed_batch_is_one_of_the_last_or_unknown():
    play = many_later("sale")
    close_batch(play)
    assert len(play.machine.book.sales) == SALES_MAX
    with pytest.raises(NotReady, match="none of the last sales"):
        ACTS["void"](play)


def test_an_authorisation_is_forgotten_when_it_can_no_longer_be_named():
    play = many_later("authorisation") >> after(7 * MONTH_S)
    close_batch(play.skip())
    assert len(play.machine.book.sales) == SALES_MAX


def test_what_nothing_can_be_done_with_is_forgotten():
    play = sold(sold(Playbook(terminal()) >> UP, code="51"), SALES_MAX)
    assert len(play.machine.book.sales) == SALES_MAX


def test_of_very_many_the_oldest_are_forgotten(monkeypatch):
    monkeypatch.setattr(sales, "KEPT_MAX", SALES_MAX + 2)
    play = sold(Playbook(terminal()) >> UP, SALES_MAX + 2)
    play = voided(play, "000001")
    play = offline(play)
    kept = [sale.outcome.stan for sale in play.machine.book.sales.values()]
    assert (len(kept), kept[:2]) == (SALES_MAX + 2, ["000001", "000003"])
