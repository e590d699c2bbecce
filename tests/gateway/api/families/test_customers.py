"""Customers over HTTPS."""

from cardswitch.gateway.api import paging


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


def walked(shop, path, **asked):
    """The ids of a list in pages of one, forth, and back."""
    forth, more = [], {}
    while (page := shop.ask("GET", path, {"limit": 1, **asked, **more}).body)["data"]:
        forth.append(page["data"][0]["id"])
        more = {"starting_after": forth[-1]}
    back, more = [], {"ending_before": forth[-1]} if forth else {}
    while forth and (page := shop.ask("GET", path, {"limit": 1, **asked, **more}).body)["data"]:
        back.append(page["data"][0]["id"])
        more = {"ending_before": back[-1]}
    return forth, back


def test_his_orders_are_his_alone_page_by_page_whenever_he_was_given_them(shop):
    path = "/v1/payment_intents"
    one, other = (shop.ask("POST", "/v1/customers").body["id"] for _ in range(2))
    x = shop.create(confirm=None).body["id"]
    y, z = (shop.create(confirm=None, customer=one).body["id"] for _ in range(2))
    shop.ask("POST", f"{path}/{x}", {"customer": one})
    assert walked(shop, path, customer=one) == ([x, z, y], [z, x])
    shop.ask("POST", f"{path}/{y}", {"customer": other})
    shop.ask("POST", f"{path}/{z}", {"customer": ""})
    assert walked(shop, path, customer=one) == ([x], [])
    assert walked(shop, path, customer=other) == ([y], [])
    shop.ask("POST", f"{path}/{y}", {"customer": one})
    assert walked(shop, path, customer=one) == ([y, x], [y])
    assert shop.ask("GET", path, {"customer": one}, key=shop.other).body["data"] == []
    made = shop.ask("GET", f"{path}/{x}").body["created"]
    assert walked(shop, path, customer=one, **{"created[lt]": made}) == ([], [])
    assert walked(shop, path, customer=one, created=made)[0][-1] == x


def test_one_is_found_behind_all_others_and_behind_those_that_are_deleted(shop, monkeypatch):
    monkeypatch.setattr(paging, "LOOKED_AT", 2)
    path = "/v1/customers"
    first, last = (shop.ask("POST", path, {"email": "a@x"}).body["id"] for _ in range(2))
    for number in range(5):
        newer = shop.ask("POST", path, {"email": f"{number}@x"}).body["id"]
        shop.ask("DELETE", f"{path}/{newer}")
        shop.ask("POST", path, {"email": f"{number}@x"})
    assert walked(shop, path, email="a@x") == ([last, first], [last])
    page = shop.ask("GET", path, {"email": "a@x", "limit": 2}).body
    assert ([each["id"] for each in page["data"]], page["has_more"]) == ([last, first], False)


def test_his_cards_are_listed_by_the_second_they_were_made_in(shop):
    made = shop.ask("POST", "/v1/customers", {"payment_method": "pm_card_visa"}).body["id"]
    for path, asked in (
        (f"/v1/customers/{made}/payment_methods", {}),
        ("/v1/payment_methods", {"customer": made}),
    ):
        [card] = shop.ask("GET", path, asked).body["data"]
        at = card["created"]
        assert shop.ask("GET", path, {**asked, "created": at}).body["data"] == [card]
        assert shop.ask("GET", path, {**asked, "created[lt]": at}).body["data"] == []


def test_what_was_deleted_has_nothing_to_expand(shop):
    asked = {"payment_method": "pm_card_visa"}
    made = shop.ask("POST", "/v1/customers", asked).body["id"]
    paid = shop.create(customer=made).body["id"]
    shop.ask("DELETE", f"/v1/customers/{made}")
    field = "invoice_settings.default_payment_method"
    gone = shop.ask("GET", f"/v1/customers/{made}", {"expand[0]": field}).body
    assert gone == {"id": made, "object": "customer", "deleted": True}
    asked = {"expand[0]": f"customer.{field}"}
    assert shop.ask("GET", f"/v1/payment_intents/{paid}", asked).body["customer"] == gone


def test_a_copy_of_a_call_makes_no_second_customer(shop):
    first = shop.ask("POST", "/v1/customers", {"name": "N"}, Idempotency_Key="cus-1")
    again = shop.ask("POST", "/v1/customers", {"name": "N"}, Idempotency_Key="cus-1")
    assert again.body == first.body
    assert again.headers["idempotent-replayed"] == "true"
