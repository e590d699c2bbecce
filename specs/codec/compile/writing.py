"""Generated code that writes: values are checked class by class, and joined view by view."""

from __future__ import annotations

from binascii import unhexlify
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from ...grammar.codepages import CODECS
from ...grammar.encodings import Bcd, Encoding, HexText, National, Signed, Text
from ...grammar.fields import Field
from ...message import Message
from ..form import Form
from .checks import alphabet_of, wrong_bytes
from .code import Code, paged

_HEX: Final = "hex"  # the view of parts that are hexadecimal digits; all others are codecs


def compile_pack(form: Form, shape: tuple[int, ...]) -> Callable[[Message], bytes] | None:
    """Code that writes messages whose fields are *shape*, in this order; None if none can be."""
    if not shape or not all(number in form.fields for number in shape):
        return None
    if max(shape) > form.bitmaps.sizes[-1] * 8:
        return None  # A bitmap among the fields is rare: the walk writes it.
    code = Code()
    writer = _Writer(code, form.prefix_tables)
    code.lines.append(f"{''.join(f'v{n}, ' for n in shape)}= message.fields.values()")
    writer.part("", f"{code.keep('mti_bytes', form.mti_bytes)}[message.mti]")
    bits = form.bitmaps.bits_of(shape).hex().upper()
    writer.part("", code.keep("bitmap", form.bitmap.encode(bits)))
    for number in sorted(shape):
        writer.field(form.fields[number])
    writer.finish()
    return code.function("message")


def compile_writer(field: Field) -> Callable[[str], bytes]:
    """Code that writes a value of *field* alone, and its prefix."""
    code = Code()
    writer = _Writer(code, {})
    writer.field(field)
    writer.finish()
    return code.function(f"v{field.number}")


def _view(encoding: Encoding) -> str:
    """How the parts of *encoding* are gathered: as hexadecimal digits, or as text of a codec."""
    if isinstance(encoding, HexText):
        return CODECS["ascii"]
    return encoding.codec if isinstance(encoding, Text) else _HEX


class _Writer:
    """Writes code that gathers parts; neighbours of one view are made bytes in one call."""

    def __init__(self, code: Code, prefix_tables: dict[int, Mapping[int, str]]) -> None:
        self.code = code
        self.prefix_tables = prefix_tables
        self.parts: list[tuple[str, list[str]]] = []
        self.conditions: list[str] = []
        self.checked: dict[str, list[str]] = {}  # values of a class
        self.size: Counter[str] = Counter()  # and their greatest size together

    def part(self, view: str, piece: str) -> None:
        """Add *piece*, an expression for text in *view*, or for bytes where that is empty."""
        if view and self.parts and self.parts[-1][0] == view:
            self.parts[-1][1].append(piece)
        else:
            self.parts.append((view, [piece]))

    def field(self, field: Field) -> None:
        """Add the prefix and the value of *field*, both checked."""
        encoding, kind, value = field.encoding, field.notation.kind, f"v{field.number}"
        # A field too long for a table of its prefixes is written as it is read: by itself.
        is_wide = not field.is_fixed and not field.prefixes
        if isinstance(encoding, Signed | National) or field.padding or is_wide:
            write = self.code.keep(f"write{field.number}", field.write)
            self.part("", f"{write}({value})")
            return
        if field.is_fixed:
            self.conditions.append(f"len({value}) != {field.notation.characters}")
        else:
            self.prefix(field)
        if kind == "z":
            # Digits are what is left of track data without its separators.
            packed = f"z{field.number}"
            self.code.lines.append(f"{packed} = {value}.replace('=', 'D')")
            self.check("n", f"{packed}.replace('D', '')", field.notation.length)
            value = packed if isinstance(encoding, Bcd) else value
        else:
            self.check(kind, value, field.notation.characters)
        if isinstance(encoding, Bcd):
            self.packed(field, encoding, value)
        else:
            self.part(_view(encoding), value)

    def prefix(self, field: Field) -> None:
        """Write the length of a variable value, if it is legal, and what fills up behind it."""
        number, view = field.number, _prefix_view(field)
        table = self.prefix_tables.get(number)
        if table is None:
            table = self.prefix_tables[number] = _prefix_table(field, view)
        self.code.lines.append(f"n{number} = len(v{number})")
        self.part(view, f"{self.code.keep(f'prefix{number}', table)}[n{number}]")

    def packed(self, field: Field, bcd: Bcd, value: str) -> None:
        """Digits, and the nibble that fills an odd number of them up."""
        pieces = [value]
        if field.is_fixed:
            pieces += [repr(bcd.fill)] * (field.notation.length % 2)
        elif not _filled_first(field):
            pieces.append(f"('', {bcd.fill!r})[n{field.number} & 1]")
        for piece in reversed(pieces) if bcd.left else pieces:
            self.part(_HEX, piece)

    def check(self, kind: str, value: str, size: int) -> None:
        """Have *value*, of at most *size* characters, checked: all must be of class *kind*."""
        self.checked.setdefault(kind, []).append(value)
        self.size[kind] += size

    def finish(self) -> None:
        """Refuse what does not fit, and return the bytes."""
        for kind, values in self.checked.items():
            text = f"({' + '.join(values)})" if len(values) == 2 else _joined(values)
            text = f"{text}.encode()"  # As quick as can be: no class has what is not ASCII.
            self.conditions.append(wrong_bytes(self.code, text, alphabet_of(kind), self.size[kind]))
        self.code.refuse(self.conditions)
        self.code.keep("unhexlify", unhexlify)
        made = [self.made(view, pieces) for view, pieces in self.parts]
        whole = " + ".join(made) if len(made) < 3 else f"b''.join(({', '.join(made)}))"
        self.code.lines.append(f"return {whole}")

    def made(self, view: str, pieces: list[str]) -> str:
        """An expression for the bytes of *pieces* of one view."""
        if not view:
            return pieces[0]
        if view == _HEX:
            return f"unhexlify({_joined(pieces)})"
        return f"{_joined(pieces)}.encode('latin-1'){paged(self.code, view, reading=False)}"


def _prefix_view(field: Field) -> str:
    return CODECS.get(field.prefix.encoding, _HEX)


def _prefix_table(field: Field, view: str) -> Mapping[int, str]:
    """What stands before a value in *view*, by its length."""
    fill = _filled_first(field)
    return {
        length: (data.hex() if view == _HEX else data.decode(view)) + fill * (length % 2)
        for length, data in field.prefixes.items()
    }


def _filled_first(field: Field) -> str:
    """The nibble that fills *field* up, if it follows upon a length that is packed as well."""
    bcd = field.encoding
    if field.is_fixed or not isinstance(bcd, Bcd) or not bcd.left:
        return ""
    return bcd.fill if _prefix_view(field) == _HEX else ""


def _joined(pieces: list[str]) -> str:
    """One expression for all *pieces* of text; nothing but text gets through."""
    return pieces[0] if len(pieces) == 1 else f"join(({', '.join(pieces)}))"
