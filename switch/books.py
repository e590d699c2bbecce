"""The books of settlement: what was closed, booked and written for the bank, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import astuple
from sqlalchemy import Connection, Engine, Table, func, select

from specs.errors import Error
from wire.ports import Seconds

from .database import Database, open_reader, reading
from .settlement.close import DayClose
from .settlement.ledger import merchant_of
from .settlement.payouts import payout_journal
from .settlement.totals import Batch
from .store import JournalReader, SqlStore
from .tables import BATCHES, BOOKS_SCHEMA, CLOSES, FILES, POSTINGS

