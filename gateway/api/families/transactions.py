"""Balance transactions: what has added to a merchant's balance, and what was taken from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from math import inf
from typing import Annotated, Final, Literal

from msgspec import Meta
from msgspec.structs import replace

from cardswitch.specs.errors import Error

from ...core.ids import CHARGE, PAYOUT, REFUND, TRANSACTION, id_of
from ...core.intents import Intent
from ...core.problems import missing
from ...core.row import CAPTURE as CAPTURES
from ...core.row import CHARGE as CHARGES
from ...core.row import REFUND as REFUNDS
from ...core.things.payouts import Payout, Place
from ...money import CAME_BACK, CHARGED, CORRECTED, DEPOSITED, MOVED, Between, Entry, Fee, Money
from ...store import GatewayReader, Wanted
from .. import params
from ..endpoints import ID_MAX, Answer, Asked, limit_of, part_of_intent
from ..faults import Fault
from ..objects import Object, list_object
from ..paging import refuse_both, times_of, unknown
from .money import books_of, currency_of, payout_id, transaction_id

URL: Final = "/v1/balance_transactions"
_DIGITS: Final = (14, 15, 24)  # where row, step and number of a place end in its id
# Payments and refunds of ours are looked for among those of so long before, and a bit later.
SENT_BEFORE_S: Final = 300.0
SENT_AFTER_S: Final = 1.0
SENT_AT_ONCE: Final = 500
REFERENCE_MAX: Final = 12  # field 37
# What clients know the parts of a fee by, and what people do.
_FEES: Final = {
    "interchange": ("payment_method_passthrough_fee", "Interchange"),
    "scheme": ("payment_method_passthrough_fee", "Scheme fee"),
    "own": ("stripe_fee", "Processing fee"),
}
LOOKED_AT: Final = 200  # entries of one piece, where not all are wanted


class TransactionsParams(params.ListParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of changes of the balance: of a type, of a source, or paid by a payout.

    *x_reference* is field 37 of the movement, which a receipt has.
    """

    type: Literal["charge", "refund", "adjustment", "payout"] | None = None
    currency: str | None = None
    source: str | None = None
    payout: str | None = None
    x_reference: Annotated[str, Meta(min_length=1, max_length=REFERENCE_MAX)] | None = None


async def retrieve_transaction(asked: Asked) -> Answer:
    """GET /v1/balance_transactions/{id}: one change of the balance."""
    params.read(params.NoParams, asked.value)
    return await read_transaction(asked, asked.id), None


async def list_transactions(asked: Asked) -> Answer:
    """GET /v1/balance_transactions: the changes of the balance, or those of a type or source."""
    given = params.read(TransactionsParams, asked.value)
    size = limit_of(given)
    refuse_both(given)
    since, before = times_of(given.created)
    between = Between(
        size=size + 1,
        above=await _place_of(asked, given.ending_before, "ending_before"),
        below=await _place_of(asked, given.starting_after, "starting_after"),
        since=since,
        before=before,
    )
    money, merchant = books_of(asked), asked.key.merchant
    wanted = partial(_is_wanted, given, await _payout_named(asked, given.payout))
    known: Sequence[Entry] | None = None
    if given.source is not None:
        known = await _of_source(asked, given.source)
    elif given.x_reference is not None:
        known = await asyncio.to_thread(money.named, merchant, [given.x_reference])
    if known is not None:
        found = [each for each in known if between.has(each.place, each.at) and wanted(each)]
    else:
        found = await asyncio.to_thread(_found, money, merchant, between, wanted)
    has_more = len(found) > size
    page = found[-size:] if between.above is not None else found[:size]
    return list_object(URL, await _shown(asked, page), has_more), None


def _is_wanted(given: TransactionsParams, payout: Payout | None, entry: Entry) -> bool:
    """Whether *entry* is what is *given*: of a type, a currency, a reference; paid by *payout*."""
    if given.type is not None and _type_of(entry)[0] != given.type:
        return False
    if given.currency is not None and currency_of(entry.currency) != given.currency.lower():
        return False
    if given.x_reference not in (None, entry.reference):
        return False
    if payout is None:
        return True
    is_of_close = entry.place[1] in (MOVED, CHARGED)
    is_paid = is_of_close and entry.is_booked and entry.available_on == payout.at
    return entry.currency == payout.currency and (is_paid or entry.place == payout.place)


def _found(
    money: Money, merchant: str, between: Between, wanted: Callable[[Entry], bool]
) -> list[Entry]:
    """The entries that are *wanted*, so many as *between* says, looked for piece by piece."""
    size, found = between.size, list[Entry]()
    between = replace(between, size=max(size, LOOKED_AT))
    while True:
        some = money.entries(merchant, between)
        chosen = [each for each in some if wanted(each)]
        if between.above is None:
            found += chosen
        else:
            found = [*chosen, *found]
        if len(some) < between.size or len(found) >= size:
            return found[-size:] if between.above is not None else found[:size]
        if between.above is None:
            between = replace(between, below=some[-1].place)
        else:
            between = replace(between, above=some[0].place)


async def _of_source(asked: Asked, source: str) -> list[Entry]:
    """The entries of a charge, refund or payout of the caller's, newest first. Raises Fault."""
    money, merchant = books_of(asked), asked.key.merchant
    if source.startswith(PAYOUT):
        payout = await _payout_named(asked, source, "source")
        assert payout is not None, "it is named"
        places = [place for place in (payout.back, payout.place) if place is not None]
        ids = [transaction_id(place) for place in places]
        return [entry for id_ in ids if (entry := await _entry_named(asked, id_)) is not None]
    prefix, what = (REFUND, "refund") if source.startswith(REFUND) else (CHARGE, "charge")
    try:
        _, exchange = await part_of_intent(asked, prefix, what, source)
    except Fault:
        raise unknown(source, "source") from None
    reference = exchange.answer.get(37) if exchange.answer is not None else ""
    if not reference:
        return []
    found = await asyncio.to_thread(money.named, merchant, [reference])
    return [each for each in found if (_type_of(each)[0] == "refund") == (prefix == REFUND)]


async def _payout_named(asked: Asked, id_: str | None, param: str = "payout") -> Payout | None:
    """The caller's payout *id_*, if one is given. Raises Fault."""
    if id_ is None:
        return None
    for payout in await asyncio.to_thread(books_of(asked).payouts, asked.key.merchant):
        if payout_id(payout.reference) == id_:
            return payout
    raise unknown(id_, param)


async def with_transactions(asked: Asked, shown: list[Object]) -> list[Object]:
    """*shown*, charges or refunds, each with the id of the first movement that it has made.

    Where the books cannot be read, none is told.
    """
    money = asked.services.money
    references = [each["x_reference"] for each in shown if each["x_reference"]]
    if money is None or not references:
        return shown
    try:
        found = await asyncio.to_thread(money.named, asked.key.merchant, references)
    except Error:  # What they are about has been done, and can be told.
        return shown
    ids = {(each.reference, _type_of(each)[0]): transaction_id(each.place) for each in found}
    for each in shown:
        each["balance_transaction"] = ids.get((each["x_reference"], each["object"]))
    return shown


async def read_transaction(asked: Asked, id_: str) -> Object:
    """The caller's `balance_transaction` *id_*. Raises Fault."""
    entry = await _entry_named(asked, id_)
    if entry is None:
        raise Fault(missing("balance transaction", id_[:ID_MAX], "id"))
    [shown] = await _shown(asked, [entry])
    return shown


def transaction_object(entry: Entry, source: str | None) -> Object:
    """A `balance_transaction`."""
    type_, category = _type_of(entry)
    return {
        "id": transaction_id(entry.place),
        "object": "balance_transaction",
        "created": int(entry.at),
        "livemode": False,
        "amount": entry.amount,
        "available_on": int(entry.available_on),
        "currency": currency_of(entry.currency),
        "description": f"{entry.kind} {entry.reference}".strip(),
        "exchange_rate": None,
        "fee": entry.fee,
        "fee_details": [_fee_object(each, entry) for each in entry.fees],
        "net": entry.net,
        "reporting_category": category,
        "source": source,
        "status": "available" if entry.is_booked else "pending",
        "type": type_,
        "x_channel": entry.channel or None,
        "x_kind": entry.kind,
        "x_reference": entry.reference or None,
    }


def _fee_object(fee: Fee, entry: Entry) -> Object:
    return {
        "amount": fee.amount,
        "application": None,
        "currency": currency_of(entry.currency),
        "description": f"{_FEES[fee.kind][1]}: {fee.rate}",
        "type": _FEES[fee.kind][0],
    }


def _type_of(entry: Entry) -> tuple[str, str]:
    """What the API calls it, and what reports count it under."""
    if entry.place[1] == DEPOSITED:
        return "payout", "payout"
    if entry.place[1] == CHARGED:
        return "adjustment", "fee" if entry.kind == "monthly" else "risk_reserved_funds"
    if entry.place[1] == CAME_BACK:
        return "adjustment", "payout_reversal"
    if entry.place[1] == CORRECTED or entry.kind.endswith("-reversal"):
        return "adjustment", "other_adjustment"
    type_ = "refund" if entry.kind == "refund" else "charge"
    return type_, type_


async def _place_of(asked: Asked, id_: str | None, param: str) -> Place | None:
    """The place of *id_*, if one is given. Raises Fault."""
    if id_ is None:
        return None
    entry = await _entry_named(asked, id_)
    if entry is None:
        raise unknown(id_, param)
    return entry.place


async def _entry_named(asked: Asked, id_: str) -> Entry | None:
    """The caller's entry with the id *id_*."""
    money, place = books_of(asked), _place_in(id_)
    if place is None:
        return None
    between = Between(size=1, below=(*place[:2], place[2] + 1))
    found = await asyncio.to_thread(money.entries, asked.key.merchant, between)
    return found[0] if found and found[0].place == place else None


def _place_in(id_: str) -> Place | None:
    """The place that *id_* is made of, see transaction_id."""
    digits = id_.removeprefix(TRANSACTION)
    row, step, number = _DIGITS
    if digits == id_ or len(digits) != number or not (digits.isascii() and digits.isdigit()):
        return None
    return int(digits[:row]), int(digits[row:step]), int(digits[step:])


async def _shown(asked: Asked, entries: Sequence[Entry]) -> list[Object]:
    reader, merchant = asked.services.reader, asked.key.merchant
    sources = await asyncio.to_thread(_sources, reader, merchant, entries)
    return [transaction_object(each, sources.get(each.place)) for each in entries]


def _sources(reader: GatewayReader, merchant: str, entries: Sequence[Entry]) -> dict[Place, str]:
    """Of those *entries* that are payouts, or payments and refunds of ours, the ids of these."""
    of_payouts = (DEPOSITED, CAME_BACK)
    found = {e.place: payout_id(e.reference) for e in entries if e.place[1] in of_payouts}
    moved = [each for each in entries if each.place[1] == MOVED]
    ids = _sent(reader, merchant, moved)
    return found | {each.place: ids[each.reference] for each in moved if each.reference in ids}


def _sent(reader: GatewayReader, merchant: str, moved: Sequence[Entry]) -> dict[str, str]:
    """By reference, the ids of payments and refunds of ours that *moved* may be of.

    They are looked for piece by piece, back from each entry; no row is read twice, and none that is
    far from all of them.
    """
    ids: dict[str, str] = {}
    below, came_to = 0, inf  # the row that was come to, and its instant
    for entry in sorted(moved, key=lambda each: each.at, reverse=True):
        until = entry.at + SENT_AFTER_S
        if until < came_to:
            below = 0
        while entry.reference not in ids:
            wanted = Wanted(
                merchant=merchant,
                kinds=(CHARGES, CAPTURES, REFUNDS),
                size=SENT_AT_ONCE,
                below=below,
                since=entry.at - SENT_BEFORE_S,
                until=until,
            )
            rows = reader.page(wanted)
            legs = reader.legs({row.leg for row in rows})
            ids |= {rrn: id_ for intent in legs.intents.values() for rrn, id_ in _ids_of(intent)}
            if rows:
                below, came_to = rows[-1].sequence, rows[-1].at
            if len(rows) < SENT_AT_ONCE:
                break
    return ids


def _ids_of(intent: Intent) -> list[tuple[str, str]]:
    """Field 37 of each exchange of *intent* that was answered, and the id that it has moved for."""
    found = []
    for exchange in intent.exchanges:
        rrn = exchange.answer.get(37) if exchange.answer is not None else ""
        if exchange.asked == "refund":
            found.append((rrn, id_of(REFUND, intent.ref, exchange.number)))
        elif intent.paid is not None:
            found.append((rrn, id_of(CHARGE, intent.ref, intent.paid.number)))
    return [(rrn, id_) for rrn, id_ in found if rrn]
