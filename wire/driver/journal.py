"""The journal of a program: entries on disk when `commit` returns, and back after a crash."""

# What a journal promises, whatever it is made of (a file here, a database in the switch)
#
# Order. Entries come back in the order in which they were committed, and a commit is there as a
# whole, or a first part of it, never a part from its middle. writer.py says what waits for a
# commit.
#
# One writer. Two programs on one journal would each decide from a memory that lacks what the other
# decided, so the second one is refused when it opens it. The lock is the system's and ends with the
# process; no file has to be removed by hand after a crash.
#
# A crash. It may leave half a line at the end. That line was promised to nobody; it is cut when the
# file is opened, before anything is added, for what is added must not continue it. Any text may be
# named by mistake, so only a file is cut whose other lines are ours, or that begins as ours do. A
# damaged line anywhere else is not a crash's doing, and reading ends there with an error that names
# the line: leaving an entry out would mean to decide from a false memory.
#
# A start. A program reads its journal before it listens or dials, gives the entries to its machine,
# and performs what the machine then wants to do.

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol, get_args

import msgspec
from msgspec import Struct

from cardswitch.specs.errors import Error

from ..store.disk import lock_file, open_append, sync_file, sync_folder, write_all
from ..store.files import file_trouble, private

_CLOSED: Final = -1
# Entries take hundreds of bytes; what has no line end for so many more is no journal.
LINE_SIZE_MAX: Final = 1 << 20


class Journal(Protocol):
    """Where a runtime keeps what must survive. Its writer alone calls these, one at a time."""

    @property
    def is_local(self) -> bool:
        """Whether this process itself writes the files; with a server it waits for another one."""
        ...

    def commit(self, entries: Sequence[Any]) -> None:
        """Write *entries*: durable on return. If this raises, nothing is known of them."""
        ...

    def look_up(self, questions: Sequence[Any]) -> Sequence[Sequence[Any] | None]:
        """For each of *questions*, its rows, among all that was committed; None if it cannot say.

        Raises Error if nothing can be read.
        """
        ...

    def require_held(self) -> None:
        """Raise Error if nothing can be committed any more: asked when nothing could be read."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


class FileJournal:
    """Entries as lines of JSON in one file, which only one process at a time may hold.

    The hold is a lock of the system on the open file, on Windows on a byte far behind its end: it
    goes with the process, however that ends.

    After a crash some of the last commit's entries may be there, always the first of them: what was
    not durable was not promised to anyone.
    """

    is_local = True

    def __init__(self, path: Path | str, entry_type: Any) -> None:
        """Open or create *path*; *entry_type* is what msgspec shall read its lines as.

        Raises Error if another process holds the file, or if it is not ours.
        """
        self.path = Path(path)
        self.cut_size = 0  # bytes of a line that a crash left unfinished, and that was cut
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(entry_type).decode
        self._beginnings = _beginnings(entry_type)
        try:
            self._file = open_append(self.path, readable=True)
            try:
                self._take_hold()
            except BaseException:
                os.close(self._file)
                raise
        except OSError as error:
            raise file_trouble(self.path, error) from None

    def _take_hold(self) -> None:
        try:
            lock_file(self._file)
        except OSError as error:
            raise Error(
                f"{self.path}: cannot be held alone ({error.strerror}); is the program running "
                "already? Stop it, or name another file"
            ) from error
        self._cut_unfinished_line()
        private(self.path, make=False)
        sync_folder(self.path.parent)

    def _cut_unfinished_line(self) -> None:
        """A crash may have left half a line: what is added must not continue it.

        Nothing is cut from a file that may be somebody else's.
        """
        size = os.fstat(self._file).st_size
        first, ended, _ = self._read(0).partition(b"\n")
        lines, _, unfinished = self._read(max(0, size - LINE_SIZE_MAX)).rpartition(b"\n")
        if not ended:
            is_ours = size < LINE_SIZE_MAX and self._may_become_entry(first)
        else:
            last = lines.rpartition(b"\n")[2]
            is_ours = self._is_entry(first) and (not unfinished or self._is_entry(last))
        if size and not is_ours:
            raise Error(
                f"{self.path}: not a journal of this program, or damaged, and left as it is; name "
                "another file, or restore this one from a copy"
            )
        if unfinished:
            os.ftruncate(self._file, size - len(unfinished))
            sync_file(self._file)
            self.cut_size = len(unfinished)

    def _read(self, start: int) -> bytes:
        os.lseek(self._file, start, os.SEEK_SET)
        return os.read(self._file, LINE_SIZE_MAX)

    def _is_entry(self, line: bytes) -> bool:
        try:
            self._decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return False
        return True

    def _may_become_entry(self, line: bytes) -> bool:
        return any(line.startswith(b[: len(line)]) for b in self._beginnings)

    def read(self) -> list[Any]:
        """Every entry so far, but for a last one that a crash left unfinished.

        Raises Error, naming the line, if one is damaged.
        """
        with self.path.open("rb") as file:
            return [self._read_line(number, line) for number, line in enumerate(file, 1)]

    def _read_line(self, number: int, line: bytes) -> Any:
        try:
            return self._decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            # No cause: its text may quote the line.
            raise Error(
                f"{self.path}: line {number} is damaged; restore the file from a copy"
            ) from None

    def commit(self, entries: Sequence[Any]) -> None:
        """See :meth:`Journal.commit`. Raises Error."""
        try:
            write_all(self._file, b"".join([self._encode(entry) + b"\n" for entry in entries]))
            sync_file(self._file)
        except OSError as error:
            raise file_trouble(self.path, error) from None

    def look_up(self, questions: Sequence[Any]) -> Sequence[Sequence[Any] | None]:
        """A file of lines has no index: whoever keeps one must remember all of it."""
        raise Error(f"{self.path}: nothing is looked up in a file of lines")

    def require_held(self) -> None:
        """The lock is that of an open file: nobody takes it away."""

    def close(self) -> None:
        """See :meth:`Journal.close`; the lock is let go too. Closing twice does no harm."""
        if self._file != _CLOSED:
            os.close(self._file)
            self._file = _CLOSED


def _beginnings(entry_type: Any) -> set[bytes]:
    """What the lines of *entry_type*, a Struct or several, begin with: a first field."""
    kinds = [kind for kind in get_args(entry_type) or (entry_type,) if issubclass(kind, Struct)]
    names = {kind.__struct_config__.tag_field or kind.__struct_encode_fields__[0] for kind in kinds}
    return {f'{{"{name}":'.encode() for name in names}
