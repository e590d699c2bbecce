"""Which key is used and which are accepted, step by step, and after a checkpoint."""

import pytest

from cardswitch.wire.machine.keys.working import SPENT_MAX, WorkingKeys
from tests.kit.keys import NEW, OLD, OTHER, step


@pytest.fixture
def keys():
    return WorkingKeys({"peer": 60.0})


def accepted(keys, now=0.0, configured=OLD):
    return keys.accepted("peer", "pin", configured, now)


def test_without_a_step_the_configured_key_is_the_one(keys):
    assert keys.sending("peer", "pin", OLD) == OLD
    assert accepted(keys) == (OLD,)
    assert accepted(keys, configured="") == ()


def test_the_old_key_goes_a_while_after_the_new_one_was_in_use(keys):
    keys.apply(step("changed"))
    assert accepted(keys, 1e6) == (NEW, OLD), "however long nothing is heard"
    keys.seen("peer", "pin", OLD, 1e6)
    keys.seen("peer", "pin", NEW, 1e6)
    keys.seen("peer", "pin", NEW, 1e6 + 50.0)
    assert accepted(keys, 1e6 + 60.0) == (NEW, OLD)
    assert accepted(keys, 1e6 + 60.1) == (NEW,)
    keys.apply(step("changed", "D4E5F6", OTHER))
    assert accepted(keys, 2e6) == (OTHER, NEW)


def test_a_key_that_is_offered_is_accepted_and_not_used(keys):
    keys.apply(step("offered"))
    assert (keys.sending("peer", "pin", OLD), accepted(keys)) == (OLD, (OLD, NEW))
    keys.apply(step("kept", "FFFFFF", ""))
    assert accepted(keys) == (OLD, NEW), "another was refused"
    keys.apply(step("kept", key=""))
    assert accepted(keys) == (OLD,)


def test_a_key_that_a_person_configures_anew_is_the_one(keys):
    keys.apply(step("changed"))
    assert keys.sending("peer", "pin", OTHER) == OTHER
    assert accepted(keys, configured=OTHER) == (OTHER,)
    keys.apply(step("changed", "D4E5F6", NEW, configured=OTHER))
    assert accepted(keys, configured=OTHER) == (NEW, OTHER)
    assert accepted(keys) == (OLD,), "what was before it is forgotten"


def test_a_checkpoint_tells_all(keys):
    for each in (step("changed"), step("offered", "D4E5F6", OTHER), step("kept", "ABCDEF", "")):
        keys.apply(each)
    again = WorkingKeys({"peer": 60.0})
    again.restore(keys.told())
    assert again.told() == keys.told()
    assert accepted(again) == (NEW, OTHER, OLD)
    assert again.state("peer", "pin", OLD).spent == ["ABCDEF"]


def test_spent_check_values_are_bounded(keys):
    for number in range(SPENT_MAX + 5):
        keys.apply(step("kept", f"{number:06X}", ""))
    spent = keys.state("peer", "pin", OLD).spent
    assert (len(spent), spent[-1]) == (SPENT_MAX, f"{SPENT_MAX + 4:06X}")
