"""What the sections [acquirer] and [issuer] of the configuration have in common."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from msgspec import Meta

from cardswitch.wire.operator.addresses import IsoAddress, IsoListener
from cardswitch.wire.operator.keys import KeysConfig
from cardswitch.wire.operator.macs import MacConfig

# \A and \Z, since $ would let a line break pass.
Currency = Annotated[str, Meta(pattern=r"\A[0-9]{3}\Z")]  # ISO 4217 numeric, as in field 49
Timeout = Annotated[float, Meta(gt=0.0)]


class HostListener(IsoListener, frozen=True, kw_only=True):
    """Where a host listens, and how messages are authenticated there."""

    mac: MacConfig = MacConfig()
    keys: KeysConfig = KeysConfig()  # whether the key of those is changed in traffic


class HostAddress(IsoAddress, frozen=True, kw_only=True):
    """What a host dials, and how messages are authenticated there."""

    mac: MacConfig = MacConfig()
    keys: KeysConfig = KeysConfig()


def refuse_twins(where: str, names: list[str]) -> None:
    """Raise ValueError if one of *names* comes again; *where* is the key they stand under."""
    twins = sorted(name for name, count in Counter(names).items() if count > 1)
    if twins:
        raise ValueError(f"expected every id once among {where}, {twins[0]!r} comes again")
