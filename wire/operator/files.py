"""Writes files so that each is there whole or not at all, whatever happens in between."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from cardswitch.specs.errors import Error

from ..store.disk import SHARED, create_file, rename_file, replace_file, sync_folder
from ..store.files import file_trouble


@contextmanager
def staged_files(folder: Path, files: Mapping[str, bytes]) -> Iterator[None]:
    """Have *files* ready in *folder* while the caller records them; then give them their names.

    A full disk is found before anything is recorded. If the caller fails, no file appears; after
    a crash in between, or a name that is refused, doing it all again gives the same files. Raises
    Error.
    """
    staged = {folder / name: _part(folder, name) for name in files}
    try:
        with _explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for path, part in staged.items():
                part.unlink(missing_ok=True)  # What a crash left.
                create_file(part, files[path.name], SHARED)
            sync_folder(folder)
        yield
    except BaseException:
        for part in staged.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)
        raise
    with _explained(folder):  # They are recorded: what gets no name now is kept, as by a crash.
        for path, part in staged.items():
            rename_file(part, path)
        sync_folder(folder)


@contextmanager
def staged_folder(folder: Path, name: str) -> Iterator[Path]:
    """An empty folder that the caller fills with files; it gets its *name* in *folder* at the end.

    It is there whole or not at all; one of no files does not appear. Files of one that is there
    already are replaced, each as a whole. Raises Error.
    """
    part, is_new = _part(folder, name), not folder.exists()
    try:
        with _explained(folder):
            if part.exists():
                shutil.rmtree(part)  # What a crash left.
            part.mkdir(parents=True)
        yield part
        with _explained(folder):
            _name_folder(part, folder / name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if is_new:
            with suppress(OSError):
                folder.rmdir()  # If nothing came into it.


def _name_folder(part: Path, folder: Path) -> None:
    files = [*part.iterdir()]
    if not files:
        return
    sync_folder(part)
    if folder.exists():
        for path in files:
            rename_file(path, folder / path.name)
        sync_folder(folder)
    else:
        rename_file(part, folder)
    sync_folder(folder.parent)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write *files*, recorded before, to *folder*, each whole or not at all. Raises Error."""
    with staged_files(folder, files):
        pass


def write_output(path: Path, text: str) -> None:
    """Put *text* where the operator says: all of it, or *path* stays as it was.

    What is no plain file (a pipe, /dev/stdout) is written to as it is. Raises Error.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, "utf-8")
        else:
            replace_file(path.resolve(), text.encode(), SHARED)
    except OSError as error:
        raise file_trouble(path, error) from None


def read_at_most(path: Path, size_max: int) -> bytes:
    """What is in *path*; of more than *size_max* bytes so many and one, which tells. OSError."""
    with path.open("rb") as file:
        return file.read(size_max + 1)


def is_interrupted(folder: Path, names: Iterable[str]) -> bool:
    """Whether a crash has left some of the files *names* in *folder* staged, but not named."""
    return any(_part(folder, name).exists() for name in names)


def _part(folder: Path, name: str) -> Path:
    return folder / f"{name}.part"


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Error(f"files cannot be written to {folder}: {error.strerror}") from None
