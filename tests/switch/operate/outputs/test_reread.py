"""Reports are read back line by line, whatever stands in them."""

import pytest

from cardswitch.switch.operate.outputs.reports import write_reports
from cardswitch.switch.operate.outputs.reread import ReportCheck
from tests.kit.derivations import lines_of, movements_of, totals_of
from tests.kit.histories import DAYS, History

PAID = {("SHOP", "978"): "20261123-SHOP-EUR"}


@pytest.fixture
def moved():
    history = History()
    for number in range(1_100):
        history.sale(1 + number, terminal=f'T"{number}\r\n,')
    history.reverse(history.sale(700, merchant="CAFE", currency="392"))
    history.sale(5, merchant="", currency="000", rrn='a", ')
    found = movements_of(history.rows)
    totals = totals_of(DAYS[0], found)
    return totals, lines_of(found, totals)


def reread(moved, folder, change=lambda _: None):
    """The manifest of what was written, that of what was read, and what was found."""
    batches, lines = moved
    check = ReportCheck(folder, DAYS[0], batches, PAID)
    in_order = sorted(lines, key=lambda line: line[1])
    written = write_reports(DAYS[0], batches, in_order, PAID, folder, beside=check.take)
    change(folder / "CAFE.csv")
    return written, check.read(lambda: lines), check.findings


def test_what_is_written_is_read_back(moved, tmp_path):
    written, read, findings = reread(moved, tmp_path)
    assert (read, findings) == (written, [])


CHANGES = {
    "gone": (lambda path: path.unlink(), "report CAFE.csv is missing"),
    "another": (
        lambda path: path.with_name("X.csv").write_bytes(b""),
        "report X.csv does not belong there",
    ),
    "cut": (
        lambda path: path.write_bytes(path.read_bytes().rpartition(b"2026-11-23,CAFE")[0]),
        "report CAFE.csv: sale-reversal:2204 is missing",
    ),
    "longer": (
        lambda path: path.write_bytes(path.read_bytes() + b"a,b,sale:9\r\n"),
        "report CAFE.csv: sale:9 does not belong there",
    ),
    "wider": (
        lambda path: path.write_bytes(path.read_bytes().replace(b",700", b",700,", 1)),
        "report CAFE.csv: sale:2203 has 13 values, expected 12",
    ),
    "quoted": (
        lambda path: path.write_bytes(path.read_bytes().replace(b",700", b',"700"', 1)),
        "report CAFE.csv: it says what it must in other bytes",
    ),
    "columns": (
        lambda path: path.write_bytes(path.read_bytes().replace(b",rrn", b",RRN", 1)),
        "report CAFE.csv: movement has rrn 'RRN', expected 'rrn'",
    ),
    "text": (lambda path: path.write_bytes(b"\xff"), "report CAFE.csv: unreadable (UnicodeDecode"),
}


@pytest.mark.parametrize(("change", "named"), CHANGES.values(), ids=CHANGES)
def test_what_is_otherwise_is_named(moved, tmp_path, change, named):
    written, read, [finding] = reread(moved, tmp_path, change)
    assert finding.startswith(named)
    assert (read == written) == (named.startswith("report X.csv"))
