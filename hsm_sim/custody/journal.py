"""Keeps the audit log on disk, and does on disk what it tells of: a tamper erases the key store.

Beside `hsm.audit` is its anchor, `hsm.audit.head`: the hash of the last entry. It is written after
the entries are durable, in one piece and without a sync of its own: so it may name an earlier one
than the last, and never one that is not there, else the end of the log was cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from string import hexdigits
from typing import Any, BinaryIO, Final

from cardswitch.specs.errors import Error
from cardswitch.wire.driver.journal import FileJournal
from cardswitch.wire.store.disk import replace_file
from cardswitch.wire.store.files import file_trouble

from .audit import AuditEntry, true_entries
from .events import AUDIT_REPAIRED, AUDIT_UNANCHORED, TAMPERED
from .store import erase_store

_HASH_LENGTH: Final = 64
_ANCHOR_SIZE_MAX: Final = 2 * _HASH_LENGTH


class AuditJournal(FileJournal):
    """The audit file, and its anchor; *store_path* is the key store's, if there is one.

    *troubles*: what was found and mended when it was opened, as events and their details.
    """

    def __init__(self, path: Path, store_path: Path | None = None) -> None:
        """See :class:`~cardswitch.wire.driver.journal.FileJournal`."""
        super().__init__(path, AuditEntry)
        self._store_path = store_path
        self._anchor_file: BinaryIO | None = None
        self._anchor = read_anchor(self.path)
        self.troubles: list[tuple[str, dict[str, str]]] = []
        if self.cut_size:
            self.troubles.append((AUDIT_REPAIRED, {"bytes": str(self.cut_size)}))
        if not self._anchor and self.path.stat().st_size:
            self.troubles.append((AUDIT_UNANCHORED, {}))

    def read_verified(self) -> Iterator[AuditEntry]:
        """Every entry so far, one after the other.

        Raises Error, naming the line, if the chain is broken or its end was cut.
        """
        try:
            with self.path.open("rb") as file:
                yield from true_entries(file, self._anchor)
        except Error as error:
            raise Error(
                f"{self.path}: {error}; keep the file as evidence, and begin another one"
            ) from None

    def commit(self, entries: Sequence[Any]) -> None:
        """See `Journal.commit`. The LMKs are gone before any answer tells."""
        super().commit(entries)
        if entries:
            self._write_anchor(entries[-1].hash)
        for entry in entries:
            if entry.event == TAMPERED and self._store_path is not None:
                erase_store(self._store_path, entry.details.get("cause") or "unknown")

    def close(self) -> None:
        """See `Journal.close`."""
        super().close()
        if self._anchor_file is not None:
            self._anchor_file.close()

    def _write_anchor(self, head: str) -> None:
        line = f"{head}\n".encode()
        try:
            if self._anchor_file is None:
                replace_file(anchor_of(self.path), line)
                self._anchor_file = anchor_of(self.path).open("r+b", buffering=0)
            else:
                self._anchor_file.seek(0)
                self._anchor_file.write(line)
        except OSError as error:
            raise file_trouble(anchor_of(self.path), error) from None


def anchor_of(path: Path) -> Path:
    """Where the anchor of the audit log in *path* is."""
    return path.with_name(f"{path.name}.head")


def read_anchor(path: Path) -> str:
    """The hash that the anchor of the audit log in *path* names; empty if there is none.

    Raises Error if it cannot be read.
    """
    anchor = anchor_of(path)
    try:
        with anchor.open("rb") as file:
            text = file.read(_ANCHOR_SIZE_MAX).decode("latin-1").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise file_trouble(anchor, error) from None
    if len(text) != _HASH_LENGTH or not set(hexdigits).issuperset(text):
        raise Error(
            f"{anchor}: damaged: expected the hash of an entry; keep it and {path.name} as "
            "evidence, and begin another log"
        )
    return text
