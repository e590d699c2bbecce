"""The second derivation comes to the same, and every mutant of rates and charges is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cardswitch.switch.settlement.check import check_close
from cardswitch.switch.settlement.close import close_day
from cardswitch.switch.settlement.fees.charges import BatchFees, Before, charge_postings, charges
from cardswitch.switch.settlement.fees.expected import ExpectedCharges, expected_postings
from cardswitch.switch.settlement.fees.schedules import rates_of
from cardswitch.switch.settlement.payouts import payouts
from tests.kit.charging import BLENDED, PLUS
from tests.kit.derivations import day_of, due, totals_of
from tests.kit.histories import ACQUIRER, DAYS, LATER_S, MERCHANTS, History, known
from tests.kit.mutants import mutants

EUR, JPY = "978", "392"
KEPT = Before({("CAFE", EUR): 7, ("SHOP", JPY): 3}, {("OLD", EUR)})
OTHER = replace(PLUS, version="other", merchants=("SHOP", "OLD"), plan="blended", funding="gross")


def the_close():
    """A day of two shops with fees, and what it is held against."""
    journal = History()
    journal.sale(1250)
    journal.sale(750, merchant="CAFE", currency=JPY)
    journal.sale(80, merchant="CAFE")
    journal.sale(90_000, merchant="CAFE", kind="refund")
    journal.cut_over()
    rows, label = journal.rows, DAYS[0]
    schedules, ids = (PLUS, BLENDED, OTHER), ["SHOP", "CAFE"]
    day, totals = day_of(rows, label), totals_of(label, due(rows, label))
    fees = [BatchFees(batch.number, 1, 2, 10 * batch.number) for batch in totals]
    rates = rates_of(schedules, totals)
    charged = charges(label, totals, fees, schedules, ids, KEPT)
    paid = payouts(label, totals, MERCHANTS, ACQUIRER, {}, charges=charged)
    made = close_day(
        day, totals, paid, ACQUIRER, {}, read_to=len(rows), closed_at=day.ends_at + LATER_S,
        rates=rates, charges=charged,
    )  # fmt: skip
    expected = ExpectedCharges(label, schedules, ids)
    wanted = expected.charges(totals, fees, KEPT)
    against = replace(known(rows), rates=expected.rates(totals), charges=wanted)
    return made, against


def test_every_mutant_of_a_close_with_fees_is_caught_and_named():
    made, against = the_close()
    assert {charge.kind for charge in made.charges} == {"fees", "monthly", "reserve", "release"}
    assert check_close(made, against) == ()
    found = list(mutants(made))
    survivors = [
        (mutant.name, mutant.named)
        for mutant in found
        if not any(mutant.named in finding for finding in check_close(mutant.day, against))
    ]
    assert survivors == []
    assert sum("charges" in mutant.name for mutant in found) > 50


@pytest.mark.parametrize("name", ["fees", "reserved", "invoiced"])
def test_columns_of_the_deposit_say_what_was_charged(name):
    made, against = the_close()
    assert any(getattr(payout, name) for payout in made.payouts)
    wrong = [replace(p, **{name: getattr(p, name) + 1}) for p in made.payouts]
    findings = check_close(replace(made, payouts=tuple(wrong)), against)
    assert any(f.startswith("payout ") and f" has {name} " in f for f in findings)


SOLD = st.dictionaries(
    st.tuples(st.sampled_from(["SHOP", "CAFE", "OLD"]), st.sampled_from([EUR, JPY])),
    st.integers(-(10**6), 10**6),
)


@given(SOLD, st.sampled_from(["2026-11-23", "2026-12-01-2"]), st.booleans())
def test_both_derivations_come_to_the_same(sold, label, is_shared):
    journal = History()
    for (merchant, currency), amount in sold.items():
        kind = "sale" if amount > 0 else "refund"
        journal.sale(abs(amount), merchant=merchant, currency=currency, kind=kind)
    totals = totals_of(label, due(journal.rows, DAYS[0]))
    monthly = replace(OTHER.monthly, shared=is_shared)
    schedules = (PLUS, replace(OTHER, monthly=monthly), BLENDED)
    fees = [BatchFees(batch.number, 1, 0, batch.number % 3) for batch in totals]
    ids = ["SHOP", "CAFE", "OLD"]
    first = charges(label, totals, fees, schedules, ids, KEPT)
    again = ExpectedCharges(label, schedules, ids)
    assert again.charges(totals, fees, KEPT) == first
    assert again.rates(totals) == rates_of(schedules, totals)
    booked = [line for charge in first for line in charge_postings(charge)]
    assert sorted(map(repr, expected_postings(first))) == sorted(map(repr, booked))
