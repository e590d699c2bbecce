"""Orders over HTTPS by an SDK that somebody else wrote; the day closed, the deposit their sum."""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
import stripe

from cardswitch.gateway.api.keys import KeyFile
from cardswitch.lab.house.topology import Timing
from tests.kit.programs import House, until

# The issuer answers after the gateway has given up: nobody knows then what became of it.
HANGING = Timing(terminal_s=30.0, front_s=25.0, acquirer_s=22.0, issuer_s=20.0, late_s=8.0)
SALE = {"currency": "eur", "payment_method": "pm_card_visa", "confirm": True}


@pytest.fixture
def houses(tmp_path):
    made = []

    def house(*timing):
        made.append(House(tmp_path, *timing))
        made[-1].up()
        return made[-1]

    yield house
    for house in made:
        house.end()


def client(house, monkeypatch, merchant="SHOP0001"):
    """The SDK, unchanged but for where it dials and whose certificates it takes."""
    gateway = house.lab.gateway
    (_, secret), _ = KeyFile(Path(gateway.keys)).add(merchant, 1)
    monkeypatch.setattr(stripe, "ca_bundle_path", str(house.folder / "tls" / "ca.pem"))
    http = stripe.RequestsClient(verify_ssl_certs=True)
    where = {"api": f"https://127.0.0.1:{gateway.api.port}"}
    return stripe.StripeClient(secret, base_addresses=where, http_client=http), http


def test_orders_become_a_deposit(houses, monkeypatch):
    house = houses()
    sdk, http = client(house, monkeypatch)
    try:
        intents = sdk.v1.payment_intents
        paid = [intents.create({"amount": amount, **SALE}) for amount in (1250, 4000, 777)]
        assert {intent.status for intent in paid} == {"succeeded"}
        with pytest.raises(stripe.CardError) as declined:
            intents.create({"amount": 100051, **SALE})
        assert declined.value.error.decline_code == "insufficient_funds"
        assert declined.value.error.payment_intent.status == "requires_payment_method"
        refund = sdk.v1.refunds.create({"payment_intent": paid[0].id, "amount": 250})
        assert refund.status == "succeeded"
        listed = [each.id for each in intents.list({"limit": 2}).auto_paging_iter()]
        assert len(listed) == len(set(listed)) == 4
        with pytest.raises(stripe.AuthenticationError):
            intents.create({"amount": 1, **SALE}, {"api_key": "sk_test_wrong"})
        copy = {"idempotency_key": "one"}
        first, again = (intents.create({"amount": 500, **SALE}, copy) for _ in range(2))
        assert first.id == again.id
        with pytest.raises(stripe.IdempotencyError):
            intents.create({"amount": 501, **SALE}, copy)
    finally:
        http.close()
    house.settled()
    code, printed = house.run("settle", "close", "--now", "--json")
    assert code == 0
    batches = {batch["kind"]: batch["amount"] for batch in json.loads(printed)["batches"]}
    assert sum(batches.values()) == received(house) == 1250 + 4000 + 777 + 500 - 250


def received(house):
    """What the gateway's journal says was approved, refunds taken off, by a query of its own."""
    query = """
        SELECT sum(CASE s.fields ->> '$.asked' WHEN 'sale' THEN 1 ELSE -1 END
                   * (s.fields ->> '$.amount'))
        FROM gateway_journal s JOIN gateway_journal a ON a.leg = s.leg AND a.state = 'Answered'
             AND a.fields ->> '$.number' = s.fields ->> '$.number'
        WHERE s.state = 'Sent' AND a.fields ->> '$.answer.fields.39' = '00'
    """
    with closing(sqlite3.connect(house.folder / "gateway.db")) as database:
        return database.execute(query).fetchone()[0]


def test_an_issuer_that_hangs_is_answered_in_time_and_reversed_later(houses, monkeypatch):
    house = houses(HANGING)
    sdk, http = client(house, monkeypatch)
    try:
        begun = time.monotonic()
        intent = sdk.v1.payment_intents.create({"amount": 100068, **SALE})
        assert time.monotonic() - begun < HANGING.late_s
        assert intent.status == "processing"

        def is_undone():
            return sdk.v1.payment_intents.retrieve(intent.id).status == "requires_payment_method"

        until(is_undone, "the payment is reversed")
        error = sdk.v1.payment_intents.retrieve(intent.id).last_payment_error
        assert (error.code, received(house)) == ("processing_error", None)
        asked = {leg.mti for leg in house.legs() if leg.mti.startswith("02")}
        assert asked == {"0200"}, "it was asked again"
    finally:
        http.close()


def test_after_a_kill_the_key_answers_and_nothing_is_paid_twice(houses, monkeypatch):
    house = houses(HANGING)
    sdk, http = client(house, monkeypatch)
    try:
        paid = sdk.v1.payment_intents.create({"amount": 900, **SALE}, {"idempotency_key": "k"})
        house.programs[-1].kill()
        house.up()
        again = sdk.v1.payment_intents.create({"amount": 900, **SALE}, {"idempotency_key": "k"})
        assert (again.id, again.status) == (paid.id, "succeeded")
        assert received(house) == 900
    finally:
        http.close()
