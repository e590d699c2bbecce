"""The message type indicator: version, class, function, origin, a digit each (ISO 8583, 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

VERSIONS: Final[Mapping[str, str]] = {"0": "1987", "1": "1993", "2": "2003"}
CLASSES: Final[Mapping[str, str]] = {
    "1": "authorization",
    "2": "financial",
    "3": "file action",
    "4": "reversal",
    "5": "reconciliation",
    "6": "administrative",
    "7": "fee collection",
    "8": "network management",
}
# 5 to 8 are known but unusual: they came with the editions of 1993 and 2003.
FUNCTIONS: Final[Mapping[str, str]] = {
    "0": "request",
    "1": "request response",
    "2": "advice",
    "3": "advice response",
    "4": "notification",
    "5": "notification acknowledgement",
    "6": "instruction",
    "7": "instruction acknowledgement",
    "8": "reserved",
}
ORIGINS: Final[Mapping[str, str]] = {
    "0": "acquirer",
    "1": "acquirer repeat",
    "2": "issuer",
    "3": "issuer repeat",
    "4": "other",
    "5": "other repeat",
}
# Requests and advices wait for an answer; a notification does not, and a response never gets one.
_ANSWERED: Final = frozenset("02")


def legal_mtis(version: str) -> tuple[str, ...]:
    """Every MTI of the edition whose version digit is *version*.

    >>> len(legal_mtis("0")), "0200" in legal_mtis("0"), "0000" in legal_mtis("0")
    (432, True, False)
    """
    return tuple(version + c + f + o for c in CLASSES for f in FUNCTIONS for o in ORIGINS)


def is_answerable(mti: str) -> bool:
    """Whether the sender of a legal *mti* waits for an answer.

    >>> [is_answerable(mti) for mti in ("0200", "0421", "0210", "0240")]
    [True, True, False, False]
    """
    return mti[2] in _ANSWERED


def describe_mti(mti: str) -> str:
    """A legal *mti* in words; KeyError for any other.

    >>> describe_mti("0421")
    '1987 reversal advice, acquirer repeat'
    """
    kind = f"{VERSIONS[mti[0]]} {CLASSES[mti[1]]} {FUNCTIONS[mti[2]]}"
    return f"{kind}, {ORIGINS[mti[3:]]}"
