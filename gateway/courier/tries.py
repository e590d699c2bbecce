"""What the courier keeps: events taken in from the journal, and how each try ended."""

from __future__ import annotations

from collections.abc import Callable

from cardswitch.wire.ports import Seconds

from ..outbox.endpoints import Endpoint
from ..outbox.events import Delivery, Outbox, Outcome
from ..outbox.follow import Read
from ..outbox.tables import DELIVERED, FAILED, PENDING
from .schedule import next_try


def take_in(outbox: Outbox, read: Callable[[int], Read], now: Seconds) -> bool:
    """Keep all events that *read* finds behind the last row whose events *outbox* has.

    Whether there were more rows.
    """
    before = position = outbox.position()
    while (found := read(position)).last > position:
        outbox.take(found, now)
        position = found.last
    return position > before


def outcome_of(
    endpoint: Endpoint, delivery: Delivery, status: int | None, said: str, now: Seconds
) -> Outcome:
    """How a try ended that was answered with *status*, or with nothing: *said* is for people."""
    tries = delivery.tries + 1
    is_done = status is not None and 200 <= status < 300
    due = None if is_done else next_try(tries, delivery.first, now)
    return Outcome(
        number=delivery.number,
        endpoint=endpoint.id,
        first=delivery.first,
        tries=tries,
        said=said,
        state=DELIVERED if is_done else PENDING if due is not None else FAILED,
        due=due or 0.0,
    )
