"""Which key is used and which are accepted, step by step, and after a checkpoint."""

import pytest

from cardswitch.wire.machine.keys.working import HANDED_MAX, SPENT_MAX, WorkingKeys
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


def test_of_keys_that_are_handed_out_each_is_accepted_until_one_is_used(keys):
    """The terminal has the second, whose successor was lost; the days of others do not end it."""
    keys.apply(step("changed", "111111", "FIRST"))
    keys.seen("peer", "pin", "FIRST", 0.0)
    keys.apply(step("offered", "222222", "SECOND"))
    keys.apply(step("offered", "333333", "THIRD"))
    assert accepted(keys, 1e6) == ("FIRST", "THIRD", "SECOND")
    keys.seen("peer", "pin", "FIRST", 1e6)
    assert accepted(keys, 2e6) == ("FIRST", "THIRD", "SECOND")
    keys.apply(step("changed", "222222", "SECOND"))
    assert accepted(keys, 2e6) == ("SECOND", "THIRD", "FIRST")
    keys.apply(step("offered", "444444", "FOURTH"))
    keys.apply(step("changed", "444444", "FOURTH"))
    assert accepted(keys, 2e6) == ("FOURTH", "SECOND", "THIRD", "FIRST")
    assert keys.state("peer", "pin", OLD).handed == []


def test_of_keys_that_are_lost_again_and_again_the_last_few_are_accepted(keys):
    for number in range(HANDED_MAX + 3):
        keys.apply(step("offered", f"{number:06X}", f"KEY{number}"))
    last = [f"KEY{number}" for number in range(HANDED_MAX + 2, 1, -1)]
    assert accepted(keys) == (OLD, *last)


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
