"""Whoever changes a digit of the books by hand is found, and what he has changed is named."""

import re
import sqlite3

import pytest
from msgspec.structs import replace

from cardswitch.switch.core.states import Mark
from cardswitch.switch.operate.settle import close_days
from cardswitch.switch.operate.verify_books import Findings, Verdict, verify
from cardswitch.wire.store.database import Missing
from tests.kit.histories import DAYS


@pytest.fixture
def closed(lab):
    """Two days are closed, each with a sale."""
    for _ in DAYS[:2]:
        lab.history.sale(1250)
        lab.history.cut_over()
        lab.commit()
        close_days(lab.switch, lab.settlement, lab.record)
    return lab


def found(lab):
    return verify(lab.switch, lab.settlement).findings


def test_books_that_are_what_was_booked(closed):
    seen = verify(closed.switch, closed.settlement)
    assert (seen.closes, seen.findings, seen.not_here) == (2, (), ())


DAMAGES = {
    "posting": (
        "UPDATE postings SET amount = amount + 1 WHERE journal_id = 'batch:1' AND amount > 0",
        "2026-11-23: journal batch:1 does not sum to zero",
    ),
    "both lines of a posting": (
        "UPDATE postings SET amount = amount * 2 WHERE journal_id = 'batch:1'",
        "2026-11-23: batches of SHOP come to 12.50, its postings to 25.00 EUR",
    ),
    "batch": (
        "UPDATE batches SET amount = 1350 WHERE business_date = '2026-11-24'",
        "2026-11-24: batches of SHOP come to 13.50, its postings to 12.50 EUR",
    ),
    "movement": (
        "UPDATE movements SET amount = 1251 WHERE sequence = 3",
        "2026-11-23: batch 1 is not the sum of its movements",
    ),
    "reference of a movement": (
        "UPDATE movements SET rrn = 'x' WHERE sequence = 3",
        "the movements of 2026-11-23 do not come to the reports that its close has written",
    ),
    "terminal of a batch": (
        "UPDATE batches SET terminal = 'TERM0002' WHERE business_date = '2026-11-24'",
        "the close of 2026-11-24: batch, posting or file is not what was booked",
    ),
    "file": (
        "UPDATE files SET content = x'00' WHERE name = 'deposit-2026-11-24.xml'",
        "deposit-2026-11-24.xml is not what the books hold",
    ),
    "sha256": (
        "UPDATE closes SET sha256 = 'a' WHERE number = 1",
        "the close of 2026-11-23 is another in the books than the journal names",
    ),
    "head": (
        "UPDATE closes SET books_head = 'a' WHERE number = 1",
        "the close of 2026-11-24 is not chained to the one before it",
    ),
    "day of a posting": (
        "UPDATE postings SET business_date = '2026-11-20' WHERE journal_id = 'batch:1'",
        "something is booked on 2026-11-20, which has no close",
    ),
    "read to": (
        "UPDATE closes SET read_to = 999 WHERE number = 2",
        "the books have read row 999, and this journal ends at",
    ),
}


@pytest.mark.parametrize(("statement", "named"), DAMAGES.values(), ids=DAMAGES)
def test_a_change_by_hand_is_found_and_named(closed, damage, statement, named):
    damage(statement)
    assert any(named in finding for finding in found(closed)), found(closed)


def test_a_file_that_was_changed_in_the_folder_is_named_and_one_taken_away_is_not_a_fault(closed):
    (closed.deposits / "deposit-2026-11-23.csv").write_bytes(b"forged")
    (closed.deposits / "deposit-2026-11-24.csv").unlink()
    verdict = verify(closed.switch, closed.settlement)
    [finding] = verdict.findings
    assert re.search(r"deposit-2026-11-23\.csv is not what the books hold", finding)
    assert verdict.not_here == ("deposit-2026-11-24.csv",)


def cent_more(path):
    """One cent more, wherever the file says 12.50."""
    content = path.read_bytes()
    assert b"12.50" in content
    path.write_bytes(content.replace(b"12.50", b"12.51", 1))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("deposit-2026-11-23.csv", "line SHOP/EUR: credits '12.51', expected credits '12.50'"),
        ("deposit-2026-11-23-sheet.csv", "line SHOP/EUR: credits '12.51', expected credits '12.5"),
        ("deposit-2026-11-23.xml", "order: Document/CstmrCdtTrfInitn/GrpHdr/CtrlSum '12.51', "),
        (
            "reports-2026-11-23/SHOP.csv",
            "the books hold: sale:3 has amount '12.51', expected '12.50'",
        ),
    ],
)
def test_one_cent_in_a_file_is_named_with_its_record(closed, name, said):
    cent_more(closed.deposits / name)
    assert any(said in finding for finding in found(closed)), found(closed)
    assert any(f"{name} is not what the books hold" in finding for finding in found(closed))


def test_a_manifest_that_was_changed_is_named_with_its_line(closed):
    path = closed.deposits / "reports-2026-11-23.sha256"
    path.write_bytes(b"0000" + path.read_bytes()[4:])
    [finding] = found(closed)
    assert "is not what the books hold: reports-2026-11-23/SHOP.csv: SHA-256 '0000" in finding


def test_money_in_the_journal_that_was_changed_behind_a_close_is_named(closed):
    with sqlite3.connect(closed.folder / "switch.db") as journal:
        for (name,) in journal.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            journal.execute(f"DROP TRIGGER {name}")
        journal.execute("UPDATE journal SET moved = moved + 1 WHERE sequence = 3")
    journal.close()
    [finding] = found(closed)
    assert finding.startswith("the journal is damaged: row 3")


def test_books_that_lack_a_close(closed):
    (closed.folder / "books.db").unlink()
    assert found(closed) == tuple(
        f"the journal names the close of {day}, which the books lack" for day in DAYS[:2]
    )


def test_no_books_and_none_missed(lab):
    lab.commit()
    assert verify(lab.switch, lab.settlement) == Verdict(0, (), ())


def test_a_close_in_another_place(closed):
    said = {"day": "2026-12-24", "run": 1, "sha256": "0", "books_head": "0"}
    closed.history.rows = [row for row in closed.history.rows if row.state != Mark.CLOSED]
    closed.history.mark(Mark.CLOSED, said)
    closed.store.close()
    (closed.folder / "switch.db").unlink()
    closed.store = type(closed.store)(closed.switch.database)
    renumbered = [replace(row, sequence=n) for n, row in enumerate(closed.history.rows, 1)]
    closed.store.write(renumbered)
    assert any(
        finding == "the journal names the close of 2026-12-24, the books have 2026-11-23"
        for finding in found(closed)
    )


def test_no_journal(closed):
    closed.switch = replace(closed.switch, database=f"sqlite:///{closed.folder}/none.db")
    with pytest.raises(Missing, match="there is no journal yet"):
        found(closed)


def test_an_error_shows_the_first_findings_and_keeps_all():
    error = Findings("nothing is paid", list("abcde"))
    assert str(error) == "nothing is paid: a; b; c"
    assert error.findings == tuple("abcde")
