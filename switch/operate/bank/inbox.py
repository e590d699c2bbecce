"""The folder that a bank's files come in, looked into again and again at little cost."""

from __future__ import annotations

from pathlib import Path

from ..config import SettlementConfig, SwitchConfig
from ..settle import Record, settling
from .take import Stamp, Taken, stamps_in, take_new


class Inbox:
    """Takes what is new.

    While all files in the folder are as they were, none is opened and no book.
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder) if folder else None
        self._seen: dict[str, Stamp] = {}  # what was looked at before, by path

    def take(
        self, switch: SwitchConfig, settlement: SettlementConfig, record: Record
    ) -> list[Taken]:
        """What became of files that are new. Raises Error; then they are tried again."""
        if self._folder is None or not self._folder.is_dir():
            return []
        stamps = stamps_in(self._folder)
        if stamps == self._seen:
            return []
        self._seen = {path: stamp for path, stamp in self._seen.items() if path in stamps}
        with settling(switch, settlement, record) as opened:
            return list(take_new(opened, self._seen))
