"""The journal of the gateway in a database, and lists of what a merchant has there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Index, MetaData, Table, select, text

from cardswitch.wire.ports import Question
from cardswitch.wire.store.journal import JournalStore, JournalStoreReader
from cardswitch.wire.store.schema import Schema, version_table
from cardswitch.wire.store.tables import journal_table

from .core.exchanges import Exchange, Stand
from .core.intents import Intent
from .core.row import GatewayRow, legs_of

EXCEPTIONS_MAX: Final = 500  # intents that ever had one, the newest
_METADATA: Final = MetaData()
JOURNAL: Final = journal_table("gateway_journal", GatewayRow, _METADATA)
_IS_OWNED: Final = JOURNAL.c.owner != ""
Index(
    "gateway_journal_owner", JOURNAL.c.owner, JOURNAL.c.leg,
    sqlite_where=_IS_OWNED, postgresql_where=_IS_OWNED,
)  # fmt: skip
# What a person must look at, or has looked at. A query that says the same words is quick.
_LEFT_TO_PEOPLE: Final = text("state IN ('Refused', 'Spent')")
Index(
    "gateway_journal_exceptions", JOURNAL.c.leg,
    sqlite_where=_LEFT_TO_PEOPLE, postgresql_where=_LEFT_TO_PEOPLE,
)  # fmt: skip
SCHEMA: Final = Schema(
    key="gateway.database",
    metadata=_METADATA,
    version_table=version_table("gateway", _METADATA),
    version=1,
    lock_number=8_587,
    in_use="the journal of the gateway is in use: stop the other gateway, or give this one its "
    "own database",
    missing="there is no journal yet: start the gateway once",
)


def open_journal(url: str) -> JournalStore[GatewayRow]:
    """The journal at *url*, for one gateway alone. Raises ConfigError or Error."""
    return JournalStore(url, SCHEMA, JOURNAL, GatewayRow)


class GatewayReader:
    """Reads the journal at *url*, also while the gateway runs. Raises ConfigError or Error."""

    def __init__(self, url: str) -> None:
        self._reader: JournalStoreReader[GatewayRow] = JournalStoreReader(
            url, SCHEMA, JOURNAL, GatewayRow
        )
        self._table: Table = JOURNAL

    def intents(self, merchant: str, size: int, *, before: int = 0) -> list[Intent]:
        """The newest *size* intents of *merchant*, of legs below *before* where that is given."""
        c = self._table.c
        query = select(c.leg).where(c.owner == merchant, _IS_OWNED)
        if before:
            query = query.where(c.leg < before)
        with self._reader.connection() as connection:
            legs = [leg for (leg,) in connection.execute(query.order_by(c.leg.desc()).limit(size))]
        found = {intent.leg: intent for intent in self._of(Question(legs=tuple(legs)))}
        return [found[leg] for leg in legs]

    def exceptions(self, merchant: str | None = None) -> list[tuple[Intent, Exchange]]:
        """What waits for a person, newest first; of *merchant* alone, if one is named."""
        c = self._table.c
        query = select(c.leg).where(_LEFT_TO_PEOPLE).order_by(c.leg.desc()).distinct()
        with self._reader.connection() as connection:
            legs = [leg for (leg,) in connection.execute(query.limit(EXCEPTIONS_MAX))]
        found = sorted(self._of(Question(legs=tuple(legs))), key=lambda intent: -intent.leg)
        return [
            (intent, exchange)
            for intent in found
            for exchange in intent.exchanges
            if exchange.stand is Stand.EXCEPTION and merchant in (None, intent.merchant)
        ]

    def rows_behind(self, sequence: int) -> Iterator[GatewayRow]:
        """Every row behind *sequence*, in their order, streamed."""
        return self._reader.rows(after=sequence)

    def rows(self, question: Question) -> Sequence[GatewayRow]:
        """The rows of the legs that *question* names."""
        [rows] = self._reader.look_up([question])
        assert rows is not None, "few legs are named"
        return rows

    def _of(self, question: Question) -> list[Intent]:
        return list(legs_of(self.rows(question)).intents.values()) if question.legs else []
