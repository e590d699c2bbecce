"""Messages as JSON: what `decode --json` writes and `encode` reads back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.fields import DIGITS
from cardswitch.specs.message import Message
from cardswitch.specs.parts.paths import parse_path

from .pasted.plain import INPUT_SIZE_MAX, read_hex
from .showing import show_parts
from .shown import Shown

_KEY_SIZE_MAX: Final = 12  # characters between the points of a path; a tag has at most eight
_KEYS: Final = "no other keys than mti, fields, parts, header, and what decode --json writes"
_EXAMPLE: Final = 'a message such as {"mti": "0800", "fields": {"11": "000001"}}'


class PartDocument(Struct, frozen=True, omit_defaults=True):
    """A part of a field, with its name, what its value means, and its bits in *words*."""

    name: str = ""
    value: str = ""
    meaning: str = ""
    words: list[str] = []


class FindingDocument(Struct, frozen=True, omit_defaults=True):
    """What is not as agreed, and where."""

    field: str
    text: str
    offset: int | None = None


class Document(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A message as JSON; one that is *masked*, or has a *fault*, cannot be encoded.

    *parts* are by their paths. *broken* says why the parts of a field end before it does; *rest*
    are the bytes that were not read. *findings* are what is not as agreed in what was read, and
    *as_received* the bytes of such pieces, in hex: they are written again, unless their value was
    changed here.
    """

    mti: str
    fields: dict[str, str]
    parts: dict[str, PartDocument] = {}
    broken: dict[str, str] = {}
    header: str = ""
    findings: list[FindingDocument] = []
    as_received: dict[str, str] = {}
    masked: bool = False
    fault: dict[str, Any] = {}
    rest: str = ""


def read_document(given: bytes, dialect: Dialect | None = None) -> Message:
    """The message that *given* writes as JSON; FormatError, which never repeats what it says.

    Parts need the *dialect*: they make their field, or say the same as it does.

    >>> read_document(b'{"mti": "0800", "fields": {"11": "000001"}}')
    <0800 11=000001>
    """
    return read_received(given, dialect)[0]


def read_received(given: bytes, dialect: Dialect | None = None) -> tuple[Message, dict[str, bytes]]:
    """As :func:`read_document`, and the pieces of the message as they were received."""
    if len(given) > INPUT_SIZE_MAX:
        raise FormatError(f"at most {INPUT_SIZE_MAX} bytes of input")
    try:
        document = msgspec.json.decode(given, type=Document)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        # The name of an unknown key may be anything that was pasted.
        said = "" if "unknown field" in str(error) else str(error)
        raise FormatError(_EXAMPLE, hint=said or _KEYS) from None
    if document.masked:
        raise FormatError("values that are not masked", hint="decode once more, with --unsafe")
    if document.fault:
        raise FormatError("a message that was read whole", hint="take `fault` and `rest` out")
    if not all(map(_is_number, document.fields)):
        raise FormatError("numbers of fields as keys", hint='such as "2" or "70", no leading zero')
    numbers = sorted(map(int, document.fields))
    fields = {number: document.fields[str(number)] for number in numbers}
    message = Message(document.mti, fields, read_hex(document.header.encode()))
    received = {key: read_hex(text.encode()) for key, text in document.as_received.items()}
    parts = {path: part.value for path, part in document.parts.items()}
    if not parts:
        return message, received
    if dialect is None:
        raise FormatError("fields alone, no parts", hint="what they mean, only a dialect says")
    return with_parts(dialect, message, parts), received


def with_parts(dialect: Dialect, message: Message, parts: Mapping[str, str]) -> Message:
    """*message* with fields made of *parts*, values by their paths.

    FormatError where a field is there as well, and says something else.
    """
    missing: dict[str, str] = {}
    told: dict[str, str] = {}
    if any(len(key) > _KEY_SIZE_MAX for path in parts for key in path.split(".")):
        # Never repeated: what is no path may be anything that was pasted.
        raise FormatError("paths of parts as keys", hint='such as "55.9F36"')
    numbers = {path: parse_path(path)[0] for path in parts}
    for number in dict.fromkeys(numbers.values()):
        if number in message.fields:
            told |= _leaves(dialect, number, message[number])
    for path, value in parts.items():
        number = numbers[path]
        if number not in message.fields:
            missing[path] = value
        elif told.get(path) != value:
            raise FormatError(
                "the same value in the field and in its parts",
                code="part",
                field=path,
                hint=f'one of them was changed: take "{number}" out of fields, or all of its parts',
            )
    return dialect.build(message, missing) if missing else message


def _leaves(dialect: Dialect, number: int, value: str) -> dict[str, str]:
    """The values of the parts of field *number* that have none themselves, by their paths."""
    parts, _ = show_parts(dialect, f"{number}", value)
    whole = Shown(path=f"{number}", name="", text=value, children=parts)
    return {part.path: part.text for part in reversed(list(whole.leaves()))}


def split_documents(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The JSON documents in *lines*: one a line, with its number, if the first line is one alone;
    else all lines as one, with number 0. FormatError if that one is too long.

    >>> list(split_documents(["{}", "", "{}"])), list(split_documents(["{", "}"]))
    ([(1, '{}'), (3, '{}')], [(0, '{\\n}')])
    """
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    first = next(numbered, None)
    if first is None:
        return
    if first[1].rstrip().endswith("}"):
        second = next(numbered, None)
        if second is not None:
            yield from (first, second)
            yield from numbered
        else:
            yield 0, first[1]
        return
    whole, size = [first[1]], len(first[1])
    for _, line in numbered:
        whole.append(line)
        size += len(line)
        if size > INPUT_SIZE_MAX:
            raise FormatError(f"at most {INPUT_SIZE_MAX} characters of JSON", code="input-size")
    yield 0, "\n".join(whole)


def _is_number(key: str) -> bool:
    return 1 <= len(key) <= 3 and key[0] != "0" and DIGITS.issuperset(key)
