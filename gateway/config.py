"""The section [gateway] of the configuration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from cardswitch.specs.dates import local_time
from cardswitch.specs.merchants import Merchant
from cardswitch.wire.operator.addresses import Address, IsoAddress, address_rule, url_in
from cardswitch.wire.ports import Seconds
from cardswitch.wire.web.place import WebPlace
from cardswitch.wire.web.rates import Rate


class ApiConfig(WebPlace, frozen=True, kw_only=True):
    """Where the API is, over TLS alone, and how many connections come in."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.tls_names:
            raise ValueError("tls_names: not for the API: its keys say who asks")


class PagesConfig(ApiConfig, frozen=True, kw_only=True):
    """Where pages for browsers are; the first of *names* stands in links."""

    # As browsers name it, without port. `*.localhost` is this machine to every browser.
    names: Annotated[tuple[str, ...], Meta(min_length=1)] = (
        "pay.localhost",
        "localhost",
        "127.0.0.1",
        "[::1]",
    )

    @property
    def url(self) -> str:
        """Its origin, as links have it.

        >>> PagesConfig(port=7109, tls_certificate="a.pem").url
        'https://pay.localhost:7109'
        """
        return f"https://{self.names[0]}:{self.port}"


class PanelConfig(PagesConfig, frozen=True, kw_only=True):
    """Where the test panel is; a merchant's secret key opens it."""

    names: Annotated[tuple[str, ...], Meta(min_length=1)] = (
        "panel.localhost",
        "localhost",
        "127.0.0.1",
        "[::1]",
    )


class RangeConfig(Struct, frozen=True, kw_only=True):
    """A line of the directory: whose cards begin so, and where their access control server is."""

    cards: Annotated[
        tuple[Annotated[str, Meta(pattern=r"\A[0-9]{1,19}\Z")], ...], Meta(min_length=1)
    ]
    url: Annotated[str, Meta(pattern=r"\Ahttps://[^/]+/")]
    # if_needed: only where the merchant wants it, or the issuer declines for the lack of it
    asked: Literal["always", "if_needed"] = "always"


class ThreeDsConfig(WebPlace, frozen=True, kw_only=True):
    """Where access control servers tell results, by their certificates; and the directory."""

    directory: tuple[RangeConfig, ...] = ()
    unavailable: Literal["go_on", "decline"] = "go_on"  # a payment whose authentication is away

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.tls_ca:
            raise ValueError("tls_ca: missing: it says who signs the certificates of those")

    @property
    def url(self) -> str:
        """Where results are told."""
        return f"https://{self.host}:{self.port}/rreq"


class LimitsConfig(Struct, frozen=True, kw_only=True):
    """How much may be asked and tried; 0: as much as comes."""

    address_per_s: Annotated[int, Meta(ge=0)] = 100  # requests of one address, API or pages
    key_per_s: Annotated[int, Meta(ge=0)] = 100  # requests with one API key
    card_declines: Annotated[int, Meta(ge=0)] = 20  # of one card, whichever orders it is tried for
    card_window_s: Annotated[float, Meta(gt=0)] = 3_600.0  # ... within so long

    def rates(self, now: Callable[[], Seconds]) -> tuple[Rate, Rate]:
        """Those of addresses, and of keys."""
        return Rate(self.address_per_s, now), Rate(self.key_per_s, now)


class WebhooksConfig(Struct, frozen=True, kw_only=True):
    """How endpoints are told of events, and where they may be."""

    networks: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    header: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9-]{1,64}\Z")] = "Stripe-Signature"
    tls_ca: str = ""  # PEM file of who signs their certificates; none: whom the system trusts

    def __post_init__(self) -> None:
        address_rule(self.networks, "gateway.webhooks.networks")

    def placed(self, folder: Path) -> WebhooksConfig:
        """The same with its relative path made to count from *folder*."""
        return replace(self, tls_ca=str(folder / self.tls_ca)) if self.tls_ca else self


class OtherConfig(Address, frozen=True, kw_only=True):
    """The other gateway of two: *port* is that of its API."""

    pages_port: Annotated[int, Meta(ge=0, le=65_535)] = 0  # of its pages; 0: they are not handed on

    @property
    def url(self) -> str:
        """Its API, as people read it."""
        return f"https://{self.host}:{self.port}"


class GatewayConfig(Struct, frozen=True, kw_only=True):
    """Who the gateway is to the switch, where it listens, and where it keeps what it knows."""

    api: ApiConfig
    switch: IsoAddress
    other: OtherConfig | None = None  # where two have one database
    pages: PagesConfig | None = None  # none: sessions have no page, and no link to one
    panel: PanelConfig | None = None  # none: nobody decides what test payments come to
    three_d_secure: ThreeDsConfig | None = None  # none: nobody is authenticated
    # Field 41: one for every node, since the switch tells requests apart by it.
    terminal: Annotated[str, Meta(pattern=r"\A[0-9A-Za-z]{1,8}\Z")] = "GATE0001"
    zone: str = "UTC"
    control: str = ""  # the folder where it listens for its operator; none: that of this file
    database: str = "sqlite:///gateway.db"
    vault: str = "gateway.vault"  # the file of the key of fingerprints and of webhook secrets
    seals: str = "gateway.seals"  # the file of the keys that card numbers are sealed with
    cards: str = "sqlite:///gateway-cards.db"  # sealed card numbers
    keys: str = "gateway.keys"  # the file of API keys, which holds their hashes
    events: str = "sqlite:///gateway-events.db"  # events, and who is still to be told of them
    webhooks: WebhooksConfig = WebhooksConfig()
    limits: LimitsConfig = LimitsConfig()
    answer_s: Annotated[float, Meta(gt=0, lt=5)] = 4.0  # until an outcome is unknown
    echo_s: Annotated[float, Meta(gt=0)] = 30.0
    merchants: tuple[Merchant, ...] = ()  # at the top of the file: all programs read the same

    def __post_init__(self) -> None:
        if self.three_d_secure is not None and self.pages is None:
            raise ValueError("three_d_secure: there are no pages, where a shopper would be asked")
        if self.other is not None and self.other.pages_port and self.pages is None:
            raise ValueError("other.pages_port: there are no pages here that could be handed on")
        local_time(0.0, self.zone)

    @property
    def folder(self) -> Path:
        """Where it listens for its operator."""
        return Path(self.control)

    def placed(self, folder: Path) -> GatewayConfig:
        """The same with its relative paths made to count from *folder*."""
        return replace(
            self,
            api=self.api.placed(folder),
            switch=self.switch.placed(folder),
            other=self.other.placed(folder) if self.other is not None else None,
            pages=self.pages.placed(folder) if self.pages is not None else None,
            database=url_in(folder, self.database),
            panel=self.panel.placed(folder) if self.panel is not None else None,
            vault=str(folder / self.vault),
            seals=str(folder / self.seals),
            cards=url_in(folder, self.cards),
            keys=str(folder / self.keys),
            control=str(folder / self.control),
            events=url_in(folder, self.events),
            webhooks=self.webhooks.placed(folder),
            three_d_secure=(
                self.three_d_secure.placed(folder) if self.three_d_secure is not None else None
            ),
        )
