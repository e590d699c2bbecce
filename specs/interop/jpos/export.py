"""A dialect as a jPOS GenericPackager file: XML that names a class for each field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import quoteattr

from ...dialect.file import DialectFile, FieldEntry, PartsEntry, by_number
from ...grammar.bitmap import BITMAP_SIZE, FIELD_MAX, IN_FIELD_65, THIRD, parse_bitmaps
from ...grammar.codepages import CODECS
from ...grammar.fields import Notation, parse_notation
from ..drafts import Exported, Loss, plain_name
from ..layouts import encodings_of_parts, header_size, resolve, without_letters
from .classes import CLASSES_WITH_LENGTH, TAGGED

_DOCTYPE: Final = (
    '<!DOCTYPE isopackager PUBLIC "-//jPOS/jPOS Generic Packager DTD 1.0//EN"\n'
    '    "http://jpos.org/dtd/generic-packager-1.0.dtd">'
)
_FAMILIES: Final = {"ascii": "IFA", "hex": "IFA", "binary": "IFB", "bcd": "IFB"}
_SUBFIELDS: Final = "org.jpos.iso.packager.GenericSubFieldPackager"
_DIGITS: Final = ("n", "z")
_ZERO_FILLED: Final = ("bcd", "bcd left 0", "bcd right 0")
_F_FILLED: Final = "bcd right F"
_SPECIAL: Final = ("s", "as", "ns", "ans")  # classes with characters that differ from page to page
_PLACEHOLDER: Final = (
    '<isofield id="0" length="0" name="placeholder" class="org.jpos.iso.IF_CHAR"/>'
)
_LTV: Final = PartsEntry(layout="ltv", tag="n 2", length="n 2", counts_tag=True)

_THEIRS: Final = "latin-1"  # what all of their characters are


def export_jpos(name: str, written: DialectFile) -> Exported:
    """*written*, the dialect called *name*, as XML, and what jPOS cannot say of it."""
    written, national = without_letters(written)
    writer = _Writer(written)
    for key, page in national.items():
        if page != _THEIRS:
            writer.lose(f"field {key}", f"theirs are letters of {_THEIRS}, not of {page}")
    return writer.write(written.title or name)


class _Writer:
    """Writes the lines of one file, and notes what is lost."""

    def __init__(self, written: DialectFile) -> None:
        self.written = written
        self.lines: list[str] = []
        self.losses: list[Loss] = []

    def write(self, title: str) -> Exported:
        """The whole file."""
        written = self.written
        mti, bitmap = written.encodings["mti"], written.encodings["bitmap"]
        bitmaps = parse_bitmaps(written.bitmaps, written.tertiary)
        if bitmaps.size > BITMAP_SIZE:
            self.lose("bitmaps", "theirs are as many as bits 1 and 65 say")
        self.element(1, "0", 4, "MTI", _class("NUMERIC", mti), pad=True)
        self.element(1, "1", bitmaps.sizes[-1], "Bitmap", _class("BITMAP", bitmap))
        if written.tertiary == IN_FIELD_65:
            self.element(1, str(THIRD), 8, "Bitmap, third", _class("BITMAP", bitmap))
        for key in by_number(written.fields):
            if int(key) > bitmaps.highest:
                self.lose(f"field {key}", "above what its bitmap can say: left out")
                continue
            self.field(1, key, key, written.fields[key], written.encodings)
        if written.header:
            self.lose("header", "its parts have no names, and no default")
        if written.messages:
            self.lose("messages", "which fields an MTI must carry cannot be said")
        if written.carried:
            self.lose("carried", "where others say what we say elsewhere cannot be said")
        head = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            _DOCTYPE,
            f"<!-- {plain_name(title, '').replace('--', '- -')} -->",
            f"<isopackager{self.attributes()}>",
        ]
        text = "\n".join([*head, *self.lines, "</isopackager>"])
        return Exported(f"{text}\n", tuple(self.losses))

    def attributes(self) -> str:
        """Those of the root: what differs from two bitmaps behind no header."""
        said: dict[str, int] = {}
        if header := header_size(self.written):
            said["headerLength"] = header
        if self.written.tertiary == IN_FIELD_65:
            said["thirdBitmapField"] = THIRD
        if self.written.tertiary:
            said["maxValidField"] = FIELD_MAX
        return "".join(f' {name}="{number}"' for name, number in said.items())

    def lose(self, where: str, problem: str) -> None:
        """Note a loss."""
        self.losses.append(Loss(where, problem))

    def field(
        self, depth: int, path: str, key: str, entry: FieldEntry, encodings: Mapping[str, str]
    ) -> bool:
        """The field or part at *path*, and below it what it is made of; False where it has none."""
        entry = resolve(entry, encodings)
        form = parse_notation(entry.format)
        where = f"field {path}"
        name, pad = _class_of(form, entry, encodings)
        if not name:
            self.lose(where, f"no class for {form} in {entry.encoding}: left out")
            return False
        if entry.encoding in ("ebcdic-037", "ebcdic-500") and form.kind in _SPECIAL:
            self.lose(where, "their EBCDIC is IBM-1047: some special characters differ")
        if entry.padding.startswith("left") or entry.padding not in ("", "right space"):
            self.lose(where, f"padding {entry.padding!r} cannot be said")
        length = form.length + (form.kind == "x+n")
        if entry.encoding == "hex" and not name.endswith("BINARY"):
            length *= 2  # hexadecimal digits as text: that is what its length counts
        parts = self.written.parts.get(path)
        if parts is None or not self.parts(depth, path, key, length, entry, name, pad):
            self.element(depth, key, length, entry.name or where, name, pad)
        return True

    def element(
        self, depth: int, key: str, length: int, title: str, name: str, pad: bool | None = None
    ) -> None:
        """One line for a field without parts."""
        said = _said(key, length, title, name, pad)
        self.lines.append(f"{'  ' * depth}<isofield{said}/>")

    def parts(
        self,
        depth: int,
        path: str,
        key: str,
        length: int,
        entry: FieldEntry,
        name: str,
        pad: bool | None,
    ) -> bool:
        """A field with its parts, if jPOS can have such.

        What the class of the field reads, characters or bytes, goes to its parts one by one.
        """
        parts = self.written.parts[path]
        is_binary = entry.format.startswith("b")
        is_ltv = _is_ltv(parts)
        if is_binary != name.endswith("BINARY") or not (is_ltv or _is_plain(parts)):
            self.lose(f"field {path}", f"its parts ({parts.layout}) cannot be said")
            return False
        lines, losses = len(self.lines), len(self.losses)
        bits = ' bitmapField="0"' if parts.layout == "bitmap" else ' emitBitmap="false"'
        said = _said(key, length, entry.name or f"field {path}", name, pad)
        indent = "  " * depth
        self.lines.append(f'{indent}<isofieldpackager{said}{bits} packager="{_SUBFIELDS}">')
        encodings = encodings_of_parts(self.written, parts, is_binary)
        if parts.layout == "bitmap":
            size = parts.bitmap * (2 if parts.continues else 1)
            self.element(depth + 1, "0", size, "Bitmap", _class("BITMAP", encodings["bitmap"]))
        for part in by_number(parts.fields):
            inner = parts.fields[part]
            if is_ltv:
                most = parse_notation(inner.format).length
                self.element(depth + 1, str(int(part)), most, inner.name, TAGGED)
            elif not self.field(depth + 1, f"{path}.{part}", part, inner, encodings) and (
                parts.layout == "positional"
            ):  # all behind it would move
                del self.lines[lines:], self.losses[losses:]
                self.lose(f"field {path}", f"its parts ({parts.layout}) cannot all be said")
                return False
        if "<isofieldpackager" in "".join(self.lines[lines + 1 : lines + 2]):
            self.lines.insert(lines + 1, f"{indent}  {_PLACEHOLDER}")
        self.lines.append(f"{indent}</isofieldpackager>")
        return True


def _is_ltv(parts: PartsEntry) -> bool:
    """Whether each of *parts* has its length in front, and then its tag, as one class has it."""
    said = (parts.layout, parts.tag, parts.length, parts.counts_tag)
    return said == (_LTV.layout, _LTV.tag, _LTV.length, _LTV.counts_tag)


def _is_plain(parts: PartsEntry) -> bool:
    """Whether *parts* stand one after the other, or behind a bitmap, and nothing else is there."""
    return parts.layout in ("positional", "bitmap") and not parts.repeat and not parts.header


def _said(key: str, length: int, title: str, name: str, pad: bool | None) -> str:
    """The attributes that fields with parts and without have."""
    side = "" if pad is None else f' pad="{str(pad).lower()}"'
    named = quoteattr(plain_name(title, "unnamed"))
    return f' id="{key}" length="{length}" name={named}{side} class="org.jpos.iso.{name}"'


def _class(kind: str, encoding: str) -> str:
    """The class of an MTI or a bitmap."""
    return f"{_FAMILIES.get(encoding, 'IFE')}_{kind}"


def _class_of(
    form: Notation, entry: FieldEntry, encodings: Mapping[str, str]
) -> tuple[str, bool | None]:
    """The class of a field, and its `pad`; nothing where jPOS has none."""
    pad = "right" not in entry.encoding if entry.encoding.startswith("bcd") else None
    if form.kind == "x+n":
        return _amount(entry, encodings), pad
    if form.prefix_digits:
        name = _variable(form, entry)
        return (name if name in CLASSES_WITH_LENGTH else ""), pad
    if entry.encoding.startswith("bcd"):
        even = form.length % 2 == 0
        names = {**dict.fromkeys(_ZERO_FILLED, "IFB_NUMERIC"), _F_FILLED: "IFB_FNUMERIC"}
        return names.get(entry.encoding, "IFB_NUMERIC" if even else ""), pad
    if form.kind == "b":
        return _class("BINARY", entry.encoding), None
    page = "IFA" if entry.encoding == "ascii" else "IFE"
    if form.kind in _DIGITS:
        return f"{page}_NUMERIC", None
    return "IF_CHAR" if page == "IFA" else "IFE_CHAR", None


def _amount(entry: FieldEntry, encodings: Mapping[str, str]) -> str:
    """The class of a signed amount: sign and digits in one page, or ASCII before packed digits."""
    sign = encodings.get("a", "")
    if entry.encoding in _ZERO_FILLED and sign == "ascii":
        return "IFB_AMOUNT"
    return _class("AMOUNT", entry.encoding) if sign == entry.encoding else ""


def _variable(form: Notation, entry: FieldEntry) -> str:
    """The class of a field behind a length; nothing where jPOS has none."""
    ls = "L" * form.prefix_digits
    length = "ebcdic" if entry.length.startswith("ebcdic") else entry.length
    value = "ebcdic" if entry.encoding.startswith("ebcdic") else entry.encoding
    if value.startswith("bcd"):
        return _packed(ls, length, entry)
    if form.kind == "b" and value == "binary":
        counted = "" if entry.count in ("", "bytes") else entry.count
        if counted:
            return f"IFB_{ls}HEX" if (counted, length) == ("nibbles", "bcd") else ""
        return _of(ls, "BINARY", length)
    if form.kind == "b" and entry.count == "bytes":
        return f"IFA_{ls}ABINARY" if (value, length) == ("hex", "ascii") else ""
    if entry.count not in ("", "characters", "bytes"):
        return ""
    kind = "NUM" if form.kind in _DIGITS and value == length and len(ls) in (2, 3) else "CHAR"
    if value in ("ascii", "hex"):
        return f"IFEA_{ls}CHAR" if length == "ebcdic" else _of(ls, kind, length)
    if length in CODECS:
        return f"IFAE_{ls}CHAR"
    return f"IFE_{ls}{kind}" if length == "ebcdic" else _of(ls, "ECHAR", length)


def _packed(ls: str, length: str, entry: FieldEntry) -> str:
    """The class of packed digits behind a length that counts them."""
    if entry.count not in ("", "nibbles", "characters") or length not in ("bcd", "binary"):
        return ""
    h = "H" if length == "binary" else ""
    if entry.encoding in _ZERO_FILLED:
        return f"IFB_{ls}{h}NUM"
    return f"IFB_F{ls}NUM" if entry.encoding == _F_FILLED and not h else ""


def _of(ls: str, kind: str, length: str) -> str:
    """The class of *kind* behind a length in ASCII, EBCDIC, packed or binary."""
    if length == "bcd":
        return f"IFB_{ls}{kind}"
    if length == "binary":
        return f"IFB_{ls}H{kind}"
    return f"{'IFA' if length == 'ascii' else 'IFE'}_{ls}{kind}"
