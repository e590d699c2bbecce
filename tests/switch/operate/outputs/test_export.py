"""Programs that we did not write read the books, and come to the same sums."""

import csv
import json
import shutil
import subprocess
import sys
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest

from cardswitch.specs.amounts import format_amount
from cardswitch.specs.errors import ConfigError, Error
from cardswitch.switch.operate.outputs.export import COLUMNS, export_parquet, export_text
from cardswitch.switch.operate.settle import close_days
from cardswitch.switch.settlement.formats.plain_text import account_name
from cardswitch.switch.store.books import BooksReader
from tests.kit.histories import DAYS


@pytest.fixture
def closed(lab):
    """Two days, with reversals, two currencies and a shop that no account can be named after."""
    lab.history.sale(1250)
    lab.history.sale(700, currency="392")
    lab.history.sale(5, merchant='a "b"\n;c')
    later = lab.history.sale(300)
    lab.history.cut_over()
    lab.history.reverse(later, stays=100)
    lab.history.sale(2_000, currency="414", terminal="T2")
    lab.history.cut_over()
    lab.commit()
    close_days(lab.switch, lab.settlement, lab.record)
    return lab


def text(lab, to, day=None):
    return "".join(export_text(lab.settlement, to, day))


def balances(lab):
    """By account and currency, what stands in each that is not empty, as a person writes it."""
    return {
        (account_name(account), code): format_amount(balance, code)
        for (account, code), balance in BooksReader(lab.settlement.books).balances().items()
        if balance
    }


def test_beancount_finds_no_error_and_the_same_balances(closed, tmp_path):
    loader = pytest.importorskip("beancount.loader", reason="beancount is not installed")
    entries, errors, _ = loader.load_string(text(closed, "beancount"))
    assert errors == []
    found = Counter()
    for entry in entries:
        for posting in getattr(entry, "postings", ()):
            found[posting.account, posting.units.currency] += posting.units.number
    names = {"EUR": "978", "JPY": "392", "KWD": "414"}
    left = {(account, names[c]): f"{number}" for (account, c), number in found.items() if number}
    assert left == balances(closed)


def test_beancount_finds_one_cent(closed):
    loader = pytest.importorskip("beancount.loader", reason="beancount is not installed")
    written = text(closed, "beancount").replace(" 15.50 EUR", " 15.51 EUR", 1)
    _, errors, _ = loader.load_string(written)
    assert "does not balance" in errors[0].message


def test_bean_check_reads_the_file(closed, tmp_path):
    program = shutil.which("bean-check", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("bean-check is not installed")
    path = tmp_path / "books.beancount"
    path.write_text(text(closed, "beancount"), "utf-8")
    done = subprocess.run([program, str(path)], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_hledger_reads_the_file(closed, tmp_path):
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("hledger is not installed")
    path = tmp_path / "books.journal"
    path.write_text(text(closed, "hledger"), "utf-8")
    subprocess.run([program, "-f", str(path), "check", "--strict"], check=True)


def test_duckdb_sums_parquet_as_the_books_do(closed, tmp_path):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    folders = export_parquet(closed.settlement, tmp_path / "movements")
    assert [folder.name for folder in folders] == [f"business_date={day}" for day in DAYS[:2]]
    found = duckdb.sql(
        "SELECT business_date::VARCHAR, merchant, currency, count(*), sum(amount_minor)::BIGINT "
        f"FROM read_parquet('{tmp_path}/movements/*/*.parquet', hive_partitioning = true) "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    rows = [json.loads(line) for line in text(closed, "json").splitlines()]
    counts, sums = Counter(), Counter()
    for row in rows:
        key = row["business_date"], row["merchant"], row["currency"]
        counts[key] += 1
        sums[key] += row["amount_minor"]
    assert found == [(*key, counts[key], sums[key]) for key in sorted(counts)]
    assert sum(sums.values()) == 1250 + 700 + 5 + 300 - 200 + 2000


def test_csv_and_json_say_the_same(closed):
    lines = [*csv.DictReader(StringIO(text(closed, "csv", DAYS[1]), newline=""))]
    rows = [json.loads(line) for line in text(closed, "json", DAYS[1]).splitlines()]
    assert lines == [{name: str(row[name]) for name in COLUMNS} for row in rows]
    assert [(row["movement"], row["amount"]) for row in rows] == [
        ("sale-reversal:11", "-2.00"),
        ("sale:14", "2.000"),
    ]


def test_a_day_that_is_not_closed(closed, tmp_path):
    for export in (
        lambda: text(closed, "csv", DAYS[2]),
        lambda: export_parquet(closed.settlement, tmp_path, DAYS[2]),
    ):
        with pytest.raises(Error, match=f"{DAYS[2]} is not closed|no writer"):
            export()


def test_without_a_writer_it_is_said_what_brings_one(closed, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ConfigError, match=r"pip install 'cardswitch\[parquet\]'"):
        export_parquet(closed.settlement, tmp_path)
