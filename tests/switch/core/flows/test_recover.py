"""After a crash at any point, the journal alone decides how each leg goes on."""

import pytest

from cardswitch.specs.errors import ConfigError
from cardswitch.specs.message import Message
from cardswitch.switch.core.settings import Route, Upstream
from cardswitch.switch.core.states import Mark, State
from cardswitch.wire.machine.kernel import GAP, GAP_PER_S
from cardswitch.wire.ports import LinkUp, Received
from tests.kit.play import after, answered, sent
from tests.kit.switch import (
    ACQUIRER,
    HSM,
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
    undone,
    with_settings,
)

REPEAT = Message("0201", PLAIN.fields)
RENAMED = with_settings(upstreams={"bank": Upstream()}, routes=(Route("pos", "bank"),))
SMALL = with_settings(checkpoint_rows=4)


def repeat() -> Received:
    return Received(POS, REPEAT)


def stuck():
    """A reversal that the peer has refused."""
    play = approved(opened()) >> Received(POS, REVERSAL)
    play.skip() >> answered("acquirer", "64") << recorded(State.EXCEPTION)
    return play


# What becomes of a leg ----------------------------------------------------------------------------


def test_what_was_never_forwarded_is_a_new_request():
    play = opened() >> Received(POS, SALE) << sent("hsm", "CA")
    again = crashed(play)
    linked(again) >> repeat() << recorded(State.FORWARDED) << sent("acquirer", "0200")
    assert again


def test_what_may_have_been_forwarded_is_reversed():
    again = crashed(forwarded(opened())) << recorded(State.REVERSING)
    linked(again) >> after(1.0) << sent("acquirer", "0420", {2: PLAIN[2], 37: "608800000001"})
    again >> answered("acquirer", "00") << recorded(State.REVERSED)
    assert again >> repeat() << sent("pos/1", "0210", {39: "91"})


def test_an_outcome_is_left_alone_and_told_to_the_repeat():
    again = crashed(approved(opened()))
    assert linked(again) >> repeat() << sent("pos/1", "0210", {39: "00", 38: "A1B2C3"})


def test_a_reversal_that_was_owed_goes_on_as_a_repeat():
    play = forwarded(opened()) >> after(3.5)
    first = play.sent_on(ACQUIRER)[-1]
    again = linked(crashed(play.skip())) >> after(1.0)
    again << sent("acquirer", "0421", {11: first[11], 7: first[7], 90: first[90]})
    assert again.machine.memory.owed == 1


def test_a_part_that_was_owed_goes_on_as_a_part():
    part = REVERSAL.with_fields({95: "000000000600" + "0" * 30})
    play = (approved(opened()) >> Received(POS, part)).skip()
    again = linked(crashed(play)) >> after(1.0)
    again << sent("acquirer", "0421") >> answered("acquirer", "00") << recorded(State.REDUCED)
    assert again >> repeat() << sent("pos/1", "0210", {39: "10", 4: "000000000600"})


def test_a_tombstone_outlives_the_crash():
    play = (opened() >> Received(POS, REVERSAL)).skip()
    assert linked(crashed(play)) >> Received(POS, PLAIN) << sent("pos/1", "0210", {39: "12"})


def test_the_answer_to_a_reversal_outlives_the_crash():
    play = (opened() >> Received(POS, REVERSAL)).skip()
    again = linked(crashed(play))
    assert again >> Received(POS, REVERSAL) << sent("pos/1", "0430", {39: "25"})


@pytest.mark.parametrize("lost", [0, 1])
def test_a_reversal_and_its_answer_are_there_both_or_the_reversal_comes_again(lost):
    """They are of one transaction; a store that had kept the first alone would still be right."""
    play = (approved(opened()) >> Received(POS, REVERSAL)).skip()
    again = linked(crashed(play, lost=lost)) >> Received(POS, REVERSAL)
    again.skip()
    assert again.sent_on(POS)[-1][39] == "00"
    assert sum(row.moved for row in again.journal.rows) == 0


def test_an_approved_purchase_can_still_be_undone():
    again = linked(crashed(approved(opened())))
    again >> Received(POS, REVERSAL) << recorded(State.REVERSING, moved=-1250)
    again << recorded(State.ANSWERED) << sent("pos/1", "0430", {39: "00"})
    assert undone(again)


# From the last checkpoint on ----------------------------------------------------------------------


def test_a_checkpoint_is_written_every_so_many_rows():
    play = approved(opened(SMALL))  # The first day, its checkpoint, two rows of the sale.
    (play >> Received(POS, REVERSAL)).skip()
    states = [row.state for row in play.entries]
    assert states == [
        "cut_over",
        "checkpoint",
        "forwarded",
        "approved",
        "reversing",
        "answered",
        "checkpoint",
    ]


def test_what_is_owed_at_a_checkpoint_is_known_after_it():
    play = (forwarded(opened()) >> after(3.5)).skip()
    play.machine.journal.checkpoint()
    play.do(play.machine.kernel.take())
    again = linked(crashed(play.skip())) >> after(1.0)
    assert again << sent("acquirer", "0421")


def test_what_was_finished_before_a_checkpoint_and_moved_after_it_is_known_whole():
    play = approved(opened())
    play.machine.journal.checkpoint()
    play.do(play.machine.kernel.take())
    (play.skip() >> Received(POS, REVERSAL)).skip()
    again = linked(crashed(play)) >> after(1.0)
    again << sent("acquirer", "0421", {2: PLAIN[2]}) >> answered("acquirer", "00")
    assert again << recorded(State.REVERSED)


@pytest.mark.parametrize("lives", [1, 2, 3])
@pytest.mark.parametrize("settings", [with_settings(), SMALL])
def test_no_number_is_used_again(lives, settings):
    play = approved(opened(settings))
    used = {play.sent_on(ACQUIRER)[-1][11]}
    for life in range(lives):
        last = play.journal.rows[-1].sequence
        play = linked(crashed(play, settings).skip())
        request = PLAIN.with_fields({11: f"{life + 100:06d}"})
        (play >> Received(POS, request)).skip()
        sale = play.sent_on(ACQUIRER)[-1]
        assert sale.mti == "0200"
        assert sale[11] not in used
        used.add(sale[11])
        assert play.entries[0].sequence == last + 1
        rows = play.journal.rows
        assert len({row.leg for row in rows if row.identity}) == life + 2


@pytest.mark.parametrize("checkpoint", [False, True])
def test_numbers_that_left_no_row_are_not_used_again_either(checkpoint):
    """Sign-ons and echoes: their late answers must not be taken for those of something else."""
    play = approved(opened())
    if checkpoint:
        play.machine.journal.checkpoint()
        play.do(play.machine.kernel.take())
    (play.skip() >> after(30.0)).skip()
    used = {message[11] for message in play.sent_on(ACQUIRER)}
    assert len(used) == 3
    again = linked(crashed(play))
    forwarded(again, PLAIN.with_fields({11: "000050"}))
    assert not used & {message[11] for message in again.sent_on(ACQUIRER)}
    assert again.entries[-1].leg == 2


# The bank day -------------------------------------------------------------------------------------


def test_a_journal_begins_with_its_first_day():
    first, checkpoint = opened().entries[:2]
    assert (first.sequence, first.state, first.business_date) == (1, Mark.CUT_OVER, "2026-03-29")
    assert checkpoint.state == Mark.CHECKPOINT


def test_a_day_goes_on_after_a_short_stop():
    assert not crashed(approved(opened())).entries


def test_a_cut_off_that_was_slept_over_comes_before_everything_else():
    again = crashed(forwarded(opened()), down_s=86_400.0)
    again << recorded(Mark.CUT_OVER, day="2026-03-30") << recorded(Mark.CHECKPOINT)
    assert again << recorded(State.REVERSING, business_date="2026-03-29", day="2026-03-30")


# What the configuration no longer names -----------------------------------------------------------


def test_an_upstream_that_is_gone_and_is_owed_something_is_named_with_what_it_is():
    play = (forwarded(opened()) >> after(3.5)).skip()
    told = "'acquirer' is missing, and 1 purchases must still be told of there .RRN 608800000001"
    for owing in (play, forwarded(opened())):
        with pytest.raises(ConfigError, match=told):
            crashed(owing, RENAMED)


@pytest.mark.parametrize("history", [lambda: approved(opened()), stuck])
def test_an_upstream_that_is_gone_and_is_owed_nothing_is_not_missed(history):
    again = crashed(history(), RENAMED)
    for link in (POS, HSM, "bank"):
        (again >> LinkUp(link)).skip()
    (again >> answered("bank", "00")).skip()
    request = PLAIN.with_fields({11: "000050"})
    assert again >> Received(POS, request) << recorded(State.FORWARDED) << sent("bank", "0200")


def test_a_listener_that_is_gone_is_not_missed():
    renamed = with_settings(listeners={"till": with_settings().listeners["pos"]})
    assert crashed(approved(opened()), renamed)


def test_numbers_go_on_behind_the_checkpoint_whatever_older_leg_it_names():
    play = stuck()  # Left to a person: every checkpoint names it, with its old numbers.
    for number in range(20, 30):
        sale = PLAIN.with_fields({11: f"{number:06d}"})
        approved(play.skip(), sale)
    play.do(play.machine.cut_over_now(play.now, "ann", ""))
    before = play.machine.kernel.numbers()["acquirer"]
    again = crashed(play.skip())
    assert GAP <= again.machine.kernel.numbers()["acquirer"] - before < 2 * GAP


def test_numbers_of_sign_ons_before_a_second_crash_are_not_those_behind_it():
    first = linked(crashed(approved(opened()).skip()))
    second = linked(crashed(first.skip(), down_s=2.0))
    stans = [int(play.sent_on(ACQUIRER)[-1][11]) for play in (first, second)]
    assert stans[1] - stans[0] >= GAP_PER_S
