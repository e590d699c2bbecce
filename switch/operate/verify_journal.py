"""Whether the journal of a switch is what was written: the chain of its checksums."""

from __future__ import annotations

from msgspec import Struct

from cardswitch.wire.store.journal import JournalStoreReader

from ..core.row import Row
from ..store.tables import JOURNAL, JOURNAL_SCHEMA
from .config import SwitchConfig

FINDINGS_MAX = 1_000  # Who finds that many needs a copy of the journal, not a longer list.


class JournalVerdict(Struct, frozen=True):
    """What a look through a journal has found."""

    rows: int  # the sequence of its last row
    checksum: str  # that of its last row, which all others are chained to
    findings: tuple[str, ...]  # a line for each row that is not what was written
    more: bool  # whether the look ended at the bound, so that there may be more of them


def verify_journal(config: SwitchConfig) -> JournalVerdict:
    """Go through every row of the journal of *config*, also while its switch runs.

    Raises ConfigError or Error: nothing is there, or it cannot be read.
    """
    reader = JournalStoreReader(config.database, JOURNAL_SCHEMA, JOURNAL, Row)
    findings: list[str] = []
    with reader.snapshot():
        rows, checksum = reader.head()
        for finding in reader.verify():
            if len(findings) == FINDINGS_MAX:
                return JournalVerdict(rows, checksum, tuple(findings), True)
            findings.append(finding)
    return JournalVerdict(rows, checksum, tuple(findings), False)
