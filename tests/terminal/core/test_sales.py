"""terminal.core.sales: what names a sale, and what of it a reversal takes back."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.terminal.core.messages import request_for
from cardswitch.terminal.core.outcome import SaleState, begun_outcome
from cardswitch.terminal.core.sales import Pending, amount_undone, key_of, original_key
from tests.kit.terminal import ORDER, PAD, terminal

SALE = request_for(terminal().place, ORDER, PAD, 1795435200.0).with_fields({11: "000007"})


def test_a_reversal_names_its_sale_by_number_and_time():
    reversal = Message("0420", {90: original_data(SALE)})
    assert original_key(reversal) == key_of(SALE[11], SALE[7])


@pytest.mark.parametrize(
    ("kind", "stays", "undone"),
    [(SaleState.APPROVED, 0, 1250), (SaleState.REDUCED, 500, 750), (SaleState.BEGUN, 0, 1250)],
)
def test_what_a_reversal_takes_back(kind, stays, undone):
    before = replace(begun_outcome(0.0, SALE, "", 1), kind=kind)
    assert amount_undone(Pending(SALE, "key", stays, before)) == undone
