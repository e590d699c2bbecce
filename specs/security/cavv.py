"""The value by which an issuer knows that its access control server has authenticated a payment."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from hmac import digest
from typing import Final

CAVV_BYTES: Final = 20
CAVV_LENGTH: Final = 28  # the same as base64
_BAR: Final = "|"


def make_cavv(
    key: bytes, pan: str, amount: int, currency: str, ds_transaction: str, eci: str
) -> str:
    """The first 20 bytes of an HMAC-SHA256 over all of it with bars between, as base64.

    *amount*: minor units, without leading zeros. *currency*: ISO 4217 numeric. *ds_transaction*:
    the directory server's number. *eci*: two digits. Our own choice: networks have theirs.

    >>> make_cavv(bytes(range(32)), "9999990000000014", 1250, "978", "d1", "05")
    'XVDeTzxBkwEmmEEzKUSo0i9yrLg='
    """
    said = _BAR.join([pan, str(amount), currency, ds_transaction, eci])
    return b64encode(digest(key, said.encode(), "sha256")[:CAVV_BYTES]).decode()


def is_cavv(text: str) -> bool:
    """Whether *text* can be read at all: base64 of 20 bytes.

    >>> is_cavv("AAAAAAAAAAAAAAAAAAAAAAAAAAA="), is_cavv("AAAA")
    (True, False)
    """
    try:
        return len(b64decode(text, validate=True)) == CAVV_BYTES
    except (NoBase64, ValueError):
        return False
