"""The header of a dialect: fixed parts before the MTI; what a link puts before that is another."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from ..errors import DecodeError, EncodeError
from ..grammar.fields import Field
from ..message import Message, MessageError


class Header(Struct, frozen=True):
    """Its *parts*, and the bytes that stand for it where a message brings none.

    A message read has it in :attr:`Message.header`; one that has none is written with the default.
    """

    parts: tuple[Field, ...]
    default: bytes

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return len(self.default)

    def read(self, header: bytes) -> dict[str, str]:
        """The parts of *header*, by their names; DecodeError where it is none of this dialect."""
        values: dict[str, str] = {}
        offset = 0
        for field in self.parts:
            start, end, length = field.locate(header, offset)
            values[field.name] = field.read(header, start, end, length)
            offset = end
        return values

    def strip(self, unpack: Callable[[bytes], Message], data: bytes) -> Message:
        """What *unpack* makes of what follows the header; offsets in errors count from it on."""
        data = bytes(data)
        if fault := self._fault(data):
            raise MessageError.of(fault)
        header = data[: self.size]
        try:
            message = unpack(data[self.size :])
        except MessageError as error:
            if error.offset is not None:
                error.offset += self.size
            if error.echo is not None:
                error.echo = Message(error.echo.mti, error.echo.fields, header)
            raise
        return Message(message.mti, message.fields, header)

    def _fault(self, data: bytes) -> DecodeError | None:
        """What is wrong with the header of *data*: raised by others, so that it has no context."""
        try:
            self.read(data)
        except DecodeError as error:
            return error
        return None

    def of(self, message: Message) -> bytes:
        """That of *message*, of a longer one its end; EncodeError where it is none."""
        header = message.header[-self.size :] if message.header else self.default
        try:
            self.read(header)
        except DecodeError as error:
            raise EncodeError(
                error.expected, field=error.field, seen=error.seen, hint=error.hint
            ) from None
        return header
