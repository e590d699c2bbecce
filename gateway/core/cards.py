"""Cards as they may be kept, and whose they are."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

Metadata = Mapping[str, str]


class Address(Struct, frozen=True, kw_only=True):
    """Where a cardholder lives; it is kept and shown, and checked by nobody yet."""

    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None


class Billing(Struct, frozen=True, kw_only=True):
    """Who a cardholder is, as the shop says."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: Address = Address()


class Card(Struct, frozen=True, kw_only=True):
    """A card as it may be kept: *sealed* is its number, which the vault alone can open."""

    id: str  # of the payment method
    sealed: str
    fingerprint: str
    masked: str  # first 6 and last 4
    brand: str
    exp_month: int
    exp_year: int  # four digits
    billing: Billing = Billing()

    @property
    def expiry(self) -> str:
        """Field 14: YYMM."""
        return f"{self.exp_year % 100:02d}{self.exp_month:02d}"
