"""What settlement dates came to with upstreams, as the journal tells: by us, and by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import select

from cardswitch.wire.store.trouble import explained

from ..core.states import Mark
from .reader import JournalReader
from .tables import JOURNAL


def compared(journal: JournalReader, limit: int, place: str = "") -> list[Mapping[str, Any]]:
    """The last *limit* comparisons, oldest first, with "at"; only those with *place*, if given."""
    c = JOURNAL.c
    query = select(c.at, c.fields).where(c.leg == 0, c.state == Mark.TOTALS.value)
    if place:
        query = query.where(c.fields.contains(f'"place":"{place}"', autoescape=True))
    newest = query.order_by(c.sequence.desc()).limit(limit)
    with journal.connection() as connection, explained("read"):
        rows = connection.execute(newest).all()
    return [{"at": at, **msgspec.json.decode(fields)} for at, fields in reversed(rows)]
