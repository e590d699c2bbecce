"""What moves no money: an answer, a decline, or nothing; and never a reversal."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import FormatError
from cardswitch.specs.transactions.additional import AdditionalAmount
from cardswitch.terminal.core.abandon import abandoned
from cardswitch.terminal.core.entries import BatchClosed, SaleAnswered, SaleBegun, Unanswered
from cardswitch.terminal.core.errors import NotReady
from cardswitch.terminal.core.flows import SWITCH
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.core.state import outcomes, rebuild
from cardswitch.wire.ports import Received
from tests.kit.play import Playbook, after, answered, appended, sent
from tests.kit.terminal import ORDER, UP, ask, close_batch, restarted, reverse, sell, terminal

INQUIRY = replace(ORDER, amount=0)
BALANCES = {54: "0001978C000000010000" + "0002978C000000008750", 38: "A1B2C3"}
KINDS = ["balance", "verification"]


def begun(kind="balance"):
    play = Playbook(terminal()) >> UP >> ask(kind, INQUIRY)
    return play << appended(SaleBegun) << sent("switch", "0100", {4: "0" * 12})


def test_a_balance_is_told():
    play = begun() >> answered("switch", "00", BALANCES)
    assert play << appended(SaleAnswered)
    [outcome] = outcomes(play.entries)
    assert (outcome.kind, outcome.transaction, outcome.amount) == (SaleState.APPROVED, "balance", 0)
    assert outcome.amounts == (
        AdditionalAmount("00", "01", "978", 10_000),
        AdditionalAmount("00", "02", "978", 8_750),
    )
    assert rebuild(play.entries).batch.totals == {}


def test_an_approval_without_the_balance_is_none():
    play = begun() >> answered("switch", "00")
    assert play << appended(Unanswered) >> after(60)
    assert play.machine.counts["unfit_answer"] == 1


def test_no_reason_to_decline_verifies_a_card():
    play = Playbook(terminal()) >> UP >> ask("verification", INQUIRY)
    play << appended(SaleBegun) << sent("switch", "0100", {3: "000000", 25: "51"})
    assert play >> answered("switch", "85") << appended(SaleAnswered)
    assert [outcome.kind for outcome in outcomes(play.entries)] == [SaleState.APPROVED]


@pytest.mark.parametrize("kind", KINDS)
def test_where_no_answer_comes_nothing_is_undone(kind):
    play = begun(kind) >> after(4.5) << appended(Unanswered) >> after(600)
    assert play.machine.is_free
    assert play >> sell() << appended(SaleBegun) << sent("switch", "0200")


def test_after_a_crash_there_is_nothing_to_undo():
    play = begun()
    again = restarted(play) << appended(Unanswered)
    assert again >> UP >> after(60)
    told = outcomes([*play.entries, *again.entries])
    assert [outcome.kind for outcome in told] == [SaleState.UNANSWERED]


@pytest.mark.parametrize("first", [after(4.5), answered("switch", "91")])
def test_a_late_approval_changes_nothing(first):
    play = (begun() >> first).skip()
    request = play.sent_on("switch")[0]
    assert play >> Received(SWITCH, request.reply("00", BALANCES)) >> after(60)


def test_there_is_nothing_to_reverse_or_to_abandon():
    play = begun()
    with pytest.raises(NotReady, match="nothing to abandon"):
        abandoned(rebuild(play.entries), "why not", play.now)
    (play >> answered("switch", "00", BALANCES)).skip()
    with pytest.raises(NotReady, match="a balance moves no money"):
        play >> reverse()
    assert play.skip() >> close_batch << appended(BatchClosed)


@pytest.mark.parametrize(("kind", "amount"), [("balance", 1), ("sale", 0), ("verification", 1250)])
def test_an_amount_is_asked_for_where_money_moves_and_nowhere_else(kind, amount):
    play = Playbook(terminal()) >> UP
    with pytest.raises(FormatError, match="amount"):
        play >> ask(kind, replace(ORDER, amount=amount))
    assert not play.entries
