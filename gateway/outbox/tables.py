"""The tables of events, of the endpoints that are told of them, and of what each is still owed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Double, Index, Integer, MetaData, Table, Text, text

from cardswitch.wire.store.schema import Schema, version_table

_METADATA: Final = MetaData()
_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")
PENDING: Final = "pending"
DELIVERED: Final = "delivered"
FAILED: Final = "failed"  # given up: it can be sent again by hand

# One row: the last row of the journal whose events are here.
POSITION: Final = Table("gateway_events_position", _METADATA, Column("sequence", BigInteger))
EVENTS: Final = Table(
    "gateway_events",
    _METADATA,
    Column("number", _NUMBER, primary_key=True),  # 1, 2, 3, …: the order of lists
    Column("id", Text, nullable=False, unique=True),
    Column("merchant", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("ref", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("part", Integer, nullable=False),
    Column("through", BigInteger, nullable=False),
    Column("request", Text, nullable=False),
    Column("key", Text, nullable=False),
)
Index("gateway_events_merchant", EVENTS.c.merchant, EVENTS.c.number)
ENDPOINTS: Final = Table(
    "gateway_endpoints",
    _METADATA,
    Column("id", Text, primary_key=True),
    Column("merchant", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("types", Text, nullable=False),  # a list in JSON; "*" is all
    Column("description", Text),
    Column("metadata", Text, nullable=False),
    Column("is_enabled", Integer, nullable=False),
    Column("created", Double, nullable=False),
    Column("generation", Integer, nullable=False),  # of its secret, counted from 0
    Column("rolled", Double, nullable=False),  # when that generation began
    Column("rolled_by", Text),
    Column("token", Text, unique=True),  # the hash of the idempotency key that made it ...
    Column("digest", Text, nullable=False),  # ... and of the request that came with it
)
DELIVERIES: Final = Table(
    "gateway_deliveries",
    _METADATA,
    Column("event", _NUMBER, primary_key=True),
    Column("endpoint", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("first", Double, nullable=False),  # when the first try was due
    Column("due", Double, nullable=False),
    Column("said", Text, nullable=False),  # how the last try ended: a status, or what went wrong
)
IS_PENDING: Final = text(f"state = '{PENDING}'")
Index(
    "gateway_deliveries_due", DELIVERIES.c.endpoint, DELIVERIES.c.due,
    sqlite_where=IS_PENDING, postgresql_where=IS_PENDING,
)  # fmt: skip
SCHEMA: Final = Schema(
    key="gateway.events",
    metadata=_METADATA,
    version_table=version_table("gateway_events", _METADATA),
    version=1,
    lock_number=8_588,
    in_use="the events of the gateway are in use: stop the other gateway, or give this one its own "
    "database",
    missing="there are no events yet: start the gateway once",
)
