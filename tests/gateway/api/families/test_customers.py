"""Customers over HTTPS."""


def test_a_customer_is_made_changed_found_and_deleted(shop):
    asked = {"name": "N", "email": "e@x", "address[line1]": "1 Main", "metadata[a]": "b"}
    made = shop.ask("POST", "/v1/customers", asked).body
    path = f"/v1/customers/{made['id']}"
    assert (made["name"], made["address"]["line1"]) == ("N", "1 Main")
    assert shop.ask("GET", path).body == made
    changed = shop.ask("POST", path, {"name": "", "metadata[c]": "d"}).body
    assert (changed["name"], changed["email"], changed["metadata"]) == (
        None,
        "e@x",
        {"a": "b", "c": "d"},
    )
    assert shop.ask("GET", path, key=shop.other).status == 404
    gone = shop.ask("DELETE", path).body
    assert gone == {"id": made["id"], "object": "customer", "deleted": True}
    assert shop.ask("GET", path).body == gone
    assert shop.ask("POST", path, {"name": "M"}).status == 404
    assert shop.create(customer=made["id"]).status == 404
    assert made["id"] not in str(shop.ask("GET", "/v1/customers").body)


def test_his_first_card_may_come_with_him_and_be_what_he_pays_with(shop):
    asked = {"payment_method": "pm_card_visa"}
    made = shop.ask("POST", "/v1/customers", asked).body
    path = f"/v1/customers/{made['id']}"
    [kept] = shop.ask("GET", f"{path}/payment_methods").body["data"]
    default = {"invoice_settings[default_payment_method]": kept["id"]}
    changed = shop.ask("POST", path, default).body
    assert changed["invoice_settings"]["default_payment_method"] == kept["id"]
    assert shop.ask("GET", f"{path}/payment_methods/{kept['id']}").body == kept
    wrong = shop.ask("POST", path, {"invoice_settings[default_payment_method]": "pm_x"})
    assert (wrong.status, wrong.body["error"]["code"]) == (404, "resource_missing")
    shop.ask("POST", f"/v1/payment_methods/{kept['id']}/detach")
    assert shop.ask("GET", path).body["invoice_settings"]["default_payment_method"] is None


def test_his_orders_are_found_by_him(shop):
    one, other = (shop.ask("POST", "/v1/customers").body["id"] for _ in range(2))
    first = shop.create(customer=one).body["id"]
    later = shop.create(confirm=None).body["id"]
    shop.ask("POST", f"/v1/payment_intents/{later}", {"customer": one})
    found = shop.ask("GET", "/v1/payment_intents", {"customer": one}).body["data"]
    assert [each["id"] for each in found] == [later, first]
    charges = shop.ask("GET", "/v1/charges", {"customer": one}).body["data"]
    assert [each["payment_intent"] for each in charges] == [first]
    assert shop.ask("GET", "/v1/charges", {"customer": other}).body["data"] == []


def test_a_copy_of_a_call_makes_no_second_customer(shop):
    first = shop.ask("POST", "/v1/customers", {"name": "N"}, Idempotency_Key="cus-1")
    again = shop.ask("POST", "/v1/customers", {"name": "N"}, Idempotency_Key="cus-1")
    assert again.body == first.body
    assert again.headers["idempotent-replayed"] == "true"
