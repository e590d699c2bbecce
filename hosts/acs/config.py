"""The section [acs] of the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from cardswitch.wire.web.place import WebPlace

# challenge_once: no more, where the merchant names an authentication of before.
Behaviour = Literal[
    "frictionless", "challenge", "challenge_once", "attempt", "unavailable", "failed", "rejected"
]
Begin = Annotated[str, Meta(pattern=r"\A[0-9]{1,19}\Z")]


class AcsPagesConfig(WebPlace, frozen=True, kw_only=True):
    """Where cardholders are asked; the first of *names* stands in links."""

    names: Annotated[tuple[str, ...], Meta(min_length=1)] = ("acs.localhost", "localhost")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.tls_ca or self.tls_names:
            raise ValueError("tls_ca, tls_names: not for pages: browsers have no certificate")

    @property
    def url(self) -> str:
        """Its origin, as browsers find it.

        >>> AcsPagesConfig(port=7113, tls_certificate="a.pem").url
        'https://acs.localhost:7113'
        """
        return f"https://{self.names[0]}:{self.port}"


class AcsRule(Struct, frozen=True, kw_only=True):
    """What is done with cards whose numbers begin so, and with amounts of that many minor units."""

    cards: tuple[Begin, ...] = ()  # none: all of them
    amounts: tuple[int, ...] = ()
    does: Behaviour


class AcsConfig(WebPlace, frozen=True, kw_only=True):
    """Where 3DS servers ask, each by its certificate; and how cardholders are authenticated."""

    pages: AcsPagesConfig
    cavv_key: str  # the file of the key that the issuer checks CAVVs with
    rules: tuple[AcsRule, ...] = ()  # the first that fits counts
    otherwise: Behaviour = "frictionless"
    # What a cardholder types to say that it is he; the page shows it, for this is a test bank.
    code: Annotated[str, Meta(pattern=r"\A[0-9]{4,8}\Z")] = "123456"
    tries_max: Annotated[int, Meta(ge=1, le=9)] = 3
    challenge_s: Annotated[float, Meta(gt=0)] = 600.0  # how long a cardholder may take

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.tls_ca:
            raise ValueError("tls_ca: missing: it says who signs the certificates of 3DS servers")

    def placed(self, folder: Path) -> AcsConfig:
        """The same with its relative paths made to count from *folder*."""
        return replace(
            super().placed(folder),
            pages=self.pages.placed(folder),
            cavv_key=str(folder / self.cavv_key),
        )
