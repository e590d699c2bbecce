"""The journals of the hosts in databases; each host has one of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import MetaData, Table

from cardswitch.specs.errors import Error
from cardswitch.wire.store.journal import JournalStore
from cardswitch.wire.store.schema import Schema, version_table
from cardswitch.wire.store.tables import journal_table

from .row import HostRow

_ACQUIRER: Final = MetaData()
_ISSUER: Final = MetaData()
ACQUIRER_JOURNAL: Final = journal_table("acquirer_journal", HostRow, _ACQUIRER)
ISSUER_JOURNAL: Final = journal_table("issuer_journal", HostRow, _ISSUER)


def _schema(name: str, metadata: MetaData, lock_number: int) -> Schema:
    return Schema(
        key=f"{name}.database",
        metadata=metadata,
        version_table=version_table(name, metadata),
        version=2,
        lock_number=lock_number,
        in_use=f"the journal of the {name} is in use: stop the other {name}, or give this one its "
        "own database",
        missing=f"there is no journal yet: start the {name} once",
    )


ACQUIRER_SCHEMA: Final = _schema("acquirer", _ACQUIRER, 8_585)
ISSUER_SCHEMA: Final = _schema("issuer", _ISSUER, 8_586)


def open_journal(url: str, schema: Schema, table: Table, old: Path) -> JournalStore[HostRow]:
    """The journal at *url*, for one host alone. Raises ConfigError or Error.

    *old* is where a version before 0.1.0 kept its lines: money that it holds must not be forgotten.
    """
    if old.exists():
        raise Error(
            f"{old}: a journal that an older version wrote: move this data folder away and start "
            "with a new one; the version that wrote it can still read it"
        )
    return JournalStore(url, schema, table, HostRow)
