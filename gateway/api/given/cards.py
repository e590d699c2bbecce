"""Cards that come in: checked, told by their brand, and sealed before anything else is done."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

from msgspec import Struct, convert

from cardswitch.specs.dates import expiry_passed
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.tracks import is_luhn_valid
from cardswitch.wire.ports import Seconds

from ...core.cards import Billing, Card
from ...core.problems import Problem
from ..faults import Fault, bad
from ..ids import new_id
from ..params import CardParams

METHOD: Final = "pm_"
UNKNOWN: Final = "unknown"
_TEST_EXPIRY: Final = (12, 2030)
_LENGTHS: Final = (12, 19)
_CVCS: Final = (3, 4)
_NOBODY: Final = Billing()


class _Brand(Struct, frozen=True):
    name: str
    begins: tuple[tuple[str, str], ...]
    lengths: tuple[int, ...]
    cvc: int


class _Table(Struct, frozen=True):
    brand: tuple[_Brand, ...]
    methods: dict[str, str]


_TABLE: Final = convert(
    tomllib.loads((Path(__file__).parents[2] / "tables" / "cards.toml").read_text("utf-8")),
    _Table,
)


# As many digits as tell a brand; those are no secret.
_BEGINNING: Final = max(len(first) for brand in _TABLE.brand for first, _ in brand.begins)
_BEGINNINGS_KEPT: Final = 1_000


class Sealing(Protocol):
    """What is needed of a vault."""

    def seal(self, pan: str) -> str:
        """The text that *pan* is kept as."""
        ...

    def fingerprint(self, pan: str) -> str:
        """By which *pan* is known again."""
        ...


def card_of(
    given: CardParams, vault: Sealing, now: Seconds, billing: Billing = _NOBODY, param: str = ""
) -> Card:
    """The card that is *given*, sealed; *param* is where it stands.

    Raises Fault: a card_error that no issuer has to say, or a parameter that is missing.
    """
    for name in ("number", "exp_month", "exp_year"):
        if getattr(given, name) is None:
            named = f"{param}[{name}]"
            raise bad(f"Missing required param: {named}", named, "parameter_missing")
    number = (given.number or "").replace(" ", "").replace("-", "")
    month, year = int(given.exp_month or 0), _year(given.exp_year or 0)
    _check(number, month, year, now)
    if given.cvc is not None:
        _check_code(given.cvc, brand_of(number))
    return _sealed(number, month, year, vault, billing)


def named_card(name: str, vault: Sealing) -> Card | None:
    """The test card that *name*, such as pm_card_visa or tok_visa, stands for, if it does."""
    known = name.removeprefix("pm_card_").removeprefix("tok_")
    number = _TABLE.methods.get(known) if known != name else None
    return None if number is None else _sealed(number, *_TEST_EXPIRY, vault, _NOBODY)


def brand_of(number: str) -> str:
    """The brand whose numbers begin like *number*.

    >>> brand_of("4242424242424242"), brand_of("2221000000000009"), brand_of("9999990000000014")
    ('visa', 'mastercard', 'unknown')
    """
    return _brand_that_begins(number[:_BEGINNING])


@lru_cache(maxsize=_BEGINNINGS_KEPT)
def _brand_that_begins(digits: str) -> str:
    for brand in _TABLE.brand:
        if any(first <= digits[: len(first)] <= last for first, last in brand.begins):
            return brand.name
    return UNKNOWN


def _sealed(number: str, month: int, year: int, vault: Sealing, billing: Billing) -> Card:
    return Card(
        id=new_id(METHOD),
        sealed=vault.seal(number),
        fingerprint=vault.fingerprint(number),
        masked=mask_pan(number),
        brand=brand_of(number),
        exp_month=month,
        exp_year=year,
        billing=billing,
    )


def _check(number: str, month: int, year: int, now: Seconds) -> None:
    low, high = _LENGTHS
    if not number.isascii() or not number.isdigit() or not low <= len(number) <= high:
        raise _wrong("The card number is no number of a card", "number", "invalid_number")
    if not is_luhn_valid(number):
        raise _wrong("The card number is mistyped", "number", "incorrect_number")
    if not 1 <= month <= 12:
        raise _wrong("The month of expiry is 1 to 12", "exp_month", "invalid_expiry_month")
    if not 2000 <= year <= 2099:
        raise _wrong("The year of expiry has two or four digits", "exp_year", "invalid_expiry_year")
    if expiry_passed(f"{year % 100:02d}{month:02d}", now):
        raise _wrong("The card has expired", "exp_year", "expired_card")


def _check_code(cvc: str, brand: str) -> None:
    sizes = [known.cvc for known in _TABLE.brand if known.name == brand] or _CVCS
    if not (cvc.isascii() and cvc.isdigit() and len(cvc) in sizes):
        raise _wrong("The security code is none", "cvc", "invalid_cvc")


def _year(year: int) -> int:
    return int(year) + 2000 if 0 <= year < 100 else int(year)


def _wrong(message: str, param: str, code: str) -> Fault:
    return Fault(Problem(status=402, type="card_error", message=message, param=param, code=code))
