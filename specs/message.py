"""One ISO 8583 message as a frozen value: an MTI, numbered fields, and the header it came with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from .codes import APPROVALS
from .errors import DecodeError
from .lazy import LazyFields
from .masking import mask_field, printable

# What a response repeats of its request: enough to recognise it, and nothing of the card.
REPLY_FIELDS: Final = frozenset([3, 4, 7, 11, 12, 13, 15, 24, 32, 33, 37, 41, 42, 49, 70, 90])
# The last digit of a response: a repeat (1, 3, 5) is answered like its first send.
_ORIGIN_OF_REPLY: Final = str.maketrans("135", "024")
_MTIS_KEPT: Final = 256  # more than anybody speaks


class Message(Struct, frozen=True, gc=False):
    """*mti* is four digits; *fields* maps field numbers to text, binary ones to upper-case hex.

    *header* is what goes before the MTI when this message is sent on the link it belongs to, for
    instance a TPDU with its addresses already swapped; empty means the link's own default.
    Nobody changes *fields* in place: take a changed copy with :meth:`with_fields`.
    """

    mti: str
    fields: Mapping[int, str] = {}
    header: bytes = b""

    def __getitem__(self, number: int) -> str:
        return self.fields[number]

    def get(self, number: int, default: str = "") -> str:
        """The value of field *number*, or *default* where it is absent."""
        return self.fields.get(number, default)

    def with_fields(self, changes: Mapping[int, str]) -> Message:
        """A copy in which *changes* replace or add fields."""
        fields = self.fields
        if fields.__class__ is LazyFields:  # of a class made for Mapping, isinstance is slow
            return Message(self.mti, fields | changes, self.header)
        return Message(self.mti, {**fields, **changes}, self.header)

    def without(self, *numbers: int) -> Message:
        """A copy that lacks the fields *numbers*."""
        fields = self.fields
        if fields.__class__ is LazyFields:
            return Message(self.mti, fields.without(*numbers), self.header)
        left = {n: v for n, v in fields.items() if n not in numbers}
        return Message(self.mti, left, self.header)

    def reply(self, code: str, changes: Mapping[int, str] | None = None) -> Message:
        """The response to this request: its :data:`REPLY_FIELDS`, *code* in field 39, *changes*.

        >>> Message("0200", {2: "9999990000000014", 11: "000007"}).reply("51")
        <0210 11=000007, 39=51>
        """
        fields = {n: v for n, v in self.fields.items() if n in REPLY_FIELDS}
        fields[39] = code
        if changes:
            fields.update(changes)
        return Message(reply_mti(self.mti), fields, self.header)

    @property
    def is_request(self) -> bool:
        """Whether the third digit of the MTI is even: a request or an advice, not a response."""
        return self.mti[2] in "02468"

    @property
    def is_repeat(self) -> bool:
        """Whether the fourth digit of the MTI says that this was sent before."""
        return self.mti[3] in "135"

    @property
    def approved(self) -> bool:
        """Whether field 39 approves: in whole (00, 11), in part (10), or without money (85)."""
        return self.fields.get(39) in APPROVALS

    def __repr__(self) -> str:
        """Masked: a message may stand in any log or exception."""
        fields = sorted(self.fields.items())
        shown = ", ".join(f"{n}={printable(mask_field(n, v, self.mti[:1]))}" for n, v in fields)
        return f"<{self.mti} {shown}>"


class MessageError(DecodeError):
    """A received message breaks its dialect.

    *echo* is what an answer with code 30 may send back: the MTI and the fields 3, 4, 7, 11, 12, 13,
    37, 41, 42 as far as they could be read; ``None`` if the message cannot be correlated.
    """

    echo: Message | None = None

    @classmethod
    def of(cls, fault: DecodeError) -> MessageError:
        """The same fault, of a whole message."""
        error = cls(fault.expected)
        vars(error).update(vars(fault))
        return error


@lru_cache(_MTIS_KEPT)
def first_mti(mti: str) -> str:
    """The MTI of the first send of what comes as *mti*.

    >>> first_mti("0201"), first_mti("0303")
    ('0200', '0302')
    """
    return mti[:3] + ("0" if mti[3] in "01" else "2")


def repeat_mti(mti: str) -> str:
    """The MTI of a repeat of what comes as *mti*.

    >>> repeat_mti("0200"), repeat_mti("0302")
    ('0201', '0303')
    """
    return mti[:3] + ("1" if mti[3] in "01" else "3")


def reply_mti(mti: str) -> str:
    """The MTI of the response to *mti*; a repeat is answered like its first send.

    >>> reply_mti("0200"), reply_mti("0201"), reply_mti("0420"), reply_mti("0421")
    ('0210', '0210', '0430', '0430')
    """
    return f"{mti[:2]}{int(mti[2]) + 1}{mti[3].translate(_ORIGIN_OF_REPLY)}"
