"""What settlement dates came to with upstreams, as the journal tells: by us, and by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import select

from ..core.states import Mark
from .reader import JournalReader
from .tables import JOURNAL


def compared(journal: JournalReader, place: str = "") -> Iterator[Mapping[str, Any]]:
    """All comparisons, oldest first, each with "at"; only those with *place*, if given."""
    c = JOURNAL.c
    query = select(c.at, c.fields).where(c.leg == 0, c.state == Mark.TOTALS.value)
    if place:
        query = query.where(c.fields.contains(f'"place":"{place}"', autoescape=True))
    for at, fields in journal.streamed(query):
        yield {"at": at, **msgspec.json.decode(fields)}
