"""Who pays and is paid by the ACH: numbers of banks and accounts instead of IBAN and BIC."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Annotated, Final

from msgspec import Meta, Struct

from cardswitch.specs.ach import is_routing_number
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.holidays import OrderCutOff

CURRENCY: Final = "USD"
VALUE_DAYS_MAX: Final = 30  # more than any contract has, and fewer than a bank takes orders ahead
AMOUNT_MAX: Final = 9_999_999_999  # cents: ten digits of an entry
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9-]{1,17}")
_COMPANY_ID: Final = re.compile(r"[A-Z0-9]{10}")
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without letters that look like digits
_LETTERS: Final = 9


class AchAccount(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Our account in US dollars, and the bank that takes our files. Raises ConfigError."""

    routing: str  # of our bank: it originates
    account: str
    company_id: str  # ten characters, which that bank has given us
    destination: str = ""  # whom files go to; none: our bank
    destination_name: str = ""
    order_cut_off: OrderCutOff | None = None  # of its bank; none: that of the acquirer
    value_days: Annotated[int, Meta(ge=0, le=VALUE_DAYS_MAX)] | None = None  # the same
    balanced: bool = False  # whether a file has debits of our account that come to its credits

    def __post_init__(self) -> None:
        check_destination("[settlement.acquirer.ach]", self.routing, self.account)
        if self.destination and not is_routing_number(self.destination):
            raise ConfigError(
                _no_routing("[settlement.acquirer.ach] destination", self.destination)
            )
        if not _COMPANY_ID.fullmatch(self.company_id):
            raise ConfigError(
                f"[settlement.acquirer.ach] company_id {self.company_id!r}: expected ten digits or "
                "capital letters, as the bank has given them"
            )

    @property
    def name(self) -> str:
        """The account in one word."""
        return destination(self.routing, self.account)


def check_destination(whose: str, routing: str, account: str) -> None:
    """Raise ConfigError unless *routing* and *account* can be paid to."""
    if not is_routing_number(routing):
        raise ConfigError(_no_routing(f"{whose} routing", routing))
    if not _ACCOUNT.fullmatch(account):
        raise ConfigError(f"{whose} account: expected 1 to 17 letters, digits and hyphens")


def _no_routing(whose: str, text: str) -> str:
    return (
        f"{whose} {text!r}: expected nine digits of the ABA, the last of which checks the others, "
        "such as 021000021"
    )


def destination(routing: str, account: str) -> str:
    """A bank and an account in one word, which no IBAN can be taken for.

    >>> destination("021000021", "4711"), parted("021000021/4711")
    ('021000021/4711', ('021000021', '4711'))
    """
    return f"{routing}/{account}"


def parted(destination: str) -> tuple[str, str]:
    """Routing number and account of a destination."""
    routing, _, account = destination.partition("/")
    return routing, account


def is_destination(text: str) -> bool:
    """Whether *text* is one of the ACH, and no IBAN."""
    return "/" in text


def short_reference(reference: str, day: str) -> str:
    """*reference* as an entry carries it, in 15 characters: its *day* and nine letters of its hash.

    >>> short_reference("20261123-SHOP0001-USD", "2026-11-23")
    '261123J7E60AYT5'
    """
    number = int.from_bytes(sha256(reference.encode()).digest(), "big")
    letters = ""
    for _ in range(_LETTERS):
        number, place = divmod(number, len(_ALPHABET))
        letters += _ALPHABET[place]
    return day[2:].replace("-", "") + letters
