"""A crash between any two effects of a long story: what was begun is undone, no number reused."""

import pytest

from cardswitch.specs.message import Message
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
from cardswitch.terminal.core.messages import Order
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.core.state import rebuild
from cardswitch.wire.ports import Append, Send
from tests.kit.play import START, Playbook, after, answered
from tests.kit.terminal import (
    CARD,
    DOWN,
    PAD,
    UP,
    close_batch,
    repeat,
    restarted,
    reverse,
    sell,
    terminal,
)


def story(play):
    """Every kind of entry: approved, repeated, reversed in part and whole, late, refused."""
    play >> UP >> sell()
    play.skip() >> answered("switch", "00", {38: "A1B2C3"})
    play.skip() >> repeat()
    play.skip() >> answered("switch", "00", {38: "A1B2C3"})
    for stays in (1000, 0):
        play.skip() >> reverse(stays)
        play.skip() >> answered("switch", "00")
    play.skip() >> sell(Order(amount=7700, currency="978", card=CARD, entry="manual"))
    for seconds in (4.5, 5.5, 6.5):
        play.skip() >> after(seconds)
    play.skip() >> answered("switch", "00")
    play.skip() >> sell()
    play.skip() >> DOWN
    play.skip() >> UP
    play.skip() >> answered("switch", "12")
    play.skip() >> close_batch
    play.skip() >> sell()
    play.skip() >> answered("switch", "51")
    play.skip() >> answered("switch", "00")  # the same sale was performed twice
    play.skip() >> answered("switch", "00")
    return play.skip()


EFFECTS = story(Playbook(terminal())).effects


def test_the_story_is_long_enough():
    told = {type(effect.entry) for effect in EFFECTS if isinstance(effect, Append)}
    assert told == {
        SaleBegun,
        SaleAnswered,
        SaleRepeated,
        SaleReversing,
        SaleReversed,
        ReversalRefused,
        ApprovalHeard,
        BatchClosed,
    }


@pytest.mark.parametrize("cut", range(len(EFFECTS) + 1))
def test_a_crash_between_any_two_effects(cut):
    before = Playbook(terminal(), START + 100)
    before.effects = list(EFFECTS[:cut])
    again = restarted(before)
    book = rebuild(before.entries)
    unsettled = book.unsettled
    assert again.machine.is_free is (unsettled is None)
    again.skip() >> UP
    reversals = again.sent_on("switch")
    assert [message.mti for message in reversals] == (
        [] if unsettled is None else ["0421"] if book.pending else ["0420"]
    )
    if unsettled is not None:
        assert reversals[0][90][4:10] == unsettled.stan
        again.skip() >> answered("switch", "00")
    again.skip() >> sell()
    sale = again.sent_on("switch")[-1]
    assert sale.mti == "0200"
    assert sale[11] not in {message[11] for message in [*before.sent_on("switch"), *reversals]}
    again.skip() >> answered("switch", "00")
    entries = [*before.entries, *again.entries]
    assert rebuild(entries) == again.machine.book
    assert again.machine.is_free


@pytest.mark.parametrize("cut", range(len(EFFECTS) + 1))
def test_every_request_is_in_the_journal_before_it_leaves(cut):
    match EFFECTS[cut : cut + 1]:
        case [Send(_, message)] if message.mti in ("0200", "0420"):
            known = rebuild(e.entry for e in EFFECTS[:cut] if isinstance(e, Append))
            assert known.stan == int(message[11])
            assert known.kind is (SaleState.BEGUN if message.mti == "0200" else SaleState.PENDING)
            assert message.mti == "0200" or known.pending_reversal == message


def test_a_reversal_that_was_sent_before_the_crash_stays_the_same():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> after(4.5)
    again = restarted(play) >> UP
    assert again.sent_on("switch")[0].fields == play.sent_on("switch")[-1].fields


def test_the_journal_holds_nothing_of_the_card():
    secrets = {CARD.pan, CARD.track2, CARD.cvv2, PAD.encrypt("1234", CARD.pan), CARD.expiry}
    values = {
        value
        for effect in EFFECTS
        if isinstance(effect, Append)
        for name in effect.entry.__struct_fields__
        if isinstance(message := getattr(effect.entry, name), Message)
        for value in message.fields.values()
    }
    assert not values & secrets
    assert not any(CARD.pan in value for value in values)
