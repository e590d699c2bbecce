"""What registries of others say: accounts (ISO 13616), banks (ISO 9362), countries (ISO 3166-1).

For configuration, before money goes there. The registries are imported when they are first asked:
that takes longer than the rest of a start, and few programs ask.
"""

from __future__ import annotations

import re
from typing import Final

# Those registries forgive blanks and small letters; a payment file does not.
_PLAIN: Final = re.compile(r"[0-9A-Z]+")


def is_iban(text: str) -> bool:
    """Whether *text* is an IBAN without spaces, as long and built as its country's are.

    >>> is_iban("DE89370400440532013000"), is_iban("DE1312345")
    (True, False)
    """
    from schwifty import IBAN

    return _PLAIN.fullmatch(text) is not None and bool(IBAN(text, allow_invalid=True).is_valid)


def is_bic(text: str) -> bool:
    """Whether *text* is a BIC: bank, a country that there is, place, and perhaps branch.

    >>> is_bic("COBADEFFXXX"), is_bic("QQQQQQQQ")
    (True, False)
    """
    from schwifty import BIC

    return _PLAIN.fullmatch(text) is not None and bool(BIC(text, allow_invalid=True).is_valid)


def country_number(letters: str) -> str:
    """Three digits of the country of two *letters*; empty if there is none.

    >>> country_number("DE"), country_number("ZZ")
    ('276', '')
    """
    import pycountry

    found = pycountry.countries.get(alpha_2=letters) if _PLAIN.fullmatch(letters) else None
    return str(found.numeric) if found else ""
