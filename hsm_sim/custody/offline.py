"""The files of a module that does not run: its key store and audit log, changed hand in hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cardswitch.specs.errors import ConfigError

from ..config import HsmConfig
from .audit import AuditLog
from .history import History
from .journal import AuditJournal
from .store import KeyStore, StoreError, read_store, write_store

# An event, and details that hold no secret.
Note = tuple[str, Mapping[str, str]]


class OfflineStore:
    """What stands in the folder of a lab. It is held alone, so that no module runs meanwhile."""

    def __init__(self, config: HsmConfig, folder: Path) -> None:
        """Raises ConfigError (no key store is configured), StoreError, Error (a module runs)."""
        if not config.key_store:
            raise ConfigError('hsm.key_store: missing: name a file there, such as "hsm.keys"')
        self._path = folder / config.key_store
        self.store = read_store(self._path)
        if not self.store.is_whole:
            raise StoreError(
                f"{self._path}: was changed since it was written; the module erases its LMKs when "
                "it starts, after that they can be formed anew"
            )
        self._journal = AuditJournal(folder / config.audit)
        try:
            history = History(self._journal.read_verified())
        except BaseException:
            self._journal.close()
            raise
        self._log = AuditLog(history.last)
        self._troubles: Sequence[Note] = self._journal.troubles
        self.tampered = history.tampered or self.store.tampered

    def keep(self, store: KeyStore, notes: Sequence[Note], now: float) -> None:
        """Write *notes* to the audit log, then *store* in place of the one that there was."""
        notes, self._troubles = [*self._troubles, *notes], ()
        self._journal.commit([self._log.entry(event, details, now) for event, details in notes])
        write_store(self._path, store)
        self.store = store

    def close(self) -> None:
        """Let go of the files."""
        self._journal.close()
