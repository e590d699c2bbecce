"""The journal in a database: what the switch writes it with. Others read it with `reader`."""

from __future__ import annotations

from cardswitch.wire.store.journal import JournalStore

from ..core.row import Row
from .tables import JOURNAL, JOURNAL_SCHEMA


def open_journal(url: str) -> JournalStore[Row]:
    """The journal at *url* (SQLAlchemy's: ``sqlite:///switch.db``), for one switch alone.

    Raises ConfigError (the url) or Error (in use, damaged, not ours).
    """
    return JournalStore(url, JOURNAL_SCHEMA, JOURNAL, Row)
