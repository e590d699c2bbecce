"""What must hold of books, journal, files and bank after every close: sums by queries of their own.

Nothing of settlement is asked to count: SQL on the two files, the orders and reports as they lie in
their folder, the statements of the bank.
"""

import csv
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

ORDER = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
NUMBERS = {"EUR": "978", "USD": "840"}
IS_CAPTURED = """
serves = 'merchants' AND (
    state = 'approved' AND kind IN ('sale', 'refund') OR state = 'taken' AND kind = 'completion')
"""
# No column that settlement reads of money but the amount, and what a reversal leaves of it.
APPROVED = f"""
SELECT merchant, currency, sum(CASE kind WHEN 'refund' THEN -1 ELSE 1 END * coalesce(
    (SELECT min(stays) FROM journal AS undone
     WHERE undone.leg = journal.leg AND undone.state = 'reversing'), amount))
FROM journal WHERE {IS_CAPTURED} GROUP BY merchant, currency
"""
ALL_POSTINGS = """
(SELECT journal_id, account, currency, amount FROM postings
 UNION ALL SELECT journal_id, account, currency, amount FROM bank_postings)
"""
CROOKED = f"SELECT journal_id FROM {ALL_POSTINGS} GROUP BY 1, currency HAVING sum(amount) <> 0"
BALANCES = f"SELECT account, currency, sum(amount) FROM {ALL_POSTINGS} GROUP BY 1, 2"
MISCOUNTED = """
SELECT number FROM batches LEFT JOIN movements ON batch = number GROUP BY number
HAVING count(sequence) <> count OR coalesce(sum(movements.amount), 0) <> batches.amount
"""
# Each approved leg is captured once, and undone once at most.
CAPTURES = """
SELECT leg, count(*) FROM movements JOIN batches ON number = batch
WHERE kind IN ('sale', 'refund', 'completion') GROUP BY leg
"""
ANSWERED = f"SELECT DISTINCT leg FROM journal WHERE {IS_CAPTURED}"
# What is held still, by the leg that it was set aside for.
HELD = "SELECT leg, sum(held) FROM holds GROUP BY leg HAVING sum(held) <> 0"
# What people have booked to what a merchant is owed, by what they say and not by their postings.
CORRECTED = """
SELECT substr(account, 18), currency, sum(amount) FROM (
    SELECT credit AS account, currency, amount FROM bank
    UNION ALL SELECT debit, currency, -amount FROM bank)
WHERE account LIKE 'merchant_payable:%' GROUP BY 1, 2
"""
# What was rejected is told as it was to leave, what was returned as it came.
BOUNCED = """
SELECT reference, abs(amount) FROM bank_lines WHERE outcome IN ('rejected', 'returned')
"""


def approved(journal: Path) -> Counter[tuple[str, str]]:
    """By merchant and currency, what was approved and not undone."""
    return Counter({(who, code): total for who, code, total in rows(journal, APPROVED)})


def corrected(books: Path) -> Counter[tuple[str, str]]:
    """By merchant and currency, what people have added to what it is owed."""
    return Counter({(who, code): total for who, code, total in rows(books, CORRECTED)})


def rows(path: Path, query: str) -> list[Any]:
    """What the database in the file *path* answers."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def broken(folder: Path, deposits: Path) -> Iterator[str]:
    """Which identities do not hold: a line each, with the numbers of the reference.

    All days that have ended are closed.
    """
    books, journal = folder / "books.db", folder / "switch.db"
    yield from (f"I1 {name}" for (name,) in rows(books, CROOKED))
    balances = {(name, code): total for name, code, total in rows(books, BALANCES)}
    wanted = approved(journal)
    captured = dict(rows(books, CAPTURES))
    if captured != dict.fromkeys((leg for (leg,) in rows(journal, ANSWERED)), 1):
        yield "I3 an approved leg is not captured once"
    yield from (f"I5 batch {number}" for (number,) in rows(books, MISCOUNTED))
    orders = [etree.parse(path) for path in sorted(deposits.glob("*.xml"))]
    ordered = [*_transfers(orders)]
    bounced = dict(rows(books, BOUNCED))
    for code in NUMBERS.values():
        yield from _of_a_currency(code, wanted, balances, ordered, bounced)
    due = Counter(wanted)
    due.update(corrected(books))
    yield from _of_merchants(due, balances, ordered, bounced)
    if _reported(deposits) != wanted:
        yield "I10 the reports do not come to what was approved"
    yield from _of_orders(orders, ordered)


def _of_a_currency(
    code: str, wanted: Any, balances: Any, ordered: list[Any], bounced: dict[str, int]
) -> Iterator[str]:
    own = [each for each in ordered if each[2] == code]
    total = sum(amount for (_, currency), amount in wanted.items() if currency == code)
    if balances.get(("scheme_settlement", code), 0) != total:
        yield f"I6 scheme_settlement in {code}"
    went = sum(amount for *_, amount in own) - sum(bounced.get(name, 0) for name, *_ in own)
    if balances.get(("acquirer_cash", code), 0) != -went:
        yield f"I14 acquirer_cash in {code}"
    if sum(amount for (_, currency), amount in balances.items() if currency == code):
        yield f"I16 the accounts in {code} do not sum to zero"


def _of_merchants(
    wanted: Any, balances: Any, ordered: list[Any], bounced: dict[str, int]
) -> Iterator[str]:
    owed = Counter(wanted)
    for reference, merchant, code, amount in ordered:
        owed[merchant, code] -= amount - bounced.get(reference, 0)
    for (merchant, code), amount in owed.items():
        if balances.get((f"merchant_payable:{merchant}", code), 0) != -amount:
            yield f"I11 {merchant} in {code} is owed {amount}"


def _transfers(orders: list[Any]) -> Iterator[tuple[str, str, str, int]]:
    """Reference, merchant, currency and amount of each."""
    for order in orders:
        for each in order.iterfind(".//p:CdtTrfTxInf", ORDER):
            reference = each.findtext("p:PmtId/p:EndToEndId", namespaces=ORDER)
            amount = each.findtext("p:Amt/p:InstdAmt", namespaces=ORDER)
            merchant, letters = reference.split("-")[-2:]
            yield reference, merchant, NUMBERS[letters], int(Decimal(amount) * 100)


def _of_orders(orders: list[Any], ordered: list[Any]) -> Iterator[str]:
    for order in orders:
        for path in (".//p:GrpHdr", ".//p:PmtInf"):
            for each in order.iterfind(path, ORDER):
                inside = order if path.endswith("GrpHdr") else each
                sums = [Decimal(found.text) for found in inside.iterfind(".//p:InstdAmt", ORDER)]
                said = each.findtext("p:NbOfTxs", namespaces=ORDER)
                control = each.findtext("p:CtrlSum", namespaces=ORDER)
                if (int(said), Decimal(control)) != (len(sums), sum(sums)):
                    yield "I13 an order says other sums than it has"
    names = [order.findtext(".//p:MsgId", namespaces=ORDER) for order in orders]
    names += [reference for reference, *_ in ordered]
    if len({*names}) != len(names):
        yield "I18 a name was given twice"


def _reported(deposits: Path) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for path in deposits.glob("reports-*/*.csv"):
        with path.open(encoding="utf-8", newline="") as report:
            for line in csv.DictReader(report):
                place = line["merchant"], NUMBERS[line["currency"]]
                found[place] += int(Decimal(line["amount"]) * 100)
    return found
