"""Failed PIN verifications: what closes them all, and what opens them again."""

from typing import Any

import pytest

from cardswitch.hsm_sim.custody.pin_failures import PinFailures
from cardswitch.hsm_sim.custody.policy import Policy


def failing(seconds: list[float], **limits: int) -> PinFailures:
    failures = PinFailures(lambda event, **details: None)
    for now in seconds:
        failures.add(Policy(**limits), now)
    return failures


@pytest.mark.parametrize(
    ("seconds", "limits", "expected"),
    [
        ([0, 1], {"pin_failures_max": 3}, (False, 0, 0, 0)),
        ([0, 1, 2], {"pin_failures_max": 3}, (True, 0, 0, 1)),
        ([0, 1, 59], {"pin_failures_per_minute_max": 3}, (True, 1, 0, 0)),
        ([0, 1, 60], {"pin_failures_per_minute_max": 3}, (False, 0, 0, 0)),
        ([0, 60, 3599], {"pin_failures_per_hour_max": 3}, (True, 0, 1, 0)),
        ([0, 60, 3600], {"pin_failures_per_hour_max": 3}, (False, 0, 0, 0)),
        (
            [0, 1],
            {"pin_failures_per_minute_max": 2, "pin_failures_per_hour_max": 2},
            (True, 0, 1, 0),
        ),
    ],
)
def test_the_limits_of_failed_pins(
    seconds: list[float], limits: dict[str, int], expected: tuple[Any, ...]
) -> None:
    seen = failing(seconds, **limits)
    assert (seen.is_closed, seen.minute_limits, seen.hour_limits, seen.attacks) == expected
    assert seen.count == len(seconds)


def test_pins_are_reopened_and_counted_anew() -> None:
    failures = failing([0, 1], pin_failures_per_minute_max=2)
    failures.reopen()
    assert (failures.is_closed, failures.count, failures.minute_limits) == (False, 0, 1)
    policy = Policy(pin_failures_per_minute_max=2)
    failures.add(policy, 1)
    assert not failures.is_closed
    failures.add(policy, 1)
    assert (failures.is_closed, failures.minute_limits) == (True, 2)


def test_closing_and_reopening_are_noted() -> None:
    noted: list[Any] = []
    failures = PinFailures(lambda event, **details: noted.append((event, details)))
    failures.add(Policy(pin_failures_max=1), 0.0)
    failures.reopen()
    assert noted == [
        ("PIN verification closed", {"limit": "total", "failures": "1"}),
        ("PIN verification reopened", {}),
    ]
