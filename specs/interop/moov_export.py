"""A dialect as a moov-io/iso8583 document in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from ..dialect.file import DialectFile, FieldEntry, PartsEntry, by_number
from ..grammar.bitmap import BITMAP_SIZE, IN_FIELD_65, NEVER, SECOND_MAX, parse_bitmaps
from ..grammar.fields import Notation, parse_notation
from .drafts import Exported, Loss
from .layouts import encodings_of_parts, resolve, without_letters
from .moov_names import BER_LENGTH, BER_TAG, FIXED, LETTERS, SORTS

_PAGES: Final = {
    "ascii": "ASCII",
    "ebcdic-037": "EBCDIC",
    "ebcdic-500": "EBCDIC",
    "ebcdic-1047": "EBCDIC1047",
}
_PACKED: Final = {"bcd": "BCD", "bcd left 0": "BCD", "bcd right 0": "LBCD"}
_ENCODINGS: Final = {**_PAGES, **_PACKED, "binary": "Binary", "hex": "HexToASCII"}
# Prefixes have names of their own: one page of EBCDIC, as digits are the same in all; and none of
# hexadecimal text, whose bytes ASCII counts.
_FAMILIES: Final = {**dict.fromkeys(_PAGES, "EBCDIC"), "ascii": "ASCII", "hex": "ASCII"}
_NUMERIC_MAX: Final = 18  # digits of their Numeric, a number of 64 bits
_FOURTH: Final = 129  # its bit says that a fourth bitmap follows
_SPECIAL: Final = ("s", "as", "ns", "ans")  # classes whose characters differ from page to page

Said = dict[str, Any]


def export_moov(name: str, written: DialectFile) -> Exported:
    """*written*, the dialect called *name*, as JSON, and what moov-io/iso8583 cannot say of it."""
    written, national = without_letters(written)
    writer = _Writer(written)
    for key, page in national.items():
        writer.lose(f"field {key}", f"theirs refuses letters of {page}: it is in ASCII there")
    document = {"name": written.title or name, "fields": writer.fields()}
    text = json.dumps(document, indent="\t", ensure_ascii=False)
    return Exported(f"{text}\n", tuple(writer.losses))


class _Writer:
    """Makes the fields of one document, and notes what is lost."""

    def __init__(self, written: DialectFile) -> None:
        self.written = written
        self.bitmaps = parse_bitmaps(written.bitmaps, written.tertiary)
        self.losses: list[Loss] = []

    def lose(self, where: str, problem: str) -> None:
        """Note a loss, the same words once."""
        if Loss(where, problem) not in self.losses:
            self.losses.append(Loss(where, problem))

    def fields(self) -> dict[str, Said]:
        """MTI, bitmap and every field that can be said."""
        mti, bitmap = self.written.encodings["mti"], self.written.encodings["bitmap"]
        if self.written.tertiary == IN_FIELD_65:
            self.lose("tertiary", "theirs stands together with the others")
        if bitmap not in ("hex", "binary"):
            self.lose("bitmap", f"theirs is binary or in ASCII, not in {bitmap}")
            bitmap = "hex"
        for table in ("header", "messages", "values"):
            if getattr(self.written, table):
                self.lose(table, "cannot be said")
        fields = {
            "0": _said("String", 4, "MTI", _ENCODINGS[mti], f"{_family(mti)}.{FIXED}"),
            "1": self.bitmap(bitmap),
        }
        for key in by_number(self.written.fields):
            if problem := self.unreachable(int(key)):
                self.lose(f"field {key}", f"{problem}: left out")
            elif said := self.field(key, self.written.fields[key], self.written.encodings):
                fields[key] = said
        return fields

    def bitmap(self, encoding: str) -> Said:
        """The bitmap: of fixed length it does not expand."""
        said = _said("Bitmap", 8, "Bitmap", _ENCODINGS[encoding], f"Hex.{FIXED}")
        if not self.bitmaps.size:
            return said
        if self.bitmaps.size > BITMAP_SIZE and self.bitmaps.marked != NEVER:
            self.lose("bitmaps", "theirs never sets bit 1 of so many bytes")
        return {**said, "length": self.bitmaps.size, "disableAutoExpand": True}

    def unreachable(self, number: int) -> str:
        """Why their bitmaps cannot say field *number*; nothing where they can."""
        if number > self.bitmaps.highest:
            return "above what its bitmap can say"
        if number == _FOURTH and not self.bitmaps.size:
            return "its bit says there that another bitmap follows"
        if number > SECOND_MAX and self.written.tertiary == IN_FIELD_65:
            return "their third bitmap stands elsewhere"
        return ""

    def field(self, path: str, entry: FieldEntry, encodings: Mapping[str, str]) -> Said | None:
        """The field or part at *path*; None, and a loss, where it cannot be said."""
        entry = resolve(entry, encodings)
        form = parse_notation(entry.format)
        prefix = _prefix(form, entry)
        if not prefix:
            self.lose(f"field {path}", f"a length like that of {form} cannot be said: left out")
            return None
        if parts := self.written.parts.get(path):
            if composite := self.composite(path, form, entry, prefix, parts):
                return composite
            self.lose(f"field {path}", f"its parts ({parts.layout}) cannot be said")
        if form.kind == "x+n" and entry.encoding in _PACKED:
            return self.amount(form, entry, encodings)
        return self.plain(path, form, entry, prefix)

    def plain(self, path: str, form: Notation, entry: FieldEntry, prefix: str) -> Said | None:
        """A field without parts."""
        if form.kind == "z" and entry.encoding not in _PAGES:
            self.lose(f"field {path}", "their packed digits have no separator of a track: left out")
            return None
        if entry.encoding not in _ENCODINGS or (
            entry.encoding in _PAGES and form.kind == "b" and entry.encoding != "ascii"
        ):
            self.lose(f"field {path}", f"{form} in {entry.encoding} cannot be said: left out")
            return None
        if entry.encoding in ("ebcdic-037", "ebcdic-500") and form.kind in _SPECIAL:
            self.lose(f"field {path}", "their EBCDIC has some special characters elsewhere")
        kind, length, encoding = "String", form.length, _ENCODINGS[entry.encoding]
        if form.kind == "b":
            kind = "Binary"
            if entry.encoding == "hex" and form.prefix_digits and entry.count != "bytes":
                # Their length of hexadecimal text counts bytes: as plain text it counts digits.
                kind, length, encoding = "String", form.length * 2, "ASCII"
        elif form.kind == "n" and not form.prefix_digits and form.length <= _NUMERIC_MAX:
            kind = "Numeric"
            self.lose("Numeric", "theirs is a number: it forgets leading zeros when it reads")
        said = _said(kind, length + (form.kind == "x+n"), entry.name, encoding, prefix)
        if kind == "Numeric":
            said["padding"] = {"type": "Left", "pad": "0"}
        elif entry.padding:
            side, _, fill = entry.padding.partition(" ")
            said["padding"] = {"type": side.title(), "pad": " " if fill == "space" else fill}
        return said

    def amount(self, form: Notation, entry: FieldEntry, encodings: Mapping[str, str]) -> Said:
        """A sign in characters, and then packed digits: two fields in one."""
        sign = _said("String", 1, "sign", _PAGES[encodings["a"]], f"ASCII.{FIXED}")
        digits = _said("String", form.length, "amount", _PACKED[entry.encoding], f"BCD.{FIXED}")
        return {
            "type": "Composite",
            "length": 1 + (form.length + 1) // 2,
            "description": entry.name,
            "prefix": f"Binary.{FIXED}",
            "tag": {"sort": SORTS[0]},
            "subfields": {"1": sign, "2": digits},
        }

    def composite(
        self, path: str, form: Notation, entry: FieldEntry, prefix: str, parts: PartsEntry
    ) -> Said | None:
        """A field that is made of others; None where theirs cannot be so, or not be in such."""
        if entry.encoding not in ("ascii", "binary") or (form.kind == "b") == (
            entry.encoding == "ascii"
        ):
            return None
        encodings = encodings_of_parts(self.written, parts, form.kind == "b")
        how = self.how(parts, encodings)
        if how is None:
            return None
        subfields = {}
        for key in by_number(parts.fields):
            said = (
                _object(parts.fields[key])
                if parts.layout == "ber-tlv"
                else self.field(f"{path}.{key}", parts.fields[key], encodings)
            )
            if said is None:
                return None
            subfields[key] = said
        if not subfields:
            return None
        head = {"type": "Composite", "length": form.length, "description": entry.name}
        return {**head, "prefix": prefix, **how, "subfields": subfields}

    def how(self, parts: PartsEntry, encodings: Mapping[str, str]) -> Said | None:
        """What tells the parts of a composite: their place, a bitmap, or tags."""
        if parts.layout == "positional" and not parts.repeat:
            return {"tag": {"sort": SORTS[0]}}
        if parts.layout == "ber-tlv":
            unknown = {"skipUnknownTLVTags": True, "storeUnknownTLVTags": True}
            return {"tag": {"enc": BER_TAG, "sort": SORTS[1], **unknown}}
        if parts.layout == "bitmap" and not parts.header and not parts.continues:
            enc = _ENCODINGS.get(encodings["bitmap"], "")
            bitmap = _said("Bitmap", parts.bitmap, "Bitmap", enc, f"Hex.{FIXED}")
            return {"bitmap": {**bitmap, "disableAutoExpand": True}}
        if parts.layout != "tlv" or parts.counts_tag:
            return None
        tag = parse_notation(parts.tag)
        enc = "ASCIIToHex" if tag.kind == "b" else _ENCODINGS.get(encodings[tag.kind], "")
        alike = {
            (parse_notation(part.format).prefix_digits, resolve(part, encodings).length)
            for part in parts.fields.values()
            if part.format
        }
        length = parse_notation(parts.length)
        width = length.length * 2 if length.kind == "b" else length.length
        page = "binary" if length.kind == "b" else encodings["length"]
        if alike != {(width, page)} or len(parts.fields) != sum(
            bool(part.format) for part in parts.fields.values()
        ):
            return None
        return {"tag": {"length": tag.length, "enc": enc, "sort": SORTS[tag.kind == "b"]}}


def _object(entry: FieldEntry) -> Said:
    """A BER-TLV object: its value as it is."""
    return {
        "type": "Hex",
        "description": entry.name,
        "enc": "Binary",
        "prefix": BER_LENGTH,
    }


def _said(kind: str, length: int, title: str, enc: str, prefix: str) -> Said:
    return {"type": kind, "length": length, "description": title, "enc": enc, "prefix": prefix}


def _family(encoding: str) -> str:
    """The family of prefixes that goes with *encoding*."""
    return _FAMILIES.get(encoding, "BCD" if encoding.startswith("bcd") else "Binary")


def _prefix(form: Notation, entry: FieldEntry) -> str:
    """Their name of a length; nothing where they have none, or one that counts otherwise."""
    if not form.prefix_digits:
        return f"{_family(entry.encoding)}.{FIXED}"
    natural = "nibbles" if entry.encoding.startswith("bcd") else "bytes"
    if entry.encoding in ("hex", *_PAGES):
        natural = "characters"
    if entry.count not in ("", natural) and (entry.encoding, entry.count) != ("hex", "bytes"):
        return ""
    digits = form.prefix_digits
    if entry.length == "binary":
        digits = (digits + 1) // 2
    return f"{_family(entry.length)}.{LETTERS[digits - 1]}" if digits <= len(LETTERS) else ""
