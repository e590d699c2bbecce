"""What has moved for one merchant, newest first: a page of the journal's movements at a time."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from sqlalchemy import Select, select

from cardswitch.wire.ports import Seconds
from cardswitch.wire.store.tables import is_first_row, is_with_rrn
from cardswitch.wire.store.trouble import explained

from ..core.states import State
from .moved import SERVES_MERCHANTS, kinds_of, said
from .reader import JournalReader
from .tables import JOURNAL


class MerchantMovement(Struct, frozen=True, gc=False, kw_only=True):
    """One row of the journal that has moved money, booked by settlement or not yet."""

    sequence: int
    at: Seconds
    kind: str  # see settlement.movements
    amount: int  # minor units, signed
    currency: str  # ISO 4217 numeric
    rrn: str
    channel: str  # the listener that it came in by


class Between(Struct, frozen=True, gc=False, kw_only=True):
    """Which movements are meant: the *size* newest, or the oldest if they are *above* a row."""

    size: int | None  # none: all of them
    above: int | None = None
    until: int | None = None  # the last row that may be meant
    since: Seconds = 0.0
    before: Seconds | None = None
    rrns: tuple[str, ...] | None = None  # of legs whose request has one of these; none: of all


def movements_of(journal: JournalReader, merchant: str, between: Between) -> list[MerchantMovement]:
    """The movements of *merchant* that are meant, newest first. Raises Error.

    Of those that the acquirer of *journal* settles.
    """
    c = JOURNAL.c
    is_up = between.above is not None
    own = journal.own().of(JOURNAL)
    chosen = [c.moved != 0, c.serves == SERVES_MERCHANTS, c.at >= between.since, own]
    if between.above is not None:
        chosen.append(c.sequence > between.above)
    if between.until is not None:
        chosen.append(c.sequence <= between.until)
    if between.rrns is not None:
        chosen.append(c.leg.in_(_legs_named(merchant, between.rrns)))
    if between.before is not None:
        chosen.append(c.at < between.before)
    rows = (
        select(
            c.sequence,
            c.at,
            kinds_of(c.kind, c.state == State.REVERSING.value).label("kind"),
            c.moved.label("amount"),
            said(JOURNAL, "currency"),
            said(JOURNAL, "rrn"),
            c.source.label("channel"),
            said(JOURNAL, "merchant"),
        )
        .where(*chosen)
        .subquery()
    )
    columns = [rows.c[name] for name in MerchantMovement.__struct_fields__]
    order = rows.c.sequence.asc() if is_up else rows.c.sequence.desc()
    query = select(*columns).where(rows.c.merchant == merchant).order_by(order).limit(between.size)
    with journal.connection() as connection, explained("read"):
        found = [MerchantMovement(**row._mapping) for row in connection.execute(query)]
    return found[::-1] if is_up else found


def _legs_named(merchant: str, rrns: tuple[str, ...]) -> Select[Any]:
    """The legs of *merchant* whose request has one of *rrns*, found by the index of first rows."""
    c = JOURNAL.c
    return (
        select(c.leg)
        .where(
            is_first_row(JOURNAL),
            is_with_rrn(JOURNAL),
            c.rrn.in_(rrns),
            c.serves == SERVES_MERCHANTS,
            c.merchant.in_((merchant, "")),  # A request may leave it to a later row.
        )
        .correlate(None)
    )
