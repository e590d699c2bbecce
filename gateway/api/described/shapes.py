"""The objects that the API answers with, as types: for its description, and to test against."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

Expandable = str | dict[str, Any] | None
Metadata = dict[str, str]


class PaymentIntent(Struct, forbid_unknown_fields=True, kw_only=True):
    """An order, and how it stands."""

    id: str
    object: Literal["payment_intent"]
    created: int
    livemode: bool
    amount: int
    amount_capturable: int
    amount_details: dict[str, Any]
    amount_received: int
    automatic_payment_methods: dict[str, Any] | None
    canceled_at: int | None
    cancellation_reason: str | None
    capture_method: str
    client_secret: str
    confirmation_method: str
    currency: str
    customer: Expandable
    description: str | None
    last_payment_error: dict[str, Any] | None
    latest_charge: Expandable
    metadata: Metadata
    next_action: dict[str, Any] | None
    payment_method: Expandable
    payment_method_options: dict[str, Any]
    payment_method_types: list[str]
    processing: dict[str, Any] | None
    receipt_email: str | None
    setup_future_usage: str | None
    shipping: dict[str, Any] | None
    statement_descriptor: str | None
    statement_descriptor_suffix: str | None
    status: str
    x_attempts: int
    x_capture: dict[str, Any] | None
    x_customer_message: str | None


class Charge(Struct, forbid_unknown_fields=True, kw_only=True):
    """One try to get the money of an intent."""

    id: str
    object: Literal["charge"]
    created: int
    livemode: bool
    amount: int
    amount_captured: int
    amount_refunded: int
    authorization_code: str | None
    balance_transaction: Expandable
    billing_details: dict[str, Any]
    captured: bool
    currency: str
    customer: Expandable
    description: str | None
    disputed: bool
    failure_balance_transaction: str | None
    failure_code: str | None
    failure_message: str | None
    metadata: Metadata
    outcome: dict[str, Any] | None
    paid: bool
    payment_intent: Expandable
    payment_method: Expandable
    payment_method_details: dict[str, Any]
    receipt_url: str | None
    refunded: bool
    statement_descriptor: str | None
    status: Literal["succeeded", "pending", "failed"]
    x_liability: Literal["issuer", "merchant"]
    x_reference: str | None
    x_settlement_date: str | None
    x_stan: str | None


class Refund(Struct, forbid_unknown_fields=True, kw_only=True):
    """What is given back."""

    id: str
    object: Literal["refund"]
    created: int
    amount: int
    balance_transaction: Expandable
    charge: Expandable
    currency: str
    failure_reason: str | None
    metadata: Metadata
    payment_intent: Expandable
    reason: str | None
    receipt_number: str | None
    status: Literal["pending", "succeeded", "failed", "canceled", "requires_action"]
    x_reference: str | None


class Event(Struct, forbid_unknown_fields=True, kw_only=True):
    """Something that has happened."""

    id: str
    object: Literal["event"]
    api_version: str
    created: int
    data: dict[str, Any]
    livemode: bool
    pending_webhooks: int
    request: dict[str, str | None]
    type: str


class WebhookEndpoint(Struct, forbid_unknown_fields=True, kw_only=True):
    """Where somebody is told of events."""

    id: str
    object: Literal["webhook_endpoint"]
    api_version: str | None
    application: str | None
    created: int
    description: str | None
    enabled_events: list[str]
    livemode: bool
    metadata: Metadata
    status: Literal["enabled", "disabled"]
    url: str
    secret: str = ""  # in the answer that made it alone


class CheckoutSession(Struct, forbid_unknown_fields=True, kw_only=True):
    """An order that a shopper pays on a page."""

    id: str
    object: Literal["checkout.session"]
    created: int
    livemode: bool
    amount_subtotal: int | None
    amount_total: int | None
    cancel_url: str | None
    client_reference_id: str | None
    currency: str | None
    customer: Expandable
    customer_details: dict[str, Any] | None
    customer_email: str | None
    expires_at: int
    line_items: Expandable = None  # where it is expanded alone
    metadata: Metadata
    mode: Literal["payment", "setup"]
    payment_intent: Expandable
    payment_link: str | None
    payment_method_types: list[str]
    payment_status: Literal["paid", "unpaid", "no_payment_required"]
    setup_intent: Expandable
    status: Literal["open", "complete", "expired"]
    success_url: str
    ui_mode: str
    url: str | None


class PaymentLink(Struct, forbid_unknown_fields=True, kw_only=True):
    """An order at an address, for whoever is sent there."""

    id: str
    object: Literal["payment_link"]
    active: bool
    currency: str
    livemode: bool
    metadata: Metadata
    restrictions: dict[str, Any] | None
    url: str
    x_amount_total: int
    x_created: int
    x_session: str | None


class Dispute(Struct, forbid_unknown_fields=True, kw_only=True):
    """A payment that its cardholder denies."""

    id: str
    object: Literal["dispute"]
    created: int
    livemode: bool
    amount: int
    balance_transactions: list[dict[str, Any]]
    charge: Expandable
    currency: str
    evidence: dict[str, str | None]
    evidence_details: dict[str, Any]
    is_charge_refundable: bool
    metadata: Metadata
    network_reason_code: str | None
    payment_intent: Expandable
    reason: str
    status: Literal["needs_response", "under_review", "won", "lost"]


class Sum(Struct, forbid_unknown_fields=True, kw_only=True):
    """Money in one currency."""

    amount: int
    currency: str
    source_types: dict[str, int]


class Balance(Struct, forbid_unknown_fields=True, kw_only=True):
    """What a merchant is owed: booked and not deposited, and still to be booked."""

    object: Literal["balance"]
    livemode: bool
    available: list[Sum]
    pending: list[Sum]


class FeeDetail(Struct, forbid_unknown_fields=True, kw_only=True):
    """A part of a fee: by which version of the schedule, and which of its rates."""

    amount: int
    application: None
    currency: str
    description: str
    type: Literal["payment_method_passthrough_fee", "stripe_fee"]


class BalanceTransaction(Struct, forbid_unknown_fields=True, kw_only=True):
    """What was added to a balance, or taken from it."""

    id: str
    object: Literal["balance_transaction"]
    created: int
    livemode: bool
    amount: int
    available_on: int
    currency: str
    description: str
    exchange_rate: float | None
    fee: int
    fee_details: list[FeeDetail]
    net: int
    reporting_category: str
    source: str | None
    status: Literal["pending", "available"]
    type: Literal["charge", "refund", "adjustment", "payout"]
    x_channel: str | None
    x_kind: str
    x_reference: str | None


class TraceId(Struct, forbid_unknown_fields=True, kw_only=True):
    """What the transfer is called on the statement of the merchant's bank."""

    status: Literal["supported"]
    value: str


class Payout(Struct, forbid_unknown_fields=True, kw_only=True):
    """One deposit."""

    id: str
    object: Literal["payout"]
    created: int
    livemode: bool
    amount: int
    arrival_date: int
    automatic: bool
    balance_transaction: Expandable
    currency: str
    description: str
    destination: str | None
    failure_balance_transaction: Expandable
    failure_code: str | None
    failure_message: str | None
    metadata: Metadata
    method: Literal["standard"]
    original_payout: str | None
    reconciliation_status: Literal["completed"]
    reversed_by: str | None
    source_type: Literal["card"]
    statement_descriptor: str | None
    status: Literal["in_transit", "paid", "failed"]
    trace_id: TraceId
    type: Literal["bank_account"]
    x_account_last4: str
    x_business_date: str


class Deleted(Struct, forbid_unknown_fields=True, kw_only=True):
    """It is gone."""

    id: str
    object: str
    deleted: Literal[True]


class ExceptionLeft(Struct, forbid_unknown_fields=True, kw_only=True):
    """What waits for a person, or was resolved."""

    id: str
    object: Literal["x.exception"]
    created: int
    livemode: bool
    amount: int
    currency: str
    payment_intent: str
    status: str
    outcome: Literal["reversed", "paid"] | None
    x_stan: str | None
    x_reference: str | None


class Trace(Struct, forbid_unknown_fields=True, kw_only=True):
    """The story of a payment."""

    id: str
    object: Literal["x.trace"]
    livemode: bool
    steps: list[dict[str, Any]]


class Undescribed(Struct, kw_only=True):
    """An object whose fields are not described yet."""

    id: str
    object: str


class ErrorBody(Struct, kw_only=True):
    """What is wrong: *param* says where."""

    type: Literal["invalid_request_error", "idempotency_error", "card_error", "api_error"]
    message: str
    code: str = ""
    param: str = ""
    decline_code: str = ""
    network_decline_code: str = ""
    advice_code: str = ""
    charge: str = ""
    payment_intent: dict[str, Any] = {}


class Failure(Struct, forbid_unknown_fields=True, kw_only=True):
    """Every answer but 200."""

    error: ErrorBody
