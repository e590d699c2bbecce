"""Who pays and who is paid: the acquirer's bank account and the merchants' nominated accounts."""

from __future__ import annotations

from string import ascii_letters, digits
from typing import Final

from msgspec import Struct

from cardswitch.specs.amounts import currency
from cardswitch.specs.errors import ConfigError, FormatError
from cardswitch.specs.merchants import is_merchant_id, no_merchant_id
from cardswitch.specs.registries import is_bic, is_iban

NAME_MAX: Final = 70  # Longest name that SEPA banks carry (EPC 132-08); the XSD would allow 140.
# What every bank carries (EPC 217-08).
SEPA_CHARACTERS: Final = frozenset(ascii_letters + digits + "/-?:().,'+ ")


class AcquiringBank(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The bank that deposits: the account that the money comes from. Raises ConfigError."""

    name: str
    iban: str
    bic: str

    def __post_init__(self) -> None:
        _check_account("the acquirer", self.name, self.iban, self.bic)


class MerchantAccount(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A merchant (*id* as in field 42) and its nominated account. Raises ConfigError.

    *currency* (ISO 4217, alphabetic or numeric) is that of the account. Funds of every currency
    are deposited there; converting them is the receiving bank's part.
    """

    id: str
    name: str
    iban: str
    bic: str
    currency: str = "EUR"

    def __post_init__(self) -> None:
        if not is_merchant_id(self.id):
            raise ConfigError(no_merchant_id(self.id))
        _check_account(f"merchant {self.id}", self.name, self.iban, self.bic)
        try:
            currency(self.currency)
        except FormatError as error:
            raise ConfigError(f"currency of merchant {self.id}: {error}") from None


def _check_account(whose: str, name: str, iban: str, bic: str) -> None:
    if not name.strip() or len(name) > NAME_MAX or not name.isprintable():
        raise ConfigError(f"name of {whose}: expected 1 to {NAME_MAX} printable characters")
    if not is_iban(iban):
        raise ConfigError(
            f"iban of {whose}: expected an IBAN without spaces, such as DE89370400440532013000"
        )
    if not is_bic(bic):
        raise ConfigError(f"bic of {whose}: expected a BIC of 8 or 11, such as COBADEFFXXX")
