"""Edits: changes of a dialect file, laid over it, or written as a file that extends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ..dialect import Dialect
from ..dialect.build import build_form
from ..dialect.file import DialectFile, FieldEntry, PartsEntry, lay_fields_over
from ..dialect.parts import OPAQUE
from ..errors import DialectError
from ..grammar.bitmap import Bitmaps
from .bases import Base

# Keys of [encodings] that change together: text is hardly ever written in two ways.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "length": ("length",),
    "n": ("n",),
    "text": ("a", "s", "an", "as", "ns", "ans"),
    "b": ("b",),
    "z": ("z",),
}
_TITLES: Final = {
    "mti": "the MTI",
    "bitmap": "the bitmap",
    "length": "lengths",
    "n": "digits (class n)",
    "text": "text (classes a to ans)",
    "b": "binary data (class b)",
    "z": "tracks (class z)",
}


class Edit(Struct, frozen=True, kw_only=True):
    """One change: of default *encodings*, of how many *bitmaps* there are, or of what the line of
    field *number* says, by *entry*; or of what *parts* there are: layouts by their paths.

    *rarity* orders edits that do the same: 0 is met on every other link, 9 on none. *steps* is how
    many things are changed at once, *words* says the change to people.
    """

    words: str
    number: int = 0
    entry: FieldEntry = FieldEntry()
    encodings: tuple[tuple[str, str], ...] = ()
    bitmaps: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    rarity: int = 0
    steps: int = 1


def group_edit(group: str, name: str) -> Edit:
    """All keys of *group*, or the key *group* itself, in the encoding *name*.

    >>> group_edit("n", "bcd").words
    'digits (class n) in bcd'
    """
    keys = GROUPS.get(group, (group,))
    return Edit(words=f"{_TITLES[group]} in {name}", encodings=tuple((key, name) for key in keys))


def bitmaps_edit(bitmaps: Bitmaps) -> Edit:
    """So many *bitmaps* in all messages.

    >>> bitmaps_edit(Bitmaps(16, "bit 1 always set")).words
    'bitmaps of 16 bytes, bit 1 always set'
    """
    size, comma, marked = str(bitmaps).partition(",")
    return Edit(words=f"bitmaps of {size} bytes{comma}{marked}", bitmaps=str(bitmaps))


def patch(extends: str, edits: Sequence[Edit]) -> DialectFile:
    """The dialect file that *extends* another and says nothing but *edits*."""
    fields: dict[str, FieldEntry] = {}
    for edit in edits:
        if edit.number:
            fields = lay_fields_over(fields, {str(edit.number): edit.entry})
    encodings = dict(pair for edit in edits for pair in edit.encodings)
    bitmaps = next((edit.bitmaps for edit in edits if edit.bitmaps), "")
    return DialectFile(
        extends=extends,
        bitmaps=bitmaps,
        encodings=encodings,
        fields=fields,
        parts={path: PartsEntry(layout=name) for edit in edits for path, name in edit.parts},
    )


def laid_over(written: DialectFile, said: DialectFile) -> DialectFile:
    """*written* with the encodings, fields, parts and header of *said*."""
    return replace(
        written,
        bitmaps=said.bitmaps or written.bitmaps,
        header=said.header or written.header,
        encodings={**written.encodings, **said.encodings},
        fields=lay_fields_over(written.fields, said.fields),
        parts={**written.parts, **said.parts},
    )


def build(base: Base, edits: tuple[Edit, ...]) -> tuple[DialectFile, Dialect] | None:
    """The file that says *edits* and the dialect they make of *base*; None if there is none such.

    A field whose new form its parts do not fit is left without parts.
    """
    if any(edit.number for edit in edits):
        return _built(base, edits)
    if edits not in base.derived:
        base.derived[edits] = _built(base, edits)
    return base.derived[edits]


def _built(base: Base, edits: tuple[Edit, ...]) -> tuple[DialectFile, Dialect] | None:
    said = patch(base.name, edits)
    whole = {key: PartsEntry(layout=OPAQUE) for key in said.fields if key in base.written.parts}
    for one in (said, replace(said, parts=whole)):
        try:
            form = build_form(base.source, laid_over(base.written, one))
        except DialectError:
            continue
        return one, Dialect(form)
    return None
