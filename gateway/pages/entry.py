"""The form of a card as a shopper fills it in: read, or told what is wrong with which field."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from cardswitch.wire.ports import Seconds

from ..api.faults import Fault
from ..api.forms import Value
from ..api.given.cards import Sealing, card_of
from ..api.params import CardParams, Whole
from ..core.cards import Address, Billing, Card

TEXT_MAX: Final = 100
FIELDS: Final = ("number", "expiry", "cvc", "name", "postal_code")  # in the order of the form
_FIELD_OF: Final = {
    "number": "number",
    "exp_month": "expiry",
    "exp_year": "expiry",
    "cvc": "cvc",
}
_WORDS: Final = {
    "invalid_number": "Enter the long number on the front of the card.",
    "incorrect_number": "Check the card number: one of its digits is mistyped.",
    "invalid_expiry_month": "Enter the month as 01 to 12, then the year.",
    "invalid_expiry_year": "Enter the year as two digits, such as 30.",
    "expired_card": "This card has expired. Use another one.",
    "invalid_cvc": "Enter the security code: three digits, or four on the front of some cards.",
}
_NO_EXPIRY: Final = "Enter month and year as they stand on the card, such as 12 / 30."


class Entry(Struct, frozen=True, kw_only=True):
    """A card that was typed, and its security code; or *errors*, by field."""

    card: Card | None = None
    cvc: str = ""
    errors: dict[str, str] = {}

    def __repr__(self) -> str:
        """Without the code."""
        return f"<entry, wrong: {', '.join(self.errors) or 'nothing'}>"


def read_entry(value: Value, vault: Sealing, now: Seconds, *, wants_code: bool = True) -> Entry:
    """The card in the form *value*, sealed; by telephone there may be no code of it."""
    texts = {name: _text(value, name) for name in FIELDS}
    errors = {}
    expiry = _expiry(texts["expiry"])
    if expiry is None:
        errors["expiry"] = _NO_EXPIRY
    if wants_code and not texts["cvc"]:
        errors["cvc"] = _WORDS["invalid_cvc"]
    month, year = expiry or (12, 99)
    given = CardParams(
        number=texts["number"],
        exp_month=Whole(month),
        exp_year=Whole(year),
        cvc=texts["cvc"] or None,
    )
    billing = Billing(
        name=texts["name"] or None, address=Address(postal_code=texts["postal_code"] or None)
    )
    try:
        card = card_of(given, vault, now, billing)
    except Fault as fault:
        field = _FIELD_OF[fault.problem.param or "number"]
        errors.setdefault(field, _WORDS[fault.problem.code or ""])
        card = None
    if errors:
        return Entry(errors={name: errors[name] for name in FIELDS if name in errors})
    return Entry(card=card, cvc=texts["cvc"])


def _text(value: Value, name: str) -> str:
    text = value.get(name, "")
    return text.strip()[:TEXT_MAX] if isinstance(text, str) else ""


def _expiry(text: str) -> tuple[int, int] | None:
    """Month and year of ``12 / 30``, ``1230``, ``12/2030`` or ``1/30``.

    >>> _expiry("12 / 30"), _expiry("0131"), _expiry("1/2031"), _expiry("soon")
    ((12, 30), (1, 31), (1, 2031), None)
    """
    month, slash, year = (part.strip() for part in text.partition("/"))
    if not slash:
        month, year = text[:2], text[2:].strip()
    digits = month + year
    if not digits.isascii() or not digits.isdigit() or not month or len(month) > 2:
        return None
    return (int(month), int(year)) if len(year) in (2, 4) else None
