"""Dialects from and for pyiso8583: a dictionary of fields, each a dictionary of eight keys.

Their `len_type` counts the bytes of a length, ours the digits: a packed LL is 1 there and 2 here.
What they read too kindly (lengths such as ``+5``, bitmaps with blanks) ours refuses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any, Final

from ..dialect import Dialect
from ..dialect.build import build_form
from ..dialect.file import DialectFile, FieldEntry, Source, by_number
from ..dialect.reference import specification
from ..grammar.bitmap import FIELD_MAX, SECOND, SECOND_MAX, THIRD, TOGETHER
from ..grammar.codepages import CODECS, NATIONAL
from ..grammar.encodings import Bcd, Signed
from ..grammar.fields import CLASSES, LENGTH_MAX, Field
from ..grammar.prefixes import PREFIX_DIGITS_MAX, Prefix
from .documents import Node, Value, read_document
from .drafts import FOREIGN_SIZE_MAX, Draft, Exported, Imported, Loss, plain_name
from .layouts import notation, settle

_BYTES: Final = "b"
# The code pages, by the names that Python's codecs have for them.
_PAGES: Final = {
    **dict.fromkeys(["ascii", "us-ascii"], "ascii"),
    **dict.fromkeys(["latin-1", "latin1", "iso8859-1", "iso-8859-1"], "latin-1"),
    **dict.fromkeys(["cp1252", "windows-1252"], "cp1252"),
    **dict.fromkeys(["utf-8", "utf8"], "utf-8"),
    **dict.fromkeys(["cp037", "ibm037"], "ebcdic-037"),
    **dict.fromkeys(["cp500", "ibm500"], "ebcdic-500"),
    **dict.fromkeys(["cp1047", "ibm1047", "cardswitch-cp1047"], "ebcdic-1047"),
}
_KEYS: Final = frozenset(
    [
        *("data_enc", "len_enc", "len_type", "max_len", "desc"),
        *("len_count", "left_pad", "right_pad"),
    ]
)
_COUNTS: Final = ("bytes", "nibbles")
_LACKING: Final = "ebcdic-1047"  # a page that Python has no codec of,
_NEAREST: Final = "cp037"  # the nearest that it has,
_MOVED: Final = frozenset("[]^")  # and what of the characters of fields stands elsewhere there
_TRACKS: Final = (35, 36)
_HEADER_MAX: Final = 128  # bytes; the longest that schemes use have 22
_LEN_TYPE_MAX: Final = 6


def import_pyiso8583(text: str, path: str, version: str = "") -> Imported:
    """The dialect of the specification in JSON *text* found at *path*, and what it cannot say.

    *version* is the first digit of its MTIs, which it does not tell. DialectError with path and
    line for what is wrong in it.
    """
    draft = Draft(path)
    return _import(draft, read_document(draft, text), version)


def import_installed(place: str, version: str = "") -> Imported:
    """The dialect of a specification in Python, such as ``iso8583.specs:default_ascii``.

    To import a module is to run it: only one that belongs to an installed package is, never a file
    of the working directory. DialectError where it is not, or has no such specification.
    """
    draft = Draft(place)
    module, _, name = place.partition(":")
    words = [*module.split("."), name]
    if not all(word.isidentifier() and word.isascii() for word in words):
        draft.refuse(0, "module", "such as 'iso8583.specs:default_ascii' is expected")
    if words[0] not in packages_distributions():
        draft.refuse(0, "module", "a module of an installed package is expected")
    try:
        found = getattr(import_module(module), name)
    except Exception:  # it is code of others, which may do anything
        draft.refuse(0, "module", f"{name} of {module} cannot be imported")
    if not isinstance(found, Mapping):
        draft.refuse(0, name, "a dictionary is expected")
    return _import(draft, _node(found), version)


def export_pyiso8583(name: str, written: DialectFile) -> Exported:
    """*written*, the dialect called *name*, as JSON for pyiso8583, and what that cannot say."""
    dialect = Dialect(build_form(Source(Path(name), ()), written))
    losses = [Loss(f"field {path}", "its parts cannot be said") for path in written.parts]
    rows = specification(dialect)
    if dialect.header_size:
        losses.append(Loss("header", "its parts have no names, and no default"))
        rows["h"] |= {"data_enc": _BYTES, "max_len": dialect.header_size, "desc": "header"}
    if written.tertiary not in ("", TOGETHER):
        losses.append(Loss("tertiary", "theirs stands together with the others"))
    if dialect.bitmaps.size:
        losses.append(Loss("bitmaps", "theirs are as many as bit 1 says"))
    for number, field in dialect.fields.items():
        if problem := _unsayable(field, written.tertiary):
            losses.append(Loss(f"field {number}", f"{problem}: left out"))
            del rows[str(number)]
        else:
            losses += [Loss(f"field {number}", problem) for problem in _otherwise(field)]
    _rename_pages(rows)
    lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(row)}" for key, row in rows.items())
    return Exported(f"{{\n{lines}\n}}\n", tuple(losses))


def _unsayable(field: Field, tertiary: str) -> str:
    """Why theirs has no such field; nothing where it has."""
    if field.number > SECOND_MAX and tertiary != TOGETHER:
        return "their third bitmap stands elsewhere"
    if (field.counting.unit, field.counting.counts) != (field.encoding.unit, 1):
        return "its length counts what theirs cannot"
    return ""


def _otherwise(field: Field) -> list[str]:
    """What of *field* is otherwise there."""
    said = []
    if field.padding:
        said.append("values are not padded: send them at full length")
    if isinstance(field.encoding, Signed) and isinstance(field.encoding.digits, Bcd):
        said.append("its packed amount is hexadecimal there, sign and all")
    special = CLASSES[field.notation.kind] & _MOVED
    if field.encoding.name == _LACKING and special:
        seen = " ".join(sorted(special))
        said.append(f"Python has no codec of IBM-1047, and in {_NEAREST} these differ: {seen}")
    return said


def _rename_pages(rows: Mapping[str, dict[str, Any]]) -> None:
    """The codec that we register has no name elsewhere: the nearest that Python has."""
    for row in rows.values():
        for key in ("data_enc", "len_enc"):
            if row[key] == CODECS[_LACKING]:
                row[key] = _NEAREST


def _node(value: object) -> Node:
    """Python values as the nodes that a document would have."""
    said: Value = str(value)[:FOREIGN_SIZE_MAX]
    if isinstance(value, Mapping):
        said = {str(key): _node(inner) for key, inner in value.items()}
    return Node(said)


def _import(draft: Draft, document: Node, version: str) -> Imported:
    rows: dict[str, _Row] = {}
    for key, node in document.keys(draft, "fields").items():
        with draft.going_on():
            rows[key] = _Row(draft, key, node)
    for key, name in (("t", "MTI"), ("p", "bitmap")):
        if key not in rows:
            draft.refuse(document.line, key, f"the {name} is expected there")
    encodings = {"mti": "ascii", "bitmap": "hex"}
    with draft.going_on():
        encodings["mti"] = _mti(draft, rows["t"])
    with draft.going_on():
        encodings["bitmap"] = _bitmap(draft, rows["p"])
        if "1" in rows and _bitmap(draft, rows["1"]) != encodings["bitmap"]:
            draft.refuse(rows["1"].line, "1", "a bitmap written like the first is expected")
    header: dict[str, FieldEntry] = {}
    with draft.going_on():
        header = _header(rows["h"]) if "h" in rows else {}
    entries: dict[str, FieldEntry] = {}
    for key in by_number({key: 0 for key in rows if key not in ("h", "t", "p")}):
        with draft.going_on():
            number = draft.number(rows[key].line, f"field {key}", key, 1, FIELD_MAX)
            if key[0] == "0":
                draft.refuse(rows[key].line, f"field {key}", "a number without leading zeros")
            if number not in (SECOND, THIRD):  # 65 says to them too that a third bitmap follows
                entries[key] = _field(rows[key], number)
    shared, fields = settle(entries)
    written = DialectFile(
        title="imported from a pyiso8583 specification",
        version=version,
        tertiary=TOGETHER if any(int(key) > SECOND_MAX for key in entries) else "",
        header=header,
        encodings=encodings | shared,
        fields=fields,
    )
    return draft.done(written)


class _Row:
    """The entry of one field, its keys as text."""

    def __init__(self, draft: Draft, key: str, node: Node) -> None:
        self.draft, self.line = draft, node.line
        self.where = f"field {plain_name(key, '')}"
        self.words: dict[str, str] = {}
        for word, inner in node.keys(draft, self.where).items():
            if word not in _KEYS:
                self.refuse(f"an unknown key: {plain_name(word, '')!r}")
            self.words[word] = inner.text(draft, self.where)

    def refuse(self, problem: str) -> Any:
        """Raise DialectError for this field."""
        self.draft.refuse(self.line, self.where, problem)

    def number(self, key: str, most: int) -> int:
        """The value of *key* as a number."""
        where = f"{self.where}: {key}"
        return self.draft.number(self.line, where, self.words.get(key, ""), 0, most)

    def page(self, key: str, letters: bool = False) -> str:
        """The code page that *key* names, or ``b`` or ``bcd``; with national *letters*, or not."""
        name = self.words.get(key, "").lower().replace("_", "-")
        if name not in (_BYTES, "bcd", *_PAGES):
            self.refuse(f"{key}: an unknown encoding: {plain_name(name, '')!r}")
        page = _PAGES.get(name, name)
        return "ascii" if page in NATIONAL and not letters else page

    @property
    def is_nibbles(self) -> bool:
        """Whether lengths are of half bytes."""
        count = self.words.get("len_count", "bytes")
        if count not in _COUNTS:
            self.refuse(f"len_count: one of {', '.join(_COUNTS)} is expected")
        return count == "nibbles"

    @property
    def name(self) -> str:
        """What it is called."""
        return plain_name(self.words.get("desc", ""), self.where)


def _mti(draft: Draft, row: _Row) -> str:
    page = row.page("data_enc")
    return "bcd" if page == _BYTES else page


def _bitmap(draft: Draft, row: _Row) -> str:
    page = row.page("data_enc")
    return {_BYTES: "binary", "ascii": "hex"}.get(page, page)


def _header(row: _Row) -> dict[str, FieldEntry]:
    """What stands before the MTI, where it is of one length."""
    size = row.number("max_len", _HEADER_MAX)
    if not size:
        return {}
    if row.words.get("len_type", "0") != "0" or row.is_nibbles:
        row.refuse("a header of one length, in bytes, is expected")
    problem = "a message without a header is written with zeros"
    row.draft.lose(row.line, row.where, problem)
    return {
        "1": FieldEntry(
            name=row.name, format=notation("b", 0, size), encoding="binary", value="00" * size
        )
    }


def _field(row: _Row, number: int) -> FieldEntry:
    page = row.page("data_enc", letters=not row.is_nibbles)
    if page == "bcd":
        row.refuse("data_enc: 'b' is expected for packed digits")
    length = row.number("max_len", LENGTH_MAX)
    kind, encoding, count = "ans", page, ""
    if page == _BYTES and row.is_nibbles:
        kind, encoding = _packed(row, number)
        count = "nibbles" if kind == "b" else ""
    elif page == _BYTES:
        kind, encoding = "b", "binary"
    elif row.is_nibbles:
        count = "nibbles"
    halves = 2 if count == "nibbles" else 1
    prefix = _prefix(row)
    if prefix.digits:
        length = min(length, prefix.maximum)
    elif length % halves:
        row.refuse("max_len: a pad is expected where half a byte is left over")
    if length < halves:
        row.refuse("max_len: a greater length is expected")
    form = notation(kind, prefix.digits, length // halves)
    count = count if prefix.digits else ""
    return FieldEntry(
        name=row.name, format=form, encoding=encoding, length=prefix.encoding, count=count
    )


def _packed(row: _Row, number: int) -> tuple[str, str]:
    """Class and encoding of a value in half bytes: digits, where an odd one is filled up."""
    side, pad = "left", row.words.get("left_pad", "")[:1]
    if not pad:
        side, pad = "right", row.words.get("right_pad", "")[:1]
    if not pad:
        return "b", "binary"
    if pad not in "0123456789ABCEF":
        row.refuse(f"{side}_pad: one digit, upper-case hexadecimal, is expected")
    problem = "digits above 9 are refused, but for a track's separator"
    row.draft.lose(0, "len_count nibbles", problem)
    encoding = "bcd" if (side, pad) == ("left", "0") else f"bcd {side} {pad}"
    return ("z" if number in _TRACKS else "n"), encoding


def _prefix(row: _Row) -> Prefix:
    """How the length is written: `len_type` counts its bytes, we its digits."""
    size = row.number("len_type", _LEN_TYPE_MAX)
    if not size:
        return Prefix(0, "ascii")
    page = row.page("len_enc")
    if page in (_BYTES, "bcd"):
        digits, encoding = size * 2, "binary" if page == _BYTES else "bcd"
        # LLL takes as many bytes as LLLL: the shorter one, if that is enough.
        if size > 1 and row.number("max_len", LENGTH_MAX) < 10 ** (digits - 1):
            digits -= 1
    else:
        digits, encoding = size, page
    if digits > PREFIX_DIGITS_MAX:
        row.refuse(f"len_type: at most {PREFIX_DIGITS_MAX // 2} bytes are expected")
    return Prefix(digits, encoding)
