"""Opens a port as its section of the configuration says."""

from __future__ import annotations

from ..operator.addresses import IsoListener
from .links import LinkLimits
from .runtime import Runtime


async def listen_at(place: IsoListener, runtime: Runtime, listener: str) -> int:
    """Have *runtime* let peers in at *place*; the port. Raises OSError, DialectError."""
    return await runtime.listen(
        listener,
        place.host,
        place.port,
        place.channel(),
        place.links_max,
        limits=LinkLimits(first_frame_s=place.first_frame_s, idle_s=place.idle_s),
        per_address_max=place.links_per_address_max,
    )
