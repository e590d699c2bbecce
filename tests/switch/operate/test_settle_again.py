"""A close that is done again, after a crash, or on books that are not what they were."""

import csv
import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.switch.core.states import Mark
from cardswitch.switch.operate import settle
from cardswitch.switch.operate.settle import close_days
from cardswitch.switch.operate.verify_books import Findings, verify
from cardswitch.switch.store.books import Books
from cardswitch.wire.store.database import Missing
from tests.kit.histories import DAYS, JournalFile
from tests.kit.settling import amounts, close, labels, named

# Doing it again -----------------------------------------------------------------------------------


def test_a_closed_day_is_given_back_and_its_files_are_written_again(lab):
    for _ in range(2):
        lab.history.sale()
        lab.history.cut_over()
    [first, _] = close(lab)
    written = lab.files_below()
    assert len(written) == 10
    assert first.files.items() <= written.items()
    for name in (*first.files, f"reports-{DAYS[0]}/SHOP.csv"):
        (lab.deposits / name).unlink()
    assert close(lab, DAYS[0]) == [first]
    assert lab.files_below() == written
    assert named(lab) == list(DAYS[:2])


def test_a_closed_day_stays_what_it_was_though_the_merchant_moves(lab):
    lab.history.sale()
    lab.history.cut_over()
    [first] = close(lab)
    moved = replace(lab.settlement.merchants[0], iban="DE02120300000000202051", bic="BYLADEM1001")
    lab.settlement = replace(lab.settlement, merchants=(moved,))
    assert close(lab, DAYS[0]) == [first]


def test_files_that_somebody_took_away_are_not_written_again_unasked(lab):
    lab.history.sale()
    lab.history.cut_over()
    close(lab)
    shutil.rmtree(lab.deposits)
    assert close(lab) == []
    assert not lab.deposits.exists()


class Crash(BaseException):
    """Ends the program here."""


@pytest.mark.parametrize("renamed", [0, 1])
def test_a_crash_between_record_and_files_is_mended_by_the_next_close(lab, monkeypatch, renamed):
    lab.history.sale()
    lab.history.cut_over()
    with monkeypatch.context() as patch:
        original, calls = type(lab.deposits).replace, []

        def crashing(path, target):
            calls.append(path)
            if len(calls) > renamed:
                raise Crash
            return original(path, target)

        patch.setattr("pathlib.Path.replace", crashing)
        patch.setattr("pathlib.Path.unlink", lambda *_, **__: None)  # The dead do not clean up.
        with pytest.raises(Crash):
            close(lab)
    told = []
    assert close(lab, told=told) == []
    assert told == [f"{DAYS[0]} was closed before, and the journal now says so too"]
    mended = lab.files_below()
    [day] = close(lab, DAYS[0])
    report = f"reports-{DAYS[0]}/SHOP.csv"
    assert mended == {**day.files, report: mended[report]}
    assert verify(lab.switch, lab.settlement).findings == ()
    assert named(lab) == [DAYS[0]]


def test_a_crash_between_books_and_journal_is_mended_by_the_next_close(lab):
    lab.history.sale()
    lab.history.cut_over()
    lab.commit()

    def crash(_):
        raise Crash

    with pytest.raises(Crash):
        close_days(lab.switch, lab.settlement, crash)
    assert named(lab) == []
    lab.history.cut_over()
    told = []
    assert labels(close(lab, told=told)) == [DAYS[1]]
    assert len(told) == 1
    assert named(lab) == list(DAYS[:2])
    assert close(lab, told=told) == []
    assert len(told) == 1


# Books that the journal does not know -------------------------------------------------------------


@pytest.fixture
def closed(lab):
    """Two days are closed, and a third has ended."""
    for _ in DAYS[:2]:
        lab.history.sale()
        lab.history.cut_over()
        close(lab)
    lab.history.sale()
    lab.history.cut_over()
    lab.commit()
    return lab


def test_books_that_were_lost_are_not_filled_again_by_paying(closed):
    (closed.folder / "books.db").unlink()
    with pytest.raises(Findings, match=f"the close of {DAYS[0]}, which the books lack") as caught:
        close(closed)
    assert len(caught.value.findings) == 2
    assert not (closed.folder / "books.db").exists()


def test_books_of_yesterday_are_refused(closed, tmp_path):
    books = Books(closed.settlement.books)
    books.close()
    backup = (tmp_path / "books.db").read_bytes()
    close(closed)
    (tmp_path / "books.db").write_bytes(backup)
    with pytest.raises(Findings, match=f"the close of {DAYS[2]}, which the books lack"):
        close(closed)


def test_books_with_another_close_than_the_journal_names_are_refused(closed):
    said = {"day": DAYS[2], "run": 1, "sha256": "0" * 64, "books_head": "0" * 64}
    close(closed)
    closed.history.mark(Mark.CLOSED, said, DAYS[2])
    with pytest.raises(Findings, match=f"the close of {DAYS[2]} is another in the books"):
        close(closed)


def test_books_of_another_journal_are_refused(closed):
    other = f"sqlite:///{closed.folder}/other.db"
    journal = JournalFile(other)
    rows = closed.history.rows[:1]
    journal.write(rows)
    closed.switch = replace(closed.switch, database=other)
    with pytest.raises(Findings, match="a day that this journal has not had"):
        close_days(closed.switch, closed.settlement, closed.record)
    journal.close()


# In each, one cent of what a shop is owed is another than the close before has left.
ALTERED = {
    "one line": (
        "UPDATE postings SET amount = amount + 1 WHERE account = 'acquirer_cash'",
        "journal payout:20261123-SHOP-EUR does not sum to zero",
    ),
    "both lines": (
        "UPDATE postings SET amount = amount + sign(amount) WHERE journal_id = 'batch:1'",
        "batches of SHOP come to 12.50, its postings to 12.51 EUR",
    ),
    "a line that is gone": (
        "DELETE FROM postings WHERE journal_id = 'payout:20261124-SHOP-EUR'",
        "the postings up to 2026-11-24 do not come to the balances that its close has left",
    ),
    "the balances": (
        "UPDATE closes SET balances = 'a' WHERE number = 2",
        "the postings up to 2026-11-24 do not come to the balances that its close has left",
    ),
}


@pytest.mark.parametrize(("statement", "named"), ALTERED.values(), ids=ALTERED)
def test_books_that_were_altered_pay_nothing(closed, damage, statement, named):
    damage(statement)
    left = "the close of 2026-11-24 left other balances than the books have now"
    with pytest.raises(Findings, match=left) as caught:
        close(closed)
    assert any(named in finding for finding in caught.value.findings), caught.value.findings
    assert f"deposit-{DAYS[2]}.xml" not in closed.files_below()


def test_books_that_were_altered_with_their_balances_are_another_than_the_journal_names(
    closed, damage
):
    damage("UPDATE closes SET balances = 'a', sha256 = 'b' WHERE number = 2")
    with pytest.raises(Findings, match=f"the close of {DAYS[1]} is another in the books"):
        close(closed)


# What is refused ----------------------------------------------------------------------------------


def test_nothing_is_paid_if_the_check_finds_anything(lab, monkeypatch):
    lab.history.sale()
    lab.history.sale()
    lab.history.cut_over()
    original = settle.close_day

    def forgetful(*arguments, **options):
        day = original(*arguments, **options)
        return replace(day, postings=day.postings[1:])

    with monkeypatch.context() as patch:
        patch.setattr(settle, "close_day", forgetful)
        with pytest.raises(
            Findings, match=r"records do not agree: posting batch:1/scheme_settlement is missing"
        ):
            close(lab)
    assert not lab.deposits.exists()
    [day] = close(lab)
    assert amounts(day) == {("SHOP", "978"): 2500}


def test_an_approved_purchase_that_moves_nothing_is_named_and_the_close_fails(lab):
    lab.history.sale()
    lab.history.rows[-1] = replace(lab.history.rows[-1], moved=0)
    lab.history.cut_over()
    with pytest.raises(Findings, match=r"movement sale:3/RRN 000000000001/leg 1 is missing"):
        close(lab)
    assert named(lab) == []


def test_a_journal_with_a_flipped_digit_pays_nothing(lab):
    lab.history.sale()
    lab.history.cut_over()
    lab.commit()
    with closing(sqlite3.connect(lab.folder / "switch.db")) as journal:
        journal.execute("DROP TRIGGER journal_no_UPDATE")
        journal.execute("UPDATE journal SET moved = 9250, amount = 9250 WHERE sequence = 3")
        journal.commit()
    with pytest.raises(Findings, match=r"the journal is damaged: row 3 \(leg 1\)"):
        close(lab)
    assert not lab.deposits.exists()


def test_two_settlements_at_once(lab, monkeypatch):
    books = Books(lab.settlement.books)
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    monkeypatch.setattr("time.monotonic", lambda: sum(slept))
    with pytest.raises(Error, match="another settlement is running"):
        close(lab)
    assert 1.9 < sum(slept) < 2.2
    monkeypatch.setattr("time.sleep", lambda _: books.close())
    assert close(lab) == []


def test_no_journal_yet_and_no_books_are_made(lab):
    lab.switch = replace(lab.switch, database=f"sqlite:///{lab.folder}/other.db")
    with pytest.raises(Missing, match="start the switch once"):
        close(lab)
    assert not (lab.folder / "books.db").exists()


def test_books_in_the_file_of_the_journal(lab):
    lab.settlement = replace(lab.settlement, books=lab.switch.database)
    with pytest.raises(ConfigError, match=r"settlement\.books: expected a file of its own"):
        close(lab)


# Reports to merchants -----------------------------------------------------------------------------


def test_each_merchant_gets_each_of_its_movements(lab):
    lab.history.sale(1250)
    lab.history.reverse(lab.history.sale(300, currency="392"), stays=100)
    lab.history.sale(5, merchant="../a,b", terminal='T"1')
    lab.history.cut_over()
    close(lab)
    folder = lab.deposits / f"reports-{DAYS[0]}"
    assert sorted(path.name for path in folder.iterdir()) == ["%2E%2E%2Fa%2Cb.csv", "SHOP.csv"]
    with (folder / "SHOP.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["movement"], line["amount"], line["end_to_end_id"]) for line in lines] == [
        ("sale:3", "12.50", "20261123-SHOP-EUR"),
        ("sale:5", "300", ""),
        ("sale-reversal:6", "-200", ""),
    ]
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", f"reports-{DAYS[0]}.sha256"], cwd=lab.deposits,
        check=True, capture_output=True,
    )  # fmt: skip
    assert done.stdout.count(b": OK\n") == 2


@pytest.mark.parametrize(
    ("find", "put", "named"),
    [
        (b"12.50", b"12.51", r"report SHOP.csv: sale:3 has amount '12.51', expected '12.50'"),
        (b"sale:3", b"sale:4", r"report SHOP.csv: sale:3 has movement 'sale:4'"),
        (b"\r\n2026", b"\r\n2026-11-23,SHOP,x\r\n2026", r"has movement 'x', expected 'sale:3'"),
        (b",EUR,", b",\xff,", r"report SHOP.csv: unreadable \(UnicodeDecodeError\)"),
    ],
)
def test_a_report_that_says_otherwise_is_found_before_anything_is_paid(
    lab, monkeypatch, find, put, named
):
    lab.history.sale()
    lab.history.cut_over()
    original = settle.write_reports

    def wrong(label, batches, lines, paid, folder, charged, beside):
        manifest = original(label, batches, lines, paid, folder, charged, beside)
        [path] = folder.iterdir()
        path.write_bytes(path.read_bytes().replace(find, put, 1))
        return manifest

    monkeypatch.setattr(settle, "write_reports", wrong)
    with pytest.raises(Findings, match=named):
        close(lab)
    assert not lab.deposits.exists()


def test_a_movement_that_was_altered_in_the_books_is_found(closed, damage):
    damage("UPDATE movements SET rrn = 'x' WHERE sequence = 3")
    assert verify(closed.switch, closed.settlement).findings == (
        f"the movements of {DAYS[0]} do not come to the reports that its close has written",
    )


def test_a_report_that_was_altered_is_found(closed):
    path = closed.deposits / f"reports-{DAYS[0]}" / "SHOP.csv"
    path.write_bytes(path.read_bytes().replace(b"12.50", b"12.51"))
    [finding] = verify(closed.switch, closed.settlement).findings
    said = "sale:3 has amount '12.51', expected '12.50'"
    assert finding == f"{path} is not what the books hold: {said}"
    with pytest.raises(Findings, match=r"SHOP\.csv is not what the books hold"):
        close(closed, DAYS[0])
