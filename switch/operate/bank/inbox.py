"""The folder that a bank's files come in, looked into again and again at little cost."""

from __future__ import annotations

from pathlib import Path

from ..config import SettlementConfig, SwitchConfig
from ..settle import Record, settling
from .take import AT_ONCE, Stamp, Taken, stamp_of, take_new


class Inbox:
    """Takes what is new.

    While the folder is as it was, and what was refused too, no file is opened and no book.
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder) if folder else None
        self._changed = -1  # when the folder had changed last, in nanoseconds
        self._seen: dict[str, Stamp] = {}  # what was refused or taken before, by path

    def take(
        self, switch: SwitchConfig, settlement: SettlementConfig, record: Record
    ) -> list[Taken]:
        """What became of files that are new. Raises Error; then they are tried again."""
        if self._folder is None or not self._folder.is_dir():
            return []
        changed = self._folder.stat().st_mtime_ns
        if changed == self._changed and all(
            # A file that grows in its place changes nothing of the folder.
            stamp_of(path) == stamp
            for path, stamp in self._seen.items()
        ):
            return []
        self._seen = {path: stamp for path, stamp in self._seen.items() if Path(path).exists()}
        with settling(switch, settlement, record) as opened:
            found = list(take_new(opened, self._seen))
        if len(found) < AT_ONCE:
            self._changed = changed
        return found
