"""The batch is settled: what leaves, what is durable, what differs, and what a crash leaves."""

import msgspec
import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import EncodeError
from cardswitch.specs.transactions.totals import Totals, pack_days, read_totals
from cardswitch.terminal.core.batch import Batch
from cardswitch.terminal.core.entries import (
    BatchClosed,
    BatchSettled,
    BatchSettling,
    ItemsNumbered,
    SaleAnswered,
    SaleBegun,
    SettlingRefused,
    TerminalEntry,
)
from cardswitch.terminal.core.errors import NoLink, NotReady
from cardswitch.terminal.core.messages import TerminalIdentity
from cardswitch.terminal.core.settling import (
    CLOSED,
    NUMBERS_SPARE,
    OUT_OF_BALANCE,
    UPLOADS_MAX,
    SettlingTerminal,
    totals_of,
)
from tests.kit.play import Playbook, after, answered, appended, sent
from tests.kit.terminal import DOWN, PAD, UP, ask, reverse, sell
from tests.kit.terminal import ORDER as SALE

SOLD = Totals().plus(1250)
HERE = {63: pack_days({"2026-03-29": SOLD})}
BALANCED = {66: "1", **HERE}


def terminal():
    return SettlingTerminal(TerminalIdentity("TERM01", "SHOP"), PAD)


def settle(play):
    play.do(play.machine.settle(play.now, "978"))


def started(entries=(), now=None):
    play = Playbook(terminal(), now) if now else Playbook(terminal())
    play.do(play.machine.recover(list(entries), play.now))
    return play


def sold(play=None):
    play = play or (started() >> UP)
    return (play >> sell() >> answered_after(play)).skip()


def answered_after(play):
    play.skip()
    return answered("switch", "00", {37: "608801000001", 38: "A1B2C3"})


def restarted(play):
    return started(play.entries, play.now + 1.0)


def asked(play, mti):
    return [m for m in play.sent_on("switch") if m.mti == mti]


def test_totals_leave_once_they_are_durable_and_the_next_batch_begins():
    play = sold() >> settle
    (
        play
        << appended(BatchSettling)
        << sent("switch", "0500", {41: "TERM01  ", 42: "SHOP           ", 50: "978", 60: "000001"})
    )
    assert read_totals(asked(play, "0500")[0]) == SOLD
    play >> answered("switch", "00", BALANCED) << appended(BatchSettled) << appended(BatchClosed)
    assert play
    assert play.machine.news == CLOSED
    [settlement] = play.machine.book.settlements
    assert (settlement.here, settlement.is_balanced, settlement.batch) == (SOLD, True, 1)
    assert play.machine.book.batch.number == 2
    assert play.machine.is_free


def test_without_an_answer_it_is_asked_again_and_nothing_is_sold():
    play = sold() >> settle << appended(BatchSettling) << sent("switch", "0500")
    play >> after(4.5 + 1.0) << sent("switch", "0501")
    with pytest.raises(NotReady, match="being settled"):
        play >> sell()
    assert (
        play
        >> answered("switch", "00", BALANCED)
        << appended(BatchSettled)
        << appended(BatchClosed)
    )


def test_after_a_crash_the_same_is_asked_again():
    play = sold() >> settle << appended(BatchSettling) << sent("switch", "0500")
    again = restarted(play) >> UP
    again << sent("switch", "0501")
    assert asked(again, "0501")[0].fields == asked(play, "0500")[0].fields
    assert (
        again
        >> answered("switch", "00", BALANCED)
        << appended(BatchSettled)
        << appended(BatchClosed)
    )
    assert again.machine.news == CLOSED


def test_a_crash_after_the_last_answer_loses_nothing():
    play = sold() >> settle << appended(BatchSettling) << sent("switch", "0500")
    (play >> answered("switch", "00", BALANCED)).skip()
    again = started(play.entries[:-1], play.now + 1.0)
    assert again << appended(BatchClosed)


@pytest.mark.parametrize("code", ["91", "96", "89"])
def test_a_switch_that_cannot_now_is_asked_again(code):
    play = sold() >> settle << appended(BatchSettling) << sent("switch", "0500")
    assert play >> answered("switch", code) >> after(1.0) << sent("switch", "0501")


@pytest.mark.parametrize("code", ["12", "30", "94"])
def test_a_switch_that_does_not_settle_leaves_the_batch_open(code):
    play = sold() >> settle << appended(BatchSettling) << sent("switch", "0500")
    assert play >> answered("switch", code) << appended(SettlingRefused)
    assert play.machine.news == f"refused with {code}: the batch stays open"
    assert play.machine.book.batch.number == 1
    assert (play >> sell()).skip()


def test_an_answer_that_says_nothing_of_the_balance_is_none():
    play = sold() >> settle << appended(BatchSettling) << sent("switch", "0500")
    assert play >> answered("switch", "00") >> after(1.0) << sent("switch", "0501")
    assert play.machine.counts["unfit_answer"] == 1


# Differences --------------------------------------------------------------------------------------


def differing(play=None):
    play = (play or sold()) >> settle << appended(BatchSettling) << sent("switch", "0500")
    play >> answered("switch", "95", {66: "2"}) << appended(ItemsNumbered)
    return play << sent("switch", "0320", {4: "000000001250", 37: "608801000001", 60: "000001"})


@pytest.mark.parametrize(
    ("code", "fields", "there", "unknown"),
    [
        ("00", {}, 1250, Totals().plus(500)),
        ("25", {}, 0, SOLD.plus(500)),
        ("13", {4: "000000001000"}, 1000, None),
    ],
)
def test_every_item_is_sent_and_what_differs_is_known(code, fields, there, unknown):
    play = differing() >> answered("switch", code, fields)
    play << appended(BatchSettling) << sent("switch", "0500")
    has = {63: pack_days({"2026-03-29": SOLD.plus(500)})}
    play >> answered("switch", "00", {66: "2", **has})
    assert play << appended(BatchSettled) << appended(BatchClosed)
    assert play.machine.news == OUT_OF_BALANCE
    [settlement] = play.machine.book.settlements
    found = [(one.stan, one.here, one.there) for one in settlement.differences]
    assert found == ([] if code == "00" else [("000001", 1250, there)])
    if unknown is not None:
        assert settlement.unknown_here == unknown


def test_items_are_numbered_anew_after_a_crash():
    play = differing()
    first = asked(play, "0320")[0]
    again = restarted(play) >> UP
    again << sent("switch", "0501") >> answered("switch", "95", {66: "2"})
    again << appended(ItemsNumbered) << sent("switch", "0320")
    assert int(asked(again, "0320")[0][11]) > int(first[11])
    assert play.entries[-1].stan == int(asked(play, "0500")[0][11]) + 1 + NUMBERS_SPARE


def test_a_switch_that_wants_items_for_ever_is_left():
    play = differing()
    for _ in range(UPLOADS_MAX + 5):
        play.skip()
        if play.machine.is_free:
            break
        is_item = play.sent_on("switch")[-1].mti.startswith("032")
        play >> answered("switch", "00" if is_item else "95", {} if is_item else {66: "2"})
    play.skip()
    assert play.machine.is_free
    assert "refused with 95" in play.machine.news


def test_a_reversed_sale_is_no_item_and_a_reduced_one_is_what_stays():
    play = sold()
    play = (play >> reverse(1000)).skip() >> answered("switch", "00")
    (play.skip() >> sell()).skip()
    (play >> answered("switch", "00", {37: "608801000002"})).skip()
    (play >> reverse()).skip()
    (play >> answered("switch", "00")).skip()
    play >> settle << appended(BatchSettling) << sent("switch", "0500")
    play >> answered("switch", "95", {66: "2"}) << appended(ItemsNumbered)
    play << sent("switch", "0320", {4: "000000001000"}) >> answered("switch", "00")
    assert play << appended(BatchSettling) << sent("switch", "0500")


def test_items_of_an_earlier_life_are_known():
    play = restarted(sold()) >> UP
    assert differing(play)


def test_an_approval_that_is_heard_meanwhile_is_undone_first():
    play = started() >> UP
    (play >> sell() >> answered_after(play)).skip()
    (play >> sell()).skip()
    (play >> answered("switch", "51")).skip()
    play >> settle << appended(BatchSettling) << sent("switch", "0500")
    (play >> answered("switch", "00", {38: "A1B2C3"}, ago=2)).skip()
    play >> answered("switch", "95", {66: "2"})
    assert "0420" in [m.mti for m in play.sent_on("switch")]


# What there is to settle --------------------------------------------------------------------------


def test_each_currency_is_settled_by_itself():
    play = sold()
    dollars = replace(SALE, currency="USD", amount=700)
    (play >> ask("sale", dollars)).skip()
    (play >> answered("switch", "00", {37: "608801000002"})).skip()
    play >> settle << appended(BatchSettling) << sent("switch", "0500", {50: "978"})
    play >> answered("switch", "00", BALANCED) << appended(BatchSettled)
    play << appended(BatchSettling) << sent("switch", "0500", {50: "840"})
    again = restarted(play) >> UP
    again << sent("switch", "0501", {50: "840"}) >> answered("switch", "00", {66: "1"})
    assert again << appended(BatchSettled) << appended(BatchClosed)
    assert [one.currency for one in again.machine.book.settlements] == ["978", "840"]


def test_a_batch_of_nothing_is_settled_in_the_terminal_s_currency():
    play = started() >> UP
    assert play >> settle << appended(BatchSettling) << sent("switch", "0500", {50: "978"})


def test_credits_and_debits():
    batch = Batch().plus("sale approved", "978", 1250).plus("refund approved", "978", 300)
    batch = batch.plus("sale declined", "978", 99).plus("authorisation approved", "978", 5000)
    assert totals_of(batch, "978") == SOLD.plus(-300)


def test_totals_that_have_no_room_are_refused_and_nothing_is_sent():
    play = sold()
    machine = play.machine
    machine.book = replace(machine.book, batch=Batch().plus("sale approved", "978", 10**16))
    with pytest.raises(EncodeError, match="field 88"):
        play >> settle
    assert not asked(play, "0500")
    assert machine.is_free


def test_without_the_switch_nothing_begins():
    play = sold() >> DOWN
    with pytest.raises(NoLink):
        play >> settle


def test_entries_survive_the_journal():
    play = differing() >> answered("switch", "13", {4: "000000001000"})
    (play.skip() >> answered("switch", "00", {66: "2", **HERE})).skip()
    decode = msgspec.json.Decoder(TerminalEntry).decode
    assert [decode(msgspec.json.encode(entry)) for entry in play.entries] == play.entries
    assert {SaleBegun, SaleAnswered, BatchSettled} <= {type(entry) for entry in play.entries}
