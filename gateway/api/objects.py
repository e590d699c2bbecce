"""What the API shows: intents, charges, refunds and payment methods as JSON."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

import msgspec
from msgspec import Raw, to_builtins

from cardswitch.specs.transactions.captures import holds_for_s

from ..core.cards import Card
from ..core.checks import checks_of
from ..core.exchanges import Exchange, Stand
from ..core.ids import CHARGE, INTENT, REFUND, SETUP, id_of
from ..core.intents import Intent
from ..core.problems import Problem
from ..core.states import Status
from .families.authentications import authentication_object
from .faults import customer_message, error_object

INTENTS_KEPT: Final = 1_000  # as JSON, a megabyte or two; the oldest go first
Object = dict[str, Any]
_encode: Final = msgspec.json.Encoder().encode
_REFUND_STATUS = {
    Stand.SENT: "pending",
    Stand.UNKNOWN: "pending",
    Stand.EXCEPTION: "pending",
    Stand.APPROVED: "succeeded",
    Stand.DECLINED: "failed",
    Stand.UNDONE: "failed",
}


def intent_object(intent: Intent) -> Object:
    """A `payment_intent`, or a `setup_intent`."""
    return setup_object(intent) if intent.is_setup else _payment_object(intent)


class ShownIntents:
    """Intents as JSON: each is put down once, for as long as nothing happens to it."""

    def __init__(self, most: int = INTENTS_KEPT) -> None:
        self._most = most
        # By what tells one object from others for as long as it is held.
        self._known: OrderedDict[int, tuple[Intent, Raw]] = OrderedDict()

    def json(self, intent: Intent) -> Raw:
        """As :func:`intent_object` shows it."""
        known = self._known.get(id(intent))
        if known is not None:
            return known[1]
        shown = Raw(_encode(intent_object(intent)))
        self._known[id(intent)] = intent, shown
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return shown


def opened(shown: Any) -> Any:
    """An object in place of its JSON: what is expanded is changed."""
    return msgspec.json.decode(shown) if isinstance(shown, Raw) else shown


def setup_object(intent: Intent) -> Object:
    """A `setup_intent`: a card that is verified, to be kept."""
    id_ = id_of(SETUP, intent.ref)
    last = intent.last_payment
    return {
        "id": id_,
        "object": "setup_intent",
        "created": int(intent.at),
        "livemode": False,
        "automatic_payment_methods": None,
        "cancellation_reason": intent.cancellation_reason,
        "client_secret": f"{id_}_secret_{intent.secret}",
        "customer": intent.customer,
        "description": intent.details.description,
        "last_setup_error": _last_error(intent.problem, None),
        "latest_attempt": None,
        "metadata": dict(intent.details.metadata),
        "next_action": next_action(intent),
        "payment_method": intent.card.id if intent.card else None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "status": str(intent.status),
        "usage": intent.terms.future_usage or "off_session",
        "x_checks": checks_of(last.answer) if last is not None else None,
        "x_three_d_secure": authentication_object(last) if last is not None else None,
        "x_customer_message": customer_message(intent.problem) if intent.problem else None,
    }


def _payment_object(intent: Intent) -> Object:
    id_ = id_of(INTENT, intent.ref)
    last = intent.last_payment
    charge = id_of(CHARGE, intent.ref, last.number) if last else None
    return {
        "id": id_,
        "object": "payment_intent",
        "created": int(intent.at),
        "livemode": False,
        "amount": intent.amount,
        "amount_capturable": intent.capturable,
        "amount_details": {},
        "amount_received": intent.received,
        "automatic_payment_methods": None,
        "canceled_at": None if intent.canceled_at is None else int(intent.canceled_at),
        "cancellation_reason": intent.cancellation_reason,
        "capture_method": intent.terms.capture,
        "client_secret": f"{id_}_secret_{intent.secret}",
        "confirmation_method": "automatic",
        "currency": intent.currency,
        "customer": intent.customer,
        "description": intent.details.description,
        "last_payment_error": _last_error(intent.problem, charge),
        "latest_charge": charge,
        "metadata": dict(intent.details.metadata),
        "next_action": next_action(intent),
        "payment_method": intent.card.id if intent.card else None,
        "payment_method_options": {"card": _options(intent)},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": intent.details.receipt_email,
        "setup_future_usage": intent.terms.future_usage,
        "shipping": None,
        "statement_descriptor": intent.details.statement_descriptor,
        "statement_descriptor_suffix": intent.details.statement_descriptor_suffix,
        "status": str(intent.status),
        "x_attempts": intent.tries,
        "x_capture": {"status": "processing"} if intent.pending_capture else None,
        "x_customer_message": customer_message(intent.problem) if intent.problem else None,
    }


def charge_object(intent: Intent, payment: Exchange) -> Object:
    """A `charge`: one try to get the money of an intent."""
    answer, approved = payment.answer, payment.approved > 0
    captured = intent.received if approved else 0
    approved_amount = intent.approved if approved else 0
    released = approved_amount - captured if _is_over(intent) else 0
    refunded = intent.refunded + released if approved else 0
    failed = payment.stand in (Stand.DECLINED, Stand.UNDONE)
    problem = payment.problem
    parent = id_of(INTENT, intent.ref)
    approval = answer.get(38).strip(" ") or None if approved and answer is not None else None
    return {
        "id": id_of(CHARGE, intent.ref, payment.number),
        "object": "charge",
        "created": int(payment.at),
        "livemode": False,
        "amount": max(payment.amount, approved_amount),
        "amount_captured": captured,
        "amount_refunded": refunded,
        "authorization_code": approval,
        "balance_transaction": None,
        "billing_details": to_builtins(payment.card.billing),
        "captured": captured > 0,
        "currency": intent.currency,
        "customer": intent.customer,
        "description": intent.details.description,
        "disputed": intent.dispute is not None and payment.approved > 0,
        "failure_balance_transaction": None,
        "failure_code": problem.code if problem else None,
        "failure_message": problem.message if problem else None,
        "metadata": dict(intent.details.metadata),
        "outcome": _outcome(payment, problem),
        "paid": approved,
        "payment_intent": parent,
        "payment_method": payment.card.id,
        "payment_method_details": {"type": "card", "card": _details(payment, approval)},
        "receipt_url": None,
        "refunded": approved and refunded == approved_amount,
        "statement_descriptor": intent.details.statement_descriptor,
        "status": "succeeded" if approved else "failed" if failed else "pending",
        "x_liability": payment.liable,
        "x_reference": answer.get(37) or None if answer is not None else None,
        "x_settlement_date": answer.get(15) or None if answer is not None else None,
        "x_stan": payment.request.get(11),
    }


def refund_object(intent: Intent, refund: Exchange) -> Object:
    """A `refund`."""
    paid = intent.paid
    assert paid is not None, "what is given back was received"
    charge, parent = id_of(CHARGE, intent.ref, paid.number), id_of(INTENT, intent.ref)
    status = _REFUND_STATUS[refund.stand]
    return {
        "id": id_of(REFUND, intent.ref, refund.number),
        "object": "refund",
        "created": int(refund.at),
        "amount": refund.amount,
        "balance_transaction": None,
        "charge": charge,
        "currency": intent.currency,
        "failure_reason": "declined" if status == "failed" else None,
        "metadata": dict(refund.metadata),
        "payment_intent": parent,
        "reason": refund.reason,
        "receipt_number": None,
        "status": status,
        "x_reference": refund.answer.get(37) or None if refund.answer is not None else None,
    }


def list_object(url: str, data: list[Any], has_more: bool) -> Object:
    """A page of a list."""
    return {"object": "list", "url": url, "data": data, "has_more": has_more}


def card_object(card: Card) -> Object:
    """What is shown of a card."""
    return {
        "brand": card.brand,
        "country": None,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "fingerprint": card.fingerprint,
        "funding": "unknown",
        "last4": card.masked[-4:],
    }


def _details(payment: Exchange, approval: str | None) -> Object:
    held = payment.asked == "authorisation" and payment.stand is Stand.APPROVED
    return {
        **card_object(payment.card),
        "amount_authorized": payment.approved or None,
        "authorization_code": approval,
        "capture_before": int(payment.at + holds_for_s(payment.request)) if held else None,
        "checks": checks_of(payment.answer),
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "available" if held else "unavailable"},
        "multicapture": {"status": "available" if held else "unavailable"},
        "network": payment.card.brand,
        "network_transaction_id": None,
        "overcapture": {
            "maximum_amount_capturable": payment.approved,
            "status": "unavailable",
        },
        "partial_authorization": {"status": _partly(payment)},
        "three_d_secure": authentication_object(payment),
    }


def next_action(intent: Intent) -> Object | None:
    """Where the shopper must go, if he must."""
    if intent.status is not Status.NEEDS_ACTION or intent.challenge is None:
        return None
    where = {"url": intent.challenge.url, "return_url": intent.challenge.return_url}
    return {"type": "redirect_to_url", "redirect_to_url": where}


def _partly(payment: Exchange) -> str:
    if not payment.takes_part:
        return "not_requested"
    if not payment.approved:
        return "declined"
    return "fully_authorized" if payment.approved == payment.amount else "partially_authorized"


def _options(intent: Intent) -> Object:
    wanted = "if_available" if intent.terms.takes_part else "never"
    return {"request_partial_authorization": wanted, "request_three_d_secure": "automatic"}


def _is_over(intent: Intent) -> bool:
    """Whether nothing more is captured of what was set aside."""
    return intent.status in (Status.SUCCEEDED, Status.CANCELED)


def _outcome(payment: Exchange, problem: Problem | None) -> Object | None:
    """What the network said of *payment*; None before anybody said anything."""
    if payment.stand is Stand.UNDONE:
        return _said("reversed_after_approval", "issuer_declined", problem)
    if payment.blocked_by is not None:
        return {**_said("reversed_after_approval", "blocked", problem), "reason": "rule"}
    if payment.answer is None:
        return None
    if payment.approved:
        return _said("approved_by_network", "authorized", None)
    return _said("declined_by_network", "issuer_declined", problem)


def _said(network: str, kind: str, problem: Problem | None) -> Object:
    return {
        "type": kind,
        "network_status": network,
        "network_decline_code": problem.network_decline_code if problem else None,
        "network_advice_code": None,
        "advice_code": problem.advice_code if problem else None,
        "reason": problem.decline_code if problem else None,
        "risk_level": "not_assessed",
        "seller_message": problem.message if problem else "Payment complete.",
    }


def _last_error(problem: Problem | None, charge: str | None) -> Any:
    return None if problem is None else error_object(problem, None, charge)["error"]
