"""The operator's road, inside a program: it listens in its data folder and does what is asked.

Lines of JSON on a Unix socket that only this user can open; where there are none, on loopback, with
a token that stands in a file of this user alone.
"""

# What comes in, and what goes out
#
#     {"verb": "retry", "arguments": {"leg": 7}, "who": "ann"}     {"ok": true, "result": {…}}
#                                                                  {"ok": false, "error": "…"}
#
# One answer for each line, in order. A verb that raises Error is answered with its text and the
# connection goes on. What is no request (no JSON, too long, too slow, an unknown verb) is answered
# with where it is wrong, and is the end of the connection.
#
# A program holds a lock on "<name>.sock.lock" while it listens. Whoever has it may remove the
# socket that a dead program left; whoever does not get it is the second program, and is refused.

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import struct
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from cardswitch.specs.errors import Error
from cardswitch.specs.masking import printable

from ..operator.control import (
    HAS_UNIX_SOCKETS,
    REQUEST_SIZE_MAX,
    ControlRequest,
    TokenFile,
    short_path,
    socket_path,
    token_path,
)
from ..store.disk import PRIVATE, lock_file, open_append, replace_file
from .accepting import Accepting

Verb = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
_WAITING_MAX: Final = 64  # connections that the system holds for us until we take them
_SHOWN_MAX: Final = 60  # characters of a foreign word in an error
_CREDENTIALS: Final = struct.Struct("3i")  # of SO_PEERCRED: process, user, group
_ROOT: Final = 0
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(ControlRequest).decode


class ControlLimits(Struct, frozen=True):
    """What one user can take of a program that has payments to switch."""

    clients_max: int = 8
    request_size_max: int = REQUEST_SIZE_MAX
    line_s: float = 5.0  # from the first byte of a line to its end, and for taking an answer
    idle_s: float = 60.0  # for the next line


class _Refused(Error):
    """This is answered, and is the end of the connection."""


class Control:
    """A control channel that stands; made by :func:`serve_control`."""

    def __init__(
        self, path: Path, lock: int, verbs: Mapping[str, Verb], limits: ControlLimits
    ) -> None:
        self.path = path  # the socket, or the token file
        self._lock = lock
        self._verbs = verbs
        self._limits = limits
        # What a stream may hold of a line, which has a first byte and a line feed beside that.
        self._reading_max = limits.request_size_max - 2
        self._token = ""
        self._accepting: Accepting | None = None
        self._clients = 0

    async def close(self) -> None:
        """Listen no more, end what is in work, and let another program have the place."""
        if self._accepting is not None:
            self._accepting.close()
            await self._accepting.closed()
            self._accepting = None
            with suppress(OSError):
                self.path.unlink()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def listen(self) -> None:
        """Begin to listen on a Unix socket."""
        listening = _bound(self.path)
        listening.listen(_WAITING_MAX)
        self._accepting = Accepting(self._meet, self._failed)
        self._accepting.accept_at(listening)

    def listen_on_loopback(self) -> None:
        """Begin to listen on a free port, and say in the token file on which."""
        self._token = secrets.token_hex(32)
        listening = socket.create_server(("127.0.0.1", 0), backlog=_WAITING_MAX)
        self._accepting = Accepting(self._meet, self._failed)
        self._accepting.accept_at(listening)
        port = listening.getsockname()[1]
        replace_file(self.path, _encode(TokenFile(port, self._token)), PRIVATE)

    # One client ---------------------------------------------------------------------------------

    def _meet(self, peer: socket.socket, _: str) -> Coroutine[Any, Any, None]:
        return self._serve(peer)

    def _failed(self, error: Exception) -> None:
        told = {"message": f"{self.path}: a client was not served", "exception": error}
        asyncio.get_running_loop().call_exception_handler(told)

    async def _serve(self, peer: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=peer, limit=self._reading_max)
        # An answer counts as taken when it has left us: what nobody takes must not pile up.
        writer.transport.set_write_buffer_limits(0)
        self._clients += 1
        try:
            await self._talk(reader, writer)
        except _Refused as error:
            with suppress(OSError):
                await self._say(writer, {"ok": False, "error": str(error)})
        except (OSError, asyncio.CancelledError):
            """Nobody is there, or takes the answer, or the program ends: nothing can be said."""
        finally:
            self._clients -= 1
            if writer.transport.get_write_buffer_size():
                writer.transport.abort()
            else:
                writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._clients > self._limits.clients_max:
            raise _Refused(f"{self._limits.clients_max} others are connected: try again later")
        if not is_allowed(writer):
            raise _Refused("only the user who runs this program may give it orders")
        while (line := await self._line(reader)) is not None:
            await self._say(writer, await self._answer(line))

    async def _say(self, writer: asyncio.StreamWriter, answer: Mapping[str, Any]) -> None:
        writer.write(_encode(answer) + b"\n")
        async with asyncio.timeout(self._limits.line_s):
            await writer.drain()

    async def _line(self, reader: asyncio.StreamReader) -> bytes | None:
        """The next line, or None at the end of the connection."""
        limits = self._limits
        try:
            async with asyncio.timeout(limits.idle_s):
                first = await reader.read(1)
        except TimeoutError:
            raise _Refused(f"nothing was asked for {limits.idle_s:g} s") from None
        if not first or first == b"\n":
            return first or None
        try:
            async with asyncio.timeout(limits.line_s):
                return first + await reader.readuntil()
        except TimeoutError:
            raise _Refused(f"a line must be whole within {limits.line_s:g} s") from None
        except asyncio.LimitOverrunError:
            raise _Refused(f"a line may have {limits.request_size_max} bytes") from None
        except asyncio.IncompleteReadError as error:
            read = len(first) + len(error.partial)
            raise _Refused(f"the line ends after {read} bytes without a line feed") from None

    async def _answer(self, line: bytes) -> Mapping[str, Any]:
        request = _request(line)
        if not secrets.compare_digest(request.token.encode(), self._token.encode()):
            raise _Refused("token: not the one that stands in the token file")
        verb = self._verbs.get(request.verb)
        if verb is None:
            known = ", ".join(sorted(self._verbs))
            raise _Refused(
                f"verb: {printable(request.verb, _SHOWN_MAX)} is unknown, expected one of {known}"
            )
        try:
            result = await verb({**request.arguments, "who": request.who})
            return {"ok": True, "result": msgspec.Raw(_encode(result))}
        except Error as error:
            return {"ok": False, "error": str(error)}
        except Exception as error:
            # Its text may hold what nobody outside may read.
            return {"ok": False, "error": f"{request.verb} failed: {type(error).__name__}"}


async def serve_control(
    folder: Path,
    name: str,
    verbs: Mapping[str, Verb],
    limits: ControlLimits | None = None,
    *,
    on_loopback: bool = not HAS_UNIX_SOCKETS,
) -> Control:
    """Do *verbs* for whoever asks the program *name* in *folder*, until the Control is closed.

    A verb is given the arguments, and under "who" the name of the user who asks. Raises Error if
    another program is at that place, or nothing can be made there.
    """
    path = token_path(folder, name) if on_loopback else socket_path(folder, name)
    try:
        control = Control(path, _locked(folder, name), verbs, limits or ControlLimits())
        try:
            (control.listen_on_loopback if on_loopback else control.listen)()
        except BaseException:
            await control.close()
            raise
    except OSError as error:
        raise Error(f"{path}: cannot listen there: {error.strerror or error}") from None
    return control


def is_allowed(writer: asyncio.StreamWriter) -> bool:
    """Whether this user or root is at the other end; where the system does not say, the file does.

    The rights of the socket keep others out already: this holds if somebody has changed them.
    """
    connection = writer.get_extra_info("socket")
    if not hasattr(socket, "SO_PEERCRED") or connection.family != socket.AF_UNIX:
        return True
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(found)
    return user in (os.getuid(), _ROOT)


def _locked(folder: Path, name: str) -> int:
    path = folder / f"{name}.sock.lock"
    lock = open_append(path)
    try:
        lock_file(lock)
    except OSError:
        os.close(lock)
        raise Error(
            f"{path}: held by another program; is {name} running already? Stop it first"
        ) from None
    return lock


def _bound(path: Path) -> socket.socket:
    """A socket at *path* that does not listen yet; what a dead program left there is removed."""
    if path.exists() and not path.is_socket():
        raise Error(f"{path}: expected no file or a socket there; move it away")
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with short_path(path) as way:
            bound.bind(way)
        # Nobody can connect before it listens, so the rights are right from the first moment.
        path.chmod(PRIVATE)
    except BaseException:
        bound.close()
        raise
    return bound


def _request(line: bytes) -> ControlRequest:
    try:
        return _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise _Refused(f"request: {printable(what)}") from None
