"""Track 2 taken apart: card number, expiry, service code, discretionary data. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from cardswitch.specs.tracks import unpack_track2

from .parts import Part


def track2_parts(value: str) -> Iterator[Part]:
    """The parts of track 2; FormatError if *value* is none.

    >>> [part.value for part in track2_parts("9999990000000014=30121010000")]
    ['9999990000000014', '3012', '101', '0000']
    """
    track = unpack_track2(value)
    yield Part("card number", track.pan)
    yield Part("expiry (YYMM)", track.expiry)
    yield Part("service code", track.service_code)
    yield Part("discretionary data", track.discretionary)
