"""A purchase, told as a play: what comes in, what is written, what goes out, in this order."""

import msgspec
import pytest
from msgspec.structs import replace

from cardswitch.specs.message import Message
from cardswitch.switch.core.settings import Route
from cardswitch.switch.core.states import State
from cardswitch.wire.machine.budget import Limits
from cardswitch.wire.ports import LinkDown, LinkId, LinkUp, Received
from tests.kit.notebook import found, looked_up
from tests.kit.play import after, answered, sent
from tests.kit.switch import (
    ACQUIRER,
    HSM,
    NEW_BLOCK,
    PLAIN,
    POS,
    REVERSAL,
    SALE,
    SETTINGS,
    TPK,
    ZPK,
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


def test_a_purchase_with_a_pin_is_approved():
    assert (
        opened()
        >> Received(POS, SALE)
        << sent("hsm", "CA", {"tpk": TPK, "zpk": ZPK, "pan12": "999000000001"})
        >> answered("hsm", "00", {"block": NEW_BLOCK})
        << recorded(State.FORWARDED)
        << sent("acquirer", "0200", {52: NEW_BLOCK, 15: "0329", 37: "608800000001"})
        >> answered("acquirer", "00", {38: "A1B2C3"})
        << recorded(State.APPROVED)
        << sent("pos/1", "0210", {39: "00", 38: "A1B2C3", 11: "000007", 37: "608800000001"})
    )


def test_the_network_side_translates_from_zone_to_zone_and_keeps_the_reference_number():
    request = SALE.with_fields({37: "608800000042"})
    assert (
        opened()
        >> LinkUp(LinkId("network/1"))
        >> Received(LinkId("network/1"), request)
        << sent("hsm", "CC", {"source_zpk": ZPK, "target_zpk": ZPK})
        >> answered("hsm", "00", {"block": NEW_BLOCK})
        << recorded(State.FORWARDED)
        << sent("acquirer", "0200", {37: "608800000042"})
    )


def test_a_decline_comes_back_with_its_reason():
    assert (
        forwarded(opened())
        >> answered("acquirer", "51")
        << recorded(State.DECLINED)
        << sent("pos/1", "0210", {39: "51", 4: "000000001250"})
    )


def test_a_partial_approval_comes_back_with_the_smaller_amount():
    assert (
        forwarded(opened())
        >> answered("acquirer", "10", {4: "000000000600"})
        << recorded(State.APPROVED)
        << sent("pos/1", "0210", {39: "10", 4: "000000000600"})
    )


SAID = {15: "0330", 38: "A1B2C3", 44: "M", 48: "8201M", 54: "0002978C000000008750"}
SAID |= {55: "910A" + "0" * 20, 62: "TRACE", 63: "WELCOME BACK"}


@pytest.mark.parametrize("code", ["00", "05"])
def test_what_the_issuer_says_comes_back_and_a_repeat_hears_what_may_be_kept(code):
    play = forwarded(opened()) >> answered("acquirer", code, SAID)
    play << recorded(State.APPROVED if code == "00" else State.DECLINED)
    play << sent("pos/1", "0210", {39: code, **SAID, 11: "000007"})
    row = play.entries[-1]
    assert not set(msgspec.json.decode(row.fields)) & {"48", "55", "62", "63"}
    kept = {n: SAID[n] for n in (15, 38, 44, 54)} | dict.fromkeys((48, 55, 62, 63))
    for again in (play, linked(crashed(play))):
        assert again >> Received(POS, REPEAT) << sent("pos/1", "0210", {39: code, **kept})


def test_a_listener_says_what_is_brought_back():
    play = forwarded(opened(with_listener(brings_back=(38, 63)))) >> answered(
        "acquirer", "00", SAID
    )
    play << recorded(State.APPROVED)
    told = dict.fromkeys(SAID) | {38: SAID[38], 63: SAID[63]}
    play << sent("pos/1", "0210", told)
    assert play >> Received(POS, REPEAT) << sent("pos/1", "0210", {**told, 63: None})


@pytest.mark.parametrize("sets", [(), (43,), (18, 19, 43)])
def test_a_listener_says_what_of_the_merchant_is_passed_on(sets):
    who = {18: "5999", 19: "276", 43: "SHOP*ORDER 4711".ljust(40)}
    request = PLAIN.with_fields(who)
    play = opened(with_listener(sets=sets)) >> Received(POS, request) << recorded(State.FORWARDED)
    wanted = {number: value if number in sets else None for number, value in who.items()}
    assert play << sent("acquirer", "0200", wanted)


def test_what_is_left_out_is_told_once():
    play = opened(with_listener(sets=()))
    told: list[str] = []
    play.machine.observe(lambda kind, link, reason: told.append(f"{kind} {link}: {reason}"))
    for trace in ("000007", "000008"):
        play >> Received(POS, PLAIN.with_fields({11: trace, 18: "5999", 43: "SHOP".ljust(40)}))
        play.skip()
    assert [text.partition(",")[0] for text in told] == [
        "not_passed_on pos/1: field 18: not to be set there",
        "not_passed_on pos/1: field 43: not to be set there",
    ]


def with_upstream(**changes):
    """The usual settings, with these for the acquirer."""
    there = replace(SETTINGS.upstreams["acquirer"], **changes)
    return replace(SETTINGS, upstreams={"acquirer": there})


@pytest.mark.parametrize(("required", "code"), [((37,), None), ((37, 22), "30")])
def test_what_an_upstream_requires_is_there_or_it_is_not_asked(required, code):
    request = PLAIN.without(22)
    play = opened(with_upstream(requires=required)) >> Received(POS, request)
    if code is None:
        assert play << recorded(State.FORWARDED) << sent("acquirer", "0200", {22: None})
    else:
        play << recorded(State.DECLINED)
        assert play << sent("pos/1", "0210", {39: code, 44: "22"})


def test_what_a_listener_requires_is_named():
    play = opened(with_listener(requires=(22,))) >> Received(POS, PLAIN.without(22))
    assert play << sent("pos/1", "0210", {39: "30", 44: "22"})


def test_an_upstream_matches_by_what_it_is_said_to():
    play = opened(with_upstream(match=(11, 37))) >> Received(POS, PLAIN)
    play.skip() >> answered("acquirer", "00", {41: "OTHER   ", 38: "A1B2C3"})
    assert play << recorded(State.APPROVED) << sent("pos/1", "0210", {39: "00"})


def test_what_the_switch_says_itself_is_nothing_of_the_issuers():
    request = PLAIN.with_fields({2: "4242424242424242", 44: "M", 54: SAID[54]})
    play = opened() >> Received(POS, request) << recorded(State.DECLINED)
    assert play << sent("pos/1", "0210", {39: "15", 44: None, 54: None})


def test_silence_is_reversed_before_the_terminal_is_told():
    assert (
        forwarded(opened())
        >> after(3.5)
        << recorded(State.REVERSING)
        << sent("pos/1", "0210", {39: "91"})
        << sent("acquirer", "0420", {37: "608800000001", 2: SALE[2], 52: None})
    )


def test_a_late_answer_changes_nothing_and_is_counted():
    play = forwarded(opened()) >> after(3.5)
    play.skip() >> answered("acquirer", "00", ago=2)
    assert play
    assert play.machine.counts["late_answer"] == 1


@pytest.mark.parametrize(
    "fields", [{4: "000000001251"}, {49: "840"}, {37: "608800000009"}, {39: ""}]
)
def test_an_answer_that_cannot_be_believed_is_reversed(fields):
    assert (
        forwarded(opened())
        >> answered("acquirer", "00", fields)
        << recorded(State.REVERSING)
        << sent("pos/1", "0210", {39: "91"})
        << sent("acquirer", "0420")
    )


def test_an_approval_that_nobody_waits_for_is_reversed_in_the_same_transaction():
    assert (
        forwarded(opened())
        >> LinkDown(POS)
        >> answered("acquirer", "00")
        << recorded(State.REVERSING)
        << sent("pos/1", "0210", {39: "91"})  # lost, as the link is
        << sent("acquirer", "0420")
    )


def test_a_decline_that_nobody_waits_for_needs_no_reversal():
    play = forwarded(opened()) >> LinkDown(POS) >> answered("acquirer", "51")
    assert play << recorded(State.DECLINED) << sent("pos/1", "0210", {39: "51"})


def test_a_link_that_breaks_in_flight_counts_as_silence():
    assert (
        forwarded(opened())
        >> LinkDown(ACQUIRER)
        << recorded(State.REVERSING)
        << sent("pos/1", "0210", {39: "91"})
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({2: "4242424242424242"}, "15"),
        ({42: "SHOP0002       "}, "91"),
    ],
)
def test_what_cannot_be_routed_is_declined_without_leaving(changes, code):
    play = opened()
    if code == "91":
        play >> LinkDown(ACQUIRER)
    assert (
        play
        >> Received(POS, PLAIN.with_fields(changes))
        << recorded(State.DECLINED)
        << sent("pos/1", "0210", {39: code})
    )


@pytest.mark.parametrize(("error", "code"), [("20", "55"), ("24", "55"), ("10", "96")])
def test_a_pin_that_the_hsm_refuses_never_leaves(error, code):
    assert (
        opened()
        >> Received(POS, SALE)
        << sent("hsm", "CA")
        >> answered("hsm", error)
        << recorded(State.DECLINED)
        << sent("pos/1", "0210", {39: code})
    )


def test_without_an_hsm_purchases_with_a_pin_are_declined_and_others_go_on():
    play = opened() >> LinkDown(HSM)
    assert (
        play >> Received(POS, SALE) << recorded(State.DECLINED) << sent("pos/1", "0210", {39: "96"})
    )
    assert (
        play
        >> Received(POS, PLAIN.with_fields({11: "000009"}))
        << recorded(State.FORWARDED)
        << sent("acquirer", "0200")
    )


def test_an_hsm_that_is_silent_costs_a_second():
    assert (
        opened()
        >> Received(POS, SALE)
        << sent("hsm", "CA")
        >> after(1.0)
        << recorded(State.DECLINED)
        << sent("pos/1", "0210", {39: "96"})
    )


def test_a_terminal_may_have_a_key_of_its_own():
    own = "U" + "3" * 32
    assert (
        opened(with_listener(terminal_keys={"TERM0001": own}))
        >> Received(POS, SALE)
        << sent("hsm", "CA", {"tpk": own})
    )


def test_nothing_secret_goes_into_an_answer():
    play = opened()
    approved(play)
    assert set(play.sent_on(POS)[0].fields) <= {3, 4, 7, 11, 15, 37, 38, 39, 41, 42, 49}


def test_the_message_that_leaves_carries_no_header_of_the_terminals_link():
    play = opened()
    play >> Received(POS, Message("0200", PLAIN.fields, header=b"\x60\x00\x01\x00\x02"))
    assert play.sent_on(ACQUIRER)[-1].header == b""
    play.skip() >> answered("acquirer", "00")
    assert play.sent_on(POS)[-1].header == b"\x60\x00\x01\x00\x02"


# What is remembered -------------------------------------------------------------------------------

REPEAT = Message("0201", PLAIN.fields)
OTHER = LinkId("pos/2")
DAY_S = 86_400.0


def forgotten(settings=SETTINGS):
    """An approved sale that the journal alone remembers: another request has pushed it out."""
    play = approved(opened(msgspec.structs.replace(settings, legs_max=1)))
    other = PLAIN.with_fields({2: "4242424242424242", 11: "000099", 41: "TERM0099"})
    (play >> Received(POS, other)).skip()
    assert len(play.machine.memory.legs) == 1
    return play


@pytest.mark.parametrize("mti", ["0200", "0201"])
@pytest.mark.parametrize("later_s", [0.0, 40 * DAY_S])
def test_a_repeat_of_what_memory_forgot_gets_its_answer(mti, later_s):
    play = (forgotten() >> LinkDown(ACQUIRER) >> after(later_s)).skip()
    play >> Received(POS, Message(mti, PLAIN.fields))
    assert play << sent("pos/1", "0210", {39: "00", 38: "A1B2C3", 37: "608800000001"})


def test_a_repeat_that_differs_from_what_memory_forgot_is_refused():
    other = REPEAT.with_fields({4: "000000009999"})
    assert forgotten() >> Received(POS, other) << sent("pos/1", "0210", {39: "94"})


@pytest.mark.parametrize("late", [False, True])
def test_a_journal_that_cannot_say_makes_for_silence_and_the_copy_is_new(late):
    play = opened()
    journal, play.journal = play.journal, None
    play >> Received(POS, PLAIN) << looked_up()
    assert play >> (after(0.5) if late else found(None))
    play.journal = journal
    assert approved(play, REPEAT)


def test_what_the_journal_says_too_late_is_not_heard():
    play = opened()
    play.journal = None
    play >> Received(POS, PLAIN) << looked_up() >> after(0.5)
    assert play >> found(())
    assert play.machine.counts["late_look_up"] == 1


def test_two_copies_on_two_links_that_both_miss_make_one_leg():
    play = opened() >> LinkUp(OTHER)
    play.journal = None
    play >> Received(POS, PLAIN) << looked_up()
    assert play >> Received(OTHER, REPEAT)
    play >> found(()) << recorded(State.FORWARDED) << sent("acquirer", "0200")
    play >> answered("acquirer", "00") << recorded(State.APPROVED)
    assert play << sent("pos/1", "0210", {39: "00"}) << sent("pos/2", "0210", {39: "00"})


def test_another_request_under_the_same_number_hears_nothing_while_the_first_has_no_row():
    """94 now, and an approval for its copy if nothing comes of the first, would contradict."""
    play = opened()
    play.journal = None
    play >> Received(POS, PLAIN) << looked_up()
    assert play >> Received(POS, PLAIN.with_fields({4: "000000009999"}))
    play >> found(()) << recorded(State.FORWARDED) << sent("acquirer", "0200")
    play >> Received(POS, PLAIN.with_fields({4: "000000009999"}))
    assert play << sent("pos/1", "0210", {39: "94"})


def test_a_leg_that_moves_while_it_is_looked_up_is_not_believed_to_stand_where_it_did():
    """Memory forgets, but not what has changed since a look-up was asked."""
    play = forwarded(opened(msgspec.structs.replace(SETTINGS, legs_max=1)))
    play.journal, journal = None, play.journal
    undo = Message("0420", {**REVERSAL.fields, 90: "0200000007" + "0" * 32})
    play >> Received(POS, undo) << looked_up()
    stale = [row for row in journal.rows if row.leg == 1]
    (play >> answered("acquirer", "00")).skip()
    play.journal = journal
    other = PLAIN.with_fields({2: "4242424242424242", 11: "000099", 41: "TERM0099"})
    (play >> Received(POS, other)).skip()
    play >> found(stale, ago=2) << recorded(State.REVERSING, moved=-1250)
    play << recorded(State.ANSWERED) << sent("pos/1", "0430", {39: "00"})
    assert play << sent("acquirer", "0420")


# What is refused with a row -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent_at", "code"),
    [
        ("0329010000", "00"),
        ("0328010000", "00"),  # exactly a day ago
        ("0330010000", "00"),
        ("0328005959", "12"),
        ("0330010001", "12"),
        ("0928010000", "12"),
        ("0929010000", "12"),
    ],
)
def test_a_request_of_another_day_is_refused_with_a_row(sent_at, code):
    play = (opened() >> Received(POS, PLAIN.with_fields({7: sent_at}))).skip()
    (play >> answered("acquirer", "00")).skip()
    assert play.sent_on(POS)[-1][39] == code
    assert play.entries[-1].state == (State.APPROVED if code == "00" else State.DECLINED)


def test_the_same_number_date_and_time_a_year_later_is_another_purchase():
    play = approved(opened())
    again = linked(crashed(play, down_s=365 * DAY_S).skip())
    again >> Received(POS, PLAIN) << recorded(State.FORWARDED, sent_on="2027-03-29")
    assert again << sent("acquirer", "0200")


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        ("no_route", "15"),
        ("nobody_there", "91"),
        ("signed_off", "91"),
        ("owed_too_much", "91"),
        ("another_day", "12"),
        ("another_hour", "12"),
        ("unknown_repeat", "25"),
        ("unknown_terminal", "58"),
        ("unknown_merchant", "03"),
    ],
)
def test_what_is_refused_for_our_state_stays_refused(refused, code):
    """A row, so that a copy is told the same when the state is another."""
    request, play = PLAIN, opened()
    if refused == "no_route":
        request = PLAIN.with_fields({2: "4242424242424242"})
    if refused == "nobody_there":
        play >> LinkDown(ACQUIRER)
    if refused == "signed_off":
        (
            play
            >> Received(
                POS, Message("0800", {7: "0329010000", 11: "000001", 41: "TERM0001", 70: "002"})
            )
        ).skip()
    if refused == "owed_too_much":
        play.machine.memory.pending[State.REVERSING] = SETTINGS.pending_reversals_max
    if refused == "another_day":
        request = PLAIN.with_fields({7: "0327010000"})
    if refused == "another_hour":
        request, play = (
            PLAIN.with_fields({7: "0328235959"}),
            opened(with_listener(clock_apart_s=3600.0)),
        )
    if refused == "unknown_terminal":
        play = opened(with_listener(merchants={"SHOP0001": frozenset({"TERM0002"})}))
    if refused == "unknown_merchant":
        play = opened(with_listener(merchants={"SHOP0002": None}))
    if refused == "unknown_repeat":
        request, play = REPEAT, opened(with_listener(repeat_of_unknown="refuse"))
    play >> Received(POS, request) << recorded(State.DECLINED, code=code, moved=0)
    play << sent("pos/1", "0210", {39: code})
    again = linked(crashed(play).skip())
    assert again >> Received(POS, request) << sent("pos/1", "0210", {39: code})


@pytest.mark.parametrize(("mti", "performed"), [("0200", True), ("0201", False)])
def test_where_the_listener_says_so_a_repeat_of_the_unknown_is_refused(mti, performed):
    play = opened(with_listener(repeat_of_unknown="refuse"))
    (play >> Received(POS, Message(mti, PLAIN.fields))).skip()
    assert bool(play.entries[-1].state == State.FORWARDED) == performed


@pytest.mark.parametrize("code", ["10", "00"])
@pytest.mark.parametrize("amount", [None, "000000000000"])
def test_an_approval_of_nothing_is_not_booked_in_full(code, amount):
    play = forwarded(opened())
    answer = Message("0210", {**play.sent_on(ACQUIRER)[-1].reply(code).fields, 4: amount or ""})
    if amount is None:
        answer = answer.without(4)
    (play >> Received(ACQUIRER, answer)).skip()
    is_whole = code == "00" and amount is None
    assert play.entries[-1].state == (State.APPROVED if is_whole else State.REVERSING)
    assert sum(row.moved for row in play.entries) == (1250 if is_whole else 0)


def test_an_authorisation_moves_nothing():
    request = Message("0100", PLAIN.fields)
    play = (opened() >> Received(POS, request)).skip()
    play >> answered("acquirer", "00") << recorded(State.APPROVED, moved=0, amount=1250)
    play << sent("pos/1", "0110", {39: "00"})
    undo = REVERSAL.with_fields({90: REVERSAL[90].replace("0200", "0100")})
    play >> Received(POS, undo) << recorded(State.REVERSING, moved=0)
    play << recorded(State.ANSWERED) << sent("pos/1", "0430", {39: "00"})
    assert undone(play)


def test_over_the_bound_of_all_links_is_silence():
    play = forwarded(opened(limits=Limits(flows_max=1)))
    assert play >> Received(POS, PLAIN.with_fields({11: "000008"}))
    assert play.machine.counts["over_the_bound"] == 1


@pytest.mark.parametrize(("rule", "kept"), [("keep", True), ("replace", False)])
def test_the_number_that_a_terminal_brings_is_kept_or_replaced(rule, kept):
    play = opened(with_listener(rrn=rule))
    play >> Received(POS, PLAIN.with_fields({37: "TERMINALS001"})) << recorded(State.FORWARDED)
    play << sent("acquirer", "0200") >> answered("acquirer", "00") << recorded(State.APPROVED)
    play << sent("pos/1", "0210", {39: "00"})
    number = play.sent_on(ACQUIRER)[-1][37]
    assert (number == "TERMINALS001") is kept
    assert {row.rrn for row in play.entries if row.leg} == {number}
    assert play.sent_on(POS)[-1][37] == number


@pytest.mark.parametrize(("exposed", "code"), [(True, "57"), (False, "00")])
def test_a_card_that_is_no_test_card_does_not_go_where_others_can_read_it(exposed, code):
    upstream = msgspec.structs.replace(SETTINGS.upstreams["acquirer"], test_cards_only=exposed)
    everything = (Route("pos", "acquirer"),)
    play = opened(with_settings(upstreams={"acquirer": upstream}, routes=everything))
    (play >> Received(POS, PLAIN.with_fields({2: "4000000000000002"}))).skip()
    if not exposed:
        (play >> answered("acquirer", "00")).skip()
    assert play.sent_on(POS)[-1][39] == code
    assert approved(play, PLAIN.with_fields({11: "000099"})), "a test card does"
