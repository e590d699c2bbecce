"""An order of ours read back: what it asks for, as a bank will name it."""

from cardswitch.switch.settlement.formats.orders import Ordered, read_order
from tests.kit.histories import History, close
from tests.kit.orders import order_of


def test_every_transfer_with_the_merchant_that_it_is_for():
    found = list(read_order("2026-11-23", order_of({"SHOP": 1250, "CAFE": 5}, yen=700)))
    assert [(each.merchant, each.amount, each.currency) for each in found] == [
        ("SHOP", 700, "392"),
        ("CAFE", 5, "978"),
        ("SHOP", 1250, "978"),
    ]
    assert found[-1] == Ordered(
        business_date="2026-11-23",
        order_id="DEPOSIT-20261123",
        payment_id="DEPOSIT-20261123-EUR",
        reference="20261123-SHOP-EUR",
        merchant="SHOP",
        currency="978",
        amount=1250,
        iban="GB82WEST12345698765432",
        execution="2026-11-24",
    )


def test_a_deposit_of_more_digits_than_a_sale_has():
    most = 999_999_999_999
    history = History()
    for amount in (most, most):
        history.sale(amount, currency="392")
    history.cut_over()
    content = close(history.rows).files["deposit-2026-11-23.xml"]
    [found] = read_order("2026-11-23", content)
    assert (found.amount, found.currency) == (2 * most, "392")
