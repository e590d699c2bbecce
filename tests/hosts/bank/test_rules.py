"""The days of the emulated bank, and how like a name must be to that of the account."""

import pytest

from cardswitch.hosts.bank.rules import Rules, Today, likeness, today
from cardswitch.specs.dates import CutOff
from tests.kit.histories import CUT

BERLIN = CutOff("14:00", "Europe/Berlin")
DAYS = {
    "past": ("2026-11-23", ["DT01"]),
    "today, before the cut-off": ("2026-11-24", []),
    "to come": ("2026-11-25", []),
    "in 360 days": ("2027-11-19", []),
    "in 361 days": ("2027-11-20", ["DT01"]),
}


@pytest.mark.parametrize(("execution", "codes"), DAYS.values(), ids=DAYS)
def test_a_day_of_execution(execution, codes):
    day = Today("2026-11-24", "2026-11-24")
    assert [fault.code for fault in day.faults(execution)] == codes


@pytest.mark.parametrize(
    ("hour", "date", "first"),
    [
        (13.99, "2026-11-23", "2026-11-23"),
        (14, "2026-11-23", "2026-11-24"),
        (23.5, "2026-11-23", "2026-11-24"),
        (24.5, "2026-11-24", "2026-11-24"),
    ],
)
def test_today_is_that_of_the_bank_s_clock(hour, date, first):
    found = today(CUT + (hour - 23) * 3_600, BERLIN)
    assert found == Today(date, first)
    codes = [fault.code for fault in found.faults(date)]
    assert codes == ([] if date == first else ["TM01"])


NAMES = {
    "the same": ("Corner Shop", "RCVC"),
    "case and marks": ("CORNER-SHOP.", "RCVC"),
    "another order": ("Shop, Corner", "RCVC"),
    "a letter": ("Corner Shops", "RVMC"),
    "a word": ("The Corner Shop", "RVMC"),
    "another": ("Station Kiosk", "RVNM"),
    "nothing": ("", "RVNM"),
}


@pytest.mark.parametrize(("name", "found"), NAMES.values(), ids=NAMES)
def test_how_like_a_name_is(name, found):
    assert likeness(name, "Corner Shop") == found


def test_who_is_not_known_is_not_checked():
    rules = Rules({"DE1": "Corner Shop"}, "reject")
    assert rules.payee("DE2", "Corner Shop") is None
    assert not rules.refuses(None)
    assert rules.payee("DE1", "Kiosk") == ("RVNM", "Corner Shop")
    assert rules.refuses(("RVNM", ""))
    assert not rules.refuses(("RVMC", ""))
