"""What earlier runs left in the audit log."""

import pytest

from cardswitch.hsm_sim.custody import events
from cardswitch.hsm_sim.custody.audit import AuditLog
from cardswitch.hsm_sim.custody.history import History
from cardswitch.hsm_sim.custody.state import ModuleState


def history(*happened: tuple[str, dict[str, str]]) -> History:
    log = AuditLog()
    return History([log.entry(event, details, 0.0) for event, details in happened])


@pytest.mark.parametrize(
    ("happened", "tampered", "tampers"),
    [
        ([], "", 0),
        ([(events.TAMPERED, {"cause": "lid"})], "lid", 1),
        ([(events.TAMPERED, {})], "unknown", 1),
        ([(events.TAMPERED, {"cause": "lid"}), (events.STARTED, {})], "lid", 1),
        ([(events.TAMPERED, {"cause": "lid"}), (events.LMK_LOADED, {})], "", 1),
        ([(events.TAMPERED, {"cause": "a"}), (events.TAMPERED, {"cause": "b"})], "b", 2),
    ],
)
def test_a_tamper_lasts_until_other_lmks_come(happened, tampered: str, tampers: int) -> None:
    seen = history(*happened)
    assert (seen.tampered, seen.tampers) == (tampered, tampers)


def test_the_counters_come_back() -> None:
    state = ModuleState()
    history(
        (events.STARTED, {"policy": "A"}),
        (events.PINS_CLOSED, {"limit": "minute"}),
        (events.PINS_REOPENED, {}),
        (events.PINS_CLOSED, {"limit": "minute"}),
        (events.PINS_REOPENED, {}),
        (events.PINS_CLOSED, {"limit": "hour"}),
        (events.STARTED, {"policy": "B"}),
        (events.PINS_CLOSED, {"limit": "total"}),
    ).restore(state)
    assert (state.reboots, state.tampers) == (2, 0)
    assert (
        state.pin_failures.minute_limits,
        state.pin_failures.hour_limits,
        state.pin_failures.attacks,
    ) == (2, 1, 1)
    assert state.pin_failures.is_closed


def test_the_policy_is_that_of_the_last_run() -> None:
    assert history().policy == ""
    seen = history((events.STARTED, {"policy": "A"}), (events.STARTED, {"policy": "B"}))
    assert seen.policy == "B"
    assert not history((events.PINS_CLOSED, {}), (events.PINS_REOPENED, {})).pins_closed


def test_a_closed_client_stays_closed_until_somebody_reopens() -> None:
    closed = (events.PINS_CLOSED, {"limit": "minute", "client": "10.0.0.7"})
    state = ModuleState()
    history(closed).restore(state)
    failures = state.pin_failures
    assert (failures.is_closed, [*failures.clients_closed]) == (False, ["10.0.0.7"])
    assert not history(closed, (events.PINS_REOPENED, {})).clients_closed
