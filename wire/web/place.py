"""Where HTTPS is spoken, and how many connections come in there."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from ..operator.addresses import Address


class WebPlace(Address, frozen=True, kw_only=True):
    """A port of HTTPS; with `tls_ca` it asks for a certificate, which `tls_names` may name."""

    allow: tuple[str, ...] = ()  # addresses and networks that may connect; none: all of them
    connections_max: Annotated[int, Meta(ge=1)] = 1_000
    idle_s: Annotated[float, Meta(gt=0)] = 75.0  # between two requests, or with an answer untaken
    request_s: Annotated[float, Meta(gt=0)] = 10.0  # from a request's first byte to its last

    def __post_init__(self) -> None:
        if not self.tls_certificate:
            raise ValueError("tls_certificate: missing: it speaks HTTPS alone")
