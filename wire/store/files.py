"""Files of ours: private from the first moment on, and refused in one sentence that helps."""

from __future__ import annotations

from contextlib import suppress
from errno import EACCES, EDQUOT, EISDIR, ENOENT, ENOSPC, EPERM, EROFS
from pathlib import Path
from typing import Final

from cardswitch.specs.errors import Error

from .disk import create_file, narrow_file

NO_ROOM: Final = "make room on the disk, or name a folder on another one"
NO_RIGHT: Final = "give this user the right to write there, or name another folder"
NOT_OURS: Final = "name another file"
_ADVICE: Final = {
    EACCES: NO_RIGHT,
    EPERM: NO_RIGHT,
    EROFS: NO_RIGHT,
    ENOSPC: NO_ROOM,
    EDQUOT: NO_ROOM,
    EISDIR: NOT_OURS,
    ENOENT: "make the folder, or name another one",
}


def file_trouble(path: Path, error: OSError) -> Error:
    """The error to raise if *path* cannot be used as a file of ours: what it is, what to try."""
    advice = _ADVICE.get(error.errno or 0, NOT_OURS)
    reason = error.strerror or type(error).__name__
    return Error(f"{path} cannot be written: {reason}; {advice}")


def private(path: Path, *, make: bool) -> None:
    """See that only its owner may read or write *path*, and *make* it where it is missing.

    What belongs to another user stays as that one wants it. Raises Error if it cannot be a file.
    """
    try:
        if make:
            with suppress(FileExistsError):
                create_file(path, b"")
        narrow_file(path)
    except OSError as error:
        raise file_trouble(path, error) from None
