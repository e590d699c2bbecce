"""The table of an intent's states: what it allows, what it refuses, and that all is reached."""

import pytest

from cardswitch.gateway.core.states import STEPS, Status, Step, may, mermaid, step_to


def test_every_state_can_be_reached_and_begins_nowhere_twice():
    assert {then for _, _, then in STEPS} == set(Status)
    assert len(set(STEPS)) == len(STEPS)


def test_what_the_table_has_not_is_an_assertion():
    assert step_to(Status.PROCESSING, Step.APPROVE, Status.SUCCEEDED) is Status.SUCCEEDED
    for status in (Status.SUCCEEDED, Status.CANCELED):
        assert not any(may(status, step) for step in Step)
    with pytest.raises(AssertionError, match="leads not to"):
        step_to(Status.SUCCEEDED, Step.CANCEL, Status.CANCELED)


def test_what_is_set_aside_is_captured_or_free_again_and_nothing_else():
    allowed = {Step.INCREASE, Step.CAPTURE, Step.CAPTURE_PART, Step.CANCEL, Step.EXPIRE}
    assert {step for step in Step if may(Status.NEEDS_CAPTURE, step)} == allowed


def test_nobody_cancels_what_may_be_paid():
    assert not may(Status.PROCESSING, Step.CANCEL)


def test_the_diagram_has_every_step_and_both_ends():
    drawn = mermaid().splitlines()
    assert len(drawn) == 1 + len(STEPS) + 2
    assert "    succeeded --> [*]" in drawn
    assert "    [*] --> requires_confirmation: create" in drawn
