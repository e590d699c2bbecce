"""Merchants: what they are called (field 42), where they stand, whose terminals they are, who pays.

One table for all programs. Banks carry few characters, and a deposit names its merchant.
"""

from __future__ import annotations

from string import ascii_letters, digits
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from .amounts import currency
from .masking import printable

MERCHANT_ID_MAX: Final = 15  # Field 42 of ISO 8583 is ans 15.
# What every bank carries in an identifier (EPC 217-08).
ID_CHARACTERS: Final = frozenset(ascii_letters + digits + "-?:().,'+ ")

# The fields that say who sells: its trade, its country, its name and place.
MerchantField = Literal[18, 19, 43]
# What an issuer finds of a card that is not there, and a merchant may insist on.
Check = Literal["cvc", "postal_code"]
MERCHANT_FIELDS: Final[tuple[MerchantField, ...]] = (18, 19, 43)


def is_merchant_id(text: str) -> bool:
    """Whether deposits can be made to *text*: what banks carry in a reference, and no blank ends.

    >>> is_merchant_id("SHOP0001"), is_merchant_id("=1+1|x"), is_merchant_id("")
    (True, False, False)
    """
    return 0 < len(text) <= MERCHANT_ID_MAX and text == text.strip() and set(text) <= ID_CHARACTERS


def no_merchant_id(text: str) -> str:
    """What is wrong with *text*, which is no merchant id, in words for the configuration."""
    return (
        f"no merchant id {printable(text, 20)!r}: expected 1 to {MERCHANT_ID_MAX} of "
        "letters, digits, space and -?:().,'+ since banks carry no others"
    )


class Merchant(Struct, frozen=True, kw_only=True):
    """A shop; *id* is field 42 without its trailing spaces, and *name*, *city* field 43.

    What it sells is deposited in the account *iban*, US dollars perhaps in *ach_account*; without
    one it stays in suspense.
    """

    id: str
    name: Annotated[str, Meta(max_length=25)]
    city: Annotated[str, Meta(max_length=13)]
    country: Annotated[str, Meta(pattern=r"\A[A-Z]{2}\Z")]
    country_code: Annotated[str, Meta(pattern=r"\A[0-9]{3}\Z")]  # ISO 3166-1 numeric, field 19
    mcc: Annotated[str, Meta(pattern=r"\A[0-9]{4}\Z")]  # merchant category code, field 18
    acquirer: str = ""  # who settles what it sells; none: the switch's acquirer without a name
    currencies: tuple[Annotated[str, Meta(pattern=r"\A[0-9]{3}\Z")], ...] = ("978",)
    active: bool = True
    # Whose pages shoppers are sent back to, and may show the gateway's in a frame, as browsers
    # name them.
    origins: tuple[Annotated[str, Meta(pattern=r"\Ahttps?://[0-9A-Za-z.:\[\]-]+\Z")], ...] = ()
    # Over HTTPS: an approval is undone, and declined, if one of these has failed.
    declines_failed: tuple[Check, ...] = ()
    terminals: tuple[str, ...] | Literal["any"] = ()  # field 41, without trailing spaces
    account_holder: str = ""  # none: *name*
    account_currency: str = "EUR"
    iban: str = ""
    bic: str = ""
    ach_routing: str = ""  # its account in US dollars, at a bank of the ACH
    ach_account: str = ""

    def __post_init__(self) -> None:
        if not is_merchant_id(self.id):
            raise ValueError(no_merchant_id(self.id))
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
        return name_location(self.name, self.city, self.country)


def name_location(name: str, city: str, country: str) -> str:
    """Field 43 of 1987: *name* in 25 characters, *city* in 13, *country* of two letters.

    >>> name_location("CORNER SHOP* ORDER 4711, LONG", "Berlin", "DE")
    'CORNER SHOP* ORDER 4711, Berlin       DE'
    """
    return f"{name[:25]:25}{city[:13]:13}{country:2}"
