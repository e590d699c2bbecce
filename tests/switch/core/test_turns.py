"""switch.core.turns: what is owed about one transaction goes in the order in which it began."""

from cardswitch.specs.transactions.identity import Identity
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.switch.core.legs import Leg, new_leg
from cardswitch.switch.core.turns import Turns


def leg(number: int, original: int = 0) -> Leg:
    who = Identity("2026-03-29", f"pos|T|S|2|{number:06}|20260329010000")
    made = new_leg(number, who, KINDS.named("completion"), source="pos", serves="", link="")
    made.original = original
    return made


def test_one_after_the_other_and_others_beside_them() -> None:
    turns, hold, first, second, other = Turns(), leg(1), leg(2, 1), leg(3, 1), leg(9, 8)
    for each in (first, second, other, hold):
        turns.begin(each)
    assert [turns.wait(each, 0) for each in (first, second, other)] == [False, True, False]
    assert turns.wait(hold, 1)
    turns.end(first)
    assert turns.next(first) == (second, 0)
    assert turns.next(first) is None  # It was told already.
    assert not turns.wait(second, 0)
    turns.end(second)
    assert turns.next(second) == (hold, 1)
    turns.end(hold)
    turns.end(other)
    assert (turns.next(hold), turns.next(other)) == (None, None)


def test_who_begins_anew_goes_behind() -> None:
    turns, first, second = Turns(), leg(2, 1), leg(3, 1)
    turns.begin(first)
    turns.begin(second)
    turns.end(first)
    turns.begin(first)
    assert turns.wait(first, 1)
    assert not turns.wait(second, 0)
