"""The message workbench: messages as JSON and back, and what people see of values and faults.

Pure: the `spec` commands read and print. Everything is masked unless it is asked for *unsafe*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import Struct

from specs.errors import DecodeError, FormatError
from specs.fields import DIGITS
from specs.masking import mask_field, printable
from specs.message import Message
from specs.tracks import PAN_DIGITS_MAX, is_luhn_valid

from .pasted import INPUT_SIZE_MAX

WINDOW_SIZE: Final = 16  # bytes of a message that are shown around a fault
_PAN_DIGITS: Final = 13  # no card in use has a shorter number (ISO/IEC 7812-1 allows 8)
_FREE_TEXT: Final = frozenset([43, 44])  # shown, yet whoever fills them may write what they like
_RUN: Final = re.compile(f"[0-9]{{{_PAN_DIGITS},}}")
_EXAMPLE: Final = 'a message such as {"mti": "0800", "fields": {"11": "000001"}}'


class Document(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A message as JSON; one that is *masked* cannot be encoded."""

    mti: str
    fields: dict[str, str]
    masked: bool = False


# JSON ---------------------------------------------------------------------------------------------


def write_document(message: Message, unsafe: bool = False) -> str:
    """*message* as a line of JSON, which :func:`read_document` reads if it is *unsafe*.

    >>> write_document(Message("0800", {11: "000001", 52: "0123456789ABCDEF"}))
    '{"mti":"0800","fields":{"11":"000001","52":"*** (16)"},"masked":true}'
    """
    fields = {str(n): show_value(n, v, unsafe) for n, v in sorted(message.fields.items())}
    return msgspec.json.encode(Document(message.mti, fields, not unsafe)).decode()


def read_document(given: bytes) -> Message:
    """The message that *given* writes as JSON; FormatError, which never repeats what it says.

    >>> read_document(b'{"mti": "0800", "fields": {"11": "000001"}}')
    <0800 11=000001>
    """
    if len(given) > INPUT_SIZE_MAX:
        raise FormatError(f"at most {INPUT_SIZE_MAX} bytes of input")
    try:
        document = msgspec.json.decode(given, type=Document)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        # The name of an unknown key may be anything that was pasted.
        said = "" if "unknown field" in str(error) else str(error)
        raise FormatError(_EXAMPLE, hint=said or "no other keys than mti and fields") from None
    if document.masked:
        raise FormatError("values that are not masked", hint="decode once more, with --unsafe")
    if not all(map(_is_number, document.fields)):
        raise FormatError("numbers of fields as keys", hint='such as "2" or "70", no leading zero')
    return Message(document.mti, {int(k): document.fields[k] for k in sorted(document.fields)})


def _is_number(key: str) -> bool:
    return 1 <= len(key) <= 3 and key[0] != "0" and DIGITS.issuperset(key)


# What people see ----------------------------------------------------------------------------------


def show_value(number: int, value: str, unsafe: bool) -> str:
    """The value of field *number*, masked unless *unsafe*; so is a card number in free text.

    >>> show_value(2, "9999990000000014", False), show_value(44, "SEE 9999990000000014", False)
    ('999999******0014', 'SEE ****************')
    """
    if unsafe:
        return value
    if number in _FREE_TEXT:
        return _RUN.sub(_starred, value)
    return mask_field(number, value)


def _starred(run: re.Match[str]) -> str:
    """The digits of *run*, or stars if a card number may be among them."""
    text = run[0]
    sizes = range(_PAN_DIGITS, PAN_DIGITS_MAX + 1)
    pieces = (text[at : at + size] for at in range(len(text)) for size in sizes)
    found = any(len(piece) >= _PAN_DIGITS and is_luhn_valid(piece) for piece in pieces)
    return "*" * len(text) if found else text


def show_fault(error: FormatError, data: bytes, unsafe: bool = False) -> list[str]:
    """*error* in words, and where in the message *data* it is: offsets, a caret.

    The bytes themselves are shown only if *unsafe*.

    >>> show_fault(DecodeError("digits", offset=1), b"0a", unsafe=True)
    ['at byte 1: expected digits', '  byte   0  1', '  hex   30 61', '            ^']
    """
    at = error.offset
    if at is None or not isinstance(error, DecodeError):
        return [printable(str(error), 500)]
    end = min(max(at + WINDOW_SIZE // 2, WINDOW_SIZE), max(len(data), at + 1))
    window = range(max(0, end - WINDOW_SIZE), end)
    width = max(2, len(str(end - 1)))
    lines = [printable(str(error), 500), _row("byte", map(str, window), width)]
    if unsafe:
        values = (f"{data[n]:02X}" if n < len(data) else "--" for n in window)
        lines.append(_row("hex", values, width))
    caret = ("^" if n == at else "" for n in window)
    return [*lines, _row("", caret, width).rstrip()]


def _row(name: str, cells: Iterable[str], width: int) -> str:
    return f"  {name:<6}{' '.join(cell.rjust(width) for cell in cells)}"
