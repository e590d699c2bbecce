"""What a bank makes of the orders in the books: each line of its files has an outcome."""

import pytest
from msgspec.structs import replace

from cardswitch.hosts.bank.offline import take
from cardswitch.specs.errors import Error
from cardswitch.specs.merchants import Merchant
from cardswitch.switch.operate.bank import match
from cardswitch.switch.operate.settle import close_days
from cardswitch.wire.store.database import Missing
from tests.kit.histories import CUT, DAYS
from tests.kit.statements import balance, camt053, entry, part

CAFE = Merchant(
    id="CAFE", name="Cafe", city="Paris", country="FR", country_code="250", mcc="5411",
    iban="FR1420041010050500013M02606",
)  # fmt: skip


def closed(lab, **names):
    """A day with a sale of two shops, called *names*, is closed in the hour of its cut-off."""
    merchants = [
        replace(shop, account_holder=names.get(shop.id, ""))
        for shop in (*lab.settlement.merchants, CAFE)
    ]
    lab.settlement = replace(lab.settlement, merchants=tuple(merchants))
    lab.history.sale(1250)
    lab.history.sale(5, merchant="CAFE")
    lab.history.cut_over()
    lab.commit()
    close_days(lab.switch, lab.settlement, lab.record, clock=lambda: CUT)


def answers(lab):
    """What the bank sends for the order of the day, by name."""
    order = (lab.deposits / f"deposit-{DAYS[0]}.xml").read_bytes()
    taken = take(order, lab.folder / "bank", CUT)
    return {name: (lab.folder / "bank" / name).read_bytes() for name in taken.files}


def outcomes(found):
    return [(each.outcome, each.merchant, each.amount) for each in found.matched]


def test_all_is_booked_as_it_was_ordered(lab):
    closed(lab)
    found = match(lab.settlement, answers(lab))
    assert outcomes(found) == [("booked", "CAFE", -5), ("booked", "SHOP", -1250)]
    assert found.is_settled


def test_what_is_rejected_and_what_comes_back(lab):
    closed(lab, SHOP="Shop ERRAC04RTRN", CAFE="Cafe ERRAG01RJCT")
    found = match(lab.settlement, answers(lab))
    assert outcomes(found) == [
        ("rejected", "CAFE", -5),
        ("booked", "SHOP", -1250),
        ("returned", "SHOP", 1250),
    ]
    assert [each.code for each in found.matched] == ["AG01", "", "AC04"]
    assert not found.is_settled


def test_a_statement_that_comes_twice_is_read_once(lab):
    closed(lab)
    files = answers(lab)
    files["again.xml"] = files["statement-000001.xml"]
    found = match(lab.settlement, files)
    assert len(found.matched) == 2
    assert found.faults == (
        "statement STATEMENT-1/DE893704004405320130-1/1 was read before, and is left out",
    )
    assert not found.is_settled


def test_what_should_be_there_and_what_should_not(lab):
    closed(lab)
    told = [entry("7.00", "DBIT"), entry("0.05", "DBIT", part("0.05", "DBIT", "20261123-CAFE-EUR"))]
    wrong = [balance("OPBD", "10.00"), balance("CLBD", "3.00")]
    found = match(lab.settlement, {"a.xml": camt053(told, wrong)})
    assert outcomes(found) == [
        ("only theirs", "", -700),
        ("booked", "CAFE", -5),
        ("only ours", "SHOP", -1250),
    ]
    assert found.faults == (
        "a.xml: opening balance and entries come to 295, the closing balance is 300",
    )


def test_what_is_neither_is_named(lab):
    closed(lab)
    with pytest.raises(Error, match=r"b\.xml: "):
        match(lab.settlement, {"b.xml": b"<a/>"})


def test_no_books_yet(lab):
    with pytest.raises(Missing, match="no bank day was ever closed"):
        match(lab.settlement, {})
