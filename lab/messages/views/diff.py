"""What two messages differ in: a line for each field, its name, both values and their meanings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.mti import describe_mti
from cardswitch.specs.masking import open_fields, printable
from cardswitch.specs.message import Message

from ..values import show_value

ABSENT: Final = "not there"
VALUE_SIZE_MAX: Final = 200  # characters shown of a value
_EQUAL_WHEN_MASKED: Final = "differ, where they are masked"


def differences(
    dialect: Dialect | None, left: Message, right: Message, unsafe: bool = False
) -> list[str]:
    """Header, MTI and fields in which *left* and *right* differ; masked unless *unsafe*.

    Without a *dialect* fields have no names, and values no meanings.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> ours, theirs = Message("0210", {39: "00"}), Message("0210", {39: "51", 11: "000001"})
    >>> for line in differences(load_dialect("iso87-ascii"), ours, theirs):
    ...     print(line)
    field  11 system trace audit number: not there != '000001'
    field  39 response code: '00' (Approved) != '51' (Insufficient funds)
    """
    return [*_of_the_whole(left, right), *_of_fields(dialect, left, right, unsafe)]


def _of_the_whole(left: Message, right: Message) -> Iterator[str]:
    if left.header != right.header:
        yield f"header: {left.header.hex() or ABSENT} != {right.header.hex() or ABSENT}"
    if left.mti != right.mti:
        yield f"MTI: {_mti(left.mti)} != {_mti(right.mti)}"


def _of_fields(
    dialect: Dialect | None, left: Message, right: Message, unsafe: bool
) -> Iterator[str]:
    for number in sorted(left.fields.keys() | right.fields.keys()):
        if left.fields.get(number) == right.fields.get(number):
            continue
        field = dialect.fields.get(number) if dialect else None
        one = _shown(dialect, number, left, unsafe)
        other = _shown(dialect, number, right, unsafe)
        said = f"{one} != {other}" if one != other else f"{one}: {_EQUAL_WHEN_MASKED}"
        yield f"field {number:>3}{f' {field.name}' if field else ''}: {said}"
        in_both = number in left.fields and number in right.fields
        if dialect and in_both and (unsafe or number in open_fields(dialect.version)):
            yield from _of_parts(dialect, number, left.get(number), right.get(number))


def _of_parts(dialect: Dialect, number: int, left: str, right: str) -> Iterator[str]:
    """Which parts of an open field differ, where both can be taken apart."""
    try:
        ours, theirs = (_parts(dialect, number, value) for value in (left, right))
    except FormatError:
        return
    for path in dict.fromkeys([*ours, *theirs]):
        one, other = ours.get(path), theirs.get(path)
        if one != other and (one or other):
            name = (one or other or ("", ""))[0]
            shown = " != ".join(side[1] if side else ABSENT for side in (one, other))
            yield f"          {path}{f' {name}' if name else ''}: {shown}"


def _parts(dialect: Dialect, number: int, value: str) -> dict[str, tuple[str, str]]:
    """Name and shown value of each part, by its path."""
    found: dict[str, tuple[str, str]] = {}
    for part in dialect.parts_of(number, value) if value else ():
        path = f"{number}.{part.key}"
        field = dialect.field_of(path)
        meaning = dialect.meaning(field, part.value) if field else ""
        text = printable(part.value, VALUE_SIZE_MAX)
        found[path] = part.name, f"'{text}'{f' ({meaning})' if meaning else ''}"
    return found


def _shown(dialect: Dialect | None, number: int, message: Message, unsafe: bool) -> str:
    """The value of field *number*, and what it means."""
    value = message.fields.get(number)
    if value is None:
        return ABSENT
    field = dialect.fields.get(number) if dialect else None
    meaning = dialect.meaning(field, value) if dialect and field else ""
    text = printable(show_value(number, value, unsafe, message.mti[:1]), VALUE_SIZE_MAX)
    return f"'{text}'{f' ({meaning})' if meaning else ''}"


def _mti(mti: str) -> str:
    try:
        return f"{printable(mti, 8)} ({describe_mti(mti)})"
    except LookupError:
        return printable(mti, 8)
