"""Money: integers in minor units, and the currencies of ISO 4217 that say how large those are."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from string import digits
from typing import Final

from msgspec import Struct, convert

from .errors import EncodeError, FormatError
from .masking import printable

AMOUNT_DIGITS_MAX: Final = 12  # DE4 is n 12


class Currency(Struct, frozen=True, gc=False, array_like=True):
    """One currency of ISO 4217: *exponent* is how many decimals its minor unit stands behind."""

    alpha: str
    numeric: str
    exponent: int
    name: str


def _load() -> tuple[Currency, ...]:
    path = Path(__file__).with_name("tables") / "currencies.toml"
    rows = tomllib.loads(path.read_text("utf-8"))
    return tuple(convert([alpha, *row], Currency) for alpha, row in rows.items())


CURRENCIES: Final = _load()
_BY_CODE: Final[Mapping[str, Currency]] = {c.alpha: c for c in CURRENCIES} | {
    c.numeric: c for c in CURRENCIES
}


def currency(code: str) -> Currency:
    """The currency of a numeric (DE49) or alphabetic *code*; FormatError if there is none.

    >>> currency("978").alpha, currency("JPY").exponent
    ('EUR', 0)
    """
    try:
        return _BY_CODE[code]
    except KeyError:
        raise FormatError(
            "a currency of ISO 4217 in use", seen=printable(code, 3), hint="such as 978 or EUR"
        ) from None


def is_currency(code: str) -> bool:
    """Whether *code* is the number of a currency in use, as messages have it.

    >>> is_currency("978"), is_currency("EUR"), is_currency("000")
    (True, False, False)
    """
    return code in _BY_CODE and code.isdigit()


def parse_amount(text: str, code: str) -> int:
    """Minor units of what a person wrote, such as ``"12.50"``: digits, then at most one point.

    FormatError on a sign, a space, a thousands separator, more decimals than the currency *code*
    has, or more than 12 digits of minor units.

    >>> parse_amount("12.50", "EUR"), parse_amount("1250", "392"), parse_amount("0.5", "KWD")
    (1250, 1250, 500)
    """
    unit = currency(code)
    whole, point, decimals = text.partition(".")
    if not whole or (point and not decimals) or (whole + decimals).strip(digits):
        raise FormatError(
            "an amount", hint="digits and a point, no sign and no thousands separator: 1250.00"
        )
    if len(decimals) > unit.exponent:
        raise FormatError(
            f"at most {unit.exponent} decimals",
            seen=f"{len(decimals)}",
            hint=f"the minor unit of {unit.alpha} has no more",
        )
    minor = whole + decimals.ljust(unit.exponent, "0")
    if len(minor) > AMOUNT_DIGITS_MAX:
        raise FormatError(
            f"at most {AMOUNT_DIGITS_MAX} digits of minor units", seen=f"{len(minor)}"
        )
    return int(minor)


def format_amount(minor: int, code: str) -> str:
    """*minor* units of the currency *code* as a person writes them; FormatError if it is unknown.

    >>> format_amount(1250, "978"), format_amount(-5, "EUR"), format_amount(1250, "JPY")
    ('12.50', '-0.05', '1250')
    """
    exponent = currency(code).exponent
    sign = "-" if minor < 0 else ""
    written = f"{abs(minor):0{exponent + 1}}"
    cut = len(written) - exponent
    return f"{sign}{written[:cut]}{'.' if exponent else ''}{written[cut:]}"


def de4(minor: int) -> str:
    """*minor* units as DE4 and its kin, n 12; EncodeError if negative or too large.

    >>> de4(1250)
    '000000001250'
    """
    if not 0 <= minor < 10**AMOUNT_DIGITS_MAX:
        raise EncodeError("0 to 999999999999 minor units", field="4")
    return f"{minor:0{AMOUNT_DIGITS_MAX}}"
