"""Channels: what a link speaks, from frame to message and back."""

from __future__ import annotations

from typing import Any, Final, Protocol

from cardswitch.specs.hsm import (
    BUFFER_SIZE,
    HEADER_SIZE,
    pack_answer,
    pack_command,
    unpack_answer,
    unpack_command,
)
from cardswitch.specs.message import Message, MessageError

from .framing import Framing
from .framings import AnyFraming
from .headers import Header

# What HSMs of this kind speak on TCP: a command or an answer fills the buffer that they tell of.
HSM_FRAMING: Final = Framing("binary2", frame_size_max=BUFFER_SIZE)


class Channel(Protocol):
    """Turns the frames of a link into the values that its program handles, and back."""

    @property
    def framing(self) -> AnyFraming:
        """How frames are told apart."""
        ...

    def decode(self, frame: bytes) -> Any:
        """The message in *frame*, which came without its length.

        Raises FormatError; or FramingError where the link cannot be what it should be.
        """
        ...

    def encode(self, message: Any) -> bytes:
        """The frame of *message*, headers included, without its length. Raises EncodeError."""
        ...


class Codec(Protocol):
    """The part of a dialect that a channel needs."""

    @property
    def header_size(self) -> int:
        """Bytes of the header that messages of this dialect begin with."""
        ...

    def unpack(self, data: bytes) -> Message:
        """The message in *data*; raises DecodeError."""
        ...

    def pack(self, message: Message) -> bytes:
        """*message* as bytes; raises EncodeError."""
        ...


class IsoChannel:
    """ISO 8583 messages of one dialect, behind a header if the link has one.

    A message carries the header that its answer needs, and so does the echo of one that cannot be
    read. On a link without a header that of a message is left out: it belongs to another link.
    Where the dialect has a header of its own, a message carries both, that of the link first.
    """

    def __init__(self, dialect: Codec, framing: AnyFraming, header: Header | None = None) -> None:
        self.framing = framing
        self._unpack = dialect.unpack
        self._pack = dialect.pack
        self._inner_size = dialect.header_size
        self.header = header

    def decode(self, frame: bytes) -> Message:
        """See :meth:`Channel.decode`."""
        if self.header is None:
            return self._unpack(frame)
        header, payload = self.header.strip(frame)
        try:
            message = self._unpack(payload)
        except MessageError as error:
            if error.echo is not None:
                echo = error.echo
                error.echo = Message(echo.mti, echo.fields, header + echo.header)
            raise
        return Message(message.mti, message.fields, header + message.header)

    def encode(self, message: Message) -> bytes:
        """See :meth:`Channel.encode`."""
        payload = self._pack(message)
        if self.header is None:
            return payload
        outer = message.header[: -self._inner_size] if self._inner_size else message.header
        return self.header.prepend(outer, payload)


class HsmServerChannel:
    """An HSM's end of a link: commands come in, answers go out."""

    def __init__(self, framing: AnyFraming = HSM_FRAMING, header_size: int = HEADER_SIZE) -> None:
        self.framing = framing
        self._header_size = header_size

    def decode(self, frame: bytes) -> Any:
        """The Command in *frame*; see :meth:`Channel.decode`."""
        return unpack_command(frame, self._header_size)

    def encode(self, message: Any) -> bytes:
        """The bytes of an Answer; see :meth:`Channel.encode`."""
        return pack_answer(message)


class HsmClientChannel:
    """The end of an HSM's client: commands go out, answers come in."""

    def __init__(self, framing: AnyFraming = HSM_FRAMING, header_size: int = HEADER_SIZE) -> None:
        self.framing = framing
        self._header_size = header_size

    def decode(self, frame: bytes) -> Any:
        """The Answer in *frame*; see :meth:`Channel.decode`."""
        return unpack_answer(frame, self._header_size)

    def encode(self, message: Any) -> bytes:
        """The bytes of a Command; see :meth:`Channel.encode`."""
        return pack_command(message if self._header_size else message.with_header(""))
