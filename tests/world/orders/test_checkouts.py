"""Sessions and disputes agree with what was paid; each safeguard that is removed is missed."""

import pytest

from cardswitch.specs.errors import Error

from .checkouts import run, seen
from .removed import CHECKOUT_REMOVALS

SEEDS = range(8, 14)  # in which all of it happens, most of it in several
HAPPENS = {
    "session complete", "session expired", "second card", "found to be paid",
    "dispute needs_response", "dispute under_review", "dispute won", "dispute lost",
}  # fmt: skip


def test_every_world_with_checkouts_holds_and_has_all_that_can_happen():
    assert {what for seed in SEEDS for what in seen(run(seed))} >= HAPPENS


@pytest.mark.parametrize("safeguard", CHECKOUT_REMOVALS)
def test_the_world_notices_what_checkouts_lack(safeguard):
    with CHECKOUT_REMOVALS[safeguard]():
        assert any(noticed(seed) for seed in SEEDS)


def noticed(seed):
    """Whether the world of *seed* finds anything wrong."""
    try:
        run(seed)
    except (AssertionError, Error, KeyError):  # What a program finds in itself counts as well.
        return True
    return False
