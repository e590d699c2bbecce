"""What a function of yours reads, compared with what our reader reads: the oracle `accept`.

It is asked where the function returns a mapping of field numbers to values, as most parsers do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.fields import DIGITS, Field

from .subjects import Subject

# Under which keys parsers have the MTI, and all their fields.
_MTI: Final = ("t", "mti", "MTI", "0", 0)
_FIELDS: Final = "fields"
_BITMAPS: Final = (1, 65)


def accept(subject: Subject, data: bytes, read: Mapping[object, object]) -> str:
    """What of *read* our reader does not read in *data*; nothing where both read the same.

    Keys that are no numbers are not compared, nor values that are neither text, bytes nor numbers.
    """
    try:
        ours = subject.dialect.unpack(data)
    except FormatError as error:
        where = f", field {error.field}" if error.field.isdigit() else ""
        return f"reads what ours refuses{where}: {error.code or error.field}"
    mti = next((read[key] for key in _MTI if read.get(key) is not None), None)
    if mti is not None and not _is_same(None, ours.mti, mti):
        return "another MTI"
    theirs = _numbered(read)
    for number, value in ours.fields.items():
        if number not in theirs:
            return f"no field {number}"
        if not _is_same(subject.dialect.fields[number], value, theirs[number]):
            return f"another value of field {number}"
    more = [n for n in sorted(theirs) if n in subject.dialect.fields and n not in ours.fields]
    return f"field {more[0]}, which is not there" if more else ""


def _numbered(read: Mapping[object, object]) -> dict[int, object]:
    """The values of *read*, or of the fields in it, by the numbers of their fields."""
    inner = read.get(_FIELDS)
    found: dict[int, object] = {}
    for key, value in (inner if isinstance(inner, Mapping) else read).items():
        text = key if isinstance(key, str) else f"{key}" if type(key) is int else ""
        if text and set(text) <= DIGITS and len(text) <= 3 and value is not None:
            found[int(text)] = value
    return {number: value for number, value in found.items() if number not in _BITMAPS}


def _is_same(field: Field | None, ours: str, theirs: object) -> bool:
    """Whether *theirs* is *ours* as somebody else may write it; None for the MTI."""
    if isinstance(theirs, bool):
        return False
    if isinstance(theirs, int):
        return set(ours) <= DIGITS and int(ours) == theirs
    if isinstance(theirs, bytes | bytearray):
        if field is not None and field.notation.kind == "b":
            return theirs.hex().upper() == ours
        theirs = theirs.decode("latin-1")
    if not isinstance(theirs, str):
        return True
    if field is not None and field.notation.kind == "b":
        return theirs.upper() == ours
    if field is not None and field.notation.kind == "z":
        theirs, ours = theirs.replace("D", "="), ours.replace("D", "=")
    return theirs.rstrip(" ") == ours.rstrip(" ")
