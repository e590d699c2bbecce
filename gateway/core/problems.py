"""What can be wrong with a request, as the API says it: one value, whoever finds it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.codes import (
    AUTHENTICATION_REQUIRED,
    HOLD_EXPIRED,
    PARTLY_APPROVED,
    reason,
)
from cardswitch.specs.merchants import Check

_TABLE: Final[Mapping[str, Any]] = tomllib.loads(
    (Path(__file__).parent.parent / "tables" / "declines.toml").read_text("utf-8")
)
CODES: Final[Mapping[str, str]] = _TABLE["codes"]
_BLOCKED: Final[Mapping[Check, tuple[str, str]]] = _TABLE["blocked"]
# By the code of what a merchant's rule declines: what the shopper reads.
BLOCKED: Final[Mapping[str | None, str]] = dict(_BLOCKED.values())
MISSING: Final = "resource_missing"
TRIED_TOO_OFTEN: Final = "card_velocity_exceeded"
NOT_AUTHENTICATED: Final = "payment_intent_authentication_failure"
SETUP_NOT_AUTHENTICATED: Final = "setup_intent_authentication_failure"
UNAUTHENTICATED: Final = (NOT_AUTHENTICATED, SETUP_NOT_AUTHENTICATED)
DECLINES: Final[Mapping[str, str]] = _TABLE["declines"]


class Problem(Struct, frozen=True, kw_only=True):
    """An error of the API: *status* is that of HTTP, the others are its words."""

    status: int
    type: str
    message: str
    code: str | None = None
    param: str | None = None
    decline_code: str | None = None
    network_decline_code: str | None = None  # field 39
    advice_code: str | None = None
    number: int = 0  # of the payment that was declined, within its intent
    wait_s: float = 0.0  # how long clients should wait before they ask again
    is_retried: bool | None = None  # whether clients should try again by themselves


def invalid(message: str, param: str | None = None, code: str | None = None) -> Problem:
    """The request is wrong; *param* says where."""
    return Problem(
        status=400, type="invalid_request_error", message=message, param=param, code=code
    )


def missing(what: str, id_: str, param: str) -> Problem:
    """There is no such object, or it is another merchant's."""
    return Problem(
        status=404,
        type="invalid_request_error",
        message=f"No such {what}: {id_}",
        code=MISSING,
        param=param,
    )


def other_request() -> Problem:
    """An idempotency key stands for one request."""
    text = "This idempotency key came with another request before"
    return Problem(status=400, type="idempotency_error", message=text)


def busy(message: str, code: str) -> Problem:
    """It is being worked on: try again."""
    return Problem(
        status=409, type="invalid_request_error", message=message, code=code, is_retried=True
    )


def too_many(wait_s: float) -> Problem:
    """Too much is asked at once."""
    return Problem(
        status=429,
        type="invalid_request_error",
        message="Too many requests at once: nothing was done",
        code="rate_limit",
        wait_s=wait_s,
    )


def away(message: str, *, is_retried: bool = True) -> Problem:
    """Nothing was sent or kept: try again; or it cannot be said what was."""
    return Problem(status=503, type="api_error", message=message, is_retried=is_retried)


def failed(what: str) -> Problem:
    """The gateway is at fault; the same request is answered the same, so nobody need ask again."""
    message = f"The gateway failed: {what}"
    return Problem(status=500, type="api_error", message=message, is_retried=False)


def declined(code: str, number: int) -> Problem:
    """What field 39, *code*, of payment *number* means to a merchant.

    >>> declined("51", 1).decline_code, declined("54", 1).code
    ('insufficient_funds', 'expired_card')
    """
    said = reason(code)
    named = DECLINES.get(code, said.name)
    return Problem(
        status=402,
        type="card_error",
        message=f"The card was declined: {said.meaning}",
        code=CODES.get(code, "card_declined"),
        decline_code=named,
        network_decline_code=code,
        advice_code=said.advice or None,
        number=number,
    )


def unproven(code: str, number: int) -> Problem:
    """Payment *number* was declined with *code* because its cardholder is to be asked first.

    >>> unproven("65", 1).code, declined("65", 1).code
    ('authentication_required', 'card_declined')
    """
    wanted = declined(AUTHENTICATION_REQUIRED, number)
    return replace(wanted, network_decline_code=code)


def unauthenticated(reason: str | None, *, is_setup: bool = False) -> Problem:
    """It could not be made sure that it is the cardholder; *reason* as the API names it."""
    text = "The cardholder was not authenticated"
    return Problem(
        status=402,
        type="card_error",
        message=f"{text}: {reason}" if reason else text,
        code=SETUP_NOT_AUTHENTICATED if is_setup else NOT_AUTHENTICATED,
    )


def tried_too_often() -> Problem:
    """The card was declined so often of late that its issuer is not asked again for a while."""
    return Problem(
        status=402,
        type="card_error",
        message="The card was declined too often of late: its issuer is not asked for a while",
        code="card_declined",
        decline_code=TRIED_TOO_OFTEN,
    )


def too_many_cards() -> Problem:
    """Browsers have tried so many cards that it looks like somebody who tests them."""
    return Problem(
        status=402,
        type="card_error",
        message="Too many cards were tried for this payment: begin a new one",
        code="card_declined",
        decline_code=TRIED_TOO_OFTEN,
    )


def capture_refused(code: str, number: int) -> Problem:
    """The capture of payment *number* was refused for good, with *code*.

    >>> capture_refused("21", 1).code
    'charge_expired_for_capture'
    """
    return Problem(
        status=400,
        type="invalid_request_error",
        message=f"The capture was refused: {reason(code).meaning}",
        code="charge_expired_for_capture" if code == HOLD_EXPIRED else "capture_refused",
        network_decline_code=code,
        number=number,
    )


def approved_in_part(number: int) -> Problem:
    """Less was approved than was asked for, and that is undone: there was not enough."""
    return declined(PARTLY_APPROVED, number)


def blocked(check: Check, number: int) -> Problem:
    """It was approved, and is undone: its merchant wants none whose *check* has failed.

    >>> blocked("postal_code", 1).code
    'incorrect_zip'
    """
    code, _ = _BLOCKED[check]
    return Problem(
        status=402,
        type="card_error",
        message=f"Declined by a rule of the merchant: the check of {check} has failed",
        code=code,
        decline_code=code,
        number=number,
    )


def unanswered(number: int) -> Problem:
    """Nobody said whether the card is good."""
    return Problem(
        status=402,
        type="card_error",
        message="The card could not be verified in time",
        code="processing_error",
        decline_code="processing_error",
        advice_code="try_again_later",
        number=number,
    )


def undone(number: int) -> Problem:
    """Nobody knew whether it was approved; now it is reversed."""
    return Problem(
        status=402,
        type="card_error",
        message="The outcome could not be known in time, and the payment was reversed",
        code="processing_error",
        decline_code="processing_error",
        advice_code="try_again_later",
        number=number,
    )
