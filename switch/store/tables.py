"""Two groups of tables, each held by one program alone: the journal, and the books of settlement.

On SQLite each group is a file of its own; on PostgreSQL both may be in one database.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    event,
)

from ..core.entry import Record

_JOURNAL: Final = MetaData()
_BOOKS: Final = MetaData()
# SQLite takes only a column of exactly this type as its row number, which spares us an index.
_ROW_NUMBER: Final = BigInteger().with_variant(Integer(), "sqlite")
_TYPES: Final[dict[Any, Any]] = {int: BigInteger, float: Double, str: Text}


def _journal_columns() -> list[Column[Any]]:
    first, *others = msgspec.structs.fields(Record)
    columns = [Column(field.name, _TYPES[field.type], nullable=False) for field in others]
    return [Column(first.name, _ROW_NUMBER, primary_key=True, autoincrement=False), *columns]


# One row for each step of each leg; the columns are the fields of Record, in their order.
JOURNAL: Final = Table("journal", _JOURNAL, *_journal_columns())
# Both grow at their end only, so they cost the writer little. The first finds whole legs, and holds
# all that recovery asks of legs long past; the second finds spans of time.
Index("journal_leg", JOURNAL.c.leg, JOURNAL.c.sequence, JOURNAL.c.state, JOURNAL.c.upstream)
Index("journal_at", JOURNAL.c.at, JOURNAL.c.leg)

CLOSES: Final = Table(
    "closes",
    _BOOKS,
    Column("business_date", Text, primary_key=True),
    Column("starts_at", Double, nullable=False),
    Column("ends_at", Double, nullable=False),
    Column("sha256", Text, nullable=False),
)
BATCHES: Final = Table(
    "batches",
    _BOOKS,
    Column("business_date", Text, primary_key=True),
    Column("merchant", Text, primary_key=True),
    Column("terminal", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("captures", BigInteger, nullable=False),
    Column("captured", BigInteger, nullable=False),
    Column("reversals", BigInteger, nullable=False),
    Column("reversed", BigInteger, nullable=False),
)
# The key is what keeps a movement from being booked twice, on one day or on two.
POSTINGS: Final = Table(
    "postings",
    _BOOKS,
    Column("journal_id", Text, primary_key=True),
    Column("business_date", Text, nullable=False),
    Column("account", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("amount", BigInteger, nullable=False),
)
# What the close wrote for the bank, should the files be lost before anybody has fetched them.
FILES: Final = Table(
    "files",
    _BOOKS,
    Column("business_date", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)


class Schema(Struct, frozen=True):
    """A group of tables, with all that its opening must know."""

    key: str  # of the configuration: where the url comes from
    metadata: MetaData
    version_table: Table  # one row; it also says that the tables are ours
    version: int
    lock_number: int  # names our lock among those that PostgreSQL keeps for a database
    in_use: str  # what to say, and to try, when somebody else holds it
    missing: str  # what to say to a reader before there is anything to read


def _version_table(name: str, metadata: MetaData) -> Table:
    return Table(name, metadata, Column("version", Integer, primary_key=True))


JOURNAL_SCHEMA: Final = Schema(
    key="switch.database",
    metadata=_JOURNAL,
    version_table=_version_table("journal_version", _JOURNAL),
    version=1,
    lock_number=8_583,
    in_use="the journal is in use: stop the other switch, or give this one its own database",
    missing="there is no journal yet: start the switch once, for instance with cardswitch up",
)
BOOKS_SCHEMA: Final = Schema(
    key="settlement.books",
    metadata=_BOOKS,
    version_table=_version_table("books_version", _BOOKS),
    version=1,
    lock_number=8_584,
    in_use="the books are in use: another settlement is running, try again when it has ended",
    missing="there are no books yet: no bank day was ever closed",
)
SCHEMAS: Final = (JOURNAL_SCHEMA, BOOKS_SCHEMA)

_REFUSE_IN_SQLITE: Final = """
CREATE TRIGGER %(table)s_no_{verb} BEFORE {verb} ON %(table)s
BEGIN SELECT RAISE(ABORT, '%(table)s is never changed'); END
"""
_REFUSAL_IN_POSTGRESQL: Final = """
CREATE OR REPLACE FUNCTION never_changed() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION '%% is never changed', TG_TABLE_NAME; END $$
"""
_REFUSE_IN_POSTGRESQL: Final = """
CREATE TRIGGER %(table)s_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON %(table)s
FOR EACH STATEMENT EXECUTE FUNCTION never_changed()
"""


_REFUSALS: Final = (
    ("sqlite", _REFUSE_IN_SQLITE.format(verb="UPDATE")),
    ("sqlite", _REFUSE_IN_SQLITE.format(verb="DELETE")),
    ("postgresql", _REFUSAL_IN_POSTGRESQL),
    ("postgresql", _REFUSE_IN_POSTGRESQL),
)

# What is booked stays as it is: mistakes are put right by further rows.
for _table in (JOURNAL, CLOSES, BATCHES, POSTINGS, FILES):
    for _dialect, _text in _REFUSALS:
        _statement = DDL(_text)  # type: ignore[no-untyped-call]
        event.listen(_table, "after_create", _statement.execute_if(dialect=_dialect))
