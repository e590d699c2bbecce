"""A dialect: how messages are written on one kind of link, and the codec made from its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from functools import lru_cache
from typing import Final

from ..codec import walk
from ..codec.compile import (
    MISFIT,
    compile_index,
    compile_pack,
    compile_reader,
    compile_unpack,
    compile_writer,
)
from ..codec.form import Form
from ..codec.shapes import OnDemand, Shapes
from ..codes import TABLES
from ..errors import DecodeError, EncodeError, FormatError
from ..grammar.fields import Field
from ..lazy import LazyFields, Pieces
from ..message import Message
from ..parts import paths
from ..parts.layout import Part
from .build import build_form
from .file import read_dialect_file
from .header import Header

DIALECTS_CACHED_MAX: Final = 64  # a process speaks a handful
_Unpackers = Shapes[bytes, Callable[[bytes], Message]]
_FIRST_SEND: Final = str.maketrans("135", "024")


class Dialect:
    """How messages are written on one kind of link. Made by :func:`load_dialect`; never changed.

    *form* has been checked. Where it has a *header* of its own, all messages begin with it.
    """

    def __init__(self, form: Form) -> None:
        self.form = form
        self.name, self.title, self.version = form.name, form.title, form.version
        self.mti, self.bitmap, self.bitmaps = form.mti, form.bitmap, form.bitmaps
        self.fields, self.messages = form.fields, form.messages
        self.header: Header | None = None
        self.header_size = len(form.header_default)
        self.mtis = form.mtis
        at = self.mti.size(4)
        one, two, three = (at + self.bitmap.size(digits) for digits in (16, 32, 48))
        goes_on = {self.bitmap.encode(f"{byte:02X}")[0] for byte in range(128, 256)}
        # Where bitmaps begin and end, by the first byte of one; none that stands among the fields.
        self._bitmap_ends = tuple(two if byte in goes_on else one for byte in range(256))
        self._third_ends = tuple(three if byte in goes_on else two for byte in range(256))
        self._bitmap_places = at, one if len(self.bitmaps.sizes) > 2 else three
        if size := self.bitmaps.size:
            self._bitmap_ends = (at + self.bitmap.size(size * 2),) * 256
        # A field alone, with its prefix.
        self._readers = OnDemand(lambda number: compile_reader(form.fields[number]))
        writers = OnDemand(lambda number: compile_writer(form.fields[number]))
        self.pieces = Pieces(
            mti_bytes=form.mti_bytes,
            bitmap=form.bitmap,
            bitmaps=form.bitmaps,
            read=self.read_field,
            writers=writers,
        )
        self._unpackers = _Unpackers(lambda shape: compile_unpack(form, shape))
        self._lazy_unpackers = _Unpackers(
            lambda shape: compile_index(form, self.pieces, shape, strict=True)
        )
        self._indexers = _Unpackers(
            lambda shape: compile_index(form, self.pieces, shape, strict=False)
        )
        self._packers = Shapes[tuple[int, ...], Callable[[Message], bytes]](
            lambda shape: compile_pack(form, shape)
        )
        self._body = self  # reads and writes what follows the header
        if form.header:
            self._body = copy(self)
            self.header = Header(form.header, form.header_default)

    def unpack(self, data: bytes) -> Message:
        """The message that the whole of *data* stands for, from the header of the dialect on.

        A header of the link, such as a TPDU, is not the dialect's. Raises MessageError, which is a
        DecodeError, with the field, the byte offset and what was expected there.

        >>> echo = b"08008220000000000000" + b"0400000000000000" + b"1123130500000001301"
        >>> load_dialect("iso87-ascii").unpack(echo)
        <0800 7=1123130500, 11=000001, 70=301>
        """
        if self.header is not None:
            return self.header.strip(self._body.unpack, data)
        try:
            return self._unpackers[self.shape_of(data)](data)
        except MISFIT:
            pass
        return walk.unpack(self.form, bytes(data))

    def unpack_lazy(self, data: bytes) -> Message:
        """As :meth:`unpack`, and refuses the same; but a value is cut where it is asked for.

        For those who read little of a message, and write it again in this dialect: :meth:`pack`
        then splices what was changed into *data*.
        """
        if self.header is not None:
            return self.header.strip(self._body.unpack_lazy, data)
        return self._unpack_lazily(self._lazy_unpackers, data)

    def is_lazily_refused(self, data: bytes) -> bool:
        """Whether :meth:`unpack_lazy` has :meth:`unpack` say what *data* is, or why it is none.

        For fuzzers, who have heard it from that one already.
        """
        if self.header is not None:
            return False
        try:
            self._lazy_unpackers[self.shape_of(data)](data)
        except MISFIT:
            return True
        return False

    def index(self, data: bytes) -> Message:
        """As :meth:`unpack_lazy`, but lengths alone are checked: a wrong value raises DecodeError
        when it is cut, and one that nobody reads is written as it came. Nothing to forward.
        """
        if self.header is not None:
            return self.header.strip(self._body.index, data)
        return self._unpack_lazily(self._indexers, data)

    def _unpack_lazily(self, functions: _Unpackers, data: bytes) -> Message:
        if data.__class__ is not bytes:
            data = bytes(data)  # It is kept, so nobody may change it.
        try:
            return functions[self.shape_of(data)](data)
        except MISFIT:
            pass
        return walk.unpack(self.form, bytes(data))

    def pack(self, message: Message) -> bytes:
        """*message* as bytes; EncodeError names the field that does not fit.

        >>> load_dialect("pos").pack(Message("0810", {11: "000001", 39: "00"})).hex()
        '081000200000020000000000013030'
        """
        if self.header is not None:
            return self.header.of(message) + self._body.pack(message)
        fields = message.fields
        try:
            if fields.__class__ is LazyFields and fields.is_of(self.pieces):
                return fields.pack(message.mti)
            return self._packers[tuple(fields)](message)
        except MISFIT:
            pass
        return walk.pack(self.form, message)

    def read_field(self, number: int, data: bytes, start: int, end: int) -> str:
        """The value of field *number*, which is data[start:end] with its prefix; DecodeError."""
        try:
            return self._readers[number](data[start:end])
        except MISFIT:
            pass
        field = self.fields[number]
        try:
            return field.read(data, *field.locate(data, start))
        except DecodeError as error:
            error.offset = (error.offset or 0) + self.header_size
            raise

    def shape_of(self, data: bytes) -> bytes:
        """The bytes of the bitmaps that stand together in *data*; IndexError if there are none.

        Messages of one shape have the same fields: code is generated for each that comes often.
        """
        at, second = self._bitmap_places
        end = self._bitmap_ends[data[at]]
        return data[at:end] if end <= second else data[at : self._third_ends[data[second]]]

    def missing(self, message: Message) -> list[int]:
        """The mandatory fields of its MTI that *message* lacks; a repeat is as its first send."""
        rule = self.messages.get(message.mti[:3] + message.mti[3:].translate(_FIRST_SEND))
        return sorted(rule.mandatory - message.fields.keys()) if rule else []

    def names(self) -> dict[int, str]:
        """The name of every field, by its number."""
        return {number: field.name for number, field in self.fields.items()}

    def meaning(self, field: Field, value: str) -> str:
        """What *value* means in *field*; empty where no table says it.

        >>> iso87 = load_dialect("iso87-ascii")
        >>> iso87.meaning(iso87.fields[39], "51")
        'Insufficient funds'
        """
        table = self.form.values.get(field.values) or TABLES.get(field.values) or {}
        return table.get(value, "")

    def read(self, message: Message, path: str) -> str:
        """The value of the field or part at *path* in *message*.

        Raises FormatError if it is absent, DecodeError if its field is not made as it should be.

        >>> load_dialect("pos").read(Message("0200", {55: "9F3602003C"}), "55.9F36")
        '003C'
        """
        value = self._find(message, path)
        if value is None:
            raise FormatError("a field or part that is there", code="part-missing", field=path)
        return value

    def has(self, message: Message, path: str) -> bool:
        """Whether *message* carries the field or part at *path*; DecodeError as in :meth:`read`."""
        return self._find(message, path) is not None

    def write(self, message: Message, path: str, value: str) -> Message:
        """A copy of *message* with *value* at *path*; an absent field is begun where that can be.

        Raises EncodeError if *value*, or the field that it makes, has not the form agreed for it.

        >>> load_dialect("pos").write(Message("0200", {3: "000000"}), "3.1", "20").fields
        {3: '200000'}
        """
        number, keys = paths.parse_path(path)
        field = self.fields.get(number)
        if field is None:
            raise EncodeError(
                f"a field that {self.name} defines", code="field-undefined", field=path
            )
        if keys:
            value = paths.set_part(self.form.parts, number, keys, message.get(number), value)
        field.write(value)
        return message.with_fields({number: value})

    def delete(self, message: Message, path: str) -> Message:
        """A copy of *message* without the field or part at *path*; the last part takes its field.

        Raises FormatError if it is absent, EncodeError if what is left is not as agreed.
        """
        number, keys = paths.parse_path(path)
        value = message.get(number) if number in message.fields else None
        if value is not None:
            value = paths.delete_part(self.form.parts, number, keys, value) if keys else ""
        if value is None:
            raise FormatError("a field or part that is there", code="part-missing", field=path)
        if not value:
            return message.without(number)
        self.fields[number].write(value)
        return message.with_fields({number: value})

    def parts_of(self, path: str | int, value: str) -> list[Part]:
        """The parts of *value*, which stands at *path*; none where this dialect says of none.

        >>> [part.value for part in load_dialect("pos").parts_of(3, "012000")]
        ['01', '20', '00']
        """
        return paths.parts_of(self.form.parts, path, value)

    def parts_before_fault(
        self, path: str | int, value: str
    ) -> tuple[list[Part], DecodeError | None]:
        """As :meth:`parts_of`; but of a broken value the parts before the fault, and the fault.

        >>> parts, fault = load_dialect("pos").parts_before_fault(55, "9F3602003C9A03")
        >>> [part.key for part in parts], fault.offset
        (['9F36'], 6)
        """
        return paths.parts_before_fault(self.form.parts, path, value)

    def build(self, message: Message, parts: Mapping[str, str]) -> Message:
        """A copy of *message* with fields made of *parts*: values by their paths, in their order.

        Raises EncodeError if a field cannot be made of them.

        >>> load_dialect("pos").build(Message("0200"), {"3.1": "20", "3.2": "00", "3.3": "00"})
        <0200 3=200000>
        """
        numbers: dict[int, dict[str, str]] = {}
        for path, value in parts.items():
            numbers.setdefault(paths.parse_path(path)[0], {})[path] = value
        made = {n: paths.build_value(self.form.parts, n, below) for n, below in numbers.items()}
        return message.with_fields(made)

    def field_of(self, path: str | int) -> Field | None:
        """The form of the field or part at *path*, where this dialect says one."""
        return paths.field_at(self.form.parts, self.fields, path)

    def _find(self, message: Message, path: str) -> str | None:
        """The value at *path*, or None."""
        number, keys = paths.parse_path(path)
        value = message.fields.get(number)
        if value is None or not keys:
            return value
        part = paths.find_part(self.form.parts, number, keys, value)
        return part.value if part else None

    def __repr__(self) -> str:
        return f"<dialect {self.name}: {len(self.fields)} fields>"


@lru_cache(maxsize=DIALECTS_CACHED_MAX)
def load_dialect(name_or_path: str) -> Dialect:
    """The dialect shipped under that name, or read from a path that ends in ``.toml``.

    Raises DialectError, which says which file and where in it.
    """
    source, written = read_dialect_file(name_or_path)
    return Dialect(build_form(source, written))
