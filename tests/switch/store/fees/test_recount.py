"""Fees that are booked otherwise than they must be: each is named, and nothing is closed."""

import pytest
from msgspec.structs import asdict
from sqlalchemy import insert

from cardswitch.switch.operate.verify_books import Findings
from cardswitch.switch.store import booking
from cardswitch.switch.store.fees import booked
from cardswitch.switch.store.tables import FEES, RATES
from tests.kit.settling import close


def one_cent_more(rows, of):
    return [(*row[:-1], row[-1] + (row[0] == of)) for row in rows]


WRONG = {
    "one cent more": (one_cent_more, "fee of sale:3/RRN 000000000001 has fee 20, expected 19"),
    "missing": (
        lambda rows, of: [row for row in rows if row[0] != of],
        "fee of sale:3/RRN 000000000001 is missing",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_fee_that_is_booked_otherwise_is_found_and_nothing_is_closed(charged, monkeypatch, wrong):
    """What is selected to be booked is changed on its way into the books."""
    change, named = WRONG[wrong]

    def book(writer, rates, after):
        writer.execute(insert(RATES), [asdict(rate) for rate in rates])
        rows = change([tuple(row) for row in writer.execute(booked._captured(after))], 3)
        names = FEES.c.keys()
        writer.execute(insert(FEES), [dict(zip(names, row, strict=True)) for row in rows])
        return booked.book_fees(writer, (), 10**9)

    monkeypatch.setattr(booking, "book_fees", book)
    charged.history.sale(1250)
    charged.history.sale(700)
    charged.history.cut_over()
    with pytest.raises(Findings) as refused:
        close(charged)
    assert any(named in finding for finding in refused.value.findings), refused.value.findings
    assert not charged.deposits.exists() or not charged.files()


def test_a_fee_of_a_movement_that_costs_nothing_is_found(charged, monkeypatch):
    def book(writer, rates, after):
        sums = booked.book_fees(writer, rates, after)
        stranger = {"sequence": 5, "leg": 2, "rated": 2, "rest": 0}
        writer.execute(insert(FEES), [{**stranger, "interchange": 0, "scheme": 0, "fee": 0}])
        return sums

    monkeypatch.setattr(booking, "book_fees", book)
    charged.history.sale(1250)
    charged.history.sale(700, kind="refund")
    charged.history.cut_over()
    with pytest.raises(Findings) as refused:
        close(charged)
    assert "fee of movement:5/RRN 000000000002 does not belong there" in refused.value.findings
