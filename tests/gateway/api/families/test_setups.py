"""Setup intents over HTTPS: a card is verified, and kept for a customer."""

import re
import time

import httpx
import pytest

from cardswitch.specs.three_ds.messages import VERSION, CReq, write_form
from tests.gateway.three_ds.test_results import known
from tests.kit.shop import PATIENCE_S, card

ONCE, ALWAYS = "4000002500003155", "4000002760003184"


def setup(shop, **params):
    return shop.ask("POST", "/v1/setup_intents", params)


def test_a_card_that_is_good_is_kept_for_the_customer(shop):
    customer = shop.ask("POST", "/v1/customers").body["id"]
    made = setup(shop, customer=customer).body
    assert made["status"] == "requires_payment_method"
    path = f"/v1/setup_intents/{made['id']}"
    done = shop.ask("POST", f"{path}/confirm", {"payment_method": "pm_card_visa"}).body
    assert done["status"] == "succeeded"
    kept = shop.ask("GET", f"/v1/customers/{customer}/payment_methods").body["data"]
    assert [each["id"] for each in kept] == [done["payment_method"]]
    again = {"customer": customer, "payment_method": done["payment_method"]}
    assert shop.create(**again).body["status"] == "succeeded"
    assert shop.create(payment_method=done["payment_method"]).status == 400
    assert shop.ask("GET", path).body == done


def test_a_card_that_is_not_good_is_declined_with_its_reason(shop):
    typed = {name: value for name, value in card("9999990000000055").items() if value}
    said = setup(shop, confirm="true", **typed)
    error = said.body["error"]
    assert (said.status, error["decline_code"]) == (402, "lost_card")
    assert (error["setup_intent"]["status"], "charge" in error) == (
        "requires_payment_method",
        False,
    )


def test_a_browser_confirms_with_the_client_secret(shop):
    made = setup(shop, payment_method="pm_card_visa").body
    path = f"/v1/setup_intents/{made['id']}"
    assert shop.ask("GET", path, key=shop.public).status == 403
    secret = {"client_secret": made["client_secret"]}
    assert shop.ask("POST", f"{path}/confirm", secret, shop.public).body["status"] == "succeeded"


def test_a_setup_is_canceled_and_is_no_payment(shop):
    made = setup(shop).body
    canceled = shop.ask("POST", f"/v1/setup_intents/{made['id']}/cancel").body
    assert canceled["status"] == "canceled"
    again = shop.ask("POST", f"/v1/setup_intents/{made['id']}/cancel").body["error"]
    code = "setup_intent_unexpected_state"
    assert (again["code"], again["setup_intent"]["status"]) == (code, "canceled")
    other = f"/v1/payment_intents/{made['id'].replace('seti_', 'pi_')}"
    assert shop.ask("GET", other).status == 404


@pytest.mark.parametrize("params", [{"usage": "once"}, {"confirm": "true"}, {"customer": "cus_x"}])
def test_what_is_wrong_is_named(shop, params):
    said = setup(shop, **params)
    assert said.status in (400, 404)
    assert said.body["error"]["param"] in ("usage", "payment_method", "customer")


def at_bank(shop, setup, **said):
    """The cardholder, sent there by *setup*, answers his bank; the page before, and behind."""
    transaction = setup["next_action"]["redirect_to_url"]["url"].rpartition("/")[2]
    acs = known(shop, transaction)["acs_transaction"]
    creq = CReq(message_version=VERSION, transaction=transaction, acs_transaction=acs, window="05")
    url = f"https://localhost:{shop.lab.lab.acs.pages.port}"
    with httpx.Client(verify=shop.context, trust_env=False, timeout=20.0) as client:
        page = client.post(f"{url}/challenge", data={"creq": write_form(creq)})
        headers = {"Origin": url, "Sec-Fetch-Site": "same-origin"}
        behind = client.post(f"{url}/challenge/{acs}", data=said, headers=headers)
    return page.text, behind.text


def asked(shop, number=ONCE, **more):
    typed = {name: value for name, value in card(number, cvc="123").items() if value}
    back = "https://shop.localhost/back"
    return setup(shop, confirm="true", return_url=back, **typed, **more).body


def told(shop, setup, *wanted):
    """Waits until the events of *setup* are those that are *wanted*, the oldest first."""
    until, types = time.monotonic() + PATIENCE_S, []
    while types != list(wanted) and time.monotonic() < until:
        events = shop.ask("GET", "/v1/events", {"limit": 100}).body["data"][::-1]
        types = [e["type"] for e in events if e["data"]["object"].get("id") == setup["id"]]
        time.sleep(0.05)
    assert types == list(wanted)


def test_a_bank_that_asks_first_lets_the_card_be_kept_and_is_not_asked_again(shop):
    customer = shop.ask("POST", "/v1/customers").body["id"]
    made = asked(shop, customer=customer)
    assert made["status"] == "requires_action"
    page, behind = at_bank(shop, made, deed="confirm", code="123456")
    assert "Is it you who has the card kept?" in page
    assert "Amount" not in page
    assert re.search(r"/3ds/[0-9a-f-]+/done", behind)
    done = shop.ask("GET", f"/v1/setup_intents/{made['id']}").body
    assert (done["status"], done["next_action"]) == ("succeeded", None)
    assert done["x_three_d_secure"]["x_cavv_check"] == "pass"
    kept = shop.ask("GET", f"/v1/payment_methods/{done['payment_method']}").body
    assert kept["customer"] == customer
    shown = kept["card"]["x_three_d_secure"]
    assert (shown["result"], shown["authentication_flow"]) == ("authenticated", "challenge")
    paid = shop.create(customer=customer, payment_method=kept["id"])
    assert paid.body["status"] == "succeeded"  # without a challenge, which it else has


def test_some_banks_ask_each_time(shop):
    customer = shop.ask("POST", "/v1/customers").body["id"]
    made = asked(shop, ALWAYS, customer=customer)
    at_bank(shop, made, deed="confirm", code="123456")
    kept = shop.ask("GET", f"/v1/setup_intents/{made['id']}").body["payment_method"]
    again = {"customer": customer, "payment_method": kept}
    assert shop.create(**again).body["status"] == "requires_action"
    unattended = shop.create(**again, off_session="true").body
    assert unattended["status"] == "succeeded"  # Nobody is there to be asked.


def test_who_denies_it_at_his_bank_has_no_card_kept(shop):
    made = asked(shop)
    at_bank(shop, made, deed="deny")
    failed = shop.ask("GET", f"/v1/setup_intents/{made['id']}").body
    assert failed["status"] == "requires_payment_method"
    assert failed["last_setup_error"]["code"] == "setup_intent_authentication_failure"
    told(
        shop,
        made,
        "setup_intent.created",
        "setup_intent.requires_action",
        "setup_intent.setup_failed",
    )
