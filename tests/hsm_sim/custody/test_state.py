"""The state of a module: its mode, and what is authorised at its time."""

import pytest

from cardswitch.hsm_sim.custody.policy import CommandRefused
from cardswitch.hsm_sim.custody.state import ModuleState


def test_nothing_is_stored_or_authorised_at_first() -> None:
    state = ModuleState()
    with pytest.raises(CommandRefused, match="12"):
        state.storage.read("000")
    with pytest.raises(CommandRefused, match="17"):
        state.require_officers("export")


def test_authority_expires() -> None:
    state = ModuleState()
    state.authority.until["export"] = 60.0
    state.now = 59.0
    state.require_officers("export")
    state.now = 60.0
    with pytest.raises(CommandRefused, match="17"):
        state.require_officers("export")


def test_nobody_need_listen() -> None:
    state = ModuleState()
    state.set_mode("offline")
    state.pin_failures.reopen()
    assert state.mode == "offline"


def test_what_its_parts_note_is_heard() -> None:
    state, noted = ModuleState(), []
    state.listener = lambda event, details: noted.append((event, dict(details)))
    state.set_mode("secure")
    state.set_mode("secure")
    state.authority.cancel()
    state.pin_failures.reopen()
    assert noted == [
        ("mode changed", {"mode": "secure"}),
        ("authority cancelled", {"activity": "all"}),
        ("PIN verification reopened", {}),
    ]
