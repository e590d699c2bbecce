"""Totals of a batch, and its number."""

from cardswitch.terminal.core.batch import BATCH_MAX, Batch, Tally


def test_totals_are_kept_by_currency_and_outcome():
    batch = Batch().plus("approved", "978", 1250).plus("approved", "978", 50)
    batch = batch.plus("declined", "978", 7).plus("approved", "840", 1)
    assert batch.totals == {
        "978": {"approved": Tally(2, 1300), "declined": Tally(1, 7)},
        "840": {"approved": Tally(1, 1)},
    }


def test_numbers_wrap_behind_999_and_never_are_0():
    batch, seen = Batch(), []
    for _ in range(BATCH_MAX + 1):
        seen.append(batch.number)
        batch = batch.next()
    assert seen == [*range(1, BATCH_MAX + 1), 1]


def test_the_next_batch_is_empty():
    assert Batch(7).plus("approved", "978", 1250).next() == Batch(8)
