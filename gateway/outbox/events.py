"""The database of events: taken in from the journal, and owed to endpoints until they are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import astuple
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds
from cardswitch.wire.store.database import Database, reading

from .endpoints import ENDPOINTS_MAX, Endpoint, endpoint_of
from .follow import Event, Read
from .listing import EventsReader, event_of
from .tables import DELIVERIES, ENDPOINTS, EVENTS, FAILED, PENDING, POSITION, SCHEMA

KEPT_S: Final[Seconds] = 30 * 86_400.0  # how long events are kept: the journal keeps all
PRUNED_AT_ONCE: Final = 1_000
BACKLOG_MAX: Final = 100_000  # deliveries that one endpoint is owed; what comes then is given up


class Delivery(Struct, frozen=True, kw_only=True):
    """What an endpoint is owed, after *tries* in vain; the first one was due at *first*."""

    number: int
    event: Event
    tries: int
    first: Seconds


class Outcome(Struct, frozen=True, kw_only=True):
    """How a try ended: *due* again, or else delivered or given up; *said* is for people."""

    number: int
    endpoint: str
    first: Seconds  # of the delivery that was tried: it may have been owed anew meanwhile
    tries: int
    said: str
    state: str
    due: Seconds = 0.0


class Outbox(EventsReader):
    """The same for the gateway that runs, which alone writes. Its methods may block."""

    def __init__(self, url: str | Engine) -> None:
        self._database = Database(url, SCHEMA)
        self._engine = self._database.engine
        self._insertion = self._database.insertion(EVENTS)
        with reading(self._engine) as connection:
            self._backlog = _backlog(connection)
            self._position = connection.scalar(select(POSITION.c.sequence)) or 0
        self._behind: dict[str, int] = {}  # of endpoints made since the start, see `add`
        self._knowing = Lock()
        self._known: list[Endpoint] | None = None  # all endpoints, as they are

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def position(self) -> int:
        """The last row of the journal whose events are here."""
        return self._position

    # Events and deliveries ------------------------------------------------------------------------

    def take(self, read: Read, now: Seconds) -> None:
        """Keep the events of *read*, and owe them to whoever wants them; forget very old ones."""
        with self._database.transaction() as writer:
            # One that is removed meanwhile is removed before this, or with what it is owed here.
            endpoints = [each for each in _endpoints(writer) if each.is_enabled]
            writer.execute(delete(POSITION))
            writer.execute(insert(POSITION).values(sequence=read.last))
            if read.events:
                self._keep(writer, read.events, endpoints, now)
            if _forget(writer, now - KEPT_S):
                self._backlog = _backlog(writer)
        self._position = read.last

    def due(self, endpoint: str, now: Seconds, size: int) -> list[Delivery]:
        """What *endpoint* is to be told now, at most *size*, the longest due first."""
        c = DELIVERIES.c
        query = (
            select(EVENTS, c.tries, c.first)
            .join(DELIVERIES, c.event == EVENTS.c.number)
            .where(c.endpoint == endpoint, c.state == PENDING, c.due <= now)
            .order_by(c.due, c.event)
            .limit(size)
        )
        with reading(self._engine) as connection:
            return [
                Delivery(
                    number=row["number"],
                    event=event_of(row),
                    tries=row["tries"],
                    first=row["first"],
                )
                for row in connection.execute(query).mappings()
            ]

    def next_due(self, endpoint: str) -> Seconds | None:
        """When *endpoint* is to be told something next."""
        c = DELIVERIES.c
        query = select(func.min(c.due)).where(c.endpoint == endpoint, c.state == PENDING)
        with reading(self._engine) as connection:
            due: Seconds | None = connection.scalar(query)
        return due

    def settle(self, outcomes: Iterable[Outcome]) -> None:
        """Keep how tries ended."""
        c = DELIVERIES.c
        with self._database.transaction() as writer:
            for each in outcomes:
                told = {"tries": each.tries, "said": each.said, "state": each.state}
                this = (c.event == each.number) & (c.endpoint == each.endpoint)
                this &= (c.first == each.first) & (c.state == PENDING)
                done = writer.execute(update(DELIVERIES).where(this).values(**told, due=each.due))
                if each.state != PENDING:
                    self._backlog[each.endpoint] -= done.rowcount

    def bring_forward(self, now: Seconds, pauses: Sequence[Seconds]) -> None:
        """Have no delivery be due later than the pause behind its last try, counted from *now*.

        A clock that was set back while the gateway was down would have it wait for so long.
        """
        c = DELIVERIES.c
        with self._database.transaction() as writer:
            for tries, pause in enumerate((0.0, *pauses)):
                is_last = tries == len(pauses)
                this = (c.tries >= tries) if is_last else (c.tries == tries)
                late = this & (c.state == PENDING) & (c.due > now + pause)
                writer.execute(update(DELIVERIES).where(late).values(due=now + pause))

    def resend(self, number: int, endpoints: Iterable[Endpoint], now: Seconds) -> None:
        """Owe event *number* to *endpoints* once more, from the first try on."""
        c = DELIVERIES.c
        with self._database.transaction() as writer:
            there = {each.id for each in _endpoints(writer)}
            for endpoint in endpoints:
                if endpoint.id not in there:
                    continue
                this = (c.event == number) & (c.endpoint == endpoint.id)
                before = writer.scalar(select(c.state).where(this))
                writer.execute(delete(DELIVERIES).where(this))
                writer.execute(insert(DELIVERIES).values(_owed(number, endpoint.id, now)))
                self._backlog[endpoint.id] += before != PENDING

    def _keep(
        self,
        writer: Connection,
        events: Sequence[Event],
        endpoints: Sequence[Endpoint],
        now: Seconds,
    ) -> None:
        last = writer.scalar(select(func.max(EVENTS.c.number))) or 0
        numbered = list(enumerate(events, last + 1))
        rows = [(number, *astuple(event)) for number, event in numbered]
        writer.exec_driver_sql(self._insertion, rows)
        owed = []
        for number, event in numbered:
            for endpoint in endpoints:
                if self._is_for(endpoint, event):
                    is_full = self._backlog[endpoint.id] >= BACKLOG_MAX
                    owed.append(_owed(number, endpoint.id, now, is_full))
                    self._backlog[endpoint.id] += not is_full
        if owed:
            writer.execute(insert(DELIVERIES), owed)

    def _is_for(self, endpoint: Endpoint, event: Event) -> bool:
        return (
            endpoint.merchant == event.merchant
            and endpoint.wants(event.type)
            and event.through > self._behind.get(endpoint.id, 0)
        )

    # Endpoints ------------------------------------------------------------------------------------

    def add(self, endpoint: Endpoint, after: int = 0) -> Endpoint:
        """Have it told of events from now on; the one that its token made before, if one did.

        Of rows up to *after*, which were written before it was made, it is not told, though their
        events may not be here yet. Raises Error if its merchant has too many.
        """
        c = ENDPOINTS.c
        with self._database.transaction() as writer:
            if endpoint.token is not None:
                query = select(ENDPOINTS).where(c.token == endpoint.token)
                if row := writer.execute(query).mappings().first():
                    return endpoint_of(row)
            count = writer.scalar(select(func.count()).where(c.merchant == endpoint.merchant)) or 0
            if count >= ENDPOINTS_MAX:
                raise Error(f"At most {ENDPOINTS_MAX} endpoints: delete one")
            self._behind[endpoint.id] = after
            writer.execute(insert(ENDPOINTS).values(**endpoint.columns()))
        self._changed()
        return endpoint

    def change(self, id_: str, changed: Callable[[Endpoint], Endpoint]) -> Endpoint | None:
        """Keep the endpoint *id_* as it is *changed*; None if it is there no more.

        Nobody else changes it in between.
        """
        this = ENDPOINTS.c.id == id_
        with self._database.transaction() as writer:
            row = writer.execute(select(ENDPOINTS).where(this)).mappings().first()
            if row is None:
                return None
            endpoint = changed(endpoint_of(row))
            writer.execute(update(ENDPOINTS).where(this).values(**endpoint.columns()))
        self._changed()
        return endpoint

    def remove(self, id_: str) -> None:
        """Tell it nothing any more."""
        with self._database.transaction() as writer:
            writer.execute(delete(DELIVERIES).where(DELIVERIES.c.endpoint == id_))
            writer.execute(delete(ENDPOINTS).where(ENDPOINTS.c.id == id_))
            self._backlog.pop(id_, None)
            self._behind.pop(id_, None)
        self._changed()

    def endpoints(self, merchant: str | None = None) -> list[Endpoint]:
        """See :meth:`EventsReader.endpoints`: nobody else changes them, so they are kept."""
        with self._knowing:
            if self._known is None:
                self._known = super().endpoints()
            return [each for each in self._known if merchant in (None, each.merchant)]

    def _changed(self) -> None:
        with self._knowing:
            self._known = None


def _endpoints(writer: Connection) -> list[Endpoint]:
    """All there are, in a transaction: nobody makes or removes one before its end."""
    return [endpoint_of(row) for row in writer.execute(select(ENDPOINTS)).mappings()]


def _owed(number: int, endpoint: str, now: Seconds, is_full: bool = False) -> dict[str, Any]:
    return {
        "event": number,
        "endpoint": endpoint,
        "state": FAILED if is_full else PENDING,
        "tries": 0,
        "first": now,
        "due": now,
        "said": "too much is owed already" if is_full else "",
    }


def _forget(writer: Connection, before: Seconds) -> bool:
    """Delete some of the oldest events, told or not, if they are older; whether there were any."""
    c = EVENTS.c
    oldest = writer.execute(select(c.number, c.at).order_by(c.number).limit(1)).first()
    if oldest is None or oldest.at >= before:
        return False
    some = select(c.number).where(c.number < oldest.number + PRUNED_AT_ONCE, c.at < before)
    numbers = list(writer.scalars(some))
    for table, column in ((DELIVERIES, DELIVERIES.c.event), (EVENTS, c.number)):
        writer.execute(delete(table).where(column.in_(numbers)))
    return True


def _backlog(connection: Connection) -> Counter[str]:
    """How much each endpoint is owed."""
    c = DELIVERIES.c
    query = select(c.endpoint, func.count()).where(c.state == PENDING).group_by(c.endpoint)
    return Counter({row[0]: row[1] for row in connection.execute(query)})
