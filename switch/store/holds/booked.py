"""Keeps the steps of holds with each close, and holds them against how the journal has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, Table, Text, func, insert, literal, select

from cardswitch.specs.dates import days_later

from ...settlement.days import date_of
from ..moved import ALONE, Own, temporary
from ..tables import HOLDS
from .rows import COLUMNS, hold_name, hold_rows, hold_standing, hold_steps

FINDINGS_MAX: Final = 1_000  # where more differ, more than a record is wrong
_TEXTS: Final = ("state", "kind", "business_date", "merchant", "currency", "rrn")
_H: Final = HOLDS.c
_SAID: Final = temporary(
    "hold_rows",
    *[Column(name, Text if name in _TEXTS else BigInteger) for name in COLUMNS],
)


def book_holds(
    writer: Connection,
    rows: Table,
    label: str,
    after: int,
    until: int,
    hold_days: int,
    own: Own = ALONE,
) -> tuple[str, ...]:
    """Book what *rows* behind row *after*, up to *until*, have done to holds; what is wrong then.

    Those that were placed *hold_days* before the day *label* and are held still have expired.
    """
    _SAID.create(writer)
    writer.execute(insert(_SAID).from_select(list(COLUMNS), hold_rows(rows, after, until, own)))
    writer.execute(insert(HOLDS).from_select(HOLDS.c.keys(), hold_steps(_SAID, label)))
    findings = [*_differing(writer, label)]
    _SAID.drop(writer)
    _expire(writer, label, until, days_later(date_of(label), 1 - hold_days))
    return tuple(findings)


def _expire(writer: Connection, label: str, until: int, placed_before: str) -> None:
    """A label begins with its date: it stands before the next date, whatever is behind it."""
    held = func.sum(_H.held)
    once = [func.min(_H[name]) for name in ("merchant", "currency", "rrn", "placed_on")]
    left = (
        select(literal(until), literal("expired"), literal(label), _H.leg, *once, -held, literal(0))
        .where(_H.placed_on < placed_before)
        .group_by(_H.leg)
        .having(held != 0)
    )
    writer.execute(insert(HOLDS).from_select(HOLDS.c.keys(), left))


def _differing(writer: Connection, label: str) -> Iterator[str]:
    wanted = hold_standing(_SAID).subquery()
    w = wanted.c
    own = select(
        _H.leg,
        func.min(_H.rrn).label("rrn"),
        func.sum(_H.held).label("held"),
        func.sum(_H.posted).filter(_H.business_date == label).label("posted"),
        func.count().filter(_H.step == "expired").label("expired"),
    )
    legs = select(w.leg).union(select(_H.leg).where(_H.business_date == label))
    booked = own.where(_H.leg.in_(legs)).group_by(_H.leg).subquery()
    b = booked.c
    joined = wanted.outerjoin(booked, b.leg == w.leg)
    for row in writer.execute(select(*w, b.rrn, b.held, b.posted, b.expired).select_from(joined)):
        yield from _difference(*row)
    strangers = select(b.leg, b.rrn).where(b.leg.not_in(select(w.leg)))
    for leg, rrn in writer.execute(strangers.limit(FINDINGS_MAX)):
        yield f"{hold_name(leg, rrn or '')} does not belong there"


def _difference(
    leg: int, held: int | None, posted: int, rrn: str | None, *booked: int | None
) -> Iterator[str]:
    has_held, has_posted, has_expired = (each or 0 for each in booked)
    if held is not None and not has_expired and has_held != held:
        yield f"{hold_name(leg, rrn or '')} holds {has_held}, expected {held}"
    if has_posted != posted:
        yield f"{hold_name(leg, rrn or '')} has posted {has_posted}, expected {posted}"
