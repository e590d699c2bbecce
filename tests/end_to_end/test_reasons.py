"""Each reason of the table, from the issuer to whoever reads it: shopper, merchant and trace."""

import html
import re

import pytest

from cardswitch.lab.house.topology import free_ports, make_lab
from cardswitch.specs.codes import APPROVALS, REASONS
from cardswitch.specs.dialect import load_dialect
from tests.kit.shop import Shop
from tests.kit.visitor import Visitor

CARD = "5555555555554444"  # of which nobody asks who it is
FIRST = 200_001  # minor units: an amount for each code
# What clients of payment APIs read: `code` and `decline_code` (the API's own words, a public fact).
SAID = {
    "01 02": ("card_declined", "call_issuer"),
    "08": ("card_declined", "approve_with_id"),
    "14": ("incorrect_number", "incorrect_number"),
    "54 33": ("expired_card", "expired_card"),
    "55": ("card_declined", "incorrect_pin"),
    "70": ("card_declined", "online_or_offline_pin_required"),
    "82 N7": ("incorrect_cvc", "incorrect_cvc"),
    "65": ("card_declined", "withdrawal_count_limit_exceeded"),
    "1A": ("authentication_required", "authentication_required"),
    "05": ("card_declined", "do_not_honor"),
    "51": ("card_declined", "insufficient_funds"),
    "61": ("card_declined", "card_velocity_exceeded"),
    "75 38": ("card_declined", "pin_try_exceeded"),
    "39 46 52 53 56 15": ("card_declined", "invalid_account"),
    "62 36": ("card_declined", "restricted_card"),
    "04 07": ("card_declined", "pickup_card"),
    "34 59": ("card_declined", "fraudulent"),
    "41": ("card_declined", "lost_card"),
    "43": ("card_declined", "stolen_card"),
    "63": ("card_declined", "security_violation"),
    "R0": ("card_declined", "stop_payment_order"),
    "R1": ("card_declined", "revocation_of_authorization"),
    "R3": ("card_declined", "revocation_of_all_authorizations"),
    "03 58": ("card_declined", "service_not_allowed"),
    "12 40 57 93": ("card_declined", "transaction_not_allowed"),
    "13 64": ("card_declined", "invalid_amount"),
    "94": ("card_declined", "duplicate_transaction"),
    "21": ("card_declined", "no_action_taken"),
    "25 30 95": ("processing_error", "processing_error"),
    "17": ("card_declined", "generic_decline"),
    "06 96 09 20 88 89": ("processing_error", "processing_error"),
    "19": ("card_declined", "reenter_transaction"),
    "68 91 92": ("card_declined", "issuer_not_available"),
    "90": ("card_declined", "try_again_later"),
}
BY_CODE = {code: said for codes, said in SAID.items() for code in codes.split()}
ALIKE = ("04", "05", "07", "34", "41", "43", "59", "63")  # A thief learns nothing of the card.
TELLING = re.compile(r"lost|stolen|pick|fraud|suspect|polic", re.I)
ALERT = re.compile(r'role="alert"[^>]*>\s*<p>([^<]*)</p>')


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reasons") / "lab"
    make_lab(folder, free_ports())
    rules = [
        f'[[rule]]\nmatch = {{ "4" = "{FIRST + number:012d}" }}\n'
        f'answer = "{code}"\nwhen = "at once"\n'
        for number, code in enumerate(BY_CODE)
    ]
    (folder / "rules.toml").write_text("\n".join(rules), "utf-8")
    with Shop(folder) as shop:
        yield shop


def test_the_table_here_has_every_reason():
    assert set(BY_CODE) == set(REASONS) - APPROVALS


def pay(shop, amount):
    """What the shopper reads who pays *amount* on the gateway's page, and the intent it was for."""
    line = "line_items[0][price_data]"
    asked = {
        f"{line}[currency]": "eur",
        f"{line}[unit_amount]": amount,
        f"{line}[product_data][name]": "Beans",
        "line_items[0][quantity]": 1,
        "success_url": shop.lab.lab.shop.url,
    }
    session = shop.ask("POST", "/v1/checkout/sessions", asked).body
    visitor = Visitor(shop.ca).get(session["url"])
    visitor.submit(visitor.form("number"), number=CARD, expiry="12/30", cvc="123")
    found = ALERT.search(visitor.html)
    shown = shop.ask("GET", f"/v1/checkout/sessions/{session['id']}").body
    intent = shop.ask("GET", f"/v1/payment_intents/{shown['payment_intent']}").body
    return html.unescape(found[1]) if found else visitor.text, intent


@pytest.fixture(scope="module")
def told(shop):
    """By code, both."""
    return {code: pay(shop, FIRST + number) for number, code in enumerate(BY_CODE)}


@pytest.mark.parametrize("code", BY_CODE)
def test_the_merchant_reads_the_code(told, code):
    _, intent = told[code]
    error = intent["last_payment_error"]
    assert (error["code"], error["decline_code"]) == BY_CODE[code]
    assert error["network_decline_code"] == code
    assert intent["status"] == "requires_payment_method"


@pytest.mark.parametrize("code", BY_CODE)
def test_the_shopper_reads_a_safe_sentence_that_helps(told, code):
    said, intent = told[code]
    assert not TELLING.search(said + intent["x_customer_message"]), said
    assert "No money was taken." in said
    assert (said == told["05"][0]) == (REASONS[code].text in (REASONS["05"].text, "Declined"))


def test_what_must_not_be_told_apart_reads_alike(told):
    assert len({told[code][0] for code in ALIKE}) == 1


@pytest.mark.parametrize("code", BY_CODE)
def test_the_trace_has_it_in_hexadecimal(shop, told, code):
    _, intent = told[code]
    steps = shop.ask("GET", f"/v1/x/trace/{intent['id']}").body["steps"]
    dialect = load_dialect(shop.config.switch.dialect)
    answers = [bytes.fromhex(each["hex"]) for each in steps if each.get("step") == "answered"]
    assert [dialect.unpack(each)[39] for each in answers] == [code]
