"""The same dialect through pyiso8583: the reference implementation, and the oracle of our tests.

pyiso8583 knows the flat layer alone and is looser than we are: it takes lengths such as ``+5``,
bitmaps with blanks in them, any characters in any class, and messages without a field. Where both
accept a message, both must read the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import iso8583

from ..errors import DecodeError, EncodeError
from ..grammar.codepages import CODECS
from ..grammar.encodings import Bcd, Binary, Encoding, National, Signed, Text
from ..grammar.fields import Field
from ..message import Message
from .dialect import Dialect

_BINARY = "b"  # their name for bytes that stand for hexadecimal digits, BCD among them


def specification(dialect: Dialect) -> dict[str, dict[str, Any]]:
    """The pyiso8583 specification of *dialect*.

    >>> from .dialect import load_dialect
    >>> sorted(specification(load_dialect("pos"))["35"].items())[:4]
    [('data_enc', 'b'), ('desc', 'track 2'), ('len_count', 'nibbles'), ('len_enc', 'bcd')]
    """
    half = _entry(dialect.bitmap, 16, "bitmap")
    fields = {str(number): _field(field) for number, field in dialect.fields.items()}
    header = {"data_enc": "ascii", "len_enc": "ascii", "len_type": 0, "max_len": 0, "desc": "none"}
    return {"h": header, "t": _entry(dialect.mti, 4, "MTI"), "p": half, "1": half, **fields}


def reference_unpack(dialect: Dialect, data: bytes) -> Message:
    """What pyiso8583 reads in *data*; DecodeError, without the data, where it reads nothing."""
    try:
        document, _ = iso8583.decode(data, specification(dialect))
        return from_reference(dialect, document)
    except iso8583.DecodeError as error:
        refused = DecodeError(f"what pyiso8583 reads: {error.msg}", field=error.field)
        refused.offset = error.pos
    except (KeyError, ValueError, IndexError):
        refused = DecodeError(f"fields that {dialect.name} defines")
    raise refused


def reference_pack(dialect: Dialect, message: Message) -> bytes:
    """What pyiso8583 writes for *message*; EncodeError where it writes nothing."""
    try:
        data, _ = iso8583.encode(to_reference(dialect, message), specification(dialect))
        return bytes(data)
    except iso8583.EncodeError as error:
        refused = EncodeError(f"what pyiso8583 writes: {error.msg}", field=error.field)
    except (KeyError, ValueError):
        refused = EncodeError(f"fields that {dialect.name} defines")
    raise refused


def to_reference(dialect: Dialect, message: Message) -> dict[str, str]:
    """*message* as the dictionary that pyiso8583 takes."""
    values = {
        str(number): _their_value(dialect.fields[number], value)
        for number, value in message.fields.items()
    }
    return {"t": message.mti, **values}


def from_reference(dialect: Dialect, document: Mapping[str, str]) -> Message:
    """The message in the dictionary that pyiso8583 gives."""
    values = {
        int(key): _our_value(dialect.fields[int(key)], value)
        for key, value in document.items()
        if key not in ("h", "t", "p", "1")
    }
    return Message(document["t"], values)


def _entry(encoding: Encoding, characters: int, name: str) -> dict[str, Any]:
    """A fixed field of *characters*."""
    return {
        "data_enc": _encoding(encoding),
        "len_enc": "ascii",
        "len_type": 0,
        "max_len": encoding.size(characters),
        "desc": name,
    }


def _encoding(encoding: Encoding) -> str:
    if isinstance(encoding, Bcd | Binary) or _is_packed(encoding):
        return _BINARY
    if isinstance(encoding, National):
        return encoding.codec
    is_page = isinstance(encoding, Text) and encoding.name != "ascii"
    return CODECS[encoding.name] if is_page else "ascii"


def _is_packed(encoding: Encoding) -> bool:
    """Whether *encoding* is a sign in characters before packed digits: no type of theirs."""
    return isinstance(encoding, Signed) and isinstance(encoding.digits, Bcd)


def _field(field: Field) -> dict[str, Any]:
    """The entry of *field*."""
    encoding = field.encoding
    if isinstance(encoding, Signed) and not _is_packed(encoding):
        encoding = encoding.sign
    entry = _entry(encoding, field.notation.characters, field.name)
    entry["len_type"] = field.prefix.size
    lengths = {"binary": _BINARY, "bcd": "bcd"}
    entry["len_enc"] = lengths.get(field.prefix.encoding) or CODECS[field.prefix.encoding]
    if isinstance(encoding, Bcd):
        entry["len_count"] = "nibbles"
        entry["max_len"] = field.notation.characters
        entry["left_pad" if encoding.left else "right_pad"] = encoding.fill
    return entry


def _their_value(field: Field, value: str) -> str:
    if _is_packed(field.encoding):
        return field.encoding.encode(value).hex().upper()
    if field.padding:
        return field.padding.pad(value, field.notation.characters)
    return value.replace("=", "D") if isinstance(field.encoding, Bcd) else value


def _our_value(field: Field, value: str) -> str:
    if _is_packed(field.encoding):
        return field.encoding.decode(bytes.fromhex(value), field.notation.characters)
    if field.padding:
        return field.padding.strip(value)
    return value.replace("D", "=") if isinstance(field.encoding, Bcd) else value
