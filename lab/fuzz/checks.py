"""What must hold of a message that our own reader read; each check says what does not, or nothing.

The name of a check is that of its oracle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cardswitch.specs.codec.walk import unpack as unpack_by_table
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.parts.layout import octets_of
from cardswitch.specs.tlv import pack_tlv, unpack_tlv

from .chip_grammar import read_chip
from .subjects import Subject, reference_of

_CHIP: Final = 55


def roundtrip(subject: Subject, data: bytes, message: Message) -> str:
    """What is read is written again as it came."""
    return "" if subject.dialect.pack(message) == data else "other bytes are written"


def walk(subject: Subject, data: bytes, message: Message) -> str:
    """The generated reader and the table-driven one read the same."""
    size = subject.dialect.header_size
    slowly = unpack_by_table(subject.dialect.form, data[size:])
    return "" if slowly == Message(message.mti, message.fields) else "other values are read"


def lazy(subject: Subject, data: bytes, message: Message) -> str:
    """The lazy reader takes what the strict one takes, and reads and writes the same."""
    lazily = subject.dialect.unpack_lazy(data)
    if subject.dialect.pack(lazily) != data:
        return "other bytes are written"
    read = Message(lazily.mti, dict(lazily.fields), lazily.header)
    return "" if read == message else "other values are read"


def reference(subject: Subject, data: bytes, message: Message) -> str:
    """pyiso8583, where it reads *data* too, reads the same."""
    theirs = reference_of(subject.dialect).read(data[subject.dialect.header_size :])
    if theirs is None or theirs.fields == message.fields:
        return ""
    numbers = sorted(theirs.fields.keys() | message.fields.keys())
    differ = [n for n in numbers if theirs.get(n) != message.get(n)]
    return f"another value of field {differ[0]}"


def parts(subject: Subject, data: bytes, message: Message) -> str:
    """Fields that have parts are taken apart and joined as they came."""
    layouts = subject.dialect.form.parts
    whole = [(str(n), v) for n, v in message.fields.items()]
    waiting = [(path, value, layouts[path]) for path, value in whole if path in layouts]
    while waiting:
        path, value, layout = waiting.pop()
        octets = octets_of(value, layout.binary)
        try:
            parts = layout.split(octets)
        except FormatError:
            continue
        if layout.join(parts) != octets:
            return f"other octets are written to {path}"
        inner = ((part, layout.inner(part.key)) for part in parts)
        waiting += [(f"{path}.{part.key}", part.value, one) for part, one in inner if one]
    return ""


def chip(subject: Subject, data: bytes, message: Message) -> str:
    """BER-TLV in field 55 is written again, and read alike by construct."""
    value, field = message.get(_CHIP), subject.dialect.fields.get(_CHIP)
    if not value or field is None or field.notation.kind != "b":
        return ""
    try:
        objects = unpack_tlv(value)
    except FormatError:
        return ""
    if unpack_tlv(pack_tlv(objects)) != objects:
        return "other objects are written"
    theirs = read_chip(bytes.fromhex(value))
    return "" if theirs in (None, objects) else "other objects than construct reads"


Check = Callable[[Subject, bytes, Message], str]
CHECKS: Final[tuple[Check, ...]] = (roundtrip, walk, lazy, reference, parts, chip)
