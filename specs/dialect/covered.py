"""What the MAC of a message covers: all of it up to the MAC, or some of its fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..message import Message
from .dialect import Dialect

MAC_FIELDS: Final = (64, 128)
MTI: Final = 0  # among chosen fields, the MTI
_PLACEHOLDER: Final = "F" * 16
_MAC_LENGTH: Final = 8  # bytes
_BINARY: Final = "b"


def mac_field(message: Message) -> int:
    """The field that the MAC of *message* stands in: the last one of its last bitmap.

    >>> mac_field(Message("0200", {11: "000007"})), mac_field(Message("0800", {70: "301"}))
    (64, 128)
    """
    first, second = MAC_FIELDS
    return second if any(number > first for number in message.fields if number != second) else first


def covered(dialect: Dialect, message: Message, fields: Sequence[int] = ()) -> bytes:
    """The bytes that the MAC of *message* is made over: with *fields*, those one after the other.

    Of the whole message all bytes count that *dialect* writes before those of the MAC, its bit in
    the bitmap set. Of chosen fields the values alone count, text as ASCII and binary as bytes; 0 is
    the MTI, and what is absent adds nothing. Raises EncodeError.
    """
    bare = message.without(*MAC_FIELDS)
    if fields:
        return b"".join(_value(dialect, bare, number) for number in fields)
    packed = dialect.pack(bare.with_fields({mac_field(bare): _PLACEHOLDER}))
    is_binary = packed.endswith(bytes.fromhex(_PLACEHOLDER))
    return packed[: -_MAC_LENGTH if is_binary else -2 * _MAC_LENGTH]


def _value(dialect: Dialect, message: Message, number: int) -> bytes:
    if number == MTI:
        return message.mti.encode("ascii")
    value, field = message.get(number), dialect.field_of(number)
    is_binary = field is not None and field.notation.kind == _BINARY
    return bytes.fromhex(value) if is_binary else value.encode("latin-1")
