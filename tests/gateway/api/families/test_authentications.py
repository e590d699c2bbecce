"""3-D Secure: results of elsewhere go to the issuer with the payment, and the charge tells them."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from cardswitch.gateway.api.families.authentications import (
    AuthenticationParams,
    authentication_object,
)
from cardswitch.gateway.api.faults import Fault
from cardswitch.gateway.core.entries import Authentication
from cardswitch.gateway.core.exchanges import Exchange
from cardswitch.specs.message import Message
from cardswitch.specs.security.cavv import make_cavv
from tests.kit.gateway import CARD
from tests.kit.shop import card

PLACE = "payment_method_options[card][three_d_secure]"
NUMBER, PAN = "c272b04f-6e7b-43a2-bb78-90f4aa94aa25", "4242424242424242"
CAVV = "XVDeTzxBkwEmmEEzKUSo0i9yrLg="
ASKED = Message("0200", {4: "000000001250", 11: "000001"})


def given(**more):
    return AuthenticationParams(version="2.2.0", transaction_id=NUMBER, **more)


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"cryptogram": "AAAA"}, "cryptogram"),
        ({"cryptogram": CAVV, "electronic_commerce_indicator": "07"}, "cryptogram"),
        ({"cryptogram": CAVV, "electronic_commerce_indicator": "00"}, "cryptogram"),
        ({"cryptogram": CAVV, "ares_trans_status": "N"}, "ares_trans_status"),
        ({"ares_trans_status": "R"}, "ares_trans_status"),
        ({"cryptogram": CAVV, "exemption_indicator": "low_risk"}, "exemption_indicator"),
        (
            {"electronic_commerce_indicator": "06", "exemption_indicator": "low_risk"},
            "exemption_indicator",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(more, param):
    with pytest.raises(Fault) as caught:
        given(**more).authentication  # noqa: B018
    assert caught.value.problem.param == f"{PLACE}[{param}]"
    assert CAVV not in str(caught.value)


def test_it_shows_itself_without_its_cavv():
    assert CAVV not in repr(given(cryptogram=CAVV))
    assert given(cryptogram=CAVV, electronic_commerce_indicator="05").authentication.eci == "05"


def test_an_exemption_is_told_and_leaves_the_merchant_liable():
    said = given(exemption_indicator="low_risk").authentication
    assert (said.result, said.liable) == ("exempted", "merchant")


@pytest.mark.parametrize(
    ("eci", "status", "said", "result", "flow", "check"),
    [
        ("05", None, "45012", "authenticated", "frictionless", "pass"),
        ("02", "C", "45011", "authenticated", "challenge", "fail"),
        ("06", "A", "45013", "attempt_acknowledged", None, "pass"),
        ("01", None, "45014", "attempt_acknowledged", None, "fail"),
        ("07", "U", "", "processing_error", None, None),
        ("07", None, "45010", "not_supported", None, "unavailable"),
    ],
)
def test_a_charge_tells_what_came_of_it(eci, status, said, result, flow, check):
    known = Authentication(version="2.2.0", transaction=NUMBER, eci=eci, status=status)
    answer = ASKED.reply("00", {44: said} if said else {})
    payment = Exchange(number=1, asked="sale", amount=1250, at=1.0, request=ASKED, card=CARD)
    assert authentication_object(payment) is None
    shown = authentication_object(replace(payment, authentication=known, answer=answer))
    assert (shown["result"], shown["authentication_flow"]) == (result, flow)
    assert shown["x_cavv_check"] == check
    assert shown["electronic_commerce_indicator"] == eci


# In a lab that runs, whose issuer has the key -----------------------------------------------------


def asked(shop, amount=1250, eci="05"):
    """The parameters of an authentication by whoever has the issuer's key."""
    key = bytes.fromhex(Path(shop.lab.lab.folder, "issuer.cavv").read_text("ascii"))
    return {
        f"{PLACE}[version]": "2.2.0",
        f"{PLACE}[transaction_id]": NUMBER,
        f"{PLACE}[electronic_commerce_indicator]": eci,
        f"{PLACE}[cryptogram]": make_cavv(key, PAN, amount, "978", NUMBER, eci),
    }


def test_the_issuer_believes_what_it_has_authenticated_itself(shop):
    paid = shop.create(**card(PAN), **asked(shop)).body
    charge = shop.ask("GET", f"/v1/charges/{paid['latest_charge']}").body
    said = charge["payment_method_details"]["card"]["three_d_secure"]
    assert (said["result"], said["x_cavv_check"], said["transaction_id"]) == (
        "authenticated",
        "pass",
        NUMBER,
    )


def test_a_cavv_of_another_amount_is_declined(shop):
    refused = shop.create(**card(PAN), **asked(shop, amount=1)).body["error"]
    assert (refused["network_decline_code"], refused["decline_code"]) == ("59", "fraudulent")


def test_an_intent_that_is_there_is_confirmed_with_it(shop):
    id_ = shop.create(confirm=None, payment_method=None).body["id"]
    path = f"/v1/payment_intents/{id_}/confirm"
    done = shop.ask("POST", path, {**card(PAN), **asked(shop, eci="06")}).body
    charge = shop.ask("GET", f"/v1/charges/{done['latest_charge']}").body
    said = charge["payment_method_details"]["card"]["three_d_secure"]
    assert (said["result"], said["x_cavv_check"]) == ("attempt_acknowledged", "pass")


@pytest.mark.parametrize("more", [{"confirm": None}, {f"{PLACE[:-16]}[moto]": "true"}])
def test_it_comes_with_a_confirmation_over_the_web_alone(shop, more):
    refused = shop.create(**card(PAN), **{**asked(shop), **more})
    assert (refused.status, refused.body["error"]["param"]) == (400, PLACE)


def test_an_update_does_not_take_it(shop):
    id_ = shop.create(confirm=None).body["id"]
    refused = shop.ask("POST", f"/v1/payment_intents/{id_}", asked(shop))
    assert (refused.status, refused.body["error"]["param"]) == (400, PLACE)


def test_it_lies_in_no_file(shop):
    said = asked(shop, amount=4711)
    assert shop.create(amount=4711, **card(PAN), **said).status == 200
    secret = said[f"{PLACE}[cryptogram]"].encode()
    folder = Path(shop.lab.lab.folder)
    assert [
        path for path in folder.rglob("*") if path.is_file() and secret in path.read_bytes()
    ] == []


WANTED = "4000000000003063"  # a card whose issuer declines until its holder was asked


def test_a_soft_decline_leads_to_the_bank(shop):
    made = shop.create(**card(WANTED, cvc="123"), return_url="https://shop.localhost/").body
    assert (made["status"], made["last_payment_error"]) == ("requires_action", None)
    assert "/3ds/" in made["next_action"]["redirect_to_url"]["url"]
    charge = shop.ask("GET", f"/v1/charges/{made['latest_charge']}").body
    assert (charge["failure_code"], charge["outcome"]["network_decline_code"]) == (
        "authentication_required",
        "1A",
    )


@pytest.mark.parametrize(
    "more", [{"off_session": "true"}, {"payment_method_options[card][moto]": "true"}]
)
def test_where_nobody_is_there_it_is_declined_or_exempt(shop, more):
    said = shop.create(**card(WANTED), **more)
    is_exempt = "off_session" not in more
    assert said.status == (200 if is_exempt else 402)
    assert is_exempt or said.body["error"]["code"] == "authentication_required"


def test_an_exemption_is_refused_by_an_issuer_that_wants_to_ask(shop):
    claimed = {
        f"{PLACE}[version]": "2.2.0",
        f"{PLACE}[transaction_id]": NUMBER,
        f"{PLACE}[exemption_indicator]": "low_risk",
    }
    paid = shop.create(**card(PAN), **claimed).body
    charge = shop.ask("GET", f"/v1/charges/{paid['latest_charge']}").body
    said = charge["payment_method_details"]["card"]["three_d_secure"]
    assert (said["result"], charge["x_liability"]) == ("exempted", "merchant")
    assert shop.create(**card(WANTED), **claimed).body["status"] == "requires_action"
