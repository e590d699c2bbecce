"""The folder that a bank's files come in, looked into again and again at little cost."""

from __future__ import annotations

from pathlib import Path

from ..config import SettlementConfig, SwitchConfig
from ..settle import Record, settling
from .take import AT_ONCE, Taken, new_files, take


class Inbox:
    """Takes what is new; while the folder is as it was, its time is all that is asked for."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder) if folder else None
        self._seen = -1  # when it had changed last, in nanoseconds

    def take(
        self, switch: SwitchConfig, settlement: SettlementConfig, record: Record
    ) -> list[Taken]:
        """What became of files that are new. Raises Error; then they are tried again."""
        if self._folder is None or not self._folder.is_dir():
            return []
        changed = self._folder.stat().st_mtime_ns
        if changed == self._seen:
            return []
        with settling(switch, settlement, record) as opened:
            files = new_files(opened)
            found = list(take(opened, files))
        if len(files) < AT_ONCE:
            self._seen = changed
        return found
