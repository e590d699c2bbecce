"""An approval of what the terminal does not hold as approved is undone."""

import pytest

from cardswitch.terminal.core.entries import (
    ApprovalHeard,
    SaleAnswered,
    SaleRepeated,
    SaleReversed,
    SaleReversing,
)
from cardswitch.terminal.core.flows import SWITCH
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.core.state import rebuild
from cardswitch.wire.ports import Received
from tests.kit.play import Playbook, after, answered, appended, sent
from tests.kit.terminal import (
    UP,
    kinds,
    repeat,
    sell,
    terminal,
)


def late(play, code="00", fields=None, mti="0200"):
    """An answer to the last sale that nobody waits for any more."""
    sale = [message for message in play.sent_on("switch") if message.mti == mti][-1]
    return Received(SWITCH, sale.reply(code, {37: "608801000009", **(fields or {})}))


def declined():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> answered("switch", "91")
    return play.skip()


def timed_out():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> after(4.5)
    play.skip() >> answered("switch", "25")
    return play.skip()


@pytest.mark.parametrize("story", [declined, timed_out])
def test_an_approval_of_what_is_not_held_as_approved_is_reversed(story):
    play = story()
    number = play.machine.book.stan + 1
    assert (
        play
        >> late(play)
        << appended(ApprovalHeard)
        << appended(SaleReversing)
        << sent("switch", "0420", {11: f"{number:06d}", 37: "608801000009"})
        >> after(5.5)
        << sent("switch", "0421", {11: f"{number:06d}"})
        >> answered("switch", "00")
        << appended(SaleReversed)
        >> after(600)
    )
    assert play.sent_on("switch")[-1][90][4:10] == "000001"
    assert kinds(play)[-2:] == [SaleState.PENDING, SaleState.REVERSED]
    assert rebuild(play.entries) == play.machine.book


def test_a_repeat_of_what_was_declined_may_be_approved():
    play = declined() >> repeat()
    play.skip()
    assert (
        play
        >> answered("switch", "00")
        << appended(ApprovalHeard)
        << appended(SaleRepeated)
        << appended(SaleReversing)
        << sent("switch", "0420")
        >> answered("switch", "00")
        << appended(SaleReversed)
    )


@pytest.mark.parametrize(("durable", "mti"), [(1, "0420"), (2, "0421")])
def test_also_after_a_restart(durable, mti):
    play = declined()
    known = len(play.entries)
    play >> late(play)
    again = Playbook(terminal(), play.now + 1)
    again.do(again.machine.recover(play.entries[: known + durable], again.now))
    again.skip() >> UP
    [reversal] = again.sent_on("switch")
    assert (reversal.mti, reversal[90][4:10]) == (mti, "000001")
    again.skip() >> answered("switch", "00")
    assert again.machine.is_free
    assert again.machine.book.kind is SaleState.REVERSED


def test_it_waits_until_the_sale_under_way_is_done():
    play = declined() >> sell()
    play.skip()
    first = play.sent_on("switch")[0]
    assert (
        play
        >> Received(SWITCH, first.reply("00"))
        << appended(ApprovalHeard)
        >> answered("switch", "00")
        << appended(SaleAnswered)
        << appended(SaleReversing)
        << sent("switch", "0420")
        >> answered("switch", "00")
        << appended(SaleReversed)
    )
    assert play.sent_on("switch")[-1][90][4:10] == "000001"
    assert play.machine.book.kind is SaleState.APPROVED
    totals = play.machine.book.batch.totals["978"]
    assert {kind: tally.count for kind, tally in totals.items()} == {
        "sale declined": 1,
        "sale approved": 1,
        "sale reversed": 1,
    }


@pytest.mark.parametrize("changes", [{7: "0101000000"}, {11: "000777"}, {41: "OTHER   "}])
def test_a_foreign_approval_is_counted(changes):
    play = declined()
    assert play >> late(play, fields=changes)
    assert play.machine.counts["foreign_answer"] == 1


def test_what_says_no_or_is_held_as_approved_already_changes_nothing():
    play = declined()
    assert play >> late(play, "51")
    play >> sell()
    play.skip() >> answered("switch", "00")
    assert play.skip() >> late(play)
    assert not play.machine.book.to_reverse
