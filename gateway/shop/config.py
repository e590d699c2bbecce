"""The section [shop] of the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta
from msgspec.structs import replace

from cardswitch.specs.registries import is_iban

from ..config import PagesConfig
from .catalogue import CURRENCIES
from .types.chooser import NAMES, SAFE


class ShopConfig(PagesConfig, frozen=True, kw_only=True):
    """Where the sample shop listens, for whom it sells, and where its gateway is."""

    names: tuple[str, ...] = ("shop.localhost", "localhost", "127.0.0.1", "[::1]")
    merchant: Annotated[str, Meta(min_length=1)]
    # In which visitors may pay, of those that the catalogue has prices in.
    currencies: Annotated[tuple[str, ...], Meta(min_length=1)] = ("EUR",)
    # Which types of gateway visitors may choose from, the first unless they do.
    types: Annotated[tuple[str, ...], Meta(min_length=1)] = SAFE
    gateway: Annotated[str, Meta(pattern=r"\Ahttps://[^/]+\Z")]  # its API
    pages: Annotated[str, Meta(pattern=r"\Ahttps://[^/]+\Z")]  # its pages, as browsers find them
    gateway_ca: str  # PEM file of who signs the gateway's certificate
    # The file of the secret API key; it opens the merchant's pages too. `up` makes one.
    key: str = "shop.key"
    public_key: str = "shop.pub"  # and that of the publishable one, which its pages show
    # To be paid by bank: the origin of the bank's pages, the shop's account, and the folder where a
    # camt.054 says what has come there.
    bank: Annotated[str, Meta(pattern=r"\A(https://[^/]+)?\Z")] = ""
    iban: str = ""
    credits: str = "credits"
    database: str = "shop.db"  # a file of SQLite

    def __post_init__(self) -> None:
        super().__post_init__()
        unknown = sorted(set(self.currencies) - set(CURRENCIES))
        if unknown:
            raise ValueError(
                f"currencies: {', '.join(unknown)}: the catalogue has {', '.join(CURRENCIES)}"
            )

        if "bank" in self.types and not (self.bank and is_iban(self.iban)):
            raise ValueError("types: bank: it needs the bank's pages (bank) and our account (iban)")
        strange = sorted(set(self.types) - set(NAMES))
        if strange:
            raise ValueError(f"types: {', '.join(strange)}: there are {', '.join(NAMES)}")

    def placed(self, folder: Path) -> ShopConfig:
        """The same with its relative paths made to count from *folder*."""
        return replace(
            super().placed(folder),
            gateway_ca=str(folder / self.gateway_ca),
            key=str(folder / self.key),
            public_key=str(folder / self.public_key),
            credits=str(folder / self.credits),
            database=str(folder / self.database),
        )
