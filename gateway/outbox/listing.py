"""Reads the database of events: pages of them, one and its deliveries, and the endpoints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from cardswitch.wire.ports import Seconds
from cardswitch.wire.store.database import open_reader, reading

from .endpoints import Endpoint, endpoint_of
from .follow import Event
from .tables import DELIVERIES, ENDPOINTS, EVENTS, PENDING, SCHEMA


class EventsReader:
    """Reads the events at *url*, also while the gateway runs. Raises Error."""

    def __init__(self, url: str) -> None:
        self._engine = open_reader(url, SCHEMA)

    def page(
        self,
        merchant: str,
        size: int,
        *,
        before: int = 0,
        after: int = 0,
        types: Sequence[str] = (),
        between: tuple[Seconds, Seconds | None] = (0.0, None),
    ) -> list[tuple[int, Event]]:
        """The newest *size* events of *merchant* with their numbers, those below *before*.

        Behind *after* it is the oldest ones, newest first all the same. *between*: from which
        instant on, and before which.
        """
        c, (since, until) = EVENTS.c, between
        query = select(EVENTS).where(c.merchant == merchant, c.at >= since)
        if until is not None:
            query = query.where(c.at < until)
        if before:
            query = query.where(c.number < before)
        if after:
            query = query.where(c.number > after)
        if types:
            query = query.where(c.type.in_(types))
        order = c.number.asc() if after else c.number.desc()
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(order).limit(size)).mappings()
            found = [(row["number"], event_of(row)) for row in rows]
        return found[::-1] if after else found

    def behind(self, number: int, size: int) -> list[tuple[int, Event]]:
        """The next events of all merchants."""
        query = select(EVENTS).where(EVENTS.c.number > number).order_by(EVENTS.c.number)
        with reading(self._engine) as connection:
            rows = connection.execute(query.limit(size)).mappings()
            return [(row["number"], event_of(row)) for row in rows]

    def before_last(self, count: int, types: Sequence[str] = (), merchant: str = "") -> int:
        """The number behind which the last *count* events are, of *types* and a *merchant*."""
        if not count:
            return self.last()
        c = EVENTS.c
        query = select(c.number)
        if types:
            query = query.where(c.type.in_(types))
        if merchant:
            query = query.where(c.merchant == merchant)
        with reading(self._engine) as connection:
            first = connection.scalar(query.order_by(c.number.desc()).limit(1).offset(count - 1))
        return 0 if first is None else int(first) - 1

    def last(self) -> int:
        """The number of the last event."""
        with reading(self._engine) as connection:
            return connection.scalar(select(func.max(EVENTS.c.number))) or 0

    def find(self, id_: str) -> tuple[int, Event] | None:
        """The event *id_* and its number."""
        with reading(self._engine) as connection:
            row = connection.execute(select(EVENTS).where(EVENTS.c.id == id_)).mappings().first()
        return (row["number"], event_of(row)) if row else None

    def of(self, ref: str) -> list[tuple[Event, list[Mapping[str, Any]]]]:
        """The events of the intent *ref*, each with its deliveries."""
        events = select(EVENTS).where(EVENTS.c.ref == ref).order_by(EVENTS.c.number)
        with reading(self._engine) as connection:
            found = connection.execute(events).mappings().all()
            numbers = [row["number"] for row in found]
            owed = select(DELIVERIES).where(DELIVERIES.c.event.in_(numbers))
            deliveries = [dict(row) for row in connection.execute(owed).mappings()]
        return [
            (event_of(row), [each for each in deliveries if each["event"] == row["number"]])
            for row in found
        ]

    def pending(self, numbers: Sequence[int]) -> Counter[int]:
        """How many endpoints are still owed each of the events *numbers*."""
        c = DELIVERIES.c
        query = select(c.event).where(c.event.in_(numbers), c.state == PENDING)
        with reading(self._engine) as connection:
            return Counter(connection.scalars(query))

    def endpoints(self, merchant: str | None = None) -> list[Endpoint]:
        """All endpoints, or those of *merchant*, newest first."""
        query = select(ENDPOINTS).order_by(ENDPOINTS.c.created.desc(), ENDPOINTS.c.id)
        if merchant is not None:
            query = query.where(ENDPOINTS.c.merchant == merchant)
        with reading(self._engine) as connection:
            return [endpoint_of(row) for row in connection.execute(query).mappings()]


def event_of(row: Mapping[Any, Any]) -> Event:
    """The event of *row*."""
    return Event(**{name: row[name] for name in Event.__struct_fields__})
