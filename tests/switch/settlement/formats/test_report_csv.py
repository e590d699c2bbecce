"""A report has one name for each merchant, and a line for each movement."""

import csv
import re

import pytest

from cardswitch.switch.settlement.formats.report_csv import (
    REPORT_COLUMNS,
    ReportLines,
    manifest,
    named_in,
    report_name,
)
from tests.kit.derivations import lines_of, movements_of, totals_of
from tests.kit.histories import DAYS, History

MERCHANTS = ("SHOP", "shop", "", "(none)", "..", "a/b", "a\\b", "a b", "_", "%", "\x00", "Ä", "'=1")


def test_no_merchant_leaves_the_folder_or_shares_a_file():
    names = [report_name(merchant) for merchant in MERCHANTS]
    assert len({*names}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9%()_~-]+\.csv", name) for name in names)


def test_a_line_says_what_a_movement_is():
    history = History()
    history.reverse(history.sale(1250, currency="414"), stays=1)
    moved = movements_of(history.rows)
    totals = totals_of(DAYS[0], moved)
    written = ReportLines(DAYS[0], totals, {("SHOP", "414"): "ref"})
    first, second = csv.reader(written.lines(lines_of(moved, totals)))
    said = dict(zip(REPORT_COLUMNS, first, strict=True))
    assert (said["movement"], said["batch"], said["amount"]) == ("sale:3", "1", "1.250")
    assert (said["currency"], said["end_to_end_id"], said["channel"]) == ("KWD", "ref", "pos")
    assert second[REPORT_COLUMNS.index("amount")] == "-1.249"


@pytest.mark.parametrize("digests", [{}, {"B.csv": "0" * 64, "A%20a.csv": "1" * 64}])
def test_a_manifest_says_what_was_put_into_it(digests):
    written = manifest(DAYS[0], digests)
    assert named_in(written) == digests
    assert written.count(b"\n") == len(digests)
