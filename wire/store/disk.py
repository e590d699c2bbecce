"""Files that must survive: opened, locked, made durable, and replaced as a whole.

All that POSIX and Windows do differently is here, and what only one has is imported where it is
used. A file is its descriptor, for no buffer may stand between a write and its sync.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path
from typing import Final

PRIVATE: Final = 0o600  # Readable and writable by the owner alone; Windows keeps it by its folder.
# What anybody may have who may have a new file of this user: the umask takes away from it.
SHARED: Final = 0o666
# Windows would end a file at byte 26 and add a carriage return to every line.
_BINARY: Final[int] = getattr(os, "O_BINARY", 0)
_LOCKED_AT: Final = 1 << 40  # Far behind any content: Windows locks bytes, not files.
_PART: Final = ".new"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def open_append(path: Path, *, readable: bool = False) -> int:
    """Open or create *path*: every write goes to its end. Raises OSError."""
    access = os.O_RDWR if readable else os.O_WRONLY
    return os.open(path, access | os.O_CREAT | os.O_APPEND | _BINARY, PRIVATE)


def lock_file(file: int) -> None:
    """Hold *file* for this process alone, until it is closed or the process is gone.

    Raises OSError at once if another holds it.
    """
    if sys.platform == "win32":  # pragma: no cover
        import msvcrt

        os.lseek(file, _LOCKED_AT, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def write_all(file: int, content: bytes) -> None:
    """Write all of *content*. Raises OSError; then the beginning of it may be in the file."""
    left = memoryview(content)
    while left:  # A write may be short, for instance on a full disk, just before it fails.
        left = left[os.write(file, left) :]


def sync_file(file: int) -> None:
    """Return when what was written to *file* is durable. Raises OSError."""
    os.fsync(file)


def sync_folder(folder: Path) -> None:
    """Make names that are new in *folder* durable; Windows does so by itself. Raises OSError."""
    if sys.platform != "win32":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def create_file(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Make the new file *path*, durable but for its name, with *mode* from the first moment on.

    Raises FileExistsError if there is one already, and other OSErrors.
    """
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
    try:
        write_all(file, content)
        sync_file(file)
    finally:
        os.close(file)


def rename_file(old: Path, new: Path) -> None:
    """Give *old* the name *new*, in place of what had it: at once, or not at all.

    Durable after :func:`sync_folder`. Raises OSError.
    """
    old.replace(new)


def replace_file(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Put *content* in place of what *path* held, durably: all of it, or nothing changes.

    Raises OSError, with nothing left behind.
    """
    part = path.with_name(path.name + _PART)
    try:
        part.unlink(missing_ok=True)  # What a crash left.
        create_file(part, content, mode)
        rename_file(part, path)
        sync_folder(path.parent)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def is_private(file: int) -> bool:
    """Whether only its owner may read or write *file*; on Windows its folder says so, not it."""
    return os.name != "posix" or not os.fstat(file).st_mode & _OTHERS


def narrow_file(path: Path) -> None:
    """Take from others the right to read or write the file *path*, if it is ours to change.

    What is there and no file, as /dev/null, stays everybody's. By its name, not by opening it: to
    close a file again would end the locks of SQLite on it. Raises OSError, IsADirectoryError for a
    folder.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    mode, is_file = stat.S_IMODE(found.st_mode), stat.S_ISREG(found.st_mode)
    if os.name == "posix" and is_file and mode & _OTHERS and found.st_uid == os.geteuid():
        path.chmod(mode & ~_OTHERS)


def user_name() -> str:
    """Who runs this process, as the operating system says; POSIX does not ask the environment."""
    if sys.platform == "win32":  # pragma: no cover
        import getpass

        return getpass.getuser()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # A container may run us as a number that has no name.
        return f"uid {os.getuid()}"
