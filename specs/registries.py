"""What registries of others say: accounts (ISO 13616), banks (ISO 9362), countries (ISO 3166-1).

For configuration, before money goes there. The registries are imported when they are first asked:
that takes longer than the rest of a start, and few programs ask.
"""

from __future__ import annotations

import re
from typing import Final

# Those registries forgive blanks and small letters; a payment file does not.
_PLAIN: Final = re.compile(r"[0-9A-Z]+")
# Countries of banks whose accounts are numbered as another country's (SWIFT IBAN Registry).
_TERRITORIES: Final = {
    "FR": "BL GF GP MF MQ NC PF PM RE TF WF YT",
    "GB": "GG IM JE",
    "FI": "AX",
}


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


def is_in_sepa(iban: str) -> bool:
    """Whether the account *iban*, a valid one, takes SEPA transfers.

    >>> is_in_sepa("DE89370400440532013000"), is_in_sepa("TR330006100519786457841326")
    (True, False)
    """
    from schwifty import IBAN

    return bool(IBAN(iban).in_sepa_zone)


def are_of_one_country(bic: str, iban: str) -> bool:
    """Whether the bank *bic* can keep the account *iban*: territories share what is numbered.

    >>> are_of_one_country("COBADEFF", "DE89370400440532013000")
    True
    >>> are_of_one_country("WESTGB22", "DE89370400440532013000")
    False
    """
    bank, account = bic[4:6], iban[:2]
    return bank == account or bank in _TERRITORIES.get(account, "").split()


def country_number(letters: str) -> str:
    """Three digits of the country of two *letters*; empty if there is none.

    >>> country_number("DE"), country_number("ZZ")
    ('276', '')
    """
    import pycountry

    found = pycountry.countries.get(alpha_2=letters) if _PLAIN.fullmatch(letters) else None
    return str(found.numeric) if found else ""
