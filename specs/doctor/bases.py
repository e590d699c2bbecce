"""Dialects as the doctor holds them: the file that an edit is laid over, beside the dialect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Any, Final

from msgspec import Struct

from ..dialect import Dialect, load_dialect
from ..dialect.file import DialectFile, FieldEntry, Source, list_dialects, read_dialect_file

# Where the fields of each edition stand alone: what an undefined field may well be.
_EDITIONS: Final = {"0": "_iso87", "1": "_iso93", "2": "_iso2003"}
_EXAMPLE: Final = "example-"


class Base(Struct, frozen=True, dict=True):
    """A dialect to start from: its *name* as `--dialect` takes it, its file, and itself.

    *keep* are the numbers of the fields that are right as they are, whatever else is edited.
    """

    name: str
    source: Source
    written: DialectFile
    dialect: Dialect
    keep: frozenset[int] = frozenset()

    @property
    def depth(self) -> int:
        """How many files it extends, one behind the other."""
        return len(self.source.texts)

    @cached_property
    def derived(self) -> dict[object, tuple[DialectFile, Dialect] | None]:
        """What edits of encodings alone have made of it: needed again at every place."""
        return {}

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What else was made of it once, by name."""
        return {}


def load_base(name_or_path: str, keep: Iterable[int] = ()) -> Base:
    """The dialect of that name or path, with its file; DialectError if there is none.

    No field of the numbers *keep* is edited.

    >>> load_base("pos").written.encodings["z"]
    'bcd right F'
    """
    source, written = read_dialect_file(name_or_path)
    return Base(name_or_path, source, written, load_dialect(name_or_path), frozenset(keep))


def load_bases(first: Sequence[str] = (), keep: Iterable[int] = ()) -> list[Base]:
    """The dialects *first*, then all that come with cardswitch, examples last: the order of trust.

    >>> [base.name for base in load_bases(["pos"])][:2]
    ['pos', 'iso2003']
    """
    shipped = sorted(list_dialects(), key=lambda name: (name.startswith(_EXAMPLE), name))
    return [load_base(name, keep) for name in dict.fromkeys([*first, *shipped])]


@lru_cache
def fields_of_edition(version: str) -> dict[str, FieldEntry]:
    """The fields of ISO 8583 in the edition whose MTIs begin with *version*.

    >>> fields_of_edition("0")["11"].format
    'n 6'
    """
    return read_dialect_file(_EDITIONS[version])[1].fields
