"""What two messages differ in: a line for each field, its name, both values and their meanings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.masking import printable
from cardswitch.specs.message import Message

from ..showing import show
from ..shown import Shown, ShownMessage

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
    ours, theirs = show(dialect, left, unsafe), show(dialect, right, unsafe)
    lines = list(_of_the_whole(ours, theirs))
    # What differs is asked of the messages: masked, two values may look the same.
    for number in sorted(left.fields.keys() | right.fields.keys()):
        if left.fields.get(number) != right.fields.get(number):
            lines += _of_field(number, ours.get(f"{number}"), theirs.get(f"{number}"))
    return lines


def _of_the_whole(left: ShownMessage, right: ShownMessage) -> Iterator[str]:
    if left.lead != right.lead:
        yield f"header: {left.lead.hex() or ABSENT} != {right.lead.hex() or ABSENT}"
    if left.mti != right.mti:
        yield f"MTI: {_mti(left)} != {_mti(right)}"


def _mti(shown: ShownMessage) -> str:
    mti = printable(shown.mti, 8)
    return f"{mti} ({shown.mti_meaning})" if shown.mti_meaning else mti


def _of_field(number: int, left: Shown | None, right: Shown | None) -> Iterator[str]:
    one, other = _worded(left), _worded(right)
    said = f"{one} != {other}" if one != other else f"{one}: {_EQUAL_WHEN_MASKED}"
    name = next(side.name for side in (left, right) if side)
    yield f"field {number:>3}{f' {name}' if name else ''}: {said}"
    if left and right and not left.fault and not right.fault:
        yield from _of_parts(left, right, "          ")


def _of_parts(left: Shown, right: Shown, indent: str) -> Iterator[str]:
    """Which parts look different, and under each which of its own."""
    ours = {_place(part): part for part in reversed(left.children)}
    theirs = {_place(part): part for part in reversed(right.children)}
    for place in dict.fromkeys(_place(part) for part in (*left.children, *right.children)):
        one, other = ours.get(place), theirs.get(place)
        if _worded(one) == _worded(other):
            continue
        name = next(side.name for side in (one, other) if side)
        yield f"{indent}{place}{f' {name}' if name and name != place else ''}: " + (
            f"{_worded(one)} != {_worded(other)}"
        )
        if one and other:
            yield from _of_parts(one, other, f"{indent}  ")


def _place(part: Shown) -> str:
    return part.path or part.name


def _worded(shown: Shown | None) -> str:
    if shown is None:
        return ABSENT
    text = printable(shown.text, VALUE_SIZE_MAX)
    return f"'{text}'{f' ({printable(shown.meaning)})' if shown.meaning else ''}"
