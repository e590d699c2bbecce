"""Reports are written as movements come, of many merchants in turn."""

import csv

import pytest

from cardswitch.switch.operate.outputs import reports
from cardswitch.switch.operate.outputs.reports import altered_reports, by_merchant, write_reports
from cardswitch.switch.settlement.formats.report_csv import named_in
from tests.kit.derivations import lines_of, movements_of, totals_of
from tests.kit.histories import DAYS, History

PAID = {("SHOP", "978"): "20261123-SHOP-EUR"}


@pytest.fixture(autouse=True)
def held(monkeypatch):
    """So many movements are held at once that every merchant is written more than once."""
    monkeypatch.setattr(reports, "HELD_AT_ONCE", 10)


@pytest.fixture
def moved():
    history = History()
    for number in range(30):
        merchant = ("SHOP", "CAFE", "")[number % 3]
        history.sale(1 + number, merchant=merchant, terminal=f'T"{number}\r\n,')
    found = movements_of(history.rows)
    totals = totals_of(DAYS[0], found)
    return totals, sorted(lines_of(found, totals), key=lambda line: line[1])


def test_each_merchant_gets_its_own_in_their_order_and_one_manifest_names_all(moved, tmp_path):
    written = write_reports(DAYS[0], *moved, PAID, tmp_path)
    assert write_reports(DAYS[0], *moved, PAID) == written
    names = ["(none).csv", "CAFE.csv", "SHOP.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(named_in(written)) == names
    for name in names:
        with (tmp_path / name).open(newline="", encoding="utf-8") as text:
            lines = [*csv.DictReader(text)]
        numbers = [int(line["movement"].partition(":")[2]) for line in lines]
        assert numbers == sorted(numbers)
        assert len(numbers) == 10
    assert list(altered_reports(tmp_path, written)) == []


def test_who_looks_on_takes_what_is_written(moved):
    seen = []
    write_reports(DAYS[0], *moved, PAID, beside=lambda merchant, some: seen.extend(some))
    assert sorted(seen) == sorted(moved[1])


def test_no_more_is_held_than_a_part_of_it(moved):
    batches, lines = moved
    merchants = {batch.number: batch.merchant for batch in batches}
    left = iter(lines)
    parts = by_merchant(batches, left)
    for merchant, some in parts:
        assert {merchants[line[0]] for line in some} == {merchant}
    assert [*left] == []
    begun = by_merchant(batches, left := iter(lines))
    next(begun)
    assert len([*left]) == 20


def test_what_is_in_no_batch_of_the_close_is_left_out_of_its_reports(moved, tmp_path):
    batches, lines = moved
    strangers = [(999, number, 1, "r") for number in range(15)]  # more than is held at once
    written = write_reports(DAYS[0], batches, [*strangers, *lines], PAID, tmp_path)
    assert written == write_reports(DAYS[0], batches, lines, PAID)


def test_a_file_that_is_there_already_is_not_added_to(moved, tmp_path):
    (tmp_path / "CAFE.csv").write_bytes(b"")
    with pytest.raises(FileExistsError):
        write_reports(DAYS[0], *moved, PAID, tmp_path)
