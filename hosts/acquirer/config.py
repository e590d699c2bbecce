"""The section [acquirer] of the configuration, as frozen values."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from cardswitch.specs.merchants import Merchant
from cardswitch.specs.registries import country_number
from cardswitch.wire.operator.addresses import IsoAddress, IsoListener, url_in

from ..config import Timeout, refuse_twins


class AcquirerConfig(Struct, frozen=True, kw_only=True):
    """The acquirer: its merchants, its own number, its timers in seconds, and its places."""

    institution: Annotated[str, Meta(pattern=r"\A[0-9]{1,11}\Z")]  # field 32
    merchants: tuple[Merchant, ...]  # at the top of the file: all programs read the same
    timeout_s: Timeout = 3.0  # within the 3.5 s of the switch's front leg
    echo_s: Timeout = 30.0  # the network is asked for a sign of life after so much silence
    front: IsoListener = IsoListener(port=7102)  # listens for the front side of the switch
    network: IsoAddress = IsoAddress(port=7101)  # dials the network side of the switch
    database: str = "sqlite:///acquirer.db"  # its journal
    vault: str = "acquirer.vault"  # the file of the key that cards are known again by

    def __post_init__(self) -> None:
        refuse_twins("merchants", [merchant.id for merchant in self.merchants])
        for merchant in self.merchants:
            _check_country(merchant)

    def placed(self, folder: Path) -> AcquirerConfig:
        """The same with its relative paths made to count from *folder*."""
        return replace(
            self,
            database=url_in(folder, self.database),
            vault=str(folder / self.vault),
            front=self.front.placed(folder),
            network=self.network.placed(folder),
        )


def _check_country(merchant: Merchant) -> None:
    """Of those who send it alone, since the registry of countries takes long to read."""
    number = country_number(merchant.country)
    if merchant.country_code != number:
        right = f"country_code {number} for {merchant.country}" if number else "such as DE and 276"
        raise ValueError(
            f"merchant {merchant.id!r}: expected a country of ISO 3166-1, {right}; seen "
            f"{merchant.country} and {merchant.country_code}"
        )
