"""Commands about card verification values."""

from __future__ import annotations

from ..values import Command


def generate_cvv(cvk: str, pan: str, expiry: str, service_code: str) -> Command:
    """CW: the card verification value; *expiry* in the order the issuer uses it. Answers cvv."""
    return Command("", "CW", _card(cvk, pan, expiry, service_code))


def verify_cvv(cvk: str, pan: str, expiry: str, service_code: str, cvv: str) -> Command:
    """CY: is *cvv* the card verification value? Error 01 says no."""
    return Command("", "CY", {**_card(cvk, pan, expiry, service_code), "cvv": cvv})


def _card(cvk: str, pan: str, expiry: str, service_code: str) -> dict[str, str]:
    return {"cvk": cvk, "pan": pan, "expiry": expiry, "service_code": service_code}
