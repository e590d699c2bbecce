"""How an order stands, by what the gateway says of its session."""

import pytest

from cardswitch.gateway.shop.orders import standing_of


def intent(status, received=1000, refunded=0):
    return {
        "status": status,
        "amount_received": received,
        "latest_charge": {"amount_refunded": refunded},
    }


@pytest.mark.parametrize(
    ("session", "standing"),
    [
        ({"status": "open"}, "new"),
        ({"status": "expired", "payment_intent": None}, "expired"),
        ({"status": "complete", "payment_intent": "pi_1"}, "new"),
        ({"status": "complete", "payment_intent": intent("requires_capture", 0)}, "reserved"),
        ({"status": "complete", "payment_intent": intent("succeeded")}, "paid"),
        (
            {"status": "complete", "payment_intent": intent("succeeded", refunded=1)},
            "refunded in part",
        ),
        ({"status": "complete", "payment_intent": intent("succeeded", refunded=1000)}, "refunded"),
        ({"status": "complete", "payment_intent": intent("canceled")}, "canceled"),
        ({"status": "complete", "payment_intent": intent("processing")}, "new"),
    ],
)
def test_how_an_order_stands(session, standing):
    assert standing_of(session) == standing
