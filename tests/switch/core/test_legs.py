"""What the switch remembers of a leg, and what it may forget."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import Identity
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.switch.core.legs import Leg, Legs, new_leg, rrn_of, take_first
from cardswitch.switch.core.states import State
from cardswitch.wire.ports import LinkId
from tests.kit.rows import IDENTITY, first_row, next_row
from tests.kit.switch import PLAIN

REPEAT = Message("0201", PLAIN.fields)
FORWARDED, APPROVED, DECLINED = State.FORWARDED, State.APPROVED, State.DECLINED
REVERSED, REDUCED = State.REVERSED, State.REDUCED
REVERSING = (State.REVERSING, {"mti": "0420"})


def begun(name: str = IDENTITY, number: int = 1) -> Leg:
    who = Identity("2026-03-29", name)
    return new_leg(number, who, KINDS.named("sale"), source="pos", serves="merchants", link="pos/1")


def leg_after(*steps: State | tuple[State, dict]) -> Leg:
    """A leg that went through *steps*: each a state, or one with what else its row says."""
    leg, first = begun(), first_row()
    for step in steps:
        state, changes = step if isinstance(step, tuple) else (step, {})
        row = next_row(first, state, **changes)
        leg.apply(row, Message(row.mti, {4: f"{row.amount:012d}", 39: row.code, 38: "A1B2C3"}))
    return leg


YES, NO = (APPROVED, {"code": "00"}), (DECLINED, {"code": "51"})
PART, HALF = (State.REVERSING, {"mti": "0420", "stays": 600}), (REDUCED, {"stays": 600})


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([(DECLINED, {"code": "15"})], "15"),
        ([FORWARDED, NO], "51"),
        ([FORWARDED, YES], "00"),
        ([FORWARDED, (APPROVED, {"code": "10", "amount": 600})], "10"),
        ([FORWARDED, REVERSING], "91"),
        ([FORWARDED, REVERSING, REVERSED], "91"),
        ([FORWARDED, REVERSING, State.EXCEPTION], "91"),
        ([FORWARDED, YES, REVERSING], "12"),
        ([FORWARDED, YES, REVERSING, REVERSED], "12"),
        ([FORWARDED, YES, REVERSING, State.EXCEPTION], "12"),
        ([FORWARDED, YES, REVERSING, State.EXCEPTION, State.RESOLVED], "12"),
        ([FORWARDED, YES, PART], "10"),
        ([FORWARDED, YES, PART, HALF], "10"),
        ([FORWARDED, YES, PART, HALF, REVERSING], "12"),
        ([REVERSED], "12"),
        ([(State.ANSWERED, {"code": "25"})], "25"),
    ],
)
def test_what_a_repeat_is_told(steps, code):
    assert leg_after(*steps).answer(REPEAT)[39] == code


@pytest.mark.parametrize(
    ("steps", "held"),
    [
        ([FORWARDED], 0),
        ([FORWARDED, NO], 0),
        ([FORWARDED, YES], 1250),
        ([FORWARDED, (APPROVED, {"code": "10", "amount": 600})], 600),
        ([FORWARDED, YES, REVERSING], 0),
        ([FORWARDED, YES, REVERSING, REVERSED], 0),
        ([FORWARDED, YES, REVERSING, State.EXCEPTION, State.RESOLVED], 0),
        # What upstream says of its reversal changes nothing of what its merchant was told.
        ([FORWARDED, YES, PART], 600),
        ([FORWARDED, YES, PART, State.EXCEPTION], 600),
        ([FORWARDED, YES, PART, State.EXCEPTION, State.RESOLVED], 600),
        ([FORWARDED, YES, PART, HALF], 600),
        ([FORWARDED, YES, PART, HALF, REVERSING, REVERSED], 0),
    ],
)
def test_what_the_merchant_is_owed(steps, held):
    assert leg_after(*steps).owed == held


def test_a_repeat_hears_the_decision_and_its_own_numbers():
    leg = leg_after(FORWARDED, (APPROVED, {"code": "10", "amount": 600}))
    answer = leg.answer(Message("0201", {4: "000000001250", 11: "000099"}))
    assert answer.fields == {
        4: "000000000600",
        11: "000099",
        37: "608800000001",
        38: "A1B2C3",
        39: "10",
    }


def test_after_a_part_was_undone_a_repeat_hears_what_stays():
    assert leg_after(FORWARDED, YES, PART, HALF).answer(REPEAT)[4] == "000000000600"


def test_there_is_no_answer_before_there_is_an_outcome():
    with pytest.raises(AssertionError, match="no answer before"):
        begun().answer(REPEAT)


def test_what_was_reversed_before_it_came_is_a_tombstone():
    assert leg_after(REVERSED).is_tombstone
    assert not leg_after(FORWARDED, REVERSING, REVERSED).is_tombstone


def test_the_first_row_says_which_leg_it_is():
    leg = begun()
    take_first(leg, first_row(leg=70, serves="acquirers"))
    found = (leg.number, leg.serves, leg.request_digest, leg.card, leg.requested)
    assert found == (70, "acquirers", "digest", "print:14", 1250)


# The legs in memory -------------------------------------------------------------------------------


def finished(legs: Legs, number: int, sequence: int = 0) -> Leg:
    leg = begun(f"pos|T|leg {number}|2|000007|2026", number)
    leg.state, leg.sequence = DECLINED, sequence
    legs.add(leg)
    return leg


def test_finished_legs_are_forgotten_oldest_first_and_open_ones_are_not():
    legs = Legs(legs_max=3)
    made = [finished(legs, number) for number in range(2)]
    made[0].state = FORWARDED
    made += [finished(legs, number) for number in range(2, 6)]
    assert [leg.number for leg in legs] == [0, 4, 5]
    assert len(legs) == 3


def test_one_that_is_waited_for_is_not_forgotten():
    legs = Legs(legs_max=1)
    finished(legs, 0).wait(LinkId("pos/1"), PLAIN)
    finished(legs, 1)
    assert [leg.number for leg in legs] == [0, 1]


def test_one_that_moved_since_a_look_up_was_asked_is_not_forgotten_until_it_is_over():
    """What the look-up brings is older than what memory knows of it."""
    legs = Legs(legs_max=1)
    number = legs.look_up_begins(sequence=10)
    moved = finished(legs, 0, sequence=11)
    before = finished(legs, 1, sequence=9)
    finished(legs, 2, sequence=9)
    assert legs.find(moved.identity) is moved
    legs.look_up_ends(number)
    finished(legs, 3)
    assert legs.find(moved.identity) is legs.find(before.identity) is None


def test_only_what_has_no_row_yet_is_found_by_its_beginning():
    legs = Legs(legs_max=9)
    finished(legs, 0)
    legs.add(fresh := begun("pos|T|leg 1|2|000007|2026"))
    assert list(legs.begun_as("pos|T|leg 1|")) == [fresh]
    assert not list(legs.begun_as("pos|T|leg 0|"))


def test_what_never_was_is_removed_and_nothing_else():
    legs = Legs(legs_max=9)
    leg = finished(legs, 0)
    legs.remove(begun(leg.identity))
    assert legs.find(leg.identity) is leg
    legs.remove(leg)
    assert legs.find(leg.identity) is None


def test_legs_share_what_many_of_them_say():
    one, other = (leg_after(FORWARDED, (APPROVED, {"code": "".join("00")})) for _ in range(2))
    assert one.decision[39] is other.decision[39]
    assert one.waiters is other.waiters
    one.wait(LinkId("pos/1"), PLAIN)
    assert one.waiters
    assert not other.waiters


def test_reference_numbers_name_the_day_and_the_leg():
    assert rrn_of(1_774_746_000.0, 7) == "608800000007"
    assert rrn_of(1_774_746_000.0, 10**8 + 7) == "608800000007"
