"""What makes two messages the same request, and how a reversal names its original (field 90).

A trace number alone is never a key: terminals repeat them every day (reliability invariant I13 of
many hosts), so listener, terminal, merchant, class, date and time belong to it.
"""

from __future__ import annotations

from typing import Final

from ..errors import DecodeError
from ..message import Message

ORIGINAL_LENGTH: Final = 42  # MTI 4, trace number 6, date and time 10, two institutions 11.
_DIGITS: Final = frozenset("0123456789")


def identity(source: str, message: Message) -> str:
    """The identity of a request that came in by the listener *source*; its repeats share it.

    >>> request = Message("0201", {7: "1123120000", 11: "000007", 41: "TERM0001", 42: "SHOP"})
    >>> identity("pos", request)
    'pos|TERM0001|SHOP|2|000007|1123120000'
    """
    return _identity(source, message, message.mti[1], message.get(11), message.get(7))


def original_identity(source: str, reversal: Message) -> str:
    """The identity of the request that *reversal* wants undone, read from its field 90.

    Raises DecodeError if field 90 does not hold 42 digits.
    """
    original = reversal.get(90)
    if len(original) != ORIGINAL_LENGTH or not _DIGITS.issuperset(original):
        raise DecodeError(f"{ORIGINAL_LENGTH} digits naming the original", field="90")
    return _identity(source, reversal, original[1], original[4:10], original[10:20])


def original_data(message: Message) -> str:
    """Field 90 for the reversal of *message*; institutions that are not known are zeros.

    >>> original_data(Message("0200", {7: "1123120000", 11: "000007", 32: "123456"}))
    '020000000711231200000000012345600000000000'
    """
    parts = [f"{message.mti[:3]}0", message.get(11).zfill(6), message.get(7).zfill(10)]
    return "".join(parts) + message.get(32).zfill(11) + message.get(33).zfill(11)


def _identity(source: str, message: Message, kind: str, stan: str, sent: str) -> str:
    terminal = message.get(41).rstrip(" ")
    merchant = message.get(42).rstrip(" ")
    return f"{source}|{terminal}|{merchant}|{kind}|{stan}|{sent}"
