"""The rows that the switch writes: what stands in them, and what each does to money."""

import msgspec
import pytest
from msgspec.structs import replace

from cardswitch.specs.dates import CutOff
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.switch.core.journal import moved
from cardswitch.switch.core.row import said
from cardswitch.switch.core.states import Mark, State
from cardswitch.wire.ports import LinkId, LinkUp, LookUp, Received
from tests.kit.play import after, answered, sent
from tests.kit.switch import (
    PAN,
    PLAIN,
    POS,
    REVERSAL,
    SALE,
    approved,
    crashed,
    forwarded,
    linked,
    opened,
    recorded,
    started,
    with_settings,
)
from tests.switch.core.test_legs import begun

DAY = "2026-03-29"


# Rows of a leg ------------------------------------------------------------------------------------


def test_a_purchase_is_two_rows():
    play = approved(opened())
    assert [row.state for row in play.entries if row.leg] == ["forwarded", "approved"]


def test_the_first_row_carries_all_that_is_later_asked_of_a_leg():
    row = forwarded(opened()).entries[-1]
    assert (row.leg, row.source, row.serves, row.link) == (1, "pos", "merchants", "pos/1")
    assert row.identity == "pos|TERM0001|SHOP0001|2|000007|20260329010000"
    assert (row.sent_on, row.upstream, row.mti) == ("2026-03-29", "acquirer", "0200")
    assert (row.merchant, row.terminal, row.rrn) == ("SHOP0001", "TERM0001", "608800000001")
    assert (row.amount, row.currency, row.business_date, row.day) == (1250, "978", DAY, DAY)
    assert row.card == row.request_digest.rpartition("|")[2] != ""


def test_memory_keeps_no_more_of_a_message_than_its_row():
    play = forwarded(opened())
    assert SALE.get(52)
    [leg] = play.machine.memory.legs
    assert leg.forwarded is not None
    assert leg.forwarded[2] == PAN
    assert not {14, 35, 48, 52, 55} & set(leg.forwarded.fields)
    assert PAN not in repr(leg)
    assert f"leg {leg.number} " in repr(leg)


def test_whom_a_listener_serves_stands_in_each_row():
    play = opened() >> LinkUp(LinkId("network/1"))
    (play >> Received(LinkId("network/1"), PLAIN)).skip()
    (play >> answered("acquirer", "00")).skip()
    assert {row.serves for row in play.entries if row.leg} == {"acquirers"}


def test_a_later_row_does_not_repeat_the_identity():
    row = approved(opened()).entries[-1]
    assert (row.identity, row.sent_on, row.request_digest) == ("", "", "")


def test_the_card_is_sealed_where_it_is_needed_again_and_nowhere_in_clear():
    play = opened() >> Received(POS, SALE) << sent("hsm", "CA")
    (play >> answered("hsm", "00", {"block": "FEDCBA9876543210"})).skip()
    (play >> answered("acquirer", "00")).skip()
    (play >> Received(POS, REVERSAL)).skip()
    rows = [row for row in play.entries if row.leg == 1]
    assert [bool(row.pan_sealed) for row in rows] == [True, False, True]
    assert PAN not in repr(rows)
    assert SALE[52] not in repr(rows)
    assert "FEDCBA9876543210" not in repr(rows)


def test_a_reversal_is_a_leg_of_its_own_that_names_the_one_it_hit():
    play = (approved(opened()) >> Received(POS, REVERSAL)).skip()
    row = play.entries[-1]
    assert (row.state, row.leg, row.original, row.code, row.mti) == ("answered", 2, 1, "00", "0430")
    assert row.identity == "pos|TERM0001|SHOP0001|4|000008|20260329010005"


def test_a_row_lies_in_its_own_day_and_in_that_of_its_leg():
    play = forwarded(opened())
    play.do(play.machine.cut_over_now(play.now, "ann", ""))
    (play.skip() >> answered("acquirer", "00")).skip()
    row = play.entries[-1]
    assert (row.state, row.business_date, row.day) == ("approved", DAY, f"{DAY}-2")


def test_what_the_table_of_states_forbids_is_not_written():
    play = approved(opened())
    [leg] = play.machine.memory.legs
    rows = len(play.entries)
    with pytest.raises(AssertionError, match="approved -> declined"):
        play.machine.desk_of(leg).record(State.DECLINED, PLAIN)
    play.do(play.machine.kernel.take())
    assert len(play.entries) == rows


@pytest.mark.parametrize(
    ("kind", "state", "to", "amount", "held", "stays", "adds"),
    [
        ("sale", State.FORWARDED, State.APPROVED, 1250, 0, 0, 1250),
        ("sale", State.FORWARDED, State.APPROVED, 600, 0, 0, 600),
        ("sale", State.FORWARDED, State.DECLINED, 1250, 0, 0, 0),
        ("sale", State.FORWARDED, State.REVERSING, 1250, 0, 0, 0),
        ("sale", State.APPROVED, State.REVERSING, 1250, 1250, 0, -1250),
        ("sale", State.APPROVED, State.REVERSING, 1250, 1250, 600, -650),
        ("sale", State.REDUCED, State.REVERSING, 1250, 600, 0, -600),
        ("sale", State.REVERSING, State.REVERSED, 1250, 1250, 0, 0),
        ("sale", State.REVERSING, State.REDUCED, 1250, 1250, 600, 0),
        ("sale", State.REVERSING, State.EXCEPTION, 1250, 1250, 0, 0),
        ("sale", State.EXCEPTION, State.REVERSING, 1250, 1250, 0, 0),
        ("sale", State.EXCEPTION, State.RESOLVED, 1250, 1250, 0, 0),
        ("sale", None, State.REVERSED, 1250, 0, 0, 0),
        ("authorisation", State.FORWARDED, State.APPROVED, 1250, 0, 0, 0),
        ("authorisation", State.APPROVED, State.REVERSING, 1250, 1250, 0, 0),
        ("reversal", None, State.ANSWERED, 1250, 0, 0, 0),
    ],
)
def test_what_a_step_adds_to_the_funds_of_the_merchant(kind, state, to, amount, held, stays, adds):
    leg = begun()
    leg.kind, leg.state, leg.held = KINDS.named(kind), state, held
    assert moved(leg, to, amount, stays) == adds


def test_what_gives_money_back_moves_the_other_way():
    leg = begun()
    leg.kind, leg.state = replace(leg.kind, money="credit"), State.FORWARDED
    assert moved(leg, State.APPROVED, 1250, 0) == -1250
    leg.state, leg.held = State.APPROVED, 1250
    assert (moved(leg, State.REVERSING, 1250, 600), leg.owed) == (650, -1250)


# Marks --------------------------------------------------------------------------------------------


def test_the_first_row_of_all_begins_a_day_and_ends_none():
    row = started().entries[0]
    assert (row.sequence, row.leg, row.business_date, row.day) == (1, 0, DAY, DAY)
    assert said(row) == {
        "ended": "",
        "date": DAY,
        "run": 1,
        "starts_at": 1_774_746_000.0,
        "ends_at": CutOff().ends_at(DAY),
        "cut_off": "23:00",
        "zone": "Europe/Berlin",
        "by": "start",
        "because": "",
    }


def test_a_cut_off_by_the_clock_begins_the_next_day():
    play = opened() >> after(20 * 3600.0 - 1.0)  # 20:59:59 UTC, an hour before the old cut-off
    play.skip() >> after(1.0)
    [row] = [row for row in play.entries[2:] if row.state == Mark.CUT_OVER]
    assert (row.at, row.business_date, row.day) == (
        CutOff().ends_at(DAY),
        "2026-03-30",
        "2026-03-30",
    )
    told = said(row)
    assert (told["ended"], told["by"], told["run"]) == (DAY, "clock", 1)


def test_another_cut_off_counts_from_the_next_day_on():
    early = with_settings(cut_off=CutOff("12:00", "UTC"))
    rows = opened().journal.rows
    play = started(early, rows=rows, now=rows[0].at + 12 * 3600.0)  # 13:00 UTC
    assert not play.entries
    play >> after(8 * 3600.0) << recorded(Mark.CUT_OVER) << recorded(Mark.CHECKPOINT)
    told = said(play.entries[0])
    assert (told["cut_off"], told["date"]) == ("12:00", "2026-03-30")
    assert told["ends_at"] == early.cut_off.ends_at("2026-03-30")


def test_a_checkpoint_names_what_is_not_finished_and_the_numbers_in_use():
    play = (forwarded(opened()) >> after(3.5)).skip()
    play.machine.journal.checkpoint()
    play.do(play.machine.kernel.take())
    told = said(play.entries[-1])
    assert told["legs"] == [1]
    assert told["leg_number"] == 1
    assert told["numbers"] == {"acquirer": int(play.sent_on("acquirer")[-1][11])}
    assert (told["date"], told["run"]) == (DAY, 1)


def test_tombstones_that_still_bind_are_named_by_a_checkpoint():
    inexact = REVERSAL.with_fields({90: "0200000007" + "0" * 32})
    play = (opened() >> Received(POS, inexact)).skip()
    play.machine.journal.checkpoint()
    play.do(play.machine.kernel.take())
    assert msgspec.json.decode(play.entries[-1].fields)["legs"] == [1]


def test_answers_that_leave_out_what_was_asked_are_completed():
    play = forwarded(opened())
    question = play.sent_on("acquirer")[-1]
    answer = Message("0210", {11: question[11], 41: question[41], 39: "00"})
    (play >> Received(LinkId("acquirer"), answer)).skip()
    row = play.entries[-1]
    assert (row.amount, row.currency, row.merchant, row.moved) == (1250, "978", "SHOP0001", 1250)


def sale(trace):
    return PLAIN.with_fields({11: f"{trace:06d}"})


def asks(play):
    """How often the journal was asked."""
    return sum(isinstance(effect, LookUp) for effect in play.effects)


@pytest.mark.parametrize("checkpoint_rows", [4, 10_000])
def test_on_a_date_that_began_before_the_start_the_journal_is_asked(checkpoint_rows):
    settings = with_settings(checkpoint_rows=checkpoint_rows)
    play = opened(settings)
    for trace in (7, 8):
        (play >> Received(POS, sale(trace))).skip() >> answered("acquirer", "00")
        play.skip()
    assert asks(play) == 0
    later = linked(crashed(play, settings).skip())
    (later >> Received(POS, sale(9))).skip()
    assert asks(later) == 1
    later >> after(23 * 3600.0)
    later.skip()
    asked = asks(later)
    (later >> Received(POS, sale(10).with_fields({7: "0330010000"}))).skip()
    assert asks(later) == asked
