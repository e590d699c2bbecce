"""Take a payment over HTTPS: one order, and what became of it, with the reason."""

import argparse
import ssl
import sys
from decimal import Decimal
from uuid import uuid4

import httpx


def main() -> int:
    """Exit code 0 if it is paid, 1 if not, 4 without an answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("amount", type=Decimal)
    parser.add_argument("--key", required=True)
    parser.add_argument("--api", default="https://127.0.0.1:7108")
    parser.add_argument("--ca", default="cardswitch-data/tls/ca.pem")
    asked = parser.parse_args()
    order = {
        "amount": int(asked.amount * 100),
        "currency": "eur",
        "payment_method": "pm_card_visa",
        "confirm": "true",
    }
    # Whoever asks again with the same key, after a cable was cut, pays once.
    headers = {"Idempotency-Key": str(uuid4())}
    tls = ssl.create_default_context(cafile=asked.ca)
    try:
        with httpx.Client(auth=(asked.key, ""), verify=tls) as api:
            answer = api.post(f"{asked.api}/v1/payment_intents", data=order, headers=headers).json()
    except httpx.TransportError as error:
        print(f"no answer: {error}")  # if it was sent: ask again, with the same key
        return 4
    if "error" in answer:
        said = answer["error"]
        print(f"{asked.amount} EUR: {said['message']} ({said.get('decline_code') or said['type']})")
        return 1
    print(f"{asked.amount} EUR: {answer['status']} ({answer['id']})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
