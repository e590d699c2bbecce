"""Failed PIN verifications: what closes them all, and what opens them again."""

from typing import Any

import pytest

from cardswitch.hsm_sim.custody import events
from cardswitch.hsm_sim.custody.pin_failures import CLIENTS_MAX, PinFailures
from cardswitch.hsm_sim.custody.policy import Policy

ACCOUNT = "999000000001"


def failing(seconds: list[float], **limits: int) -> PinFailures:
    failures = PinFailures(lambda event, **details: None)
    for now in seconds:
        failures.add(Policy(**limits), ACCOUNT, now)
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
    failures.add(policy, ACCOUNT, 1)
    assert not failures.is_closed
    failures.add(policy, ACCOUNT, 1)
    assert (failures.is_closed, failures.minute_limits) == (True, 2)


def test_closing_and_reopening_are_noted() -> None:
    noted: list[Any] = []
    failures = PinFailures(lambda event, **details: noted.append((event, details)))
    failures.add(Policy(pin_failures_max=1), ACCOUNT, 0.0)
    failures.reopen()
    assert noted == [
        ("PIN verification closed", {"limit": "total", "failures": "1"}),
        ("PIN verification reopened", {}),
    ]


def test_one_card_closes_itself_alone_and_for_an_hour() -> None:
    noted: list[tuple[str, dict[str, str]]] = []
    failures = PinFailures(lambda event, **details: noted.append((event, details)))
    policy = Policy(pin_failures_per_card_max=3)
    for now in (0.0, 1.0, 3599.0):
        assert not failures.is_closed_for(policy, ACCOUNT, now)
        failures.add(policy, ACCOUNT, now)
    assert failures.is_closed_for(policy, ACCOUNT, 3599.0)
    assert not failures.is_closed_for(policy, "999000000002", 3599.0)
    assert not failures.is_closed
    assert noted == [(events.CARD_CLOSED, {"card": "0001", "failures": "3"})]
    assert not failures.is_closed_for(policy, ACCOUNT, 3600.0)


def test_reopening_opens_cards_too() -> None:
    failures = failing([0.0], pin_failures_per_card_max=1)
    assert failures.is_closed_for(Policy(pin_failures_per_card_max=1), ACCOUNT, 1.0)
    failures.reopen()
    assert not failures.is_closed_for(Policy(pin_failures_per_card_max=1), ACCOUNT, 1.0)


@pytest.mark.parametrize("limit", ["pin_failures_per_minute_max", "pin_failures_per_hour_max"])
def test_one_client_closes_itself_and_nobody_else(limit: str) -> None:
    noted: list[Any] = []
    failures = PinFailures(lambda event, **details: noted.append((event, details)))
    policy = Policy(**{limit: 3})
    for number in range(3):
        failures.add(policy, f"{number:012d}", 0.0, "10.0.0.7")
    assert failures.is_closed_for(policy, ACCOUNT, 0.0, "10.0.0.7")
    assert not failures.is_closed_for(policy, ACCOUNT, 0.0, "10.0.0.8")
    assert (failures.is_closed, failures.is_closed_for_some) == (False, True)
    assert noted[-1][1]["client"] == "10.0.0.7"
    failures.reopen()
    assert not failures.is_closed_for(policy, ACCOUNT, 0.0, "10.0.0.7")


def test_clients_are_bounded() -> None:
    failures = PinFailures(lambda event, **details: None)
    policy = Policy(pin_failures_per_minute_max=1)
    for number in range(CLIENTS_MAX):
        failures.add(policy, ACCOUNT, 0.0, f"client {number}")
    assert not failures.is_closed
    failures.add(policy, ACCOUNT, 0.0, "one more")
    assert (failures.is_closed, len(failures.clients_closed)) == (True, CLIENTS_MAX)
