"""What strangers send to the gateway: refused in JSON with the parameter, no 5xx, and no money."""

import json

import pytest

from cardswitch.gateway.api.params import CreateParams
from cardswitch.gateway.api.routes import ROUTES
from tests.kit.shop import Shop, card

PAN = "4242424242424242"
PI = "/v1/payment_intents"
TYPED = card(PAN)
# Whole numbers alone: neither what other languages take for one, nor what looks like one.
NO_AMOUNTS = [
    *("-1", "0", "1e3", "12.50", "1,250", "+5", " 5", "0x10", "١٢", "\uff11\uff12", "NaN", "null"),
    *("1000000000000", "9" * 19, "9" * 4_000, "[]", "true", "1_000", "\u00b2"),
]
NO_JSON_AMOUNTS = [-1, 0, 12.5, 1e3, "12.50", True, None, [], {}, [1250], 10**12, 10**30, "1e3"]
WRONG = [None, True, 7, -1, 1.5, "x", "\u0000", "x" * 5_001, [], ["x"], {}, {"x": "y"}, [[[[]]]]]
STRAYS = [
    *("description", "statement_descriptor", "receipt_email", "metadata[note]", "return_url"),
    *("payment_method_data[billing_details][name]", "payment_method_data[card][cvc]"),
    *("payment_method_data[billing_details][address][line1]", f"metadata[{PAN}]", "customer"),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with Shop(tmp_path_factory.mktemp("refused") / "lab") as shop:
        yield shop


@pytest.fixture
def nothing_paid(shop):
    """Nothing is asked for on the wire while a test runs."""
    before = charges(shop)
    yield
    assert charges(shop) == before


def charges(shop):
    return [shop.ask("GET", "/v1/charges", {"limit": 100}, key).body for key in (None, shop.other)]


def refused(said, *statuses):
    assert said.status in statuses, said
    error = said.body["error"]
    assert error["type"]
    assert error["message"]
    assert PAN not in json.dumps(said.body)
    return error


@pytest.mark.usefixtures("nothing_paid")
@pytest.mark.parametrize("amount", NO_AMOUNTS)
def test_what_is_no_amount_in_a_form(shop, amount):
    assert refused(shop.create(amount=amount), 400)["param"] == "amount"


@pytest.mark.usefixtures("nothing_paid")
@pytest.mark.parametrize("amount", NO_JSON_AMOUNTS)
def test_what_is_no_amount_in_json(shop, amount):
    order = {"amount": amount, "currency": "eur", "confirm": True, "payment_method": "pm_card_visa"}
    said = shop.ask("POST", PI, json.dumps(order), Content_Type="application/json")
    assert refused(said, 400)["param"] == "amount"


@pytest.mark.usefixtures("nothing_paid")
@pytest.mark.parametrize("name", CreateParams.__struct_fields__)
def test_wrong_types_of_everything(shop, name):
    """Nothing is paid, since the card has expired; and nothing fails in the gateway."""
    data = {"type": "card", "card": {"number": PAN, "exp_month": 1, "exp_year": 2020}}
    for value in WRONG:
        order = {"amount": 1, "currency": "eur", "payment_method_data": data, name: value}
        said = shop.ask("POST", PI, json.dumps(order), Content_Type="application/json")
        if said.status != 200 or value is not None:  # It is left out.
            refused(said, 400, 402, 404)


@pytest.mark.usefixtures("nothing_paid")
@pytest.mark.parametrize("param", STRAYS)
def test_a_card_number_stands_in_a_card_alone(shop, param):
    error = refused(shop.create(**{**TYPED, "amount": 100, param: f"of {PAN}"}), 400)
    assert error["param"] == param.replace(PAN, "*" * len(PAN))


def test_nor_in_the_lines_of_an_order_of_a_customer_or_an_idempotency_key(shop):
    line = {
        "mode": "payment",
        "success_url": "https://shop.localhost/",
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": 5,
        "line_items[0][price_data][product_data][name]": f"card {PAN}",
        "line_items[0][quantity]": 1,
    }
    refused(shop.ask("POST", "/v1/checkout/sessions", line), 400)
    for spelled in (PAN, "4242 4242 4242 4242", "4242-4242-4242-4242"):
        refused(shop.ask("POST", "/v1/customers", {"name": spelled}), 400)
    refused(shop.create(idempotency=PAN), 400)


def test_none_of_these_numbers_is_in_a_file(shop):
    for number in ("5105105105105100", "5105-1051-0510-5100"):
        refused(shop.create(description=number), 400)
    files = [path for path in shop.lab.lab.folder.rglob("*") if path.is_file()]
    found = [path for path in files if b"5105105105105100" in path.read_bytes()]
    assert found == []


def test_no_answer_quotes_a_card_number(shop):
    for path in (f"/v1/{PAN}", f"/v1/customers/{PAN}", f"{PI}/{PAN}", f"/v1/x/trace/{PAN}"):
        refused(shop.ask("GET", path), 400, 404)
    for body in (f"{PAN}[=1", f"a[{PAN}=1", f"amount[{PAN}]=1&amount=1", f"{PAN}=1&{PAN}=2"):
        refused(shop.ask("POST", PI, body, Content_Type="application/x-www-form-urlencoded"), 400)
    refused(shop.ask("GET", PI, {"starting_after": PAN}), 400)


@pytest.fixture(scope="module")
def ids(shop):
    """An object of SHOP0001 for each family of routes."""
    paid = shop.create().body
    method = {
        "type": "card", "card[number]": PAN, "card[exp_month]": 12, "card[exp_year]": 2030,
    }  # fmt: skip
    endpoint = {"url": "https://127.0.0.1:1/", "enabled_events[]": "*"}
    session = {"mode": "setup", "success_url": "https://shop.localhost/"}
    line = "line_items[0]"
    link = {
        f"{line}[price_data][currency]": "eur",
        f"{line}[price_data][unit_amount]": 5,
        f"{line}[price_data][product_data][name]": "N",
        f"{line}[quantity]": 1,
    }

    def made(path, params):
        said = shop.ask("POST", path, params)
        assert said.status == 200, said
        return said.body["id"]

    charge = paid["latest_charge"]
    return {
        PI: paid["id"],
        "/v1/setup_intents": made("/v1/setup_intents", {}),
        "/v1/charges": charge,
        "/v1/refunds": made("/v1/refunds", {"charge": charge, "amount": 1}),
        "/v1/tokens": made("/v1/tokens", {k: v for k, v in method.items() if k != "type"}),
        "/v1/payment_methods": made("/v1/payment_methods", method),
        "/v1/customers": made("/v1/customers", {"name": "N"}),
        "/v1/checkout/sessions": made("/v1/checkout/sessions", session),
        "/v1/payment_links": made("/v1/payment_links", link),
        "/v1/disputes": (dispute := made(f"/v1/test_helpers/charges/{charge}/dispute", {})),
        "/v1/test_helpers/disputes": dispute,
        "/v1/test_helpers/charges": charge,
        "/v1/webhook_endpoints": made("/v1/webhook_endpoints", endpoint),
        "/v1/x/trace": paid["id"],
        "/v1/x/exceptions": charge,
    }  # fmt: skip


WITH_ID = [line for line in ROUTES if "{id}" in line.path]


@pytest.mark.parametrize("line", WITH_ID, ids=lambda line: f"{line.method} {line.path}")
def test_what_is_another_merchants_is_not_there(shop, ids, line):
    """404 and never 403, which would tell that it is: as of an id that nobody has."""
    family = line.path.split("/{id}")[0]
    id_ = ids.get(family) or ids.get(family.replace("/x/", "/"), "evt_" + "0" * 24)
    path = line.path.replace("{id}", id_).replace("{second}", ids["/v1/payment_methods"])
    needed = {
        "amount": 5, "customer": "cus_x", "outcome": "paid", "because": "b",
        "active": "false", "status": "won",
    }  # fmt: skip
    said = shop.ask(line.method, path, _taken(line, needed), shop.other)
    error = refused(said, 404)
    assert error.get("code") in ("resource_missing", None)


@pytest.mark.parametrize("line", WITH_ID, ids=lambda line: f"{line.method} {line.path}")
@pytest.mark.parametrize("id_", ["x", "pi_", "ch_" + "0" * 24, "%00", "%F0%9F%92%B3", "a" * 3_000])
def test_what_is_no_id_of_anything_is_not_there(shop, line, id_):
    path = line.path.replace("{id}", id_).replace("{second}", id_)
    refused(shop.ask(line.method, path, _taken(line, {"amount": 5})), 400, 404)


def _taken(line, known):
    """Of *known* parameters those that the call takes."""
    from cardswitch.gateway.api.described.document import params_of

    names = params_of(line).__struct_fields__
    return {name: value for name, value in known.items() if name in names}


@pytest.mark.usefixtures("nothing_paid")
def test_a_key_stands_in_its_header_alone(shop):
    for name in ("key", "api_key", "access_token"):
        said = shop.ask("GET", PI, {name: shop.secret}, "none")
        refused(said, 401)
        error = refused(shop.ask("GET", PI, {name: shop.secret}), 400)
        assert (error["param"], shop.secret in str(error)) == (name, False)
    order = {"amount": 100, "currency": "eur", "payment_method": "pm_card_visa", "confirm": "true"}
    assert refused(shop.ask("POST", PI, order, shop.public), 403)["code"] == "secret_key_required"
    for wrong in (shop.secret[:-1], shop.secret + "x", shop.secret.swapcase(), "sk_test_", ""):
        refused(shop.ask("POST", PI, order, wrong or " "), 401)
