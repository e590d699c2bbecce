"""The batch of a terminal, from the rows of its legs."""

import pytest

from cardswitch.specs.transactions.totals import Totals
from cardswitch.switch.core.flows.batches import Closed, Counted, before, by_day, counted_in
from tests.kit.batches import history


def closed(batch=1, currency="978", code="00", sequence=1):
    return Closed(sequence=sequence, at=0.0, batch=batch, currency=currency, code=code, totals=())


@pytest.mark.parametrize(
    ("found", "sequence"),
    [
        ([], None),
        ([closed(1)], 1),
        ([closed(1), closed(2, code="95", sequence=2)], 1),
        ([closed(1), closed(2, "840", sequence=2)], 1),
        ([closed(1), closed(2, "978", sequence=2)], 2),
        ([closed(2, "840")], None),
        ([closed(1, "840")], 1),
    ],
)
def test_which_close_a_batch_begins_behind(found, sequence):
    since = before(found, 2, "978")
    assert (since.sequence if since else None) == sequence


def test_legs_are_counted_by_what_their_rows_have_moved():
    legs = counted_in(history().entries)
    assert [(leg.kind, leg.owed, leg.currency, leg.day) for leg in legs] == [
        ("sale", 1250, "978", "2026-03-29")
    ] * 4
    assert legs[0].began < legs[1].began


def test_by_day_and_currency():
    def leg(owed, day="2026-03-29", currency="978"):
        return Counted(leg=1, began=1, kind="sale", currency=currency, day=day, owed=owed)

    legs = [leg(1250), leg(-300), leg(500, "2026-03-30"), leg(9, currency="840")]
    assert by_day(legs, "978") == {
        "2026-03-29": Totals().plus(1250).plus(-300),
        "2026-03-30": Totals().plus(500),
    }
