"""Fields with every encoding said, and the same with what most of them share said once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from ..dialect.file import DialectFile, FieldEntry, PartsEntry
from ..dialect.parts import OF_TEXT
from ..grammar.codepages import CODECS, NATIONAL
from ..grammar.fields import CLASSES, Notation, parse_notation


def settle(
    entries: Mapping[str, FieldEntry],
) -> tuple[dict[str, str], dict[str, FieldEntry]]:
    """The `[encodings]` that most of *entries* have, and the entries that say what differs.

    >>> two = FieldEntry(format="n..6", encoding="bcd", length="bcd")
    >>> settle({"3": two, "4": two, "5": replace(two, encoding="ascii")})[0]
    {'length': 'bcd', 'n': 'bcd'}
    """
    notations = {key: parse_notation(entry.format) for key, entry in entries.items()}
    shared: dict[str, str] = {}
    lengths = [entry.length for key, entry in entries.items() if notations[key].prefix_digits]
    shared["length"] = _most(lengths) or "ascii"
    for kind in CLASSES:
        same = [entry for key, entry in entries.items() if class_of(notations[key]) == kind]
        if kind == "a" and (sign := first_sign(entries)):
            shared["a"] = sign
        elif same:
            shared[kind] = _most(entry.encoding for entry in same)
    return shared, {key: _bare(entry, notations[key], shared) for key, entry in entries.items()}


def resolve(entry: FieldEntry, encodings: Mapping[str, str]) -> FieldEntry:
    """*entry* with the encodings that it takes from its dialect said.

    >>> resolve(FieldEntry(format="x+n 8"), {"n": "bcd", "length": "ascii"}).encoding
    'bcd'
    """
    notation = parse_notation(entry.format)
    encoding = entry.encoding or encodings.get(class_of(notation), "")
    if encoding.startswith("bcd") and not notation.prefix_digits and notation.length % 2 == 0:
        encoding = "bcd"  # nothing is ever filled up
    return replace(
        entry,
        encoding=encoding,
        length=entry.length or encodings.get("length", ""),
    )


def without_letters(written: DialectFile) -> tuple[DialectFile, dict[str, str]]:
    """*written* in ASCII instead of pages of national letters, and which fields had which page.

    >>> entry = FieldEntry(format="ans 8", encoding="utf-8")
    >>> without_letters(DialectFile(fields={"43": entry}))[1]
    {'43': 'utf-8'}
    """
    pages = {key: resolve(said, written.encodings).encoding for key, said in written.fields.items()}
    national = {key: page for key, page in pages.items() if page in NATIONAL}
    parts = {
        path: replace(entry, encodings=_plain(entry.encodings), fields=_plain_fields(entry.fields))
        for path, entry in written.parts.items()
    }
    plain = replace(
        written,
        encodings=_plain(written.encodings),
        fields=_plain_fields(written.fields),
        parts=parts,
    )
    return plain, national


def _plain(encodings: Mapping[str, str]) -> dict[str, str]:
    return {key: "ascii" if page in NATIONAL else page for key, page in encodings.items()}


def _plain_fields(fields: Mapping[str, FieldEntry]) -> dict[str, FieldEntry]:
    return {
        key: replace(entry, encoding="ascii") if entry.encoding in NATIONAL else entry
        for key, entry in fields.items()
    }


def encodings_of_parts(
    written: DialectFile, parts: PartsEntry, is_binary: bool
) -> Mapping[str, str]:
    """What *parts* of a value that *is_binary*, or is text, are written in, as dialects have it.

    >>> encodings_of_parts(DialectFile(), PartsEntry(encodings={"n": "bcd"}), False)["ans"]
    'ascii'
    """
    return {**(written.encodings if is_binary else OF_TEXT), **parts.encodings}


def header_size(written: DialectFile) -> int:
    """Bytes of the header that *written* puts before the MTI.

    >>> header_size(DialectFile(header={"1": FieldEntry(format="n 5", encoding="bcd")}))
    3
    """
    size = 0
    for entry in written.header.values():
        encoding = resolve(entry, written.encodings).encoding
        characters = parse_notation(entry.format).characters
        halves = encoding == "binary" or encoding.startswith("bcd")
        size += (characters + 1) // 2 if halves else characters
    return size


def first_sign(entries: Mapping[str, FieldEntry]) -> str:
    """How the sign of the first amount is written, or nothing; in `[encodings]`, class a says it.

    >>> first_sign({"28": FieldEntry(format="x+n 8", encoding="bcd")})
    'ascii'
    """
    for entry in entries.values():
        if entry.format.startswith("x+n"):
            return entry.encoding if entry.encoding in CODECS else "ascii"
    return ""


def class_of(notation: Notation) -> str:
    """Under which key of `[encodings]` a field of *notation* finds its own."""
    return "n" if notation.kind == "x+n" else notation.kind


def notation(kind: str, digits: int, length: int) -> str:
    """As `format` says it: *digits* of a length prefix, *length* at most.

    >>> notation("ans", 3, 999), notation("b", 0, 8)
    ('ans...999', 'b 8')
    """
    return str(Notation(kind, digits, length))


def _most(names: Iterable[str]) -> str:
    """The name that comes most often; of two, the first met."""
    counted = Counter(names).most_common(1)
    return counted[0][0] if counted else ""


def _bare(entry: FieldEntry, notation: Notation, shared: Mapping[str, str]) -> FieldEntry:
    """*entry* without what *shared* says for it; a fixed field has no length to write."""
    encoding = "" if entry.encoding == shared[class_of(notation)] else entry.encoding
    same = entry.length == shared["length"] or not notation.prefix_digits
    return replace(entry, encoding=encoding, length="" if same else entry.length)
