"""What changes while a module runs."""

import pytest

from hsm_sim.policy import Refused
from hsm_sim.state import ModuleState


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
