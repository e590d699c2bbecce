"""Invoices are read back cell by cell: whatever is wrong in one is found, and its line named."""

import csv
from io import StringIO

import pytest
from msgspec.structs import replace

from cardswitch.switch.operate.files import write_missing
from cardswitch.switch.operate.outputs.invoices import invoice_findings, wanted_invoices
from cardswitch.switch.operate.outputs.reports import write_reports
from cardswitch.switch.operate.outputs.reread import ReportCheck
from cardswitch.switch.operate.verify_books import verify
from cardswitch.switch.settlement.fees.charges import Charge
from cardswitch.switch.settlement.formats.invoice_csv import invoices
from cardswitch.switch.store.books import BooksReader
from tests.kit.charging import BLENDED
from tests.kit.histories import DAYS
from tests.kit.settling import close

NAME = "invoice.SHOP.csv"
ONE = Charge(
    journal_id="fees:1", business_date=DAYS[0], kind="fees", merchant="SHOP", currency="978",
    version="v1", amount=1217, interchange=200, scheme=-10, is_net=False, due="",
)  # fmt: skip
CHARGES = (
    ONE,
    replace(ONE, journal_id="fees:2", amount=-17),
    replace(ONE, journal_id="monthly:2026-11-SHOP-EUR", kind="monthly", amount=500),
    replace(ONE, journal_id="fees:3", currency="392", amount=9),
    replace(ONE, journal_id="fees:4", is_net=True),
)


def test_two_ways_come_to_the_same_bytes():
    wanted, written = wanted_invoices(DAYS[0], CHARGES), invoices(DAYS[0], CHARGES)
    assert [*wanted] == [*written] == [NAME]
    assert [*invoice_findings(NAME, written[NAME], wanted[NAME])] == []


def mutants():
    content = invoices(DAYS[0], CHARGES)[NAME]
    lines = [*csv.reader(StringIO(content.decode(), newline=""))]
    for n, line in enumerate(lines):
        for cell, text in enumerate(line):
            changed = [*line[:cell], f"{text}1", *line[cell + 1 :]]
            yield f"line {n} cell {cell}", [*lines[:n], changed, *lines[n + 1 :]]
        yield f"line {n} missing", [*lines[:n], *lines[n + 1 :]]
        yield f"line {n} twice", [*lines[: n + 1], *lines[n:]]
    yield "swapped", [lines[0], lines[2], lines[1], *lines[3:]]


@pytest.mark.parametrize(("name", "lines"), [*mutants()])
def test_every_mutant_of_an_invoice_is_caught_and_named(name, lines):
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    findings = [*invoice_findings(NAME, text.getvalue().encode(), _wanted())]
    assert findings
    assert all(each.startswith(f"{NAME}: ") for each in findings)


def _wanted():
    return wanted_invoices(DAYS[0], CHARGES)[NAME]


def test_what_is_no_text_is_named():
    [finding] = invoice_findings(NAME, b"\xff", _wanted())
    assert finding == f"{NAME}: unreadable (UnicodeDecodeError)"


@pytest.mark.parametrize("damage", ["gone", "another", "too many"])
def test_a_close_reads_them_back(tmp_path, damage):
    write_reports(DAYS[0], (), (), {}, tmp_path, CHARGES)
    path = tmp_path / NAME
    if damage == "gone":
        path.unlink()
    elif damage == "another":
        path.write_bytes(path.read_bytes().replace(b"12.17", b"12.18"))
    else:
        path.with_name("invoice.CAFE.csv").write_bytes(b"")
    check = ReportCheck(tmp_path, DAYS[0], (), {}, CHARGES)
    check.read(lambda: ())
    [finding] = check.findings
    assert finding.startswith("report invoice.")


# With a close -------------------------------------------------------------------------------------


@pytest.fixture
def invoiced(lab):
    """A day under a blended schedule with gross funding is closed."""
    lab.settlement = replace(lab.settlement, fees=(BLENDED,))
    lab.history.sale(10_000)
    lab.history.reverse(lab.history.sale(500))
    lab.history.cut_over()
    close(lab)
    return lab


def test_an_invoice_is_what_the_ledger_is_owed(invoiced):
    path = invoiced.deposits / f"reports-{DAYS[0]}" / NAME
    with path.open(encoding="utf-8", newline="") as file:
        [total] = [line for line in csv.DictReader(file) if line["kind"] == "total"]
    balances = BooksReader(invoiced.settlement.books).balances()
    assert total["amount"] == "1.49"
    assert balances["fee_receivable:SHOP", "978"] == 149
    manifest = (invoiced.deposits / f"reports-{DAYS[0]}.sha256").read_text("utf-8")
    assert f"reports-{DAYS[0]}/{NAME}\n" in manifest
    assert verify(invoiced.switch, invoiced.settlement).findings == ()


def test_one_cent_changed_by_hand_is_named_and_a_lost_one_is_written_again(invoiced):
    path = invoiced.deposits / f"reports-{DAYS[0]}" / NAME
    content = path.read_bytes()
    path.write_bytes(content.replace(b"total,,EUR,1.49", b"total,,EUR,1.50"))
    [finding] = verify(invoiced.switch, invoiced.settlement).findings
    assert finding == (f"{path} is not what the books hold: total has amount 1.50, expected 1.49")
    path.unlink()
    name = f"reports-{DAYS[0]}/{NAME}"
    assert verify(invoiced.switch, invoiced.settlement).not_here == (name,)
    assert write_missing(invoiced.settlement) == [name]
    assert path.read_bytes() == content
