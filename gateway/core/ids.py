"""Ids of the API: those of an intent and of all its parts share one text of chance, its *ref*.

Behind that text stand two characters, the number of the part within the intent: so an id alone
leads to the leg of the journal that tells of it.
"""

from __future__ import annotations

from hashlib import sha256
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final

ALPHABET: Final = digits + ascii_uppercase + ascii_lowercase
ID_LENGTH: Final = 24  # of ids that are of no intent
REF_LENGTH: Final = 22  # the second it was made in, and 95 bits of chance
PARTS_MAX: Final = 99  # payments and refunds of one intent
INTENT: Final = "pi_"
SETUP: Final = "seti_"
SESSION: Final = "cs_test_"
DISPUTE: Final = "dp_"
TRANSACTION: Final = "txn_"
PAYOUT: Final = "po_"
CHARGE: Final = "ch_"
REFUND: Final = "re_"
_AT_ONCE: Final = 8
_SOME: Final = len(ALPHABET) ** _AT_ONCE
_PAIRS: Final = [low + high for high in ALPHABET for low in ALPHABET]


def id_of(prefix: str, ref: str, number: int = 0) -> str:
    """The id of part *number* of the intent *ref*, 0 for the intent itself.

    >>> id_of(INTENT, "a" * 22), id_of(REFUND, "a" * 22, 2)
    ('pi_aaaaaaaaaaaaaaaaaaaaaa00', 're_aaaaaaaaaaaaaaaaaaaaaa02')
    """
    assert number <= PARTS_MAX
    return f"{prefix}{ref}{number:02d}"


def text_of(name: str) -> str:
    """The text behind the prefix of an id that is made of *name*: the same for the same one.

    >>> text_of("a name")
    'Ec2i4gIIGFeTyZmG19aULRks'
    """
    number, text = int.from_bytes(sha256(name.encode()).digest(), "big"), ""
    for _ in range(ID_LENGTH // _AT_ONCE):
        number, some = divmod(number, _SOME)  # Small numbers are divided sooner.
        for _ in range(_AT_ONCE // 2):
            some, pair = divmod(some, len(_PAIRS))
            text += _PAIRS[pair]
    return text


def parts_of(prefix: str, id_: str) -> tuple[str, int] | None:
    """The ref and the number in *id_*, or None if it is no id with that *prefix*.

    >>> parts_of(CHARGE, "ch_" + "a" * 22 + "01"), parts_of(CHARGE, "ch_x")
    (('aaaaaaaaaaaaaaaaaaaaaa', 1), None)
    """
    ref, number = id_[len(prefix) : -2], id_[-2:]
    if not id_.startswith(prefix) or len(ref) != REF_LENGTH or not set(ref) <= set(ALPHABET):
        return None
    if not set(number) <= set(digits):
        return None
    return ref, int(number)
