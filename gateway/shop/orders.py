"""The shop's orders, and what it was told about them: a small SQLite file."""

from __future__ import annotations

import asyncio
import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

from msgspec import Struct

from cardswitch.wire.store.files import private

from .catalogue import Wanted

T = TypeVar("T")
LISTED_MAX: Final = 200
TICKET_BYTES: Final = 24  # of chance, in an address
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, lines TEXT NOT NULL,
    total INTEGER NOT NULL, currency TEXT NOT NULL, payment TEXT UNIQUE,
    standing TEXT NOT NULL DEFAULT 'new', told TEXT NOT NULL DEFAULT '{}',
    ticket TEXT, type TEXT NOT NULL DEFAULT 'hosted',
    capture TEXT NOT NULL DEFAULT 'automatic');
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, at REAL NOT NULL, type TEXT NOT NULL, payment TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS orders_ticket ON orders (ticket);
"""
# A file of a shop that knew one type alone.
_RENAMED: Final = ("orders", "events")
_ADDED: Final = (
    "ticket TEXT",
    "type TEXT NOT NULL DEFAULT 'hosted'",
    "capture TEXT NOT NULL DEFAULT 'automatic'",
)


class Standing(StrEnum):
    """How an order stands, as the gateway told us."""

    NEW = "new"
    RESERVED = "reserved"  # set aside, to be captured
    PAID = "paid"
    PART_REFUNDED = "refunded in part"
    REFUNDED = "refunded"
    CANCELED = "canceled"
    EXPIRED = "expired"


class Order(Struct, frozen=True, kw_only=True):
    """*lines*: name, quantity, amount; *told* is how the gateway last said that it is paid.

    *ticket* stands in addresses: who has it may pay the order, and see how it stands.
    """

    id: int
    at: float
    lines: list[tuple[str, int, int]]
    total: int
    currency: str
    payment: str | None  # what the gateway calls it
    standing: str
    told: dict[str, Any]
    ticket: str
    type: str  # of gateway
    capture: str

    @property
    def intent(self) -> dict[str, Any]:
        """The payment intent, once there is one."""
        found = self.told.get("payment_intent")
        return found if isinstance(found, dict) else {}


class Notice(Struct, frozen=True):
    """An event that came."""

    id: str
    at: float
    type: str
    payment: str


class Draft(Struct, frozen=True, kw_only=True):
    """An order to be."""

    at: float
    lines: Sequence[tuple[str, int, int]]
    total: int
    currency: str
    ticket: str
    type: str
    capture: str


def draft_of(
    wanted: Sequence[Wanted], currency: str, type_: str, *, at: float, capture: str = "automatic"
) -> Draft:
    """An order of what is *wanted*, with a ticket by chance."""
    return Draft(
        at=at,
        lines=[(each.item.name, each.quantity, each.amount) for each in wanted],
        total=sum(each.amount for each in wanted),
        currency=currency,
        ticket=secrets.token_urlsafe(TICKET_BYTES),
        type=type_,
        capture=capture,
    )


def standing_of(told: Mapping[str, Any]) -> Standing:
    """What is *told* of a payment, with its payment intent in it, means for an order."""
    intent = told.get("payment_intent")
    if told["status"] != "complete" or not isinstance(intent, Mapping):
        return Standing.EXPIRED if told["status"] == "expired" else Standing.NEW
    if intent["status"] == "requires_capture":
        return Standing.RESERVED
    if intent["status"] != "succeeded":
        return Standing.CANCELED if intent["status"] == "canceled" else Standing.NEW
    charge = intent.get("latest_charge")
    refunded = charge["amount_refunded"] if isinstance(charge, Mapping) else 0
    if not refunded:
        return Standing.PAID
    whole = refunded >= intent["amount_received"]
    return Standing.REFUNDED if whole else Standing.PART_REFUNDED


class OrderStore:
    """Orders and events in the file *path*; each call is a transaction, off the loop.

    Raises Error if it cannot be a file of this user alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        private(path, make=True)
        with closing(sqlite3.connect(path)) as database, database:
            _brought_up(database)
            database.executescript(_TABLES)

    async def begin(self, draft: Draft) -> Order:
        """A new order."""
        names = Draft.__struct_fields__
        row = [getattr(draft, name) for name in names]
        row[names.index("lines")] = json.dumps(draft.lines)
        marks = ", ".join("?" * len(names))
        text = f"INSERT INTO orders ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
        await self._change(text, *row)
        made = await self.of_ticket(draft.ticket)
        assert made is not None
        return made

    async def meet(self, number: int, payment: str) -> None:
        """Order *number* is to be paid by *payment*."""
        await self._change("UPDATE orders SET payment = ? WHERE id = ?", payment, number)

    async def tell(self, number: int, told: Mapping[str, Any]) -> None:
        """What was *told* of the payment of order *number*."""
        row = (standing_of(told), json.dumps(told), number)
        await self._change("UPDATE orders SET standing = ?, told = ? WHERE id = ?", *row)

    async def notice(self, notice: Notice) -> None:
        """Keep an event; one that came before is kept once."""
        row = (notice.id, notice.at, notice.type, notice.payment)
        await self._change("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?)", *row)

    async def order(self, number: int) -> Order | None:
        """Order *number*, if there is one."""
        return next(iter(await self._orders("WHERE id = ?", number)), None)

    async def of_ticket(self, ticket: str) -> Order | None:
        """The order with that *ticket*, if there is one."""
        return next(iter(await self._orders("WHERE ticket = ?", ticket)), None)

    async def of_payment(self, payment: str) -> Order | None:
        """The order that is paid by *payment*, or by an intent of that name, if there is one."""
        text = "WHERE payment = ? OR json_extract(told, '$.payment_intent.id') = ?"
        return next(iter(await self._orders(text, payment, payment)), None)

    async def recent(self) -> list[Order]:
        """The latest orders, newest first."""
        return await self._orders("")

    async def notices(self, payment: str) -> list[Notice]:
        """The events of a payment, oldest first."""
        text = "SELECT id, at, type, payment FROM events WHERE payment = ? ORDER BY at, id"
        rows = await self._do(lambda database: database.execute(text, (payment,)).fetchall())
        return [Notice(*row) for row in rows]

    async def _orders(self, where: str, *values: Any) -> list[Order]:
        names = ", ".join(Order.__struct_fields__)
        text = f"SELECT {names} FROM orders {where} ORDER BY id DESC LIMIT {LISTED_MAX}"  # noqa: S608
        rows = await self._do(lambda database: database.execute(text, values).fetchall())
        return [_order(row) for row in rows]

    async def _change(self, text: str, *values: Any) -> None:
        await self._do(lambda database: database.execute(text, values))

    async def _do(self, deed: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.to_thread(self._done, deed)

    def _done(self, deed: Callable[[sqlite3.Connection], T]) -> T:
        with closing(sqlite3.connect(self._path)) as database, database:
            return deed(database)


def _brought_up(database: sqlite3.Connection) -> None:
    """Give a file of a shop that knew one type alone the columns of today."""
    for table in _RENAMED:
        columns = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
        if "session" not in columns:
            continue
        database.execute(f"ALTER TABLE {table} RENAME COLUMN session TO payment")
        for column in _ADDED if table == "orders" else ():
            database.execute(f"ALTER TABLE orders ADD COLUMN {column}")


def _order(row: Sequence[Any]) -> Order:
    fields = dict(zip(Order.__struct_fields__, row, strict=True))
    lines = [(name, quantity, amount) for name, quantity, amount in json.loads(fields["lines"])]
    told, ticket = json.loads(fields["told"]), fields["ticket"] or ""
    return Order(**{**fields, "lines": lines, "told": told, "ticket": ticket})
