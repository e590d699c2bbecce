"""The tables agree with the values that are written to them, and cannot be rewritten."""

import msgspec
import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateTable

from cardswitch.switch.core.row import Row
from cardswitch.switch.settlement.entries import BankEntry
from cardswitch.switch.settlement.formats.orders import Ordered
from cardswitch.switch.settlement.ledger import Posting
from cardswitch.switch.settlement.matching import Matched
from cardswitch.switch.settlement.totals import BatchTotals
from cardswitch.switch.store.books import Close
from cardswitch.switch.store.tables import (
    BANK,
    BANK_LINES,
    BANK_POSTINGS,
    BATCHES,
    BOOKS_SCHEMA,
    CLOSES,
    FILES,
    JOURNAL,
    JOURNAL_SCHEMA,
    LEFT_TO_PEOPLE,
    POSTINGS,
    SCHEMAS,
    TRANSFERS,
)
from cardswitch.wire.store.database import Database

ROW = Row(
    sequence=1,
    leg=1,
    at=0.5,
    state="forwarded",
    business_date="2026-11-23",
    day="2026-11-23",
    source="pos",
    serves="merchants",
    link="pos/1",
)
DAY = {"business_date": "2026-11-23"}
SUMS = {"kind": "sale", "count": 1, "amount": 1}
ORDERED = Ordered(
    business_date="2026-11-23", order_id="O", payment_id="P", reference="E", merchant="SHOP",
    currency="978", amount=1, iban="DE", execution="2026-11-24",
)  # fmt: skip
ENTRY = BankEntry(
    number=1, closes=1, at=0.5, kind="statement", name="a", message="M", content_sha256="00"
)
ROWS = {
    JOURNAL: {**msgspec.structs.asdict(ROW), "checksum": "00"},
    CLOSES: {
        "number": 1,
        **DAY,
        "follows": "",
        "starts_at": 0.0,
        "ends_at": 1.0,
        "read_to": 1,
        "closed_at": 2.0,
        "balances": "00",
        "sha256": "00",
        "books_head": "00",
    },
    BATCHES: {
        "number": 1,
        **DAY,
        "moved_on": "2026-11-23",
        "merchant": "SHOP",
        "channel": "pos",
        "terminal": "T",
        "currency": "978",
        **SUMS,
    },
    FILES: {**DAY, "name": "a.csv", "content": b"a"},
    TRANSFERS: msgspec.structs.asdict(ORDERED),
    BANK: {**msgspec.structs.asdict(ENTRY), "content": b"a"},
    BANK_LINES: {"number": 1, "line": 1, **msgspec.structs.asdict(Matched(outcome="booked"))},
}


@pytest.mark.parametrize(
    ("table", "before", "struct", "more"),
    [
        (JOURNAL, (), Row, ("checksum",)),
        (CLOSES, (), Close, ()),
        (BATCHES, (), BatchTotals, ()),
        (POSTINGS, (), Posting, ()),
        (TRANSFERS, (), Ordered, ()),
        (BANK, (), BankEntry, ("content",)),
        (BANK_LINES, ("number", "line"), Matched, ()),
        (BANK_POSTINGS, ("number",), Posting, ()),
    ],
)
def test_columns_are_the_fields_in_their_order(table, before, struct, more):
    assert tuple(table.c.keys()) == (*before, *struct.__struct_fields__, *more)


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


QUICK = {
    "a leg": ("leg = 7", "journal_leg"),
    "rows of no leg": ("leg = 0 AND state = 'cut_over'", "journal_leg"),
    "left to people": (str(LEFT_TO_PEOPLE), "journal_exceptions"),
}


@pytest.mark.parametrize(("words", "index"), QUICK.values(), ids=QUICK)
def test_no_question_goes_through_all_rows(tmp_path, words, index):
    database = Database(f"sqlite:///{tmp_path}/a.db", JOURNAL_SCHEMA)
    question = f"EXPLAIN QUERY PLAN SELECT leg FROM journal WHERE {words}"
    with database.writer.begin():
        plan = str(database.writer.exec_driver_sql(question).fetchall())
    database.close()
    assert index in plan
