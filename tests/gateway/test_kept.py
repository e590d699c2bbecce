"""What stood in legs is good as long as their last rows are the same, and no more is kept."""

from cardswitch.gateway.core.row import Legs
from cardswitch.gateway.kept import KeptLegs

ONE, OTHER = Legs(), Legs()


def test_what_was_written_to_is_not_known_any_more():
    kept = KeptLegs()
    kept.keep({1: (10, ONE), 2: (11, OTHER)})
    assert kept.those({1: 10, 2: 11, 3: 12}) == {1: ONE, 2: OTHER}
    assert kept.those({1: 13, 2: 11}) == {2: OTHER}


def test_who_was_not_asked_for_the_longest_goes_first():
    kept = KeptLegs(most=2)
    kept.keep({1: (1, ONE), 2: (2, OTHER)})
    assert kept.those({1: 1}) == {1: ONE}
    kept.keep({3: (3, OTHER)})
    assert kept.those({1: 1, 2: 2, 3: 3}).keys() == {1, 3}
