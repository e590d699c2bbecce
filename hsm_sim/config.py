"""The section [hsm] of the configuration."""

from __future__ import annotations

from wire.places import Address


class HsmConfig(Address, frozen=True, kw_only=True):
    """Where the simulator listens. Its LMK is the published test LMK, so it keeps nothing."""

    links_max: int = 64  # as many connections as a module of this kind serves
