"""The [switch] section of the configuration file: where the core's doors and upstreams are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from specs.dates import CutOff

from .core.settings import Door, Route, Settings, Upstream


class Place(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An address, and what is spoken there."""

    host: str = "127.0.0.1"
    port: int
    dialect: str = "iso87-ascii"
    framing: Literal["binary2", "ascii4", "bcd2"] = "binary2"
    header: Literal["none", "tpdu"] = "none"


class DoorConfig(Place, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A door: its address, and the key that PINs arrive under."""

    pin_key_type: Literal["TPK", "ZPK"] = "TPK"
    pin_key: str = ""
    terminal_keys: dict[str, str] = {}
    in_flight_max: int = 256
    links_max: int = 1_000


class UpstreamConfig(Place, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A peer that the switch dials: its address, and the key that PINs leave under."""

    pin_key: str = ""
    timeout_s: float = 3.5
    echo_s: float = 30.0
    sign_on: bool = True


class HsmPlace(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the HSM listens."""

    host: str = "127.0.0.1"
    port: int
    timeout_s: float = 1.0


class SwitchConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything `cardswitch switch serve` needs to know."""

    database: str = "sqlite:///switch.db"
    cut_off: CutOff = CutOff()
    doors: Mapping[str, DoorConfig]
    upstreams: Mapping[str, UpstreamConfig]
    routes: tuple[Route, ...]
    hsm: HsmPlace
    reversal_timeout_s: float = 3.5
    reversal_pause_s: float = 1.0

    def settings(self) -> Settings:
        """The part of it that the core is told."""
        return Settings(
            {name: _door(door) for name, door in self.doors.items()},
            {name: _upstream(upstream) for name, upstream in self.upstreams.items()},
            self.routes,
            self.cut_off,
            self.hsm.timeout_s,
            self.reversal_timeout_s,
            self.reversal_pause_s,
        )


def _door(door: DoorConfig) -> Door:
    return Door(door.pin_key_type, door.pin_key, door.terminal_keys, door.in_flight_max)


def _upstream(upstream: UpstreamConfig) -> Upstream:
    return Upstream(upstream.pin_key, upstream.timeout_s, upstream.echo_s, upstream.sign_on)
