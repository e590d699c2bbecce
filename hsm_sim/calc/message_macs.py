"""The MAC that a whole message carries: over which of its bytes, and how, it was made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.dialect.covered import MAC_FIELDS, covered, mac_field
from cardswitch.specs.errors import CryptoError
from cardswitch.specs.message import Message

from .macs import find_mac
from .steps import Steps

_SHORT_MAC_DIGITS: Final = 8  # four bytes, which zeros fill up


def mac_of(message: Message) -> bytes:
    """The MAC in field 64 or 128 of *message*, without the zeros behind one of four bytes.

    Raises CryptoError if there is none.

    >>> mac_of(Message("0800", {11: "000007", 64: "A1B2C3D400000000"})).hex()
    'a1b2c3d4'
    """
    whole = message.get(mac_field(message))
    if not whole:
        raise CryptoError(f"expected a MAC in field {mac_field(message)}, seen none")
    head, fill = whole[:_SHORT_MAC_DIGITS], whole[_SHORT_MAC_DIGITS:]
    return bytes.fromhex(whole if fill.strip("0") else head)


def covers_of(dialect: Dialect, message: Message, fields: Sequence[int]) -> list[tuple[str, bytes]]:
    """What a MAC may be made over, each with its name: what is agreed first, then frequent slips.

    Raises EncodeError.
    """
    bare, number = message.without(*MAC_FIELDS), mac_field(message)
    agreed = covered(dialect, message)
    zeros = dialect.pack(bare.with_fields({number: "0" * 16}))
    found = [(f"over the fields {', '.join(map(str, fields))}", covered(dialect, message, fields))]
    found = found if fields else []
    found += [
        ("over all bytes before the MAC", agreed),
        ("over all bytes, with zeros for the MAC", zeros),
        ("over the message without its MAC, whose bit is not set", dialect.pack(bare)),
    ]
    if agreed.startswith(mti := message.mti.encode("ascii")):
        found.append(("over all bytes before the MAC, but for the MTI", agreed[len(mti) :]))
    return found


def find_message_mac(
    steps: Steps, key: bytes, dialect: Dialect, message: Message, fields: Sequence[int] = ()
) -> list[str]:
    """The ways in which *key* gives the MAC of *message*; none if it is another key, or changed.

    Raises CryptoError, EncodeError.
    """
    mac, ways = mac_of(message), []
    steps.add("MAC in the message", mac)
    for name, data in covers_of(dialect, message, fields):
        steps.add(name, data)
        ways += [f"{way}, {name}" for way in find_mac(Steps(), key, data, mac)]
    return ways
