"""specs.fuzzing.chance: who picks decides."""

from random import Random

from cardswitch.specs.fuzzing.chance import choose, simplest


def test_each_item_can_be_chosen():
    pick = Random(1).randrange
    assert {choose(pick, "abc") for _ in range(50)} == set("abc")


def test_the_simplest_is_the_first():
    assert choose(simplest, ["a", "b"]) == "a"
