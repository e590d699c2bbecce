"""A reversal from downstream: which original it means, how much of it, and what it is told."""

import pytest

from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import replacement_amounts
from cardswitch.specs.transactions.tombstones import LIVES_S
from cardswitch.switch.core.states import State
from cardswitch.wire.ports import LinkDown, LinkId, LinkUp, Received
from tests.kit.notebook import found, looked_up
from tests.kit.play import after, answered, sent
from tests.kit.switch import (
    ACQUIRER,
    PLAIN,
    POS,
    REVERSAL,
    approved,
    crashed,
    forwarded,
    linked,
    opened,
    recorded,
    undone,
    with_listener,
    with_settings,
)

pytestmark = pytest.mark.usefixtures("journals_asked")

REPEAT = Message("0421", REVERSAL.fields)
RRN = "608800000001"  # of the first leg
ZEROS = "0" * 42
DAY_S = 86_400.0
TRACE = with_listener(reversal_by=("original_data", "rrn", "trace"))


def naming(mti="0200", stan="000007", sent_at="0329010000"):
    """Field 90."""
    return f"{mti}{stan}{sent_at}" + "0" * 22


def leaving(stays):
    return {95: replacement_amounts(stays)}


def changed(message, changes):
    fields = {**message.fields, **changes}
    return Message(message.mti, {n: v for n, v in fields.items() if v is not None})


def told(play, changes=None, link=POS):
    """What a reversal, but for *changes*, is told; "" for silence."""
    before = len(play.sent_on(link))
    (play >> Received(link, changed(REVERSAL, changes or {}))).skip()
    answers = play.sent_on(link)[before:]
    return answers[0][39] if answers else ""


def is_undone(play):
    return any(message.mti[1] == "4" for message in play.sent_on(ACQUIRER))


def forget_all(play):
    """Another request pushes everything else out of a memory of one leg."""
    other = PLAIN.with_fields({2: "4242424242424242", 11: "000099", 41: "TERM0099"})
    (play >> Received(POS, other)).skip()
    [kept] = play.machine.memory.legs
    assert "TERM0099" in kept.identity
    return play


def sold(where, settings_of=with_settings, request=PLAIN):
    """An approved sale that is remembered in memory, or by the journal alone."""
    if where == "memory":
        return approved(opened(settings_of()), request)
    return forget_all(approved(opened(settings_of(legs_max=1)), request))


# Which original -----------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["memory", "journal"])
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "00"),
        ({2: PLAIN[2]}, "00"),
        ({35: f"{PLAIN[2]}=30122011"}, "00"),
        ({3: None, 4: None, 49: None}, "00"),
        ({38: "A1B2C3"}, "00"),
        ({37: RRN}, "00"),
        ({37: "000000000042"}, "00"),  # It goes by 90, and may have a number of its own.
        ({90: naming(mti="0000")}, "00"),
        ({90: naming(sent_at="0" * 10)}, "00"),
        ({90: naming(mti="0000", sent_at="0" * 10)}, "00"),
        ({90: ZEROS, 37: RRN}, "00"),
        ({90: None, 37: RRN}, "00"),
        ({2: "9999990000000022"}, "64"),
        ({4: "000000009999"}, "64"),
        ({4: "000000000000"}, "64"),
        ({49: "840"}, "64"),
        ({38: "ZZZZZZ"}, "64"),
        ({90: naming(sent_at="0" * 10), 4: "000000009999"}, "64"),
        ({90: None, 37: RRN, 2: "9999990000000022"}, "64"),
        ({90: naming(mti="0100")}, "25"),
        ({90: naming(stan="000006")}, "25"),
        ({90: naming(sent_at="0329010001")}, "25"),
        ({90: naming(stan="000006", sent_at="0" * 10)}, "25"),
        ({90: None, 37: "608800000042"}, "25"),
        ({41: "TERM0002"}, "25"),
        ({42: "SHOP0002       "}, "25"),
        ({42: None}, "25"),
        ({90: None}, "30"),
        ({90: ZEROS}, "30"),
        ({90: "0200"}, "30"),
        ({90: naming(mti="0420")}, "30"),
        ({90: naming(sent_at="1329010000")}, "30"),
        ({95: "600"}, "30"),
    ],
)
def test_which_original_a_reversal_means(where, changes, code):
    play = sold(where)
    assert told(play, changes) == code
    assert is_undone(play) == (code == "00")


@pytest.mark.parametrize(("days", "code"), [(179, "00"), (181, "64"), (366, "64")])
@pytest.mark.parametrize("where", ["memory", "journal"])
def test_what_field_90_cannot_name_any_more_is_for_a_person(where, days, code):
    """It has no year: upstream would take another sale for it, or none."""
    play = sold(where) >> after(days * DAY_S)
    play.skip()
    sent_at = transmission_time(play.now)
    assert told(play, {7: sent_at, 90: None, 37: RRN}) == code
    assert is_undone(play) == (code == "00")


def test_the_original_came_in_by_the_same_listener():
    play = sold("memory") >> LinkUp(LinkId("network/1"))
    assert told(play, link=LinkId("network/1")) == "25"


@pytest.mark.parametrize(
    ("number", "next_day", "code"),
    [("000007", False, "00"), ("000006", False, "25"), ("000007", True, "25")],
)
def test_by_the_trace_number_of_the_same_bank_day_where_the_link_says_so(number, next_day, code):
    play = approved(opened(TRACE))
    if next_day:
        play.do(play.machine.cut_over_now(play.now, "ann", ""))
        play.skip()
    assert told(play, {90: None, 11: number}) == code
    assert is_undone(play) == (code == "00")


@pytest.mark.parametrize(
    ("amounts", "asked", "code"),
    [
        (("000000001250", "000000001250"), "000000001250", "64"),
        (("000000001250", "000000002000"), "000000002000", "00"),
        (("000000001250", "000000002000"), None, "64"),
    ],
)
def test_of_several_candidates_none_is_undone(amounts, asked, code):
    """Two sales under one number in 37, which the terminal chose."""
    play = opened()
    for number, amount in enumerate(amounts, 50):
        approved(play, PLAIN.with_fields({4: amount, 11: f"{number:06d}", 37: "000000000042"}))
    assert told(play, {90: None, 37: "000000000042", 4: asked}) == code
    assert is_undone(play) == (code == "00")
    if code == "00":
        assert play.sent_on(ACQUIRER)[-1][4] == asked


def test_a_part_that_was_approved_may_be_named_by_either_amount():
    for amount in ("000000001250", "000000000600"):
        play = (forwarded(opened()) >> answered("acquirer", "10", {4: "000000000600"})).skip()
        assert told(play, {4: amount}) == "00"
        play.skip() >> answered("acquirer", "00")
        assert told(play.skip(), {4: amount, 11: "000009"}) == "00"


def test_a_tombstone_does_not_stand_in_the_way_of_what_did_come():
    play = sold("memory")
    assert told(play, {90: naming(mti="0100")}) == "25"
    bare = {3: None, 4: None, 49: None}
    assert told(play, {90: naming(mti="0000"), 11: "000009", **bare}) == "00"


def test_one_whose_own_number_differs_still_stops_what_is_not_yet_known():
    """The sale is being looked up: it has no row, and no number that the terminal could name."""
    play = opened()
    play.journal = None
    play >> Received(POS, PLAIN) << looked_up()
    play >> Received(POS, REVERSAL.with_fields({37: "000000000042"})) << looked_up()
    play >> found(()) >> found((), ago=2) << recorded(State.FORWARDED) << sent("acquirer", "0200")
    play >> answered("acquirer", "00") << recorded(State.APPROVED) << sent("pos/1", "0210")
    play << recorded(State.REVERSING) << recorded(State.ANSWERED)
    assert play << sent("pos/1", "0430", {39: "00"}) << sent("acquirer", "0420")


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ({90: naming(sent_at="0" * 10)}, ""),
        ({90: naming(stan="000006", sent_at="0" * 10)}, "25"),
        ({90: None, 37: "000000000041"}, ""),
        ({90: None, 37: "000000000042"}, "25"),
    ],
)
def test_what_is_not_yet_known_is_found_by_an_inexact_name_too(names, code):
    """The sale is being looked up; a reversal that means it waits for its outcome."""
    play = opened()
    journal, play.journal = play.journal, None
    play >> Received(POS, PLAIN.with_fields({37: "000000000041"})) << looked_up()
    play.journal = journal
    assert told(play, names) == code


# When it is undone --------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["memory", "journal"])
def test_an_approved_purchase_is_undone_once_the_duty_is_durable(where):
    play = sold(where) >> Received(POS, REVERSAL)
    play << recorded(State.REVERSING, moved=-1250) << recorded(State.ANSWERED, original=1)
    play << sent("pos/1", "0430", {39: "00", 37: RRN, 11: "000008"})
    assert undone(play)


def test_a_declined_purchase_needs_no_undoing():
    play = (forwarded(opened()) >> answered("acquirer", "51")).skip()
    play >> Received(POS, REVERSAL) << recorded(State.ANSWERED, code="00", moved=0)
    assert play << sent("pos/1", "0430", {39: "00"})


@pytest.mark.parametrize("code", ["00", "51"])
def test_a_purchase_in_flight_is_waited_for(code):
    play = forwarded(opened()) >> Received(POS, REVERSAL)
    play >> answered("acquirer", code)
    if code == "00":
        play << recorded(State.APPROVED) << sent("pos/1", "0210", {39: "00"})
        play << recorded(State.REVERSING)
    else:
        play << recorded(State.DECLINED) << sent("pos/1", "0210", {39: "51"})
    play << recorded(State.ANSWERED) << sent("pos/1", "0430", {39: "00"})
    if code == "00":
        play << sent("acquirer", "0420")
    assert play


def test_a_purchase_in_flight_that_times_out_is_reversed_once():
    play = forwarded(opened()) >> Received(POS, REVERSAL) >> after(3.5)
    play << recorded(State.REVERSING, moved=0) << sent("pos/1", "0210", {39: "91"})
    play << sent("acquirer", "0420")
    assert play << recorded(State.ANSWERED) << sent("pos/1", "0430", {39: "00"})


def test_a_purchase_that_comes_to_nothing_makes_for_silence_until_it_is_unknown():
    play = opened()
    play.journal = None
    play >> Received(POS, PLAIN) << looked_up() >> Received(POS, REVERSAL) << looked_up()
    assert play >> found(()) >> found(None, ago=2)
    play >> Received(POS, REPEAT) << looked_up() >> found(())
    play << recorded(State.REVERSED) << recorded(State.ANSWERED, code="25")
    assert play << sent("pos/1", "0430", {39: "25"})


def test_a_repeat_of_an_undone_purchase_hears_no_approval():
    play = (approved(opened()) >> Received(POS, REVERSAL)).skip()
    repeat = Message("0201", PLAIN.fields)
    assert play >> Received(POS, repeat) << sent("pos/1", "0210", {39: "12"})


def test_what_a_person_must_look_at_is_not_agreed_to():
    play = approved(opened()) >> Received(POS, REVERSAL)
    play.skip() >> answered("acquirer", "64") << recorded(State.EXCEPTION)
    assert play >> Received(POS, REPEAT) << sent("pos/1", "0430", {39: "64"})
    assert told(play, {11: "000009"}) == "64"


def test_what_a_person_got_undone_is_agreed_to():
    play = approved(opened()) >> Received(POS, REVERSAL)
    play.skip() >> answered("acquirer", "64") << recorded(State.EXCEPTION)
    second = {11: "000009"}
    assert told(play, second) == "64"
    play.do(play.machine.retry(1, play.now, "ann", "the acquirer is back"))
    play.skip() >> answered("acquirer", "00") << recorded(State.REVERSED)
    repeat = changed(REPEAT, second)
    play >> Received(POS, repeat)
    assert play << recorded(State.ANSWERED) << sent("pos/1", "0430", {39: "00"})
    again = crashed(play)
    assert again >> Received(POS, repeat) << sent("pos/1", "0430", {39: "00"})


def test_what_a_person_got_undone_in_part_is_then_undone_whole():
    play = approved(opened()) >> Received(POS, changed(REVERSAL, leaving(600)))
    play.skip() >> answered("acquirer", "30") << recorded(State.EXCEPTION)
    second = {11: "000009"}
    assert told(play, second) == "64"
    play.do(play.machine.retry(1, play.now, "ann", "the acquirer is back"))
    play.skip() >> answered("acquirer", "00") << recorded(State.REDUCED)
    (play >> Received(POS, changed(REPEAT, second))).skip()
    assert play.sent_on(POS)[-1][39] == "00"
    assert play.sent_on(ACQUIRER)[-1].mti == "0420"


# How much of it -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stays", "code"), [(0, "00"), (1, "00"), (1249, "00"), (1250, "64"), (1251, "64")]
)
def test_only_a_part_of_what_is_there_may_stay(stays, code):
    play = sold("memory")
    assert told(play, leaving(stays)) == code
    if code == "00":
        assert play.sent_on(ACQUIRER)[-1].get(95)[:12] == (f"{stays:012d}" if stays else "")


@pytest.mark.parametrize("where", ["memory", "journal"])
def test_a_part_is_undone_and_then_the_rest(where):
    play = sold(where) >> Received(POS, REVERSAL.with_fields(leaving(600)))
    play << recorded(State.REVERSING, moved=-650, stays=600) << recorded(State.ANSWERED)
    play << sent("pos/1", "0430", {39: "00"})
    play << sent("acquirer", "0420", {4: PLAIN[4], **leaving(600)})
    play >> answered("acquirer", "00") << recorded(State.REDUCED)
    repeat = Message("0201", PLAIN.fields)
    play >> Received(POS, repeat) << sent("pos/1", "0210", {39: "10", 4: "000000000600"})
    play >> Received(POS, REVERSAL.with_fields({11: "000009"}))
    play << recorded(State.REVERSING, moved=-600, stays=0) << recorded(State.ANSWERED)
    play << sent("pos/1", "0430", {39: "00"})
    assert undone(play)


@pytest.mark.parametrize(("stays", "code"), [(600, "00"), (599, "00"), (601, "64"), (1250, "64")])
def test_after_a_part_less_may_stay_and_what_stays_already_is_agreed_to(stays, code):
    play = (sold("memory") >> Received(POS, REVERSAL.with_fields(leaving(600)))).skip()
    (play >> answered("acquirer", "00")).skip()
    assert told(play, {11: "000009", **leaving(stays)}) == code
    assert sum(row.moved for row in play.entries) == (599 if stays == 599 else 600)
    owed = [row for row in play.entries if row.state == State.REVERSING]
    assert len(owed) == (2 if stays == 599 else 1)


@pytest.mark.parametrize("code", ["51", "00"])
def test_of_what_is_not_there_nothing_can_stay(code):
    play = (forwarded(opened()) >> answered("acquirer", code)).skip()
    if code == "00":
        told(play)
        (play >> answered("acquirer", "00")).skip()
    assert told(play, {11: "000009", **leaving(600)}) == "64"


def test_while_one_is_pending_another_that_leaves_more_or_less_waits():
    play = (sold("memory") >> Received(POS, REVERSAL)).skip()
    assert told(play, {11: "000009", **leaving(600)}) == ""
    assert told(play, {11: "000010"}) == "00"


# What is told again -------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["memory", "journal"])
@pytest.mark.parametrize(
    ("changes", "code"),
    [({}, "00"), ({4: "000000009999"}, "64"), ({90: naming(stan="000006")}, "25")],
)
def test_a_repeat_is_told_the_same_and_moves_nothing(where, changes, code):
    play = sold(where)
    assert told(play, changes) == code
    (play >> answered("acquirer", "00", {})).skip()
    if where == "journal":
        forget_all_but_answer(play)
    rows = len(play.entries)
    repeat = changed(REPEAT, changes)
    assert play >> Received(POS, repeat) << sent("pos/1", "0430", {39: code})
    assert len(play.entries) == rows


def forget_all_but_answer(play):
    other = PLAIN.with_fields({2: "4242424242424242", 11: "000098", 41: "TERM0098"})
    (play >> Received(POS, other)).skip()


@pytest.mark.parametrize("where", ["memory", "journal"])
def test_what_comes_under_the_same_number_and_is_another_is_refused(where):
    play = sold(where)
    assert told(play) == "00"
    if where == "journal":
        (play >> answered("acquirer", "00")).skip()
        forget_all_but_answer(play)
    assert told(play, {4: "000000000600"}) == "94"
    assert told(play, {2: "9999990000000022"}) == "94"


def test_two_copies_on_two_links_are_one_and_both_are_told():
    play = approved(opened()) >> LinkUp(LinkId("pos/2"))
    play.journal = None
    play >> Received(POS, REVERSAL) << looked_up()
    assert play >> Received(LinkId("pos/2"), REPEAT)
    play >> found(()) << recorded(State.REVERSING) << recorded(State.ANSWERED)
    play << sent("pos/1", "0430", {39: "00"}) << sent("pos/2", "0430", {39: "00"})
    assert play << sent("acquirer", "0420")


# What nobody knows --------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["25", "00"])
def test_the_unknown_is_told_what_the_listener_says_and_forbidden(code):
    play = opened(with_listener(unknown_reversal=code)) >> Received(POS, REVERSAL)
    play << recorded(State.REVERSED, moved=0) << recorded(State.ANSWERED, code=code)
    play << sent("pos/1", "0430", {39: code, 37: None})
    assert play >> Received(POS, PLAIN) << sent("pos/1", "0210", {39: "12"})


@pytest.mark.parametrize(
    ("names", "sale", "later_s", "code"),
    [
        ({90: naming(mti="0000")}, {}, 0, "12"),
        ({90: naming(sent_at="0" * 10)}, {}, 0, "12"),
        ({90: naming(sent_at="0" * 10)}, {4: "000000009999"}, 0, "00"),
        ({90: naming(sent_at="0" * 10)}, {49: "840"}, 0, "00"),
        ({90: naming(sent_at="0" * 10), 2: PLAIN[2]}, {}, 0, "12"),
        ({90: naming(sent_at="0" * 10), 2: PLAIN[2]}, {2: "9999990000000022"}, 0, "00"),
        ({90: naming(sent_at="0" * 10)}, {41: "TERM0002"}, 0, "00"),
        ({90: naming(sent_at="0" * 10)}, {}, 119, "12"),
        ({90: naming(sent_at="0" * 10)}, {}, LIVES_S, "00"),
        ({90: None, 37: "000000000042"}, {37: "000000000042"}, 0, "12"),
        ({90: None, 37: "000000000042"}, {37: "000000000043"}, 0, "00"),
        ({90: naming()}, {}, 2 * LIVES_S, "12"),
    ],
)
@pytest.mark.parametrize("crash", [False, True])
def test_what_was_reversed_before_it_came(names, sale, later_s, code, crash):
    play = opened()
    assert told(play, names) == "25"
    if crash:
        play = linked(crashed(play, down_s=0.0).skip())
    (play >> LinkDown(ACQUIRER) >> after(later_s)).skip()
    linked(play)
    (play >> Received(POS, changed(PLAIN, sale))).skip()
    if code == "00":
        (play >> answered("acquirer", "00")).skip()
    assert play.sent_on(POS)[-1][39] == code


def test_what_was_reversed_before_it_came_is_known_to_the_checkpoint_that_its_answer_brings():
    play = opened(with_settings(checkpoint_rows=1))
    assert told(play, {90: naming(sent_at="0" * 10)}) == "25"
    assert play.entries[-1].state == "checkpoint"
    again = linked(crashed(play, down_s=0.0).skip()) >> Received(POS, PLAIN)
    assert again.skip().sent_on(POS)[-1][39] == "12"


def test_what_is_unknown_twice_is_forbidden_once():
    play = opened()
    assert [told(play), told(play, {11: "000009"})] == ["25", "25"]
    rows = [row.state for row in play.entries if row.leg]
    assert rows == ["reversed", "answered", "answered"]


def test_a_flood_of_the_unknown_is_written_down_only_so_fast():
    play = opened(with_settings(unknown_per_s_max=2, legs_max=4))
    codes = [
        told(play, {11: f"{number:06d}", 90: naming(stan=f"{number:06d}")})
        for number in range(100, 105)
    ]
    assert codes == ["25", "25", "", "", ""]
    assert told(play >> after(1.0), {11: "000200", 90: naming(stan="000200")}) == "25"


def test_a_flood_of_the_unknown_makes_nothing_be_forgotten():
    play = approved(opened(with_settings(legs_max=4)))
    for number in range(100, 120):
        told(play, {11: f"{number:06d}", 90: naming(stan=f"{number:06d}")})
    assert told(play) == "00"
    assert is_undone(play)


def test_inexact_tombstones_have_a_bound_of_their_own():
    play = opened(with_settings(tombstones_max=1))
    for number, code in ((100, "25"), (101, "")):
        names = naming(stan=f"{number:06d}", sent_at="0" * 10)
        assert told(play, {11: f"{number:06d}", 90: names}) == code


# What cannot be found out -------------------------------------------------------------------------


@pytest.mark.parametrize("late", [False, True])
def test_a_journal_that_cannot_say_makes_for_silence(late):
    play = approved(opened())
    journal, play.journal = play.journal, None
    play >> Received(POS, REVERSAL) << looked_up()
    assert play >> (after(0.5) if late else found(None))
    play.journal = journal
    assert told(play) == "00"


def test_reversals_of_one_link_in_work_have_a_bound():
    play = opened(with_listener(in_flight_max=1))
    play.journal = None
    play >> Received(POS, REVERSAL) << looked_up()
    assert play >> Received(POS, REVERSAL.with_fields({11: "000009"}))
    assert play.machine.counts["over_the_bound"] == 1


ONLY_OTHERS = with_listener(merchants={"SHOP0001": frozenset({"TERM0002"})})


def test_a_terminal_that_the_listener_does_not_know_undoes_nothing():
    play = opened(ONLY_OTHERS) >> Received(POS, REVERSAL)
    play << recorded(State.ANSWERED, code="58", original=0) << sent("pos/1", "0430", {39: "58"})
    assert play >> Received(POS, REPEAT) << sent("pos/1", "0430", {39: "58"})


def test_one_that_it_knows_no_more_may_still_undo_what_it_did():
    play = linked(crashed(approved(opened()), ONLY_OTHERS).skip())
    play >> Received(POS, REVERSAL) << recorded(State.REVERSING)
    play << recorded(State.ANSWERED, code="00") << sent("pos/1", "0430", {39: "00"})
    assert play << sent("acquirer", "0420")
