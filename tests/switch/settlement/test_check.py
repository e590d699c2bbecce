"""The check sees one cent, one record twice, one record missing, and says which."""

import re

import pytest
from msgspec.structs import replace

from cardswitch.switch.settlement.check import check_close
from tests.kit.histories import CUT, NOON, History, close


def history():
    journal = History()
    journal.sale(1250)
    journal.sale(750, merchant="CAFE", currency="392")
    journal.reverse(journal.sale(300), NOON + 60)
    journal.reverse(journal.sale(200), CUT + 60)
    return journal.entries()


def cent(rows, field):
    """The first of *rows* has one minor unit more in *field*."""
    return (replace(rows[0], **{field: getattr(rows[0], field) + 1}), *rows[1:])


def renamed(files, find, put):
    return {name: content.replace(find, put) for name, content in files.items()}


MISTAKES = {
    "movement cent": (lambda d: {"movements": cent(d.movements, "amount")}, "capture:1 .RRN 0"),
    "movement twice": (
        lambda d: {"movements": d.movements + d.movements[:1]},
        "capture:1 is there",
    ),
    "movement missing": (lambda d: {"movements": d.movements[1:]}, "capture:1 is missing"),
    "movement of another day": (
        lambda d: {"movements": (replace(d.movements[0], leg=99), *d.movements)},
        "capture:99 .RRN 000000000001. does not belong",
    ),
    "batch cent": (lambda d: {"batches": cent(d.batches, "captured")}, "batch CAFE/TERM0001/392"),
    "batch reversed": (lambda d: {"batches": cent(d.batches, "reversed")}, "batch CAFE/TERM"),
    "batch count": (lambda d: {"batches": cent(d.batches, "captures")}, "batch CAFE/TERM0001/392"),
    "batch twice": (lambda d: {"batches": d.batches + d.batches[:1]}, "batch CAFE/TERM0001/392"),
    "batch missing": (lambda d: {"batches": d.batches[1:]}, "capture of CAFE/TERM0001/392"),
    "posting cent": (lambda d: {"postings": cent(d.postings, "amount")}, "journal capture:1 "),
    "posting missing": (lambda d: {"postings": d.postings[1:]}, "journal capture:1 "),
    "journal twice": (lambda d: {"postings": d.postings + d.postings[:2]}, "journal capture:1 is"),
    "journal missing": (lambda d: {"postings": d.postings[2:]}, "journal capture:1 is -1250 away"),
    "payout cent": (lambda d: {"payouts": cent(d.payouts, "captured")}, "20261123-CAFE-JPY is not"),
    "payout missing": (lambda d: {"payouts": d.payouts[1:]}, "CAFE is paid nothing"),
    "payout twice": (lambda d: {"payouts": d.payouts + d.payouts[:1]}, "20261123-CAFE-JPY"),
    "payment cent": (
        lambda d: {"files": renamed(d.files, b'"JPY">750<', b'"JPY">751<')},
        "pays 20261123-CAFE-JPY otherwise",
    ),
    "payment to another": (
        lambda d: {"files": renamed(d.files, b">GB82WEST12345698765432<", b">NO9386011117947<")},
        "pays 20261123-SHOP-EUR otherwise",
    ),
    "payment renamed": (
        lambda d: {"files": renamed(d.files, b">20261123-SHOP-EUR<", b">20261123-CAFE-JPY<")},
        "20261123-SHOP-EUR is not in the file",
    ),
    "control sum": (lambda d: {"files": renamed(d.files, b">764.50<", b">764.51<")}, "control sum"),
    "file missing": (lambda d: {"files": {}}, "payout 20261123-SHOP-EUR is in no file"),
}


@pytest.mark.parametrize(("mistake", "named"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_found_and_named(mistake, named):
    entries = history()
    day = close(entries)
    assert check_close(day, entries) == ()
    findings = check_close(replace(day, **mistake(day)), entries)
    assert any(re.search(named, finding) for finding in findings), findings


def test_entries_that_came_in_after_the_close_are_found():
    entries = history()
    day = close(entries)
    late = [replace(entry, leg=entry.leg + 100) for entry in entries]
    assert "capture:101 is missing" in check_close(day, [*entries, *late])
