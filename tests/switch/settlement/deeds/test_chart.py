"""The chart of accounts: whatever settlement books is in it, and people book to what they may."""

import pytest

from cardswitch.specs.errors import Error
from cardswitch.switch.settlement.deeds.chart import CHART, account_of, require_bookable
from cardswitch.switch.settlement.fees.charges import Charge, charge_postings
from cardswitch.switch.settlement.ledger import merchant_payable

SHOPS = {"SHOP"}


def charge(kind, *, is_net):
    return Charge(
        journal_id="a", business_date="2026-11-23", kind=kind, merchant="SHOP", currency="978",
        version="1", amount=3, interchange=1, scheme=1, is_net=is_net, due="",
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["fees", "monthly", "reserve", "release"])
@pytest.mark.parametrize("is_net", [True, False])
def test_what_closes_book_to_is_in_the_chart(kind, is_net):
    for posting in charge_postings(charge(kind, is_net=is_net)):
        assert account_of(posting.account)[0] in CHART


@pytest.mark.parametrize("name", ["acquirer_cash", "fee_receivable:SHOP", merchant_payable("SHOP")])
def test_people_book_to_accounts_of_the_chart(name):
    require_bookable(name, SHOPS)


REFUSED = {
    "cash": "'cash' is no account of the chart; cardswitch settle accounts lists them",
    "merchant_payable": "no account of the chart: merchant_payable:MERCHANT is; cardswitch",
    "acquirer_cash:SHOP": "'acquirer_cash:SHOP' is no account of the chart",
    "merchant_payable:NOBODY": "no merchant 'NOBODY' is configured, and nothing is owed to one",
    "merchant_reserve:SHOP": "is given back by the closes, .* what it is owed, merchant_payable:SH",
}


@pytest.mark.parametrize(("name", "words"), REFUSED.items())
def test_others_are_refused_and_it_says_why(name, words):
    with pytest.raises(Error, match=words):
        require_bookable(name, SHOPS)
