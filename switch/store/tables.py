"""Two groups of tables, each held by one program alone: the journal, and the books of settlement.

On SQLite each group is a file of its own; on PostgreSQL both may be in one database.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from cardswitch.wire.store.schema import Schema, version_table
from cardswitch.wire.store.tables import ROW_NUMBER, journal_table, refuse_changes

from ..core.row import Row
from ..settlement.fees.schedules import BatchRate
from .seals import require_zero_sums

_JOURNAL: Final = MetaData()
_BOOKS: Final = MetaData()

# One row for each step of each leg; the columns are the fields of Row, in their order, and at last
# a checksum that is chained to the row before.
JOURNAL: Final = journal_table("journal", Row, _JOURNAL)
# What people must look at, or have looked at. A query that says the same words is quick.
LEFT_TO_PEOPLE: Final = text("state IN ('exception', 'resolved')")
Index(
    "journal_exceptions",
    JOURNAL.c.state,
    JOURNAL.c.leg,
    sqlite_where=LEFT_TO_PEOPLE,
    postgresql_where=LEFT_TO_PEOPLE,
)

CLOSES: Final = Table(
    "closes",
    _BOOKS,
    # In the order of the days, which their labels cannot show: 1, 2, 3, …
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("business_date", Text, nullable=False, unique=True),  # the label of the day
    Column("follows", Text, nullable=False, unique=True),  # that of the day before
    Column("starts_at", Double, nullable=False),
    Column("ends_at", Double, nullable=False),
    Column("read_to", BigInteger, nullable=False),  # the last row of the journal that it has seen
    Column("closed_at", Double, nullable=False),
    Column("balances", Text, nullable=False),  # what it leaves in every account, as one SHA-256
    Column("sha256", Text, nullable=False),  # over all that the books hold of this close
    Column("books_head", Text, nullable=False),  # over this one and all closes before it
)
BATCHES: Final = Table(
    "batches",
    _BOOKS,
    Column("number", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3, … in these books
    Column("business_date", Text, nullable=False),
    Column("moved_on", Text, nullable=False),
    Column("merchant", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("terminal", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    UniqueConstraint(
        "business_date", "moved_on", "merchant", "channel", "terminal", "currency", "kind"
    ),
)
# The sub-ledger: what each row of the journal has moved. All else of a movement its batch says.
# The key is what keeps it from being booked twice, on one day or on two.
MOVEMENTS: Final = Table(
    "movements",
    _BOOKS,
    Column("sequence", ROW_NUMBER, primary_key=True, autoincrement=False),
    Column("leg", BigInteger, nullable=False),
    Column("batch", Integer, ForeignKey(BATCHES.c.number), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("rrn", Text, nullable=False),
)
# The general ledger: a journal for each batch, and for each single event. One that stands here is
# sealed: it sums to zero in each currency, and takes no further posting.
JOURNALS: Final = Table(
    "journals",
    _BOOKS,
    Column("journal_id", Text, primary_key=True),
    Column("business_date", Text, nullable=False),
)
# Whoever commits a posting must have sealed its journal, which is looked at when he does.
POSTINGS: Final = Table(
    "postings",
    _BOOKS,
    Column(
        "journal_id",
        Text,
        ForeignKey(JOURNALS.c.journal_id, deferrable=True, initially="DEFERRED"),
        primary_key=True,
    ),
    Column("business_date", Text, nullable=False),
    Column("account", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("amount", BigInteger, nullable=False),
)
# What movements are charged. The rate of a batch stands as it was; that of what undoes something is
# the one of the batch that `rated` names, where the leg was captured.
RATES: Final = Table(
    "rates",
    _BOOKS,
    Column("batch", Integer, ForeignKey(BATCHES.c.number), primary_key=True, autoincrement=False),
    Column("version", Text, nullable=False),
    *[
        Column(name, Boolean if name == "is_plus" else BigInteger, nullable=False)
        for name in BatchRate.__struct_fields__[2:]
    ],
)
FEES: Final = Table(
    "fees",
    _BOOKS,
    Column(
        "sequence",
        ROW_NUMBER,
        ForeignKey(MOVEMENTS.c.sequence),
        primary_key=True,
        autoincrement=False,
    ),
    Column("leg", BigInteger, nullable=False, index=True),
    Column("rated", Integer, ForeignKey(RATES.c.batch), nullable=False),
    Column("rest", BigInteger, nullable=False),  # what is captured of the leg behind this movement
    Column("interchange", BigInteger, nullable=False),
    Column("scheme", BigInteger, nullable=False),
    Column("fee", BigInteger, nullable=False),  # what the merchant pays, all in all
)
CHARGES: Final = Table(
    "charges",
    _BOOKS,
    Column("journal_id", Text, primary_key=True),
    Column("business_date", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),  # fees, monthly, reserve, release
    Column("merchant", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("interchange", BigInteger, nullable=False),
    Column("scheme", BigInteger, nullable=False),
    Column("is_net", Boolean, nullable=False),
    Column("due", Text, nullable=False),
)
# A memo, of which no account knows: what authorisations hold, step by step. Nothing is held below
# zero, and what has expired is not held any more.
HOLDS: Final = Table(
    "holds",
    _BOOKS,
    Column("sequence", ROW_NUMBER, primary_key=True, autoincrement=False),
    Column("step", Text, primary_key=True),  # placed, changed, posted, voided, expired
    Column("business_date", Text, nullable=False),  # of the close that has read it
    Column("leg", BigInteger, primary_key=True, autoincrement=False),
    Column("merchant", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("rrn", Text, nullable=False),
    Column("placed_on", Text, nullable=False),
    Column("held", BigInteger, nullable=False),  # what it adds to what is held, or takes
    Column("posted", BigInteger, nullable=False),  # what of it was captured
)
Index("holds_leg", HOLDS.c.leg)
# What the close wrote for the bank, should the files be lost before anybody has fetched them.
FILES: Final = Table(
    "files",
    _BOOKS,
    Column("business_date", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
# Every transfer that an order in `files` asks for, so that what a bank says of it is found.
TRANSFERS: Final = Table(
    "transfers",
    _BOOKS,
    Column("business_date", Text, nullable=False),
    Column("order_id", Text, nullable=False, index=True),
    Column("payment_id", Text, nullable=False, index=True),
    Column("reference", Text, primary_key=True),
    Column("merchant", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("iban", Text, nullable=False),
    Column("execution", Text, nullable=False),
)
# What banks have said of them, file by file, and what people have decided.
BANK: Final = Table(
    "bank",
    _BOOKS,
    Column("number", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3, …
    Column("closes", Integer, nullable=False),  # how many days were closed by then
    Column("at", Double, nullable=False),
    Column("kind", Text, nullable=False),  # status, statement, notice, hold, release, retry
    Column("name", Text, nullable=False),  # of the file
    Column("message", Text, nullable=False, unique=True),  # as the bank calls it
    Column("content_sha256", Text, nullable=False, unique=True),
    Column("merchant", Text, nullable=False),  # of a decision
    Column("currency", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("debit", Text, nullable=False),  # of a journal that a person has booked
    Column("credit", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),  # over all that the books hold of it
    Column("head", Text, nullable=False),  # over this one and all before it
    Column("content", LargeBinary, nullable=False),  # the file as it came
)
BANK_LINES: Final = Table(
    "bank_lines",
    _BOOKS,
    Column("number", Integer, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("reference", Text, nullable=False, index=True),
    Column("merchant", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("iban", Text, nullable=False),
    Column("entry", Text, nullable=False, index=True),
    Column("is_known", Boolean, nullable=False),
    Column("code", Text, nullable=False),
    Column("text", Text, nullable=False),
)
# What single events have booked, between two closes: what a bank has told, what a person corrects.
BANK_JOURNALS: Final = Table(
    "bank_journals",
    _BOOKS,
    Column("number", Integer, nullable=False),
    Column("journal_id", Text, primary_key=True),
    Column("because", Text, nullable=False),  # why, where a person has booked it
)
BANK_POSTINGS: Final = Table(
    "bank_postings",
    _BOOKS,
    Column("number", Integer, nullable=False, index=True),
    Column(
        "journal_id",
        Text,
        ForeignKey(BANK_JOURNALS.c.journal_id, deferrable=True, initially="DEFERRED"),
        primary_key=True,
    ),
    Column("business_date", Text, nullable=False),  # of the last close before it
    Column("account", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("amount", BigInteger, nullable=False),
)


JOURNAL_SCHEMA: Final = Schema(
    key="switch.database",
    metadata=_JOURNAL,
    version_table=version_table("journal", _JOURNAL),
    version=3,
    lock_number=8_583,
    in_use="the journal is in use: stop the other switch, or give this one its own database",
    missing="there is no journal yet: start the switch once, for instance with cardswitch up",
)
BOOKS_SCHEMA: Final = Schema(
    key="settlement.books",
    metadata=_BOOKS,
    version_table=version_table("books", _BOOKS),
    version=8,
    lock_number=8_584,
    in_use="the books are in use: another settlement is running, try again when it has ended",
    missing="there are no books yet: no bank day was ever closed",
)
SCHEMAS: Final = (JOURNAL_SCHEMA, BOOKS_SCHEMA)

# What is booked stays as it is: mistakes are put right by further rows.
refuse_changes(CLOSES, BATCHES, MOVEMENTS, JOURNALS, POSTINGS, FILES)
refuse_changes(RATES, FEES, CHARGES, HOLDS)
refuse_changes(TRANSFERS, BANK, BANK_LINES, BANK_JOURNALS, BANK_POSTINGS)
require_zero_sums(JOURNALS, POSTINGS)
require_zero_sums(BANK_JOURNALS, BANK_POSTINGS)
