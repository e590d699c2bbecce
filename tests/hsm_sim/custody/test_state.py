"""What changes while a module runs."""

from typing import Any

import pytest

from cardswitch.hsm_sim.custody.policy import Policy, Refused
from cardswitch.hsm_sim.custody.state import ModuleState, Window, covers


def test_nothing_is_stored_or_authorised_at_first() -> None:
    state = ModuleState()
    with pytest.raises(Refused, match="12"):
        state.stored_key("000")
    with pytest.raises(Refused, match="17"):
        state.require_authorised("export")


def test_authority_expires() -> None:
    state = ModuleState()
    state.authorised["export"] = 60.0
    state.now = 59.0
    state.require_authorised("export")
    state.now = 60.0
    with pytest.raises(Refused, match="17"):
        state.require_authorised("export")


@pytest.mark.parametrize(
    ("wide", "activity", "expected"),
    [
        ("export", "export", True),
        ("export", "export.001.host", True),
        ("export.001", "export.001.host", True),
        ("export..host", "export.001.host", True),
        ("export..console", "export.001.host", False),
        ("export.001.host", "export.001", False),
        ("export", "exports", False),
        ("import", "export.001", False),
        ("", "export", True),
    ],
)
def test_authority_covers_its_parts(wide: str, activity: str, expected: bool) -> None:
    assert covers(wide, activity) is expected


def test_authority_is_cancelled_with_its_parts() -> None:
    state, noted = ModuleState(), []
    state.listener = lambda event, details: noted.append(dict(details))
    state.authorised = {"export.001.host": 9.0, "export.402.host": 9.0, "pin": 9.0}
    state.cancel_authority("export.001")
    assert set(state.authorised) == {"export.402.host", "pin"}
    state.cancel_authority()
    assert state.authorised == {}
    assert noted == [{"activity": "export.001"}, {"activity": "all"}]


def test_nobody_need_listen() -> None:
    state = ModuleState()
    state.set_mode("offline")
    state.reopen_pins()
    assert state.mode == "offline"


def failing(seconds: list[float], **limits: int) -> ModuleState:
    state = ModuleState()
    for state.now in seconds:
        state.count_pin_failure(Policy(**limits))
    return state


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
    state = failing(seconds, **limits)
    seen = (
        state.pins_closed,
        *(state.pin_minute_limits, state.pin_hour_limits, state.pin_attacks),
    )
    assert seen == expected
    assert state.pin_failures == len(seconds)


def test_pins_are_reopened_and_counted_anew() -> None:
    state = failing([0, 1], pin_failures_per_minute_max=2)
    state.reopen_pins()
    assert (state.pins_closed, state.pin_failures, state.pin_minute_limits) == (False, 0, 1)
    state.count_pin_failure(Policy(pin_failures_per_minute_max=2))
    assert not state.pins_closed
    state.count_pin_failure(Policy(pin_failures_per_minute_max=2))
    assert (state.pins_closed, state.pin_minute_limits) == (True, 2)


def test_closing_and_reopening_are_noted() -> None:
    state, noted = ModuleState(), []
    state.listener = lambda event, details: noted.append((event, dict(details)))
    state.count_pin_failure(Policy(pin_failures_max=1))
    state.reopen_pins()
    assert noted == [
        ("PIN verification closed", {"limit": "total", "failures": "1"}),
        ("PIN verification reopened", {}),
    ]


def test_the_load_is_that_of_the_last_ten_seconds() -> None:
    state = ModuleState()
    for state.now in (101.0, 102.0, 109.0):
        state.count_command("CA")
    assert state.commands_per_second == 0.0
    state.now = 110.0
    assert state.commands_per_second == 0.3
    state.now = 120.0
    assert state.commands_per_second == 0.0
    assert state.commands == {"CA": 3}
    assert state.started == 101.0


def test_a_window_that_was_long_ago_is_forgotten() -> None:
    window = Window(10.0)
    window.add(5.0)
    window.move(25.0)
    assert (window.count, window.before) == (0, 0)
