"""The section [acquirer] of the configuration, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from cardswitch.specs.hsm.names import ZAK
from cardswitch.specs.merchants import Merchant, MerchantField
from cardswitch.specs.registries import country_number
from cardswitch.specs.transactions.answers import BROUGHT_BACK, Brought
from cardswitch.specs.transactions.followed import RefundRule
from cardswitch.wire.machine.keys.offers import KeyPlan
from cardswitch.wire.machine.keys.working import KeyKind
from cardswitch.wire.machine.macs import MacRule
from cardswitch.wire.operator.addresses import Address, url_in

from ..config import HostAddress, HostListener, Timeout, refuse_twins


class AcquirerConfig(Struct, frozen=True, kw_only=True):
    """The acquirer: its merchants, its own number, its timers in seconds, and its places."""

    institution: Annotated[str, Meta(pattern=r"\A[0-9]{1,11}\Z")]  # field 32
    merchants: tuple[Merchant, ...]  # at the top of the file: all programs read the same
    timeout_s: Timeout = 3.0  # within the 3.5 s of the switch's front leg
    brings_back: tuple[Brought, ...] = BROUGHT_BACK  # fields of the network's answers
    takes: tuple[MerchantField, ...] = ()  # as they come from the front, not as it says itself
    refunds: RefundRule = "captured"  # how much those of something may come to
    echo_s: Timeout = 30.0  # the network is asked for a sign of life after so much silence
    front: HostListener = HostListener(port=7102)  # listens for the front side of the switch
    network: HostAddress = HostAddress(port=7101)  # dials the network side of the switch
    hsm: Address | None = None  # dials, for MACs
    hsm_timeout_s: Timeout = 1.0
    hsm_header_size: Annotated[int, Meta(ge=0, le=255)] = 4  # characters before a command
    hsm_echo_s: Annotated[float, Meta(ge=0)] = 0.0  # after so much silence, a sign of life
    database: str = "sqlite:///acquirer.db"  # its journal
    vault: str = "acquirer.vault"  # the file of the key that cards are known again by

    def __post_init__(self) -> None:
        refuse_twins("merchants", [merchant.id for merchant in self.merchants])
        for merchant in self.merchants:
            _check_country(merchant)
        if self.hsm is None and (self.front.mac.is_used or self.network.mac.is_used):
            raise ValueError("hsm: missing: it makes and checks the MACs")

    def placed(self, folder: Path) -> AcquirerConfig:
        """The same with its relative paths made to count from *folder*."""
        return replace(
            self,
            database=url_in(folder, self.database),
            vault=str(folder / self.vault),
            front=self.front.placed(folder),
            network=self.network.placed(folder),
            hsm=self.hsm and self.hsm.placed(folder),
        )

    def macs(self) -> Mapping[str, MacRule]:
        """How messages are authenticated, by link: at "front" and "network" where they are."""
        rules = {name: at.mac.rule(at.dialect, ZAK) for name, at in self._places().items()}
        return {name: rule for name, rule in rules.items() if rule is not None}

    def key_plans(self) -> Mapping[str, KeyPlan]:
        """Which keys of MACs are changed in traffic, likewise. PINs pass through as they come."""
        types: Mapping[KeyKind, str] = {"mac": ZAK}
        plans = {
            name: at.keys.plan(types, {"mac": at.mac.key}) for name, at in self._places().items()
        }
        return {name: plan for name, plan in plans.items() if plan is not None}

    def _places(self) -> Mapping[str, HostListener | HostAddress]:
        return {"front": self.front, "network": self.network}


def _check_country(merchant: Merchant) -> None:
    """Of those who send it alone, since the registry of countries takes long to read."""
    number = country_number(merchant.country)
    if merchant.country_code != number:
        right = f"country_code {number} for {merchant.country}" if number else "such as DE and 276"
        raise ValueError(
            f"merchant {merchant.id!r}: expected a country of ISO 3166-1, {right}; seen "
            f"{merchant.country} and {merchant.country_code}"
        )
