"""Every kind that an id can be expanded to can be loaded."""

from cardswitch.gateway.api.expanding import FIELDS
from cardswitch.gateway.api.families import loading


def test_whatever_can_be_expanded_has_a_loader():
    assert {kind for fields in FIELDS.values() for kind in fields.values()} <= set(loading._LOADERS)


def test_an_order_is_read_with_all_that_it_names(shop):
    customer = shop.ask("POST", "/v1/customers", {"name": "N"}).body["id"]
    asked = {
        "customer": customer,
        "expand[0]": "latest_charge.customer",
        "expand[1]": "payment_method",
        "expand[2]": "customer",
    }
    paid = shop.create(**asked).body
    assert paid["customer"]["name"] == "N"
    assert paid["latest_charge"]["customer"]["id"] == customer
    assert paid["payment_method"]["card"]["last4"] == "4242"
    page = shop.ask("GET", "/v1/charges", {"limit": 1, "expand[]": "data.payment_intent"}).body
    assert page["data"][0]["payment_intent"]["id"] == paid["id"]
