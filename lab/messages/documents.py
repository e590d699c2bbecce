"""The message workbench: messages as JSON and back, and what people see of values and faults.

Pure: the `spec` commands read and print. Everything is masked unless it is asked for *unsafe*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import Struct

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import DecodeError, FormatError
from cardswitch.specs.grammar.fields import DIGITS
from cardswitch.specs.masking import PAN_DIGITS_USUAL, mask_field, printable
from cardswitch.specs.message import Message
from cardswitch.specs.review.culprit import find_culprit

from .pasted import INPUT_SIZE_MAX, read_hex

# Faults that an earlier wrong length makes.
_SHIFTED: Final = frozenset(["length", "message-short", "trailing-bytes", "character", "fill"])
WINDOW_SIZE: Final = 16  # bytes of a message that are shown around a fault
_FREE_TEXT: Final = frozenset([43, 44])  # shown, yet whoever fills them may write what they like
_RUN: Final = re.compile(f"[0-9]{{{PAN_DIGITS_USUAL},}}")
_EXAMPLE: Final = 'a message such as {"mti": "0800", "fields": {"11": "000001"}}'


class Document(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A message as JSON; one that is *masked* cannot be encoded."""

    mti: str
    fields: dict[str, str]
    header: str = ""
    masked: bool = False


# JSON ---------------------------------------------------------------------------------------------


def write_document(message: Message, unsafe: bool = False) -> str:
    """*message* as a line of JSON, which :func:`read_document` reads if it is *unsafe*.

    >>> write_document(Message("0800", {11: "000001", 52: "0123456789ABCDEF"}))
    '{"mti":"0800","fields":{"11":"000001","52":"*** (16)"},"masked":true}'
    """
    edition = message.mti[:1]
    fields = {
        str(number): show_value(number, value, unsafe, edition)
        for number, value in sorted(message.fields.items())
    }
    header = message.header.hex().upper()
    return msgspec.json.encode(Document(message.mti, fields, header, not unsafe)).decode()


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
        raise FormatError(_EXAMPLE, hint=said or "no other keys than mti, fields, header") from None
    if document.masked:
        raise FormatError("values that are not masked", hint="decode once more, with --unsafe")
    if not all(map(_is_number, document.fields)):
        raise FormatError("numbers of fields as keys", hint='such as "2" or "70", no leading zero')
    numbers = sorted(map(int, document.fields))
    fields = {number: document.fields[str(number)] for number in numbers}
    return Message(document.mti, fields, read_hex(document.header.encode()))


def read_documents(given: bytes) -> list[Message]:
    """The messages that *given* writes: one as JSON, or one a line; FormatError says which line.

    >>> one = b'{"mti": "0800", "fields": {"11": "000001"}}'
    >>> len(read_documents(one)), len(read_documents(one + b"\\n" + one))
    (1, 2)
    """
    documents = split_documents(given)
    if len(documents) == 1:
        return [read_document(given)]
    messages = []
    for number, line in enumerate(documents, 1):
        try:
            messages.append(read_document(line))
        except FormatError as error:
            error.hint = f"line {number}: {error.hint}" if error.hint else f"in line {number}"
            raise
    return messages


def split_documents(given: bytes) -> list[bytes]:
    """The JSON documents in *given*: its lines, if each is one, else the whole as it is."""
    lines = [line for line in given.splitlines() if line.strip()]
    is_many = len(lines) > 1 and lines[0].rstrip().endswith(b"}")
    return lines if is_many else [given]


def _is_number(key: str) -> bool:
    return 1 <= len(key) <= 3 and key[0] != "0" and DIGITS.issuperset(key)


# What people see ----------------------------------------------------------------------------------


def show_value(number: int, value: str, unsafe: bool, edition: str = "0") -> str:
    """The value of field *number*, masked unless *unsafe*; so is a card number in free text.

    >>> show_value(2, "9999990000000014", False), show_value(44, "SEE 9999990000000014", False)
    ('999999******0014', 'SEE ****************')
    """
    if unsafe:
        return value
    if number in _FREE_TEXT:
        return _RUN.sub(_starred, value)
    return mask_field(number, value, edition)


def _starred(run: re.Match[str]) -> str:
    """Stars: a card number of which a digit was lost checks no more, and is one all the same."""
    return "*" * len(run[0])


def show_fault(
    error: FormatError, data: bytes, unsafe: bool = False, dialect: Dialect | None = None
) -> list[str]:
    """*error* in words, where in the message *data* it is, who may be to blame, what explains it.

    The bytes themselves are shown only if *unsafe*; with a *dialect* an earlier length is sought
    that would mend it.

    >>> show_fault(DecodeError("digits", offset=1), b"0a", unsafe=True)
    ['at byte 1: expected digits', '  byte   0  1', '  hex   30 61', '            ^']
    """
    lines = [printable(str(error), 500)]
    if error.offset is not None and isinstance(error, DecodeError):
        lines += _window(error.offset, data, unsafe)
    if dialect is not None and error.code in _SHIFTED and data:
        culprit = find_culprit(dialect, data)
        lines += [f"  likely culprit: {culprit}"] if culprit else []
    if error.code:
        lines.append(f"  more: cardswitch spec explain {error.code}")
    return lines


def _window(at: int, data: bytes, unsafe: bool) -> list[str]:
    """Offsets around *at*, a caret under it."""
    end = min(max(at + WINDOW_SIZE // 2, WINDOW_SIZE), max(len(data), at + 1))
    window = range(max(0, end - WINDOW_SIZE), end)
    width = max(2, len(str(end - 1)))
    lines = [_row("byte", map(str, window), width)]
    if unsafe:
        values = (f"{data[n]:02X}" if n < len(data) else "--" for n in window)
        lines.append(_row("hex", values, width))
    caret = ("^" if n == at else "" for n in window)
    return [*lines, _row("", caret, width).rstrip()]


def _row(name: str, cells: Iterable[str], width: int) -> str:
    return f"  {name:<6}{' '.join(cell.rjust(width) for cell in cells)}"
