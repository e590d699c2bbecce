"""Messages as JSON and back, masked unless it is asked for *unsafe*. Pure."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.fields import DIGITS
from cardswitch.specs.message import Message

from .pasted import INPUT_SIZE_MAX, read_hex
from .values import show_value

_EXAMPLE: Final = 'a message such as {"mti": "0800", "fields": {"11": "000001"}}'


class Document(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A message as JSON; one that is *masked* cannot be encoded."""

    mti: str
    fields: dict[str, str]
    header: str = ""
    masked: bool = False


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
    """The JSON documents in *given*: its lines, if each is one, else the whole."""
    lines = [line for line in given.splitlines() if line.strip()]
    is_many = len(lines) > 1 and lines[0].rstrip().endswith(b"}")
    return lines if is_many else [given]


def _is_number(key: str) -> bool:
    return 1 <= len(key) <= 3 and key[0] != "0" and DIGITS.issuperset(key)
