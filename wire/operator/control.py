"""The operator's road, from outside: ask a program that runs on this machine to do something.

One line of JSON goes there, one comes back, on a socket in the program's data folder that only its
user can open.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from cardswitch.specs.errors import Error

from ..store.disk import user_name

HAS_UNIX_SOCKETS: Final = sys.platform != "win32"
TIMEOUT_S: Final = 10.0
REQUEST_SIZE_MAX: Final = 64 * 1024  # A deed needs a few hundred bytes.
ANSWER_SIZE_MAX: Final = 4 * 1024 * 1024  # Lists of legs are the longest answers.
WHO_SIZE_MAX: Final = 64
_PATH_SIZE_MAX: Final = 100  # of a socket: the systems allow 104 to 108 bytes, with the end mark


class NotRunning(Error):
    """No program answers there, so whoever takes the lock of its store may do the deed."""


class ControlRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked; the token is that of the token file, where there are no Unix sockets."""

    verb: str
    arguments: dict[str, Any] = {}
    who: Annotated[str, Meta(max_length=WHO_SIZE_MAX)] = ""
    token: str = ""


class TokenFile(Struct, frozen=True):
    """Where a program without a Unix socket listens, and what a request must show there."""

    port: int
    token: str


class _Answer(Struct, frozen=True):
    ok: bool
    result: dict[str, Any] = {}
    error: str = ""


_encode: Final = msgspec.json.Encoder().encode


def ask_control(
    folder: Path,
    name: str,
    verb: str,
    arguments: Mapping[str, Any] | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Mapping[str, Any]:
    """Have the program *name*, whose data is in *folder*, do *verb*; return what it answers.

    Raises NotRunning if nobody is there, and Error with what the program says if it refuses, or if
    it does not answer within *timeout_s*: then the deed may have been done.
    """
    ends_at = time.monotonic() + timeout_s
    with _reached(folder, name, timeout_s) as (connection, token):
        request = ControlRequest(verb, dict(arguments or {}), user_name()[:WHO_SIZE_MAX], token)
        line = _encode(request) + b"\n"
        if len(line) > REQUEST_SIZE_MAX:
            raise Error(f"{verb}: the request has {len(line)} bytes, limit {REQUEST_SIZE_MAX}")
        try:
            # One that refuses before it has read closes at once; what it said is there to be read.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(line)
            answer = _read_line(connection, ends_at)
        except TimeoutError:
            raise Error(
                f"{name} did not answer {verb} within {timeout_s:g} s; it may still do it: look "
                "before you ask again"
            ) from None
        except OSError:
            answer = b""
    return _result_of(answer, name, verb)


def socket_path(folder: Path, name: str) -> Path:
    """The Unix socket of the program *name*."""
    return folder / f"{name}.sock"


def token_path(folder: Path, name: str) -> Path:
    """The token file of the program *name*."""
    return folder / f"{name}.token"


@contextmanager
def short_path(path: Path) -> Iterator[str]:
    """*path*, or a way to the same file that is short enough for a socket; good while this is open.

    Such a way leads through a link to its folder, which stands in a private temporary folder.
    """
    if len(os.fsencode(path)) <= _PATH_SIZE_MAX:
        yield str(path)
        return
    with tempfile.TemporaryDirectory(prefix="cs-") as folder:  # short, where folders are deep
        link = Path(folder) / "to"
        link.symlink_to(path.parent.absolute(), target_is_directory=True)
        yield str(link / path.name)


@contextmanager
def _reached(folder: Path, name: str, timeout_s: float) -> Iterator[tuple[socket.socket, str]]:
    """A connection to the program, and the token that it wants to see there."""
    here = socket_path(folder, name) if HAS_UNIX_SOCKETS else token_path(folder, name)
    try:
        found = _dial(here, timeout_s) if HAS_UNIX_SOCKETS else _dial_loopback(here, timeout_s)
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
        raise NotRunning(f"{name} is not running in {folder}") from None
    except PermissionError:
        raise Error(f"{here}: only the user who runs {name} may give it orders") from None
    except OSError as error:  # A full queue among them: it answers others first.
        raise Error(f"{here}: {name} cannot be reached now: {error.strerror or error}") from None
    connection, token = found
    with connection:
        yield connection, token


def _dial(path: Path, timeout_s: float) -> tuple[socket.socket, str]:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        with short_path(path) as way:
            connection.connect(way)
    except BaseException:
        connection.close()
        raise
    return connection, ""


def _dial_loopback(path: Path, timeout_s: float) -> tuple[socket.socket, str]:
    try:
        file = msgspec.json.decode(path.read_bytes(), type=TokenFile)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Error(f"{path}: not a token file; the program writes it when it starts") from None
    return socket.create_connection(("127.0.0.1", file.port), timeout_s), file.token


def _read_line(connection: socket.socket, ends_at: float) -> bytes:
    """One line, or what there was of it at the end of the connection."""
    line = b""
    while not line.endswith(b"\n") and len(line) <= ANSWER_SIZE_MAX:
        left_s = ends_at - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        connection.settimeout(left_s)
        data = connection.recv(65_536)
        if not data:
            break
        line += data
    return line


def _result_of(line: bytes, name: str, verb: str) -> Mapping[str, Any]:
    if not line:
        raise Error(
            f"{name} ended before it answered {verb}; it may have done it: look before you ask "
            "again"
        )
    try:
        answer = msgspec.json.decode(line, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Error(f"{name} answered {verb} with something that is no answer") from None
    if not answer.ok:
        raise Error(answer.error or f"{name} refused {verb}")
    return answer.result
