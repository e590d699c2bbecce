"""What a switch that runs does for its operator: each deed answers when its rows are durable."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from cardswitch.wire.driver.control import Verb
from cardswitch.wire.driver.runtime import Runtime
from cardswitch.wire.ports import Append, Effect, Seconds

from ..core.row import Row
from .deeds import DEEDS, STATUS, CutOver, Operated, deed_of, done_by, in_flight

_LOOK_S: Final = 0.1  # between two looks at whether the legs in flight have an outcome


def control_verbs(runtime: Runtime, machine: Operated) -> dict[str, Verb]:
    """The verbs of its control channel: the deeds, and how it stands."""

    async def status(_told: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**machine.status(), "is_running": True}

    verbs: dict[str, Verb] = {verb: partial(_do, runtime, machine, verb) for verb in DEEDS}
    return {**verbs, STATUS: status}


async def _do(
    runtime: Runtime, machine: Operated, verb: str, told: Mapping[str, Any]
) -> Mapping[str, Any]:
    deed = deed_of(verb, told)
    rows: list[Row] = []
    before: set[int] = set()

    def act(now: Seconds) -> Sequence[Effect]:
        effects = deed.effects(machine, now)
        rows.extend(effect.entry for effect in effects if isinstance(effect, Append))
        before.update(leg["leg"] for leg in in_flight(machine))
        return effects

    runtime.call(act)
    await runtime.durable()
    done = done_by(rows, is_running=True)
    if isinstance(deed, CutOver):
        still_open = await _wait_for(machine, before, deed.wait_s)
        await runtime.durable()  # Whoever closes the day reads these outcomes next.
        done["still_open"] = still_open
    return done


async def _wait_for(machine: Operated, legs: set[int], wait_s: float) -> list[Mapping[str, Any]]:
    """Those of *legs* that have no outcome, once all have one or *wait_s* are over."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + wait_s
    while still_open := [leg for leg in in_flight(machine) if leg["leg"] in legs]:
        if loop.time() >= ends_at:
            break
        await asyncio.sleep(_LOOK_S)
    return still_open
