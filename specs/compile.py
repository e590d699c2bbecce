"""Straight-line Python for one message shape: generated once, run for each message of that shape.

Reading is by views of the whole message, its text and its hexadecimal digits, of which values are
slices; characters are checked in one pass for each class. Generated code only says "no" (one of
`MISFIT`): :mod:`specs.walk` then says why. Both agree on what is a message.
"""

from __future__ import annotations

from binascii import unhexlify
from collections.abc import Callable
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from .bitmap import SECOND_MAX, TOGETHER, bitmap_of, numbers_of
from .codepages import CODECS
from .encodings import HEX_DIGITS, Bcd, Binary, Encoding, HexText, Signed, Text
from .fields import CLASSES, Field
from .message import Message

if TYPE_CHECKING:
    from .dialect import Dialect

# What generated code raises where data does not fit.
MISFIT: Final = (LookupError, ValueError, TypeError, AttributeError)
# How a checked expression becomes bytes.
_BYTES: Final = "{}"
_TEXT: Final = "{}.encode('latin-1')"


class Misfit(ValueError):
    """Data that generated code refuses: the walk says why."""


class _Code:
    """A function of one argument in the making: its lines, and the objects they name."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.objects: dict[str, Any] = {"Misfit": Misfit, "Message": Message, "join": "".join}
        self.checks: dict[tuple[bytes, str], list[str]] = {}
        self.conditions: list[str] = []

    def keep(self, name: str, thing: object) -> str:
        """Make *thing* known to the code as *name*."""
        self.objects[name] = thing
        return name

    def allow(self, alphabet: bytes, how: str, piece: str) -> None:
        """Have the bytes of *piece*, made by *how*, checked: all of them in *alphabet*."""
        self.checks.setdefault((alphabet, how), []).append(piece)

    def refuse(self) -> None:
        """Write the refusal of all that was to be checked."""
        for place, ((alphabet, how), pieces) in enumerate(self.checks.items()):
            name = self.keep(f"alphabet{place}", alphabet)
            self.conditions.append(f"{how.format(_joined(how, pieces))}.translate(None, {name})")
        if self.conditions:
            self.lines += [f"if {' or '.join(self.conditions)}:", "    raise Misfit"]

    def function(self, argument: str) -> Callable[[Any], Any]:
        """The finished function."""
        source = "\n    ".join([f"def run({argument}):", *self.lines])
        # The source is made of field numbers and lengths of a checked dialect, never of its texts.
        exec(source, self.objects)  # noqa: S102
        run: Callable[[Any], Any] = self.objects["run"]
        return run


def _joined(how: str, pieces: list[str]) -> str:
    """One expression for all *pieces*; text is joined, so that nothing but text gets through."""
    if len(pieces) == 1:
        return pieces[0]
    return f"({' + '.join(pieces)})" if how == _BYTES else f"join(({', '.join(pieces)}))"


# -- reading ---------------------------------------------------------------------------------------

# A place in the message: the number of the variable field it lies behind (0: none), bytes since.
_Place = tuple[int, int]
_HEXED: Final = "data.hex()"


def compile_unpack(dialect: Dialect, shape: bytes) -> Callable[[bytes], Message] | None:
    """Code that reads the messages whose bitmap is *shape*; None if no message can have it."""
    numbers = _numbers(dialect, shape)
    if numbers is None:
        return None
    code = _Code()
    reader = _Reader(code, dialect.mti.size(4) + len(shape))
    values = [f"{number}: {reader.value(dialect.fields[number])}" for number in numbers]
    reader.finish()
    code.keep("mtis", dialect.mtis)
    mti = f"mtis[data[:{dialect.mti.size(4)}]]"
    code.lines.append(f"return Message({mti}, {{{', '.join(values)}}})")
    return code.function("data")


def _numbers(dialect: Dialect, shape: bytes) -> list[int] | None:
    """The fields of the bitmap *shape*, if the dialect defines them all."""
    if len(shape) not in [dialect.bitmap.size(digits) for digits in (16, 32, 48)]:
        return None
    text = dialect.bitmap.decode(shape, len(shape))
    if not set(text) <= HEX_DIGITS:
        return None
    bits = unhexlify(text)
    numbers = [number for number in numbers_of(bits) if number in dialect.fields]
    # Whatever else is set must be what these fields need: no field unknown, no bitmap too many.
    return numbers if numbers and bitmap_of(numbers) == bits else None


class _Reader:
    """Writes code that reads one field after another, from `here` on."""

    def __init__(self, code: _Code, start: int) -> None:
        self.code = code
        self.here: _Place = (0, start)
        self.views: dict[str, str] = {}
        self.doubled: set[int] = set()
        self.spans: dict[bytes, list[tuple[_Place, _Place]]] = {}

    def value(self, field: Field) -> str:
        """An expression for the value of *field*; moves on behind it."""
        start, end = self.bounds(field)
        encoding = field.encoding
        if isinstance(encoding, Signed) or field.padding:
            return self.called(field, start, end)
        if isinstance(encoding, Bcd):
            return self.digits(field, encoding, start, end)
        if isinstance(encoding, Binary):
            return f"{self.cut(_HEXED, start, end)}.upper()"
        codec = encoding.codec if isinstance(encoding, Text) else CODECS["ascii"]
        self.check(_wire_alphabet(field.notation.kind, codec), start, end)
        return self.cut(f"data.decode({codec!r})", start, end)

    def bounds(self, field: Field) -> tuple[_Place, _Place]:
        """Where the value of *field* begins and ends; reads its length if it is variable."""
        behind, fixed = self.here
        number, prefix = field.number, field.prefix.size
        if field.is_fixed:
            self.here = (behind, fixed + field.encoding.size(field.notation.characters))
            return (behind, fixed), self.here
        start = (behind, fixed + prefix)
        lengths = self.code.keep(f"lengths{number}", field.lengths)
        size = self.code.keep(f"size{number}", field.encoding.size)
        taken = {Bcd: "(n{0} + 1 >> 1)", Binary: "(n{0} >> 1)", Text: "n{0}", HexText: "n{0}"}
        taken_by = taken.get(type(field.encoding), f"{size}(n{{0}})").format(number)
        self.code.lines += [
            f"n{number} = {lengths}[data[{self.at(self.here)}:{self.at(start)}]]",
            f"e{number} = {self.at(start)} + {taken_by}",
        ]
        self.here = (number, 0)
        return start, self.here

    def digits(self, field: Field, bcd: Bcd, start: _Place, end: _Place) -> str:
        """BCD: the value without the nibble that fills an odd one up, which is checked here."""
        kind, fill = field.notation.kind, bcd.fill.lower()
        if field.is_fixed:
            odd = field.notation.length % 2
            value = self.cut(_HEXED, start, end, odd if bcd.left else 0, 0 if bcd.left else odd)
        else:
            length = f"n{field.number}"
            first, last = self.nibble(start), self.nibble(end)
            ends = f"{last} - {length}:{last}" if bcd.left else f"{first}:{first} + {length}"
            value = f"{self.view(_HEXED)}[{ends}]"
        if not field.is_fixed or field.notation.length % 2:
            whether = "" if field.is_fixed else f"n{field.number} & 1 and "
            edge = self.nibble(start) if bcd.left else self.nibble(end, -1)
            self.code.conditions.append(f"{whether}{self.view(_HEXED)}[{edge}] != {fill!r}")
        if fill in CLASSES[kind]:
            self.check(_bcd_alphabet(kind), start, end)
        else:
            nibbles = _alphabet(kind).lower().replace(b"=", b"d")
            self.code.allow(nibbles, _TEXT, value)
        return f"{value}.replace('d', '=')" if kind == "z" else value

    def called(self, field: Field, start: _Place, end: _Place) -> str:
        """What has no short form is read by the field itself."""
        read = self.code.keep(f"read{field.number}", field.read)
        length = str(field.notation.characters) if field.is_fixed else f"n{field.number}"
        return f"{read}(data, {self.at(start)}, {self.at(end)}, {length})"

    def check(self, alphabet: bytes, start: _Place, end: _Place) -> None:
        """Have the bytes from *start* to *end* checked, in one piece with those just before."""
        spans = self.spans.setdefault(alphabet, [])
        if spans and spans[-1][1] == start:
            start = spans.pop()[0]
        spans.append((start, end))

    def finish(self) -> None:
        """The views come first; the checks last, when every place is known."""
        for alphabet, spans in self.spans.items():
            for start, end in spans:
                self.code.allow(alphabet, _BYTES, f"data[{self.at(start)}:{self.at(end)}]")
        self.code.conditions.insert(0, f"{self.at(self.here)} != len(data)")
        self.code.lines[:0] = [f"{name} = {view}" for view, name in self.views.items()]
        self.code.refuse()

    def view(self, made: str) -> str:
        """The name of the view of the whole message that the expression *made* makes."""
        return self.views.setdefault(made, f"view{len(self.views)}")

    def cut(self, made: str, start: _Place, end: _Place, skip: int = 0, drop: int = 0) -> str:
        """A slice of a view, without its first *skip* and its last *drop* characters."""
        if made == _HEXED:
            first, last = self.nibble(start, skip), self.nibble(end, -drop)
        else:
            first, last = self.at(start), self.at(end)
        return f"{self.view(made)}[{first}:{last}]"

    def at(self, place: _Place) -> str:
        """*place* in bytes."""
        behind, fixed = place
        return (
            f"e{behind} + {fixed}" if behind and fixed else f"e{behind}" if behind else f"{fixed}"
        )

    def nibble(self, place: _Place, more: int = 0) -> str:
        """*place* in nibbles, and *more* of them."""
        behind, fixed = place
        nibbles = fixed * 2 + more
        if not behind:
            return str(nibbles)
        if behind not in self.doubled:
            self.doubled.add(behind)
            self.code.lines.append(f"h{behind} = e{behind} * 2")
        return f"h{behind} + {nibbles}" if nibbles else f"h{behind}"


def _alphabet(kind: str) -> bytes:
    """The characters of class *kind* in Latin-1."""
    return "".join(sorted(CLASSES[kind])).encode("latin-1")


@cache
def _wire_alphabet(kind: str, codec: str) -> bytes:
    """The bytes that stand for the characters of class *kind*."""
    return "".join(sorted(CLASSES[kind])).encode(codec)


@cache
def _bcd_alphabet(kind: str) -> bytes:
    """The bytes whose two nibbles both are digits of class *kind*."""
    nibbles = sorted(CLASSES[kind] - {"="})
    return bytes(int(high + low, 16) for high, low in product(nibbles, nibbles))


# -- writing ---------------------------------------------------------------------------------------

_HEX: Final = "hex"  # the view of parts that are hexadecimal digits; all others are codecs


def compile_pack(dialect: Dialect, shape: tuple[int, ...]) -> Callable[[Message], bytes] | None:
    """Code that writes the messages that carry the fields *shape*; None if none can."""
    if not shape or not all(number in dialect.fields for number in shape):
        return None
    if max(shape) > SECOND_MAX and dialect.tertiary != TOGETHER:
        return None  # A bitmap among the fields is rare: the walk writes it.
    code = _Code()
    writer = _Writer(code)
    code.lines.append("fields = message.fields")
    mti = code.keep(
        "mti_bytes", {mti: _shown(dialect.mti, data) for mti, data in dialect.mti_bytes.items()}
    )
    writer.part(_view(dialect.mti), f"{mti}[message.mti]")
    bitmap = dialect.bitmap.encode(bitmap_of(shape).hex().upper())
    writer.part(_view(dialect.bitmap), repr(_shown(dialect.bitmap, bitmap)))
    for number in sorted(shape):
        writer.field(dialect.fields[number])
    code.refuse()
    code.lines.append(f"return {writer.result()}")
    return code.function("message")


def _view(encoding: Encoding) -> str:
    """How the parts of *encoding* are gathered: as hexadecimal digits, or as text of a codec."""
    if isinstance(encoding, HexText):
        return CODECS["ascii"]
    return encoding.codec if isinstance(encoding, Text) else _HEX


def _shown(encoding: Encoding, data: bytes) -> str:
    """*data* as it stands in the view of *encoding*."""
    view = _view(encoding)
    return data.hex() if view == _HEX else data.decode(view)


class _Writer:
    """Writes code that gathers parts; neighbours of one view are made bytes in one call."""

    def __init__(self, code: _Code) -> None:
        self.code = code
        self.parts: list[tuple[str, list[str]]] = []

    def part(self, view: str, piece: str) -> None:
        """Add *piece*, an expression for text in *view*, or for bytes where that is empty."""
        if view and self.parts and self.parts[-1][0] == view:
            self.parts[-1][1].append(piece)
        else:
            self.parts.append((view, [piece]))

    def field(self, field: Field) -> None:
        """Add the prefix and the value of *field*, both checked."""
        number, encoding, kind = field.number, field.encoding, field.notation.kind
        value = f"v{number}"
        self.code.lines.append(f"{value} = fields[{number}]")
        # A field too long for a table of its prefixes is written as it is read: by itself.
        is_wide = not field.is_fixed and not field.prefixes
        if isinstance(encoding, Signed) or field.padding or is_wide:
            write = self.code.keep(f"write{number}", field.write)
            self.part("", f"{write}({value})")
            return
        self.code.allow(_alphabet(kind), _TEXT, value)
        self.length(field)
        piece = f"{value}.replace('=', 'D')" if kind == "z" and isinstance(encoding, Bcd) else value
        if isinstance(encoding, Bcd):
            self.filled(field, encoding, piece)
        else:
            self.part(_view(encoding), piece)

    def length(self, field: Field) -> None:
        """Check the length of a fixed value; write that of a variable one, if it is legal."""
        number = field.number
        if field.is_fixed:
            self.code.conditions.append(f"len(v{number}) != {field.notation.characters}")
            return
        view = CODECS.get(field.prefix.encoding, _HEX)
        written = {
            length: data.hex() if view == _HEX else data.decode(view)
            for length, data in field.prefixes.items()
        }
        self.code.lines.append(f"n{number} = len(v{number})")
        self.part(view, f"{self.code.keep(f'prefix{number}', written)}[n{number}]")

    def filled(self, field: Field, bcd: Bcd, piece: str) -> None:
        """Digits, and the nibble that fills an odd number of them up."""
        pieces = [piece]
        if not field.is_fixed:
            pieces.append(f"('', {bcd.fill!r})[n{field.number} & 1]")
        elif field.notation.length % 2:
            pieces.append(repr(bcd.fill))
        for part in reversed(pieces) if bcd.left else pieces:
            self.part(_HEX, part)

    def result(self) -> str:
        """An expression for the whole message."""
        self.code.keep("unhexlify", unhexlify)
        made = [self.made(view, pieces) for view, pieces in self.parts]
        return " + ".join(made) if len(made) < 3 else f"b''.join(({', '.join(made)}))"

    def made(self, view: str, pieces: list[str]) -> str:
        """An expression for the bytes of *pieces* of one view."""
        if not view:
            return pieces[0]
        text = pieces[0] if len(pieces) == 1 else f"join(({', '.join(pieces)}))"
        return f"unhexlify({text})" if view == _HEX else f"{text}.encode({view!r})"
