"""What a close charges, by the schedules of the configuration; and the same by another way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from ...settlement.fees.charges import Charge, charges
from ...settlement.fees.expected import ExpectedCharges
from ...settlement.fees.schedules import BatchRate, rates_of
from ...settlement.totals import BatchTotals
from ...store.booking import Booking
from ...store.recounts.recount import Recount
from ..config import SettlementConfig


class Costs(Struct, frozen=True):
    """What the batches of a close are charged by, and what all of it comes to."""

    rates: tuple[BatchRate, ...] = ()
    charges: tuple[Charge, ...] = ()


NO_COSTS: Final = Costs()


def charge(
    booking: Booking, label: str, totals: Sequence[BatchTotals], config: SettlementConfig
) -> Costs:
    """Book the fees of the close of *label*, whose batches are *totals*; and what they come to."""
    if not config.fees and not booking.has_charges():
        return NO_COSTS
    rates = rates_of(config.fees, totals)
    fees = booking.charge(rates)
    before, _ = booking.before(label)
    found = charges(label, totals, fees, config.fees, config.merchant_ids, before)
    return Costs(rates, found)


def charge_again(booking: Booking, counted: Recount, label: str, config: SettlementConfig) -> Costs:
    """What must be charged, by what was *counted*."""
    if not config.fees and not booking.has_charges():
        return NO_COSTS
    expected = ExpectedCharges(label, config.fees, config.merchant_ids)
    rates = expected.rates(counted.batches)
    fees = counted.charge(rates)
    _, before = booking.before(label)
    return Costs(rates, expected.charges(counted.batches, fees, before))
