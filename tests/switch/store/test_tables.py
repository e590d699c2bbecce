"""The tables agree with the values that are written to them, and cannot be rewritten."""

import msgspec
import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateTable

from cardswitch.switch.core.entry import Record
from cardswitch.switch.settlement.ledger import Posting
from cardswitch.switch.settlement.totals import BatchTotals
from cardswitch.switch.store.database import Database
from cardswitch.switch.store.tables import (
    BATCHES,
    BOOKS_SCHEMA,
    CLOSES,
    FILES,
    JOURNAL,
    JOURNAL_SCHEMA,
    POSTINGS,
    SCHEMAS,
)

RECORD = Record(
    sequence=1,
    leg=1,
    at=0.5,
    state="received",
    source="pos",
    identity="who",
    request_digest="like",
    business_date="2026-11-23",
    upstream="",
    mti="0200",
    rrn="",
    merchant="",
    terminal="",
    amount=1,
    currency="978",
    code="", pan_masked="", pan_sealed="", fields="{}",
)  # fmt: skip
DAY = {"business_date": "2026-11-23"}
SUMS = {"captures": 1, "captured": 1, "reversals": 0, "reversed": 0}
ROWS = {
    JOURNAL: msgspec.structs.asdict(RECORD),
    CLOSES: {**DAY, "starts_at": 0.0, "ends_at": 1.0, "sha256": "00"},
    BATCHES: {**DAY, "merchant": "SHOP", "terminal": "T", "currency": "978", **SUMS},
    POSTINGS: {**DAY, "journal_id": "capture:1", "account": "a", "currency": "978", "amount": 1},
    FILES: {**DAY, "name": "a.csv", "content": b"a"},
}


@pytest.mark.parametrize(
    ("table", "struct"), [(JOURNAL, Record), (BATCHES, BatchTotals), (POSTINGS, Posting)]
)
def test_columns_are_the_fields_in_their_order(table, struct):
    assert tuple(table.c.keys()) == struct.__struct_fields__


@pytest.mark.parametrize("table", ROWS, ids=str)
@pytest.mark.parametrize("change", [update, delete])
def test_no_row_is_ever_changed(tmp_path, table, change):
    schema = JOURNAL_SCHEMA if table is JOURNAL else BOOKS_SCHEMA
    database = Database(f"sqlite:///{tmp_path}/a.db", schema)
    statement = change(table)
    if change is update:
        statement = statement.values({next(iter(table.c)).name: 7})
    try:
        with database.writer.begin():
            database.writer.execute(insert(table), ROWS[table])
        with pytest.raises(IntegrityError, match="is never changed"), database.writer.begin():
            database.writer.execute(statement)
        assert database.writer.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 1
    finally:
        database.close()


def test_postgresql_gets_the_same_columns():
    dialect = postgresql.dialect()
    tables = [table for schema in SCHEMAS for table in schema.metadata.tables.values()]
    assert {*ROWS} < {*tables}
    for table in tables:
        text = str(CreateTable(table).compile(dialect=dialect))
        assert all(name in text for name in table.c.keys())  # noqa: SIM118
    assert "sequence BIGINT NOT NULL" in str(CreateTable(JOURNAL).compile(dialect=dialect))


def test_the_groups_have_nothing_in_common():
    first, second = SCHEMAS
    assert first.metadata.tables.keys().isdisjoint(second.metadata.tables)
    assert first.lock_number != second.lock_number
