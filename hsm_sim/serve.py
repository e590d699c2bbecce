"""Runs the HSM simulator on a real port."""

from __future__ import annotations

import secrets

from wire.channel import HsmServerChannel
from wire.runtime import Clock, Runtime

from .config import HsmConfig
from .machine import HsmMachine
from .module import HsmModule

DOOR = "host"


async def serve(config: HsmConfig, clock: Clock | None = None) -> Runtime:
    """A simulator that listens, with the test LMK. Raises OSError if the port is taken."""
    machine = HsmMachine(HsmModule(secrets.token_bytes))
    runtime = Runtime(machine, clock=clock)
    await runtime.listen(
        DOOR, config.host, config.port, HsmServerChannel(), links_max=config.links_max
    )
    return runtime
