"""Additional amounts, field 54 of 1987: groups of account, amount type, currency and amount."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from ..amounts import de4, is_currency

FIELD: Final = 54
LEDGER: Final = "01"  # what the account holds
AVAILABLE: Final = "02"  # what of it can be spent
CASH: Final = "40"  # what is paid out
_GROUP_SIZE: Final = 20
_GROUPS_MAX: Final = 6
_GROUP: Final = re.compile("([0-9]{2})([0-9]{2})([0-9]{3})([CD])([0-9]{12})")


class AdditionalAmount(Struct, frozen=True, gc=False):
    """One group. *account* and *kind* are types of two digits; see `tables/meanings.toml`."""

    account: str
    kind: str
    currency: str  # ISO 4217 numeric
    amount: int  # minor units; below zero is a debit


def pack_additional(amounts: Iterable[AdditionalAmount]) -> str:
    """Field 54 of *amounts*, six at the most. EncodeError if one has more than twelve digits.

    >>> pack_additional([AdditionalAmount("00", LEDGER, "978", 1250)])
    '0001978C000000001250'
    """
    groups = [
        f"{one.account}{one.kind}{one.currency}{_sign(one.amount)}{de4(abs(one.amount))}"
        for one in amounts
    ]
    assert len(groups) <= _GROUPS_MAX, "field 54 has room for six amounts"
    return "".join(groups)


def pack_cash(amount: int, currency: str) -> str:
    """Field 54 of a request in which *amount* minor units, 1 or more, are paid out.

    >>> pack_cash(2000, "978")
    '0040978D000000002000'
    """
    return pack_additional([AdditionalAmount("00", CASH, currency, -amount)])


def cash_of(value: str, currency: str) -> int:
    """What field 54 *value* says is paid out in *currency*, in minor units; 0: it does not say.

    >>> cash_of("0040978D000000002000", "978"), cash_of("0040978D000000002000", "840")
    (2000, 0)
    """
    said = [one for one in read_additional(value) if one.kind == CASH]
    return abs(said[0].amount) if [one.currency for one in said] == [currency] else 0


def _sign(amount: int) -> str:
    return "D" if amount < 0 else "C"


def read_additional(value: str) -> tuple[AdditionalAmount, ...]:
    """The amounts in field 54 that can be read: others may have their own use for it.

    >>> read_additional("1002978D000000000500" + "0002978?000000000500")
    (AdditionalAmount(account='10', kind='02', currency='978', amount=-500),)
    """
    pieces = (value[at : at + _GROUP_SIZE] for at in range(0, len(value), _GROUP_SIZE))
    found = filter(None, map(_GROUP.fullmatch, pieces))
    return tuple(
        AdditionalAmount(account, kind, code, int(amount) if sign == "C" else -int(amount))
        for account, kind, code, sign, amount in (match.groups() for match in found)
        if is_currency(code)
    )
