"""Keeps the audit log on disk, and does on disk what it tells of: a tamper erases the key store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cardswitch.specs.errors import Error
from cardswitch.wire.driver.journal import FileJournal

from .audit import AuditEntry, verify_audit
from .events import TAMPERED
from .store import erase_store


class AuditJournal(FileJournal):
    """The audit file; *store_path* is the key store's, if there is one."""

    def __init__(self, path: Path, store_path: Path | None = None) -> None:
        """See :class:`~cardswitch.wire.driver.journal.FileJournal`."""
        super().__init__(path, AuditEntry)
        self._store_path = store_path

    def read_verified(self) -> list[AuditEntry]:
        """Every entry so far. Raises Error, naming the line, if the chain is broken."""
        with self.path.open("rb") as file:
            findings = verify_audit(file)
        if findings:
            first = findings[0]
            raise Error(
                f"{self.path}: line {first.line}: {first.problem}; keep the file as evidence, "
                "and begin another one"
            )
        entries: list[AuditEntry] = self.read()
        return entries

    def commit(self, entries: Sequence[Any]) -> None:
        """See `Journal.commit`. The LMKs are gone before any answer tells."""
        super().commit(entries)
        for entry in entries:
            if entry.event == TAMPERED and self._store_path is not None:
                erase_store(self._store_path, entry.details.get("cause") or "unknown")
