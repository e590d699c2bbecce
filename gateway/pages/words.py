"""What a shopper reads: safe, and of some help."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.amounts import format_amount
from cardswitch.specs.codes import GENERIC, Retry, reason

from ..api.faults import customer_message
from ..core.problems import BLOCKED, TRIED_TOO_OFTEN, UNAUTHENTICATED, Problem

_NEXT: Final[dict[Retry, str]] = {
    "none": "Use another card.",
    "no": "Use another card.",
    "soft": "Try again in a moment, or use another card.",
    "user": "Check what you typed, or use another card.",
    "3ds": "Try again and confirm the payment with your bank, or use another card.",
}
_DECLINED: Final = "Declined by your bank. Use another card, or ask your bank."
_FAILED: Final = 500  # of ourselves, whatever was asked for by then
_TRIED: Final = "Too many tries. Begin again at the shop, or ask your bank."
_UNKNOWN: Final = "Whether you have paid is not known. Open this page again before you retry."
_NOTHING_TAKEN: Final = "No money was taken."


def why_not(problem: Problem) -> str:
    """Why the last card was of no use; the same for all that a shopper must not be told.

    >>> from cardswitch.gateway.core.problems import declined
    >>> why_not(declined("54", 1))
    'Card expired. Check what you typed, or use another card. No money was taken.'
    >>> from cardswitch.gateway.core.problems import tried_too_often, too_many_cards
    >>> why_not(too_many_cards()) == why_not(tried_too_often())
    True
    >>> why_not(tried_too_often())
    'Too many tries. Begin again at the shop, or ask your bank. No money was taken.'
    >>> from cardswitch.gateway.core.problems import failed
    >>> why_not(failed("KeyError"))
    'Whether you have paid is not known. Open this page again before you retry.'
    >>> why_not(declined("41", 1)) == why_not(declined("59", 1)) == why_not(declined("05", 1))
    True
    """
    if problem.status == _FAILED:
        return _UNKNOWN
    if problem.decline_code == TRIED_TOO_OFTEN:
        return f"{_TRIED} {_NOTHING_TAKEN}"
    code = problem.network_decline_code
    said = reason(code) if code is not None else GENERIC
    retry: Retry = "user" if code is None and problem.code in BLOCKED else said.retry
    if problem.code in UNAUTHENTICATED:
        retry = "3ds"
    text, then = customer_message(problem).rstrip(".?"), _NEXT[retry]
    if text.startswith(GENERIC.text):
        return f"{_DECLINED} {_NOTHING_TAKEN}"
    if then.startswith(text):
        return f"{then} {_NOTHING_TAKEN}"
    return f"{text}. {then} {_NOTHING_TAKEN}"


def money(minor: int, code: str) -> str:
    """An amount as it stands on a page: never broken between its parts.

    >>> money(249000, "eur"), money(1250, "JPY"), money(1234567, "KWD")
    ('EUR\\xa02,490.00', 'JPY\\xa01,250', 'KWD\\xa01,234.567')
    """
    alpha = code.upper()
    whole, point, decimals = format_amount(minor, alpha).partition(".")
    return f"{alpha}\u00a0{int(whole):,}{point}{decimals}"
