"""The shop's orders, and what it was told about them: a small SQLite file."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

from msgspec import Struct

T = TypeVar("T")
LISTED_MAX: Final = 200
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, lines TEXT NOT NULL,
    total INTEGER NOT NULL, currency TEXT NOT NULL, session TEXT UNIQUE,
    standing TEXT NOT NULL DEFAULT 'new', told TEXT NOT NULL DEFAULT '{}');
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, at REAL NOT NULL, type TEXT NOT NULL, session TEXT NOT NULL);
"""


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
    """*lines*: name, quantity, amount; *told* is the session as the gateway last told it."""

    id: int
    at: float
    lines: list[tuple[str, int, int]]
    total: int
    currency: str
    session: str | None
    standing: str
    told: dict[str, Any]

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
    session: str


def standing_of(session: Mapping[str, Any]) -> Standing:
    """What the gateway's *session*, with its payment intent in it, means for an order."""
    intent = session.get("payment_intent")
    if session["status"] != "complete" or not isinstance(intent, Mapping):
        return Standing.EXPIRED if session["status"] == "expired" else Standing.NEW
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
    """Orders and events in the file *path*; each call is a transaction, off the loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with closing(sqlite3.connect(path)) as database, database:
            database.executescript(_TABLES)
        path.chmod(0o600)

    async def begin(
        self, at: float, lines: Sequence[tuple[str, int, int]], total: int, currency: str
    ) -> int:
        """A new order; its number."""
        row = (at, json.dumps(lines), total, currency)
        text = "INSERT INTO orders (at, lines, total, currency) VALUES (?, ?, ?, ?) RETURNING id"
        number: int = await self._do(lambda database: database.execute(text, row).fetchone()[0])
        return number

    async def meet(self, number: int, session: str) -> None:
        """Order *number* is to be paid in *session*."""
        await self._change("UPDATE orders SET session = ? WHERE id = ?", session, number)

    async def tell(self, session: Mapping[str, Any]) -> None:
        """What the gateway says of a session."""
        row = (standing_of(session), json.dumps(session), session["id"])
        await self._change("UPDATE orders SET standing = ?, told = ? WHERE session = ?", *row)

    async def notice(self, notice: Notice) -> None:
        """Keep an event; one that came before is kept once."""
        row = (notice.id, notice.at, notice.type, notice.session)
        await self._change("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?)", *row)

    async def order(self, number: int) -> Order | None:
        """Order *number*, if there is one."""
        return next(iter(await self._orders("WHERE id = ?", number)), None)

    async def of_session(self, session: str) -> Order | None:
        """The order that is paid in *session*, if there is one."""
        return next(iter(await self._orders("WHERE session = ?", session)), None)

    async def of_intent(self, intent: str) -> Order | None:
        """The order that the payment *intent* is for, if there is one."""
        text = "WHERE json_extract(told, '$.payment_intent.id') = ?"
        return next(iter(await self._orders(text, intent)), None)

    async def recent(self) -> list[Order]:
        """The latest orders, newest first."""
        return await self._orders("")

    async def notices(self, session: str) -> list[Notice]:
        """The events of a session, oldest first."""
        text = "SELECT id, at, type, session FROM events WHERE session = ? ORDER BY at, id"
        rows = await self._do(lambda database: database.execute(text, (session,)).fetchall())
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


def _order(row: Sequence[Any]) -> Order:
    fields = dict(zip(Order.__struct_fields__, row, strict=True))
    lines = [(name, quantity, amount) for name, quantity, amount in json.loads(fields["lines"])]
    return Order(**{**fields, "lines": lines, "told": json.loads(fields["told"])})
