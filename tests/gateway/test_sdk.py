"""An SDK that somebody else wrote, unchanged but for where it dials: each of its calls, once."""

import pytest
import stripe
from click.testing import CliRunner

from cardswitch.lab.cli.main import cli

PAY = {"amount": 1250, "currency": "eur", "confirm": True, "payment_method": "pm_card_visa"}
HOLD = {**PAY, "capture_method": "manual"}


@pytest.fixture(scope="module")
def sdk(shop):
    before = stripe.ca_bundle_path
    stripe.ca_bundle_path = str(shop.ca)
    http = stripe.RequestsClient(verify_ssl_certs=True)
    where = {"api": f"https://127.0.0.1:{shop.port}"}
    client = stripe.StripeClient(shop.secret, base_addresses=where, http_client=http)
    yield client.v1
    http.close()
    stripe.ca_bundle_path = before


def test_intents_are_made_changed_paid_and_listed_each_once(sdk):
    intents = sdk.payment_intents
    made = intents.create({"amount": 1250, "currency": "eur"})
    assert made.status == "requires_payment_method"
    assert intents.update(made.id, {"amount": 700, "metadata": {"a": "b"}}).amount == 700
    paid = intents.confirm(made.id, {"payment_method": "pm_card_visa"})
    assert (paid.status, paid.amount_received) == ("succeeded", 700)
    whole = intents.retrieve(made.id, {"expand": ["latest_charge"]})
    assert whole.latest_charge.outcome.network_status == "approved_by_network"
    listed = [each.id for each in intents.list({"limit": 2}).auto_paging_iter()]
    assert len(listed) == len(set(listed))
    ready = intents.create({**PAY, "confirm": False})
    assert ready.status == "requires_confirmation"
    assert intents.cancel(ready.id).status == "canceled"


def test_what_is_set_aside_is_increased_captured_and_not_twice(sdk):
    intents = sdk.payment_intents
    held = intents.create(HOLD)
    assert intents.increment_authorization(held.id, {"amount": 2000}).amount_capturable == 2000
    with pytest.raises(stripe.InvalidRequestError) as too_much:
        intents.capture(held.id, {"amount_to_capture": 2001})
    assert too_much.value.code == "amount_too_large"
    part = intents.capture(held.id, {"amount_to_capture": 500, "final_capture": False})
    assert part.status == "requires_capture"
    assert intents.capture(held.id).amount_received == 2000
    with pytest.raises(stripe.InvalidRequestError) as again:
        intents.capture(held.id)
    assert again.value.code == "payment_intent_unexpected_state"
    assert again.value.error.payment_intent.status == "succeeded"
    assert intents.cancel(intents.create(HOLD).id).status == "canceled"


@pytest.mark.parametrize(
    ("cents", "code", "decline"),
    [
        (51, "card_declined", "insufficient_funds"),
        (54, "expired_card", "expired_card"),
        (5, "card_declined", "do_not_honor"),
    ],
)
def test_a_decline_is_a_card_error_with_its_reason(sdk, cents, code, decline):
    with pytest.raises(stripe.CardError) as declined:
        sdk.payment_intents.create({**PAY, "amount": 100_000 + cents})
    assert (declined.value.code, declined.value.error.decline_code) == (code, decline)


def test_refunds_by_intent_by_charge_a_part_the_rest_and_no_more(sdk):
    paid = sdk.payment_intents.create(PAY)
    one = sdk.refunds.create({"payment_intent": paid.id, "amount": 250})
    assert sdk.refunds.retrieve(one.id).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError) as too_much:
        sdk.refunds.create({"charge": paid.latest_charge, "amount": 1001})
    assert too_much.value.code == "amount_too_large"
    rest = sdk.refunds.create({"charge": paid.latest_charge})
    assert rest.amount == 1000
    with pytest.raises(stripe.InvalidRequestError) as all_gone:
        sdk.refunds.create({"payment_intent": paid.id})
    assert all_gone.value.code == "charge_already_refunded"
    assert [e.id for e in sdk.refunds.list({"payment_intent": paid.id}).data] == [rest.id, one.id]


def test_charges(sdk):
    held = sdk.payment_intents.create(HOLD)
    assert not sdk.charges.retrieve(held.latest_charge).captured
    assert sdk.charges.capture(held.latest_charge).captured
    [only] = sdk.charges.list({"payment_intent": held.id}).data
    assert only.id == held.latest_charge


def test_customers_and_what_they_pay_with(sdk):
    customer = sdk.customers.create({"name": "N", "email": "e@x"})
    assert sdk.customers.update(customer.id, {"name": "M"}).name == "M"
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030}
    token = sdk.tokens.create({"card": card})
    method = sdk.payment_methods.create({"type": "card", "card": {"token": token.id}})
    sdk.payment_methods.attach(method.id, {"customer": customer.id})
    listed = sdk.customers.payment_methods.list(customer.id)
    assert [each.id for each in listed.data] == [method.id]
    assert sdk.payment_methods.list({"customer": customer.id}).data[0].id == method.id
    kept = {"payment_method": method.id, "customer": customer.id, "off_session": True}
    assert sdk.payment_intents.create({**PAY, **kept}).status == "succeeded"
    assert sdk.payment_methods.detach(method.id).customer is None
    assert sdk.payment_methods.retrieve(method.id).card.last4 == "4242"
    assert sdk.customers.delete(customer.id).deleted
    assert sdk.customers.retrieve(customer.id).deleted


def test_setup_intents(sdk):
    made = sdk.setup_intents.create({"payment_method": "pm_card_visa"})
    assert sdk.setup_intents.confirm(made.id).status == "succeeded"
    assert sdk.setup_intents.cancel(sdk.setup_intents.create().id).status == "canceled"


def test_checkout_sessions(sdk):
    price = {"currency": "eur", "unit_amount": 700, "product_data": {"name": "Tea"}}
    asked = {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 2}],
        "success_url": "https://shop.localhost/",
    }
    sessions = sdk.checkout.sessions
    made = sessions.create(asked)
    assert sessions.retrieve(made.id).amount_total == 1400
    assert sessions.line_items.list(made.id).data[0].quantity == 2
    assert made.id in [each.id for each in sessions.list().data]
    assert sessions.expire(made.id).status == "expired"


def test_disputes(sdk, shop):
    paid = [sdk.payment_intents.create(PAY).latest_charge for _ in range(2)]
    opened = [
        shop.ask("POST", f"/v1/test_helpers/charges/{charge}/dispute").body["id"] for charge in paid
    ]
    assert sdk.disputes.retrieve(opened[0]).status == "needs_response"
    told = {"evidence": {"customer_name": "N"}, "submit": True}
    assert sdk.disputes.update(opened[0], told).status == "under_review"
    assert sdk.disputes.close(opened[1]).status == "lost"


def in_eur(sums):
    """Those of *sums* that are in EUR."""
    return [each for each in sums if each.currency == "eur"]


def test_balance_its_transactions_and_payouts(sdk, shop):
    paid = sdk.payment_intents.create(PAY)
    [last] = sdk.balance_transactions.list({"limit": 1}).data
    assert (last.source, last.net, last.status) == (paid.latest_charge, 1250, "pending")
    [pending] = in_eur(sdk.balance.retrieve().pending)
    [before] = in_eur(sdk.balance.retrieve().available)
    closing = ["settle", "close", "--now", "--config", str(shop.lab.config)]
    said = CliRunner().invoke(cli, closing)
    assert said.exit_code == 0, said.output
    [deposit, *_] = sdk.payouts.list({"limit": 1}).data
    assert (deposit.amount, deposit.currency) == (before.amount + pending.amount, "eur")
    assert sdk.payouts.retrieve(deposit.id).trace_id.value == deposit.trace_id.value
    assert [each.amount for each in in_eur(sdk.balance.retrieve().pending)] == [0]
    taken = sdk.balance_transactions.retrieve(deposit.balance_transaction)
    whole = sdk.payouts.retrieve(deposit.id, {"expand": ["balance_transaction"]})
    assert whole.balance_transaction.net == taken.net
    assert (taken.net, taken.source, taken.type) == (-deposit.amount, deposit.id, "payout")
    listed = list(sdk.balance_transactions.list({"limit": 5}).auto_paging_iter())
    assert len({each.id for each in listed}) == len(listed)
    assert sum(each.net for each in listed) == 0


def test_a_wrong_key_and_a_key_for_another_request(sdk):
    with pytest.raises(stripe.AuthenticationError):
        sdk.payment_intents.create(PAY, {"api_key": "sk_test_wrong"})
    copy = {"idempotency_key": "sdk-1"}
    first, again = (sdk.payment_intents.create(PAY, copy) for _ in range(2))
    assert first.id == again.id
    with pytest.raises(stripe.IdempotencyError):
        sdk.payment_intents.create({**PAY, "amount": 1}, copy)
