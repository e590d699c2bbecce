"""The section [acquirer] of the configuration, as frozen values."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from cardswitch.specs.amounts import currency
from cardswitch.specs.merchants import is_merchant_id, no_merchant_id
from cardswitch.specs.registries import country_number
from cardswitch.wire.operator.addresses import IsoAddress, IsoListener, url_in

from ..config import Currency, Timeout, refuse_twins


class Merchant(Struct, frozen=True, kw_only=True):
    """A shop that the acquirer pays; *id* is field 42 without its trailing spaces."""

    id: str
    name: Annotated[str, Meta(max_length=25)]
    city: Annotated[str, Meta(max_length=13)]
    country: Annotated[str, Meta(pattern=r"\A[A-Z]{2}\Z")]
    country_code: Annotated[str, Meta(pattern=r"\A[0-9]{3}\Z")]  # ISO 3166-1 numeric, field 19
    mcc: Annotated[str, Meta(pattern=r"\A[0-9]{4}\Z")]  # merchant category code, field 18
    currencies: tuple[Currency, ...] = ("978",)
    active: bool = True

    def __post_init__(self) -> None:
        if not is_merchant_id(self.id):
            raise ValueError(no_merchant_id(self.id))
        number = country_number(self.country)
        if self.country_code != number:
            right = f"country_code {number} for {self.country}" if number else "such as DE and 276"
            raise ValueError(
                f"expected a country of ISO 3166-1, {right}; seen {self.country} and "
                f"{self.country_code}"
            )
        for code in self.currencies:
            currency(code)

    @property
    def name_location(self) -> str:
        """Field 43: name 25, city 13, country 2.

        >>> Merchant(
        ...     id="SHOP", name="Corner Shop", city="Berlin",
        ...     country="DE", country_code="276", mcc="5411",
        ... ).name_location
        'Corner Shop              Berlin       DE'
        """
        return f"{self.name:25}{self.city:13}{self.country}"


class AcquirerConfig(Struct, frozen=True, kw_only=True):
    """The acquirer: its merchants, its own number, its timers in seconds, and its places."""

    institution: Annotated[str, Meta(pattern=r"\A[0-9]{1,11}\Z")]  # field 32
    merchants: tuple[Merchant, ...]
    timeout_s: Timeout = 3.0  # within the 3.5 s of the switch's front leg
    echo_s: Timeout = 30.0  # the network is asked for a sign of life after so much silence
    front: IsoListener = IsoListener(port=7102)  # listens for the front side of the switch
    network: IsoAddress = IsoAddress(port=7101)  # dials the network side of the switch
    database: str = "sqlite:///acquirer.db"  # its journal
    vault: str = "acquirer.vault"  # the file of the key that cards are known again by

    def __post_init__(self) -> None:
        refuse_twins("merchants", [merchant.id for merchant in self.merchants])

    def placed(self, folder: Path) -> AcquirerConfig:
        """The same with its relative paths made to count from *folder*."""
        return replace(
            self,
            database=url_in(folder, self.database),
            vault=str(folder / self.vault),
            front=self.front.placed(folder),
            network=self.network.placed(folder),
        )
