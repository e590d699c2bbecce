"""Balance and payouts: what the books of settlement say of a merchant, where they can be read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from cardswitch.specs.amounts import currency
from cardswitch.specs.dates import days_between

from ...core.ids import PAYOUT, TRANSACTION, text_of
from ...core.problems import Problem, missing
from ...core.things import Record
from ...core.things.payouts import DayClosed, Owed, Payout, PayoutStatus, Place
from ...money import Money
from .. import params
from ..endpoints import ID_MAX, Answer, Asked
from ..faults import Fault
from ..objects import Object, list_object
from ..paging import cut, is_between

URL: Final = "/v1/payouts"
BATCH: Final = "x_batch_"
_DAY_S: Final = 24 * 3600
# By the bank's reason, ISO 20022, what the API calls it; all others could not be processed.
_FAILURES: Final[Mapping[str, str]] = {
    "AC01": "invalid_account_number",
    "AC04": "account_closed",
    "AC06": "account_frozen",
    "AG01": "bank_account_restricted",
    "AM03": "invalid_currency",
    "AM04": "insufficient_funds",
    "BE04": "incorrect_account_address",
    "RR03": "incorrect_account_holder_name",
}


class PayoutsParams(params.ListParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of payouts, or of those that stand so."""

    status: PayoutStatus | None = None


async def retrieve_balance(asked: Asked) -> Answer:
    """GET /v1/balance: what is owed, and what of it the next deposit may hold."""
    params.read(params.NoParams, asked.value)
    known = await asyncio.to_thread(books_of(asked).balance, asked.key.merchant)
    owed = {each.currency: each for each in known}
    merchant = asked.services.merchants.get(asked.key.merchant)
    for code in merchant.currencies if merchant is not None else ():
        owed.setdefault(code, Owed(currency=code, available=0, pending=0))
    return balance_object([owed[code] for code in sorted(owed)]), None


async def retrieve_payout(asked: Asked) -> Answer:
    """GET /v1/payouts/{id}: one deposit, and whether it got there."""
    params.read(params.NoParams, asked.value)
    for payout in await _payouts(asked):
        if payout_id(payout.reference) == asked.id:
            return payout_object(payout), None
    raise Fault(missing("payout", asked.id[:ID_MAX], "id"))


async def list_payouts(asked: Asked) -> Answer:
    """GET /v1/payouts: the deposits."""
    given = params.read(PayoutsParams, asked.value)
    payouts = [
        each
        for each in await _payouts(asked)
        if given.status in (None, each.status) and is_between(given.created, each.at)
    ]
    found, has_more = cut(payouts, [payout_id(each.reference) for each in payouts], given)
    return list_object(URL, [payout_object(each) for each in found], has_more), None


def balance_object(owed: Sequence[Owed]) -> Object:
    """A `balance`."""
    return {
        "object": "balance",
        "livemode": False,
        "available": [_sum(each.currency, each.available) for each in owed],
        "pending": [_sum(each.currency, each.pending) for each in owed],
    }


def payout_object(payout: Payout) -> Object:
    """A `payout`."""
    has_failed = payout.status == "failed"
    return {
        "id": payout_id(payout.reference),
        "object": "payout",
        "created": int(payout.at),
        "livemode": False,
        "amount": payout.amount,
        "arrival_date": days_between("1970-01-01", payout.execution) * _DAY_S,
        "automatic": True,
        "balance_transaction": transaction_id(payout.place),
        "currency": currency_of(payout.currency),
        "description": f"Card sales {payout.business_date}",
        "destination": None,
        "failure_balance_transaction": transaction_id(payout.back) if payout.back else None,
        "failure_code": _FAILURES.get(payout.code, "could_not_process") if has_failed else None,
        "failure_message": payout.because if has_failed else None,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "reconciliation_status": "completed",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": payout.status,
        "trace_id": {"status": "supported", "value": payout.reference},
        "type": "bank_account",
        "x_account_last4": payout.account[-4:],
        "x_business_date": payout.business_date,
    }


def payout_record(record: Record) -> Object:
    """The `payout` as the journal has it."""
    assert isinstance(record.thing, Payout)
    return payout_object(record.thing)


def balance_record(record: Record) -> Object:
    """The `balance` as it was when the gateway saw the close that *record* tells of."""
    assert isinstance(record.thing, DayClosed)
    return balance_object(record.thing.owed)


def batch_record(record: Record) -> Object:
    """The `x.batch` of a merchant and a bank day: what its close has booked."""
    assert isinstance(record.thing, DayClosed)
    closed = record.thing
    totals = [
        {
            "amount": each.amount,
            "channel": each.channel or None,
            "count": each.count,
            "currency": currency_of(each.currency),
            "kind": each.kind,
        }
        for each in closed.batches
    ]
    return {
        "id": record.id,
        "object": "x.batch",
        "created": int(closed.at),
        "livemode": False,
        "business_date": closed.business_date,
        "totals": totals,
    }


def payout_id(reference: str) -> str:
    """The id of a payout, made of its reference, which is that of no other payout.

    >>> payout_id("20261128-SHOP0001-EUR")
    'po_jtW2rEScCbExbI5urQ750mvX'
    """
    return PAYOUT + text_of(reference)


def batch_id(merchant: str, business_date: str) -> str:
    """The id of what a close has booked of *merchant*.

    >>> batch_id("SHOP0001", "20261128")
    'x_batch_RKGhl7PgX2pgcIXByEPJtEv6'
    """
    return BATCH + text_of(f"{business_date}|{merchant}")


def transaction_id(place: Place) -> str:
    """The id of what stands at *place*.

    >>> transaction_id((17, 1, 2))
    'txn_000000000000171000000002'
    """
    row, step, number = place
    return f"{TRANSACTION}{row:014d}{step}{number:09d}"


def _sum(code: str, amount: int) -> Object:
    return {"amount": amount, "currency": currency_of(code), "source_types": {"card": amount}}


def currency_of(code: str) -> str:
    """The currency *code*, ISO 4217 numeric, as the API writes it."""
    return currency(code).alpha.lower()


async def _payouts(asked: Asked) -> Sequence[Payout]:
    return await asyncio.to_thread(books_of(asked).payouts, asked.key.merchant)


def books_of(asked: Asked) -> Money:
    """The books of settlement. Raises Fault where they cannot be read."""
    money = asked.services.money
    if money is None:
        text = "This gateway cannot see the books: its configuration has no [settlement]"
        problem = Problem(
            status=501, type="api_error", message=text, code="no_books", is_retried=False
        )
        raise Fault(problem)
    return money
