"""Baskets: whatever a cookie says, only what there is, and not too much."""

import pytest

from cardswitch.gateway.shop.catalogue import CURRENCIES, ITEMS, QUANTITY_MAX, Basket


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "beans",
        "beans:0",
        "beans:-1",
        "beans:1.5",
        "BEANS:1",
        "beans:100",
        "x:1",
        "a" * 9_000,
    ],
)
def test_what_is_no_basket_is_an_empty_one(text):
    assert Basket.read(text).count == 0


def test_a_basket_has_an_end():
    basket = Basket({"mug": 98}).with_item("mug", 500)
    assert basket.quantities == {"mug": QUANTITY_MAX}
    assert Basket.read(basket.text()) == basket


def test_every_item_has_a_price_in_every_currency():
    for item in ITEMS.values():
        assert tuple(item.prices) == CURRENCIES
        assert all(price > 0 for price in item.prices.values())
