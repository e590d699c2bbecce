"""Objects: every field is there, and what nobody may see is not."""

import msgspec

from cardswitch.gateway.api.objects import (
    ShownIntents,
    charge_object,
    intent_object,
    opened,
    refund_object,
)
from cardswitch.gateway.core.calls import Refund
from tests.kit.gateway import CARD, call, gateway, intent, order, played
from tests.kit.play import after, answered

FIELDS = {
    *("id", "object", "created", "livemode", "metadata", "amount", "amount_capturable"),
    *("amount_received", "amount_details", "automatic_payment_methods", "canceled_at"),
    *("cancellation_reason", "capture_method", "client_secret", "confirmation_method"),
    *("currency", "customer", "description", "last_payment_error", "latest_charge"),
    *("next_action", "payment_method", "payment_method_options", "payment_method_types"),
    *("processing", "receipt_email", "setup_future_usage", "shipping"),
    *("statement_descriptor", "statement_descriptor_suffix", "status"),
}


def paid(code="00", fields=None):
    play = (played() >> order()).skip()
    return (play >> answered("switch", code, fields or {38: "A1B2C3", 37: "608801000001"})).skip()


def test_an_intent_has_all_its_fields_and_no_sealed_card():
    shown = intent_object(intent(paid()))
    assert set(shown) >= FIELDS
    assert (shown["status"], shown["amount_received"]) == ("succeeded", 1250)
    assert (shown["latest_charge"][:3], shown["payment_method"]) == ("ch_", CARD.id)
    assert CARD.sealed not in str(shown)


def test_an_intent_is_put_down_as_json_once_until_something_happens_to_it():
    shown, before = ShownIntents(most=2), intent(paid())
    text = shown.json(before)
    assert msgspec.json.decode(text) == opened(text) == intent_object(before)
    assert shown.json(before) is text
    after_it = msgspec.structs.replace(before, customer="cus_1")
    assert opened(shown.json(after_it))["customer"] == "cus_1"
    shown.json(msgspec.structs.replace(before, customer="cus_2"))
    assert shown.json(after_it) is shown.json(after_it)
    assert shown.json(before) is not text


def test_a_charge_says_what_the_network_said():
    stands = intent(paid("51"))
    shown = charge_object(stands, stands.exchange(1))
    assert (shown["status"], shown["paid"], shown["failure_code"]) == (
        "failed",
        False,
        "card_declined",
    )
    assert shown["outcome"]["network_status"] == "declined_by_network"
    assert shown["outcome"]["reason"] == "insufficient_funds"


def test_what_a_rule_of_the_merchant_declines_was_approved_and_is_blocked():
    play = played(gateway(rules={"SHOP0001": ("cvc",)}))
    play = (play >> order()).skip()
    stands = intent((play >> answered("switch", "00", {44: "8701N"})).skip())
    shown = charge_object(stands, stands.exchange(1))
    assert (shown["status"], shown["failure_code"]) == ("failed", "incorrect_cvc")
    outcome = shown["outcome"]
    assert (outcome["type"], outcome["network_status"], outcome["reason"]) == (
        "blocked",
        "reversed_after_approval",
        "rule",
    )
    assert intent_object(stands)["x_customer_message"] == "Security code wrong"


def test_before_anything_is_known_a_charge_is_pending_without_outcome():
    play = (played() >> order()).skip()
    stands = intent(play)
    assert charge_object(stands, stands.exchange(1))["status"] == "pending"
    assert charge_object(stands, stands.exchange(1))["outcome"] is None
    play = (play >> after(4.0)).skip()
    play = (play >> answered("switch", "00")).skip()
    stands = intent(play)
    shown = charge_object(stands, stands.exchange(1))
    assert shown["outcome"]["network_status"] == "reversed_after_approval"
    assert intent_object(stands)["last_payment_error"]["code"] == "processing_error"


def test_a_refund_leads_to_its_charge():
    play = (paid() >> call(Refund(amount=1250), ticket=2)).skip()
    stands = intent(play)
    assert refund_object(stands, stands.exchange(2))["status"] == "pending"
    stands = intent((play >> answered("switch", "00")).skip())
    assert refund_object(stands, stands.exchange(2))["status"] == "succeeded"
    charge = charge_object(stands, stands.exchange(1))
    assert (charge["refunded"], charge["amount_refunded"]) == (True, 1250)
    assert charge["authorization_code"] == "A1B2C3"
