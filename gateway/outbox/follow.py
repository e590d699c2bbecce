"""Reads events out of the journal, in its order: row by row behind the last one that was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

from msgspec import Struct

from cardswitch.wire.ports import Question, Seconds

from ..core.entries import (
    Became,
    Began,
    Called,
    Created,
    KeyAnswered,
    KeyTaken,
    Refused,
    Spent,
    Undone,
)
from ..core.intents import Intent, created
from ..core.row import GatewayRow, read
from ..core.things import KINDS as THINGS
from ..core.things import Thing
from ..store import GatewayReader
from .happenings import Happening, event_id, happened, happened_to

ROWS_AT_ONCE: Final = 500
_OF_KEYS: Final = (KeyTaken.__name__, KeyAnswered.__name__)


class Event(Struct, frozen=True, kw_only=True):
    """An event as it is found again: its object is that of the journal as row *through* left it."""

    id: str
    merchant: str
    type: str
    at: Seconds
    ref: str
    kind: str
    part: int
    through: int
    request: str = ""  # the id of the request that made it, where one did
    key: str = ""  # its idempotency key


class Read(Struct, frozen=True):
    """Events, and the last row that was looked at for them."""

    events: tuple[Event, ...]
    last: int


def follow(reader: GatewayReader, after: int) -> Read:
    """The events of the next rows behind *after*. Raises Error."""
    rows = reader.rows_behind(after, ROWS_AT_ONCE)
    if not rows:
        return Read((), after)
    if len(rows) == ROWS_AT_ONCE and rows[-1].state == Created.__name__:
        rows = rows[:-1]  # By which call it was made, the row behind it says.
    last = rows[-1].sequence
    # Of clients' keys, and of what they were answered, there are no events.
    told = [row for row in rows if row.leg and row.state not in _OF_KEYS]
    begun = {row.leg for row in told if row.identity}
    others = sorted({row.leg for row in told} - begun)
    before = reader.rows(Question(legs=tuple(others))) if others else ()
    whole = [row for row in before if row.sequence <= after] + told
    found = [event for leg in _by_leg(whole) for event in _events_of(leg, after)]
    return Read(tuple(sorted(found, key=lambda event: event.through)), last)


def _by_leg(rows: Iterable[GatewayRow]) -> Iterable[Sequence[GatewayRow]]:
    legs: dict[int, list[GatewayRow]] = {}
    for row in rows:
        legs.setdefault(row.leg, []).append(row)
    return legs.values()


def _events_of(rows: Sequence[GatewayRow], after: int) -> Iterator[Event]:
    """Those of one leg behind *after*."""
    if rows[0].sent_on in THINGS.values():
        yield from _events_of_thing(rows, after)
        return
    intent: Intent | None = None
    call: Called | None = None
    for row, following in zip_longest(rows, rows[1:]):
        entry, before = read(row), intent
        assert not isinstance(entry, KeyTaken | KeyAnswered | Began | Became), "it is an intent's"
        if isinstance(entry, Called):
            call = entry
            continue
        if isinstance(entry, Created):
            intent = created(rows[0].identity, row.leg, entry)
            call = _called(following)
        else:
            assert intent is not None
            intent = intent.with_entry(entry)
        if row.sequence > after:
            by = None if isinstance(entry, Undone | Refused | Spent) else call
            name = (intent.ref, intent.merchant)
            yield from _told(name, row, happened(before, entry, intent), by)


def _events_of_thing(rows: Sequence[GatewayRow], after: int) -> Iterator[Event]:
    before: Thing | None = None
    for row in rows:
        entry = read(row)
        assert isinstance(entry, Began | Became), "a thing begins, and becomes another"
        if row.sequence > after:
            name = (rows[0].identity, rows[0].owner)
            yield from _told(name, row, happened_to(before, entry.thing), None)
        before = entry.thing


def _called(row: GatewayRow | None) -> Called | None:
    entry = read(row) if row is not None else None
    return entry if isinstance(entry, Called) else None


def _told(
    name: tuple[str, str], row: GatewayRow, happenings: Iterable[Happening], call: Called | None
) -> Iterator[Event]:
    ref, merchant = name
    for place, happening in enumerate(happenings):
        yield Event(
            id=event_id(ref, row.sequence, place),
            merchant=merchant,
            type=happening.type,
            at=row.at,
            ref=ref,
            kind=happening.kind,
            part=happening.number,
            through=row.sequence,
            request=call.request if call else "",
            key=call.key if call else "",
        )
