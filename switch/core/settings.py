"""What the core must be told: listeners, upstreams, the routes between them, and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from cardswitch.specs.dates import CutOff


class ListenerSettings(Struct, frozen=True):
    """Where requests come in. PINs arrive under *pin_key*, a cryptogram under the HSM's LMK."""

    pin_key_type: Literal["TPK", "ZPK"] = "TPK"
    pin_key: str = ""
    terminal_keys: Mapping[str, str] = {}  # TPKs of single terminals, by terminal id (field 41)
    in_flight_max: int = 256  # Requests of one link in work at once; more are answered 91.


class Upstream(Struct, frozen=True):
    """A peer that requests are forwarded to, on the link of the same name."""

    pin_key: str = ""  # the ZPK shared with it, under the LMK
    timeout_s: float = 3.5
    echo_s: float = 30.0  # how often an 0800/301 asks whether the peer is there
    sign_on: bool = True


class Route(Struct, frozen=True):
    """Requests from *source* for one of *bins* (and *merchants*, if given) go to *upstream*."""

    source: str
    upstream: str
    bins: tuple[str, ...] = ("",)
    merchants: tuple[str, ...] = ()


class Settings(Struct, frozen=True):
    """All of the above, and limits of time: they must fit into those of the peer downstream."""

    listeners: Mapping[str, ListenerSettings]
    upstreams: Mapping[str, Upstream]
    routes: tuple[Route, ...]
    cut_off: CutOff = CutOff()
    hsm_timeout_s: float = 1.0
    reversal_timeout_s: float = 3.5
    reversal_pause_s: float = 1.0  # before the second send; doubled for each later one
    reversal_pause_max_s: float = 60.0
    reversals_sent_max: int = 30  # about 25 minutes of silence, then it is a matter for people
    pending_reversals_max: int = 10_000  # more owed than this and new purchases are declined
