"""The printer of a module: a file that its owner alone may read, to which all is added."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cardswitch.specs.hsm.errors import PRINTER_REFUSED
from cardswitch.wire.store.disk import is_private, open_append, sync_file, write_all

from .custody.policy import CommandRefused

PRINTED_MAX: Final = 16 << 20  # bytes: what is forgotten there fills no disk


class FilePrinter:
    """Prints into *path*."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, text: str) -> None:
        """Print *text*; it is on the disk when this returns.

        Raises CommandRefused (16): the file cannot be written, is full, or others may read it.
        """
        try:
            file = open_append(self._path)
            try:
                if not is_private(file) or os.fstat(file).st_size > PRINTED_MAX:
                    raise CommandRefused(PRINTER_REFUSED)
                write_all(file, text.encode())
                sync_file(file)
            finally:
                os.close(file)
        except OSError:
            raise CommandRefused(PRINTER_REFUSED) from None
