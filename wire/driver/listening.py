"""Opens a port as its section of the configuration says."""

from __future__ import annotations

from ..operator.addresses import IsoListener, address_rule
from .links import LinkLimits
from .listener import anybody
from .runtime import Runtime
from .tls import server_tls


async def listen_at(place: IsoListener, runtime: Runtime, listener: str, key: str) -> int:
    """Have *runtime* let peers in at *place*, the section *key*; the port.

    Raises OSError, ConfigError, DialectError.
    """
    return await runtime.listen(
        listener,
        place.host,
        place.port,
        place.channel(),
        place.links_max,
        server_tls(place, f"{key}.tls_"),
        limits=LinkLimits(first_frame_s=place.first_frame_s, idle_s=place.idle_s),
        allows=address_rule(place.allow, f"{key}.allow") if place.allow else anybody,
        per_address_max=place.links_per_address_max,
    )
