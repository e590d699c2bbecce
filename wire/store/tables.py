"""Tables that only grow: the journal of a program, made from its Struct, and what may not change.

What is written stays as it is: mistakes are put right by further rows, and triggers see to it.
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
    MetaData,
    Table,
    Text,
    and_,
    event,
    literal_column,
)

CHECKSUM: Final = "checksum"  # The last column: see chain.py.
# SQLite takes only a column of exactly this type as its row number, which spares us an index.
ROW_NUMBER: Final = BigInteger().with_variant(Integer(), "sqlite")
# Ordered by its bytes, so that an index finds how it begins; SQLite does so by itself.
_ORDERED: Final = Text().with_variant(Text(collation="C"), "postgresql")
_TYPES: Final[dict[Any, Any]] = {int: BigInteger, float: Double, str: Text}
_OWN_TYPES: Final = {"identity": _ORDERED}


def journal_table(name: str, row_type: type[Struct], metadata: MetaData) -> Table:
    """The table of a journal: the fields of *row_type* in their order, then the checksum.

    The first two fields are `sequence` and `leg`. Three indexes lead to the legs of a look-up;
    those of identities hold first rows alone, so later ones cost nothing.
    """
    first, *others = msgspec.structs.fields(row_type)
    assert (first.name, others[0].name) == ("sequence", "leg")
    table = Table(
        name,
        metadata,
        Column(first.name, ROW_NUMBER, primary_key=True, autoincrement=False),
        *[
            Column(field.name, _OWN_TYPES.get(field.name, _TYPES[field.type]), nullable=False)
            for field in others
        ],
        Column(CHECKSUM, Text, nullable=False),
    )
    is_first, has_rrn = is_first_row(table), is_with_rrn(table)
    _index(table, "identity", is_first, table.c.sent_on, table.c.identity, table.c.leg)
    _index(table, "rrn", and_(is_first, has_rrn), table.c.rrn, table.c.identity, table.c.leg)
    Index(f"{name}_leg", table.c.leg, table.c.sequence)
    refuse_changes(table)
    return table


def is_first_row(table: Table) -> Any:
    """Whether a row of *table* is the first of its leg; said as the indexes say it."""
    return table.c.identity != literal_column("''")


def is_with_rrn(table: Table) -> Any:
    """Whether a row of *table* has an RRN; said as the index says it, which has no others."""
    return table.c.rrn != literal_column("''")


def _index(table: Table, name: str, condition: Any, *columns: Column[Any]) -> None:
    Index(f"{table.name}_{name}", *columns, sqlite_where=condition, postgresql_where=condition)


# What may not change ------------------------------------------------------------------------------

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


def refuse_changes(*tables: Table) -> None:
    """Have *tables*, once they are made, take new rows and refuse every other change."""
    for table in tables:
        for dialect, text in _REFUSALS:
            statement = DDL(text)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", statement.execute_if(dialect=dialect))
