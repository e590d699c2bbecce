"""A dialect: how messages are written on one kind of link, and the codec made from its file."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from . import walk
from .bitmap import TOGETHER
from .codes import TABLES
from .compile import MISFIT, compile_pack, compile_unpack
from .dialect_build import Form, build_form
from .dialect_file import list_dialects, read_dialect_file
from .errors import DecodeError, EncodeError
from .fields import Field
from .message import Message
from .mti import legal_mtis
from .shapes import Shapes

__all__ = ["Dialect", "Form", "HeadedDialect", "list_dialects", "load_dialect", "make_dialect"]

DIALECTS_CACHED_MAX: Final = 64  # a process speaks a handful
_FIRST_SEND: Final = str.maketrans("135", "024")


class Dialect:
    """How messages are written on one kind of link. Made by :func:`load_dialect`; never changed."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.name, self.title, self.version = form.name, form.title, form.version
        self.mti, self.bitmap, self.tertiary = form.mti, form.bitmap, form.tertiary
        self.fields, self.messages = form.fields, form.messages
        self.header_size = 0
        self.mti_bytes = {known: self.mti.encode(known) for known in legal_mtis(self.version)}
        self.mtis = {data: known for known, data in self.mti_bytes.items()}
        at = self.mti.size(4)
        one, two, three = (at + self.bitmap.size(digits) for digits in (16, 32, 48))
        # Where bitmaps begin and end; none that stands among the fields.
        self._bitmap_places = at, one, two, three if self.tertiary == TOGETHER else 0
        self._goes_on = frozenset(self.bitmap.encode(f"{byte:02X}")[0] for byte in range(128, 256))
        self._unpackers = Shapes[bytes, Callable[[bytes], Message]](
            lambda shape: compile_unpack(self, shape)
        )
        self._packers = Shapes[tuple[int, ...], Callable[[Message], bytes]](
            lambda shape: compile_pack(self, shape)
        )

    def unpack(self, data: bytes) -> Message:
        """The message that the whole of *data* stands for, from the header of the dialect on.

        A header of the link, such as a TPDU, is not the dialect's. Raises DecodeError with the
        field, the byte offset and what was expected there.

        >>> echo = b"08008220000000000000" + b"0400000000000000" + b"1123130500000001301"
        >>> load_dialect("iso87-ascii").unpack(echo)
        <0800 7=1123130500, 11=000001, 70=301>
        """
        try:
            return self._unpackers[self.shape_of(data)](data)
        except MISFIT:
            pass
        return walk.unpack(self, bytes(data))

    def pack(self, message: Message) -> bytes:
        """*message* as bytes; EncodeError names the field that does not fit.

        >>> load_dialect("pos").pack(Message("0810", {11: "000001", 39: "00"})).hex()
        '081000200000020000000000013030'
        """
        try:
            return self._packers[tuple(message.fields)](message)
        except MISFIT:
            pass
        return walk.pack(self, message)

    def shape_of(self, data: bytes) -> bytes:
        """The bytes of the bitmaps that stand together in *data*; IndexError if there are none.

        Messages of one shape have the same fields: code is generated for each that comes often.
        """
        at, one, two, three = self._bitmap_places
        if data[at] not in self._goes_on:
            return data[at:one]
        return data[at : three if three and data[one] in self._goes_on else two]

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

    def __repr__(self) -> str:
        return f"<dialect {self.name}: {len(self.fields)} fields>"


class HeadedDialect(Dialect):
    """A dialect whose messages begin with a header of its own: fixed parts, before the MTI.

    A message read has it in :attr:`Message.header`; one that has none is written with the default.
    """

    def __init__(self, form: Form) -> None:
        super().__init__(form)
        self.header_size = len(form.header_default)

    def unpack(self, data: bytes) -> Message:
        """See :meth:`Dialect.unpack`; offsets in errors count from the header on."""
        data = bytes(data)
        self.read_header(data)
        header = data[: self.header_size]
        try:
            message = super().unpack(data[self.header_size :])
        except DecodeError as error:
            if error.offset is not None:
                error.offset += self.header_size
            if error.echo is not None:
                error.echo = Message(error.echo.mti, error.echo.fields, header)
            raise
        return Message(message.mti, message.fields, header)

    def pack(self, message: Message) -> bytes:
        """See :meth:`Dialect.pack`; of a longer header, the last part is this dialect's."""
        size = self.header_size
        header = message.header[-size:] if message.header else self.form.header_default
        try:
            self.read_header(header)
        except DecodeError as error:
            raise EncodeError(
                error.expected, field=error.field, seen=error.seen, hint=error.hint
            ) from None
        return header + super().pack(message)

    def read_header(self, header: bytes) -> dict[str, str]:
        """The parts of *header*, by their names; DecodeError where it is none of this dialect."""
        values: dict[str, str] = {}
        offset = 0
        for field in self.form.header:
            start, end, length = field.locate(header, offset)
            values[field.name] = field.read(header, start, end, length)
            offset = end
        return values


@lru_cache(maxsize=DIALECTS_CACHED_MAX)
def load_dialect(name_or_path: str) -> Dialect:
    """The dialect shipped under that name, or read from a path that ends in ``.toml``.

    Raises DialectError, which says which file and where in it.
    """
    source, written = read_dialect_file(name_or_path)
    return make_dialect(build_form(source, written))


def make_dialect(form: Form) -> Dialect:
    """The dialect of *form*, which somebody else has checked."""
    return HeadedDialect(form) if form.header else Dialect(form)
