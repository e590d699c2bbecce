"""Which terms a merchant has on which day, and what a schedule must not say."""

import msgspec
import pytest

from cardswitch.specs.errors import ConfigError
from cardswitch.switch.settlement.fees.schedules import (
    Rate,
    Schedule,
    check_schedules,
    rates_of,
    schedule_of,
)
from cardswitch.switch.settlement.totals import BatchTotals

OWN = Schedule(version="own", merchants=("SHOP",), valid_from="2026-06-01")
OWN_LATER = Schedule(version="own-2", merchants=("SHOP",), valid_from="2027-01-01")
ALL = Schedule(version="all", valid_from="2026-01-01")
ALL_LATER = Schedule(version="all-2", valid_from="2026-12-01")
EVERY = (ALL_LATER, OWN_LATER, OWN, ALL)


@pytest.mark.parametrize(
    ("merchant", "day", "version"),
    [
        ("SHOP", "2025-12-31", None),
        ("SHOP", "2026-05-31", "all"),
        ("SHOP", "2026-06-01", "own"),
        ("SHOP", "2026-12-31-2", "own"),
        ("SHOP", "2027-01-01", "own-2"),
        ("CAFE", "2026-11-30", "all"),
        ("CAFE", "2026-12-01", "all-2"),
    ],
)
def test_the_newest_that_names_a_merchant_else_the_newest_for_all(merchant, day, version):
    found = schedule_of(EVERY, merchant, day)
    assert (found.version if found else None) == version


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"rates": [{"kinds": ["nonsense"]}]}, "no kind 'nonsense': expected some of sale, "),
        ({"rates": [{"fee": {"fixed": "0.10"}}]}, "name the currency of the rate"),
        ({"rates": [{"currency": "EUR", "fee": {"fixed": "0.105"}}]}, "at most 2 decimals"),
        ({"rates": [{"currency": "EUR", "fee": {"min": "2", "max": "1"}}]}, "max 1 is less than"),
        ({"rates": [{"fee": {"percent": "1,49"}}]}, "matching regex"),
        ({"rates": [{"fee": {"percent": "0.00001"}}]}, "matching regex"),
        ({"reserve": {"percent": "100.0001", "days": 1}}, "matching regex"),
        ({"valid_from": "2026-02-29"}, "expected a day such as"),
        ({"monthly": {"amount": "1", "currency": "EUR", "shared": True}}, "name the merchants"),
        ({"reserve": {"percent": "5", "days": 0}}, ">= 1"),
        ({"surprise": 1}, "unknown field"),
    ],
)
def test_what_is_wrong_in_a_schedule_is_said(said, words):
    with pytest.raises((ConfigError, msgspec.ValidationError), match=words):
        msgspec.convert({"version": "v", **said}, Schedule)


def test_no_two_schedules_may_be_meant():
    check_schedules(EVERY, ["SHOP", "CAFE"])
    for wrong, words in (
        ((ALL, ALL), "version all is there twice"),
        ((ALL, Schedule(version="x", valid_from="2026-01-01")), "valid from 2026-01-01 too"),
        ((OWN,), "'SHOP' is no id of"),
    ):
        with pytest.raises(ConfigError, match=words):
            check_schedules(wrong, ["CAFE"] if len(wrong) == 1 else ["SHOP"])


def test_the_first_rate_that_fits_is_that_of_a_batch():
    schedule = Schedule(
        version="v",
        rates=(Rate(channels=("web",)), Rate(currency="EUR"), Rate(kinds=("refund",))),
    )

    def place(kind="sale", channel="pos", currency="978"):
        batch = BatchTotals(
            number=7, business_date="2026-11-23", moved_on="2026-11-23", merchant="SHOP",
            channel=channel, terminal="T", currency=currency, kind=kind, count=1, amount=1,
        )  # fmt: skip
        return [(rate.batch, rate.place) for rate in rates_of([schedule], [batch])]

    assert place(channel="web") == [(7, 1)]
    assert place() == [(7, 2)]
    assert place(kind="refund") == [(7, 3)]
    assert place(currency="840") == []
    assert place(kind="sale-reversal") == []
