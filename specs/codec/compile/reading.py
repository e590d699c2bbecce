"""Generated code that reads: by views of the whole message, of which the values are slices."""

from __future__ import annotations

from binascii import unhexlify
from collections.abc import Callable
from typing import Final

from ...grammar.codepages import CODECS
from ...grammar.encodings import HEX_DIGITS, Bcd, Binary, Encoding, National, Signed, Text
from ...grammar.fields import Field
from ...lazy import Index, LazyFields, Pieces, Span
from ...message import Message
from ..form import Form
from .checks import Checks, alphabet_of
from .code import LATIN_1, Code, Place, at, end_of, moved, paged

_HEXED: Final = "data.hex()"
# A literal of more is put together from parts by CPython 3.11: filling a copy is faster then.
_LITERAL_MAX: Final = 15


def compile_unpack(form: Form, shape: bytes) -> Callable[[bytes], Message] | None:
    """Code that reads the messages whose bitmap is *shape*; None if no message can have it."""
    numbers = _numbers(form, shape)
    if numbers is None:
        return None
    code = Code()
    reader = _Reader(code, form.mti.size(4) + len(shape))
    values = {number: reader.value(form.fields[number]) for number in numbers}
    reader.finish()
    fields = "fields"
    if len(values) > _LITERAL_MAX:
        blank = code.keep("blank", dict.fromkeys(values).copy)
        code.lines.append(f"fields = {blank}()")
        code.lines += [f"fields[{number}] = {value}" for number, value in values.items()]
    else:
        fields = f"{{{', '.join(f'{number}: {value}' for number, value in values.items())}}}"
    return _returning(code, form, fields)


def compile_index(
    form: Form, pieces: Pieces, shape: bytes, *, strict: bool
) -> Callable[[bytes], Message] | None:
    """Code that finds where the fields are; *strict*: and refuses what :func:`compile_unpack` does.

    *pieces* read and write its fields. None if no message can have the bitmap *shape*.
    """
    numbers = _numbers(form, shape)
    if numbers is None:
        return None
    code = Code()
    start = form.mti.size(4)
    reader = _Reader(code, start + len(shape))
    places: dict[int, tuple[Place, Place]] = {}
    for number in numbers:
        before = reader.here
        reader.locate(form.fields[number], strict=strict)
        places[number] = before, reader.here
    reader.finish()
    behind = list(dict.fromkeys(place[0] for span in places.values() for place in span))
    spans = {n: _span(behind, first, last) for n, (first, last) in places.items()}
    code.keep("index", Index(pieces, slice(start, start + len(shape)), spans))
    code.keep("LazyFields", LazyFields)
    ends = "".join(f"{at((number, 0))}, " for number in behind)
    return _returning(code, form, f"LazyFields(index, data, ({ends}))")


def compile_reader(field: Field) -> Callable[[bytes], str]:
    """Code that reads *field* alone, from its prefix on, out of bytes that hold nothing else."""
    code = Code()
    reader = _Reader(code, 0)
    value = reader.value(field)
    reader.finish()
    code.lines.append(f"return {value}")
    return code.function("data")


def _numbers(form: Form, shape: bytes) -> list[int] | None:
    """The fields of the bitmap *shape*, if the form defines them all."""
    if len(shape) not in [form.bitmap.size(size * 2) for size in form.bitmaps.sizes]:
        return None
    text = form.bitmap.decode(shape, len(shape))
    if not set(text) <= HEX_DIGITS:
        return None
    bits = unhexlify(text)
    numbers = [number for number in form.bitmaps.numbers_of(bits) if number in form.fields]
    # Whatever else is set must be what these fields need: no field unknown, no bitmap too many.
    return numbers if numbers and form.bitmaps.bits_of(numbers) == bits else None


def _returning(code: Code, form: Form, fields: str) -> Callable[[bytes], Message]:
    """The function that returns a message of *fields*, an expression."""
    code.keep("Message", Message)
    code.keep("mtis", form.mtis)
    code.lines.append(f"return Message(mtis[data[:{form.mti.size(4)}]], {fields})")
    return code.function("data")


def _span(behind: list[int], first: Place, last: Place) -> Span:
    """The places *first* and *last*, counted from the ends of the fields *behind*."""
    return behind.index(first[0]), first[1], behind.index(last[0]), last[1]


class _Reader:
    """Writes code that reads one field after another, from `here` on."""

    def __init__(self, code: Code, start: int) -> None:
        self.code = code
        self.checks = Checks(code)
        self.here: Place = (0, start)
        self.views: dict[str, str] = {}
        self.doubled: set[int] = set()

    def locate(self, field: Field, *, strict: bool) -> None:
        """Move on behind *field*, whose value is checked if it is *strict*."""
        start = self.begin(field)
        self.here = end_of(self.code, field, start)
        if strict:
            self.check(field, field.encoding, start)

    def value(self, field: Field) -> str:
        """An expression for the value of *field*, which is checked; moves on behind it."""
        start = self.begin(field)
        self.here = end_of(self.code, field, start)
        if isinstance(field.encoding, National):
            return self.by_itself(field, start)
        self.check(field, field.encoding, start)
        value = self.cut(field, field.encoding, start, _length(field))
        if not field.padding:
            return value
        return f"{self.code.keep(f'strip{field.number}', field.padding.strip)}({value})"

    def begin(self, field: Field) -> Place:
        """Where the value of *field* begins; reads its length if it is variable."""
        if field.is_fixed:
            return self.here
        number, start = field.number, moved(self.here, field.prefix.size)
        lengths = self.code.keep(f"lengths{number}", field.lengths)
        self.code.lines.append(f"n{number} = {lengths}[data[{at(self.here)}:{at(start)}]]")
        return start

    def check(self, field: Field, encoding: Encoding, start: Place) -> None:
        """Have the bytes of *field* checked, from *start* to `here`."""
        kind, length, end = field.notation.kind, _length(field), self.here
        if isinstance(encoding, National):
            self.code.lines.append(self.by_itself(field, start))
            return
        if isinstance(encoding, Signed):
            digits = moved(start, 1)
            self.checks.span("CD".encode(encoding.sign.codec), start, digits)
            kind, length, start, encoding = "n", _less(length, 1), digits, encoding.digits
        if isinstance(encoding, Bcd):
            self.checks.digits(encoding, kind, start, end, length, field.prefix)
        elif not isinstance(encoding, Binary):
            self.checks.span(alphabet_of(kind, _codec(encoding)), start, end, field.prefix)

    def by_itself(self, field: Field, start: Place) -> str:
        """An expression that reads *field*, from *start* to `here`, as the walk does."""
        read = self.code.keep(f"read{field.number}", field.read)
        return f"{read}(data, {at(start)}, {at(self.here)}, {_length(field)})"

    def cut(self, field: Field, encoding: Encoding, start: Place, length: int | str) -> str:
        """An expression for what stands from *start* to `here`: *length* characters."""
        end = self.here
        if isinstance(encoding, Signed):
            digits = moved(start, 1)
            sign = self.text(encoding.sign, start, digits)
            return f"{sign} + {self.cut(field, encoding.digits, digits, _less(length, 1))}"
        if isinstance(encoding, Binary):
            return f"{self.view(_HEXED)}[{self.nibble(start)}:{self.nibble(end)}].upper()"
        if not isinstance(encoding, Bcd):
            return self.text(encoding, start, end)
        first, last = self.nibble(start), self.nibble(end)
        if isinstance(length, str):
            first, last = (
                (f"{last} - {length}", last) if encoding.left else (first, f"{first} + {length}")
            )
        elif length % 2:
            first, last = (
                (self.nibble(start, 1), last) if encoding.left else (first, self.nibble(end, -1))
            )
        value = f"{self.view(_HEXED)}[{first}:{last}]"
        return f"{value}.replace('d', '=')" if field.notation.kind == "z" else value

    def text(self, encoding: Encoding, start: Place, end: Place) -> str:
        """The characters from *start* to *end*."""
        latin = f"data{paged(self.code, _codec(encoding), reading=True)}"
        return f"{self.view(f'{latin}.decode({LATIN_1!r})')}[{at(start)}:{at(end)}]"

    def finish(self) -> None:
        """The views come first; the checks last, when every place is known."""
        self.checks.conditions.insert(0, f"{at(self.here)} != len(data)")
        self.code.lines[:0] = [f"{name} = {view}" for view, name in self.views.items()]
        self.checks.refuse()

    def view(self, made: str) -> str:
        """The name of the view of the whole message that the expression *made* makes."""
        return self.views.setdefault(made, f"view{len(self.views)}")

    def nibble(self, place: Place, more: int = 0) -> str:
        """*place* in nibbles, and *more* of them."""
        behind, fixed = place
        nibbles = fixed * 2 + more
        if not behind:
            return str(nibbles)
        if behind not in self.doubled:
            self.doubled.add(behind)
            self.code.lines.append(f"h{behind} = e{behind} * 2")
        return f"h{behind} + {nibbles}" if nibbles else f"h{behind}"


def _length(field: Field) -> int | str:
    """How many characters its value has: a number, or the name of it."""
    return field.notation.characters if field.is_fixed else f"n{field.number}"


def _less(length: int | str, signs: int) -> int | str:
    return length - signs if isinstance(length, int) else f"({length} - {signs})"


def _codec(encoding: Encoding) -> str:
    return encoding.codec if isinstance(encoding, Text) else CODECS["ascii"]
