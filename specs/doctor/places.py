"""Places: where in unknown messages an MTI may stand, in what, and behind what."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from .envelopes import Envelope, cut_envelopes, open_envelopes
from .headers import HEADER_SIZE_MAX, header_cost
from .surfaces import Surface, see_surfaces


class Place(Struct, frozen=True):
    """Where the MTI of *messages* may be: in *envelope*, at byte *size*, looking like *surface*."""

    envelope: Envelope
    messages: tuple[bytes, ...]
    size: int
    surface: Surface

    @property
    def cost(self) -> int:
        """How much is assumed, and how odd it is."""
        return self.envelope.cost + header_cost(self.headers()) + self.surface.implausibilities

    def headers(self, own: int = 0) -> list[bytes]:
        """What stands before the header of the dialect, which has *own* bytes."""
        return [message[: self.size - own] for message in self.messages]

    def bodies(self, own: int = 0) -> tuple[bytes, ...]:
        """The messages from the header of the dialect on."""
        return tuple(message[self.size - own :] for message in self.messages)


def find_places(data: Sequence[bytes]) -> list[Place]:
    """Every place of an MTI and a bitmap that all of *data* agree on, the most plausible first.

    >>> wire = b"ISO" + b"0800" + b"0020000000000000" + b"000001"
    >>> find_places([wire])[0].size
    3
    """
    places: list[Place] = []
    if not data:
        return places
    for envelope, messages in (*open_envelopes(data), *cut_envelopes(data)):
        for size in range(min(HEADER_SIZE_MAX + 1, *map(len, messages))):
            bodies = [message[size:] for message in messages]
            places += [Place(envelope, messages, size, each) for each in see_surfaces(bodies)]
    return sorted(places, key=lambda place: place.cost)
