"""The story of a payment: its requests, each message at each hop, its events, and its money."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from msgspec import Struct

from cardswitch.specs.codes import reason
from cardswitch.specs.dates import utc_text
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import Error, FormatError
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Question, Seconds

from .config import GatewayConfig
from .core.entries import (
    Answered,
    Called,
    Canceled,
    Challenged,
    Created,
    GatewayEntry,
    KeyAnswered,
    Owed,
    Refused,
    Resolved,
    Sent,
    Spent,
    Unauthenticated,
    Undone,
    Updated,
)
from .core.ids import CHARGE, INTENT, REFUND, id_of, parts_of
from .core.row import INTENT as INTENT_LEG
from .core.row import GatewayRow, read
from .hops import Chain, Hop, Request
from .outbox.listing import EventsReader
from .store import GatewayReader

GATEWAY: Final = "gateway"
Step = dict[str, Any]


class Sources(Struct, frozen=True, kw_only=True):
    """Whom a story is gathered from; *dialect* is that of the link to the switch."""

    journal: GatewayReader
    events: EventsReader
    chain: Chain
    dialect: str


def sources_of(config: GatewayConfig, chain: Chain) -> Sources:
    """Those of the gateway that *config* describes. Raises Error."""
    return Sources(
        journal=GatewayReader(config.database),
        events=EventsReader(config.events),
        chain=chain,
        dialect=config.switch.dialect,
    )


def story_of(sources: Sources, id_: str, merchant: str | None = None) -> list[Step]:
    """The steps, in time, of the intent that *id_* is, or is a part of.

    Raises Error if there is none, or if it is another's than *merchant*.
    """
    ref, rows = _rows_of(sources.journal, id_)
    if merchant not in (None, rows[0].owner):
        raise _missing(id_)
    entries = [read(row) for row in rows]
    hops = [
        *(hop for entry in entries if (hop := _own(ref, entry, sources.dialect)) is not None),
        *_replies(sources.journal, entries),
        *sources.chain.hops(_requests(entries)),
        *_events(sources.events, ref),
    ]
    return [_step(hop) for hop in sorted(hops, key=lambda hop: hop.at)]


def _rows_of(journal: GatewayReader, id_: str) -> tuple[str, Sequence[GatewayRow]]:
    for prefix in (INTENT, CHARGE, REFUND):
        parts = parts_of(prefix, id_)
        if parts is not None:
            rows = journal.rows(Question(identities=((INTENT_LEG, parts[0]),)))
            if rows:
                return parts[0], rows
    raise _missing(id_)


def _missing(id_: str) -> Error:
    return Error(f"{id_}: no such payment in this journal")


def _step(hop: Hop) -> Step:
    step: Step = {"at": utc_text(hop.at), "where": hop.where, "step": hop.step, **hop.more}
    if hop.message is not None:
        step |= {"message": repr(hop.message), "hex": _hex(hop.message, hop.dialect)}
    return step


def _hex(message: Message, dialect: str) -> str:
    """As it went, less what may not be kept; "" where that is no whole message."""
    try:
        return load_dialect(dialect).pack(message).hex().upper()
    except FormatError:
        return ""


def _requests(entries: Iterable[GatewayEntry]) -> list[Request]:
    """All that was sent for it."""
    sent = [(e.at, e.request) for e in entries if isinstance(e, Sent)]
    return sent + [(e.at, e.reversal) for e in entries if isinstance(e, Owed)]


def _own(ref: str, entry: GatewayEntry, dialect: str) -> Hop | None:
    def hop(step: str, message: Message | None = None, **more: Any) -> Hop:
        return Hop(
            at=entry.at, where=GATEWAY, step=step, message=message, dialect=dialect, more=more
        )

    match entry:
        case Called():
            asked = f"{entry.method} {entry.path}"
            more = {"request": entry.request, "asked": asked, "idempotency_key": entry.key}
            return Hop(at=entry.came, where="shop", step="asked", more=more)
        case Created():
            return hop(
                "created", merchant=entry.merchant, amount=entry.amount, currency=entry.currency
            )
        case Updated():
            return hop("updated", amount=entry.amount, currency=entry.currency)
        case Sent():
            return hop("sent", entry.request, **_named(ref, entry), card=entry.card.masked)
        case Owed():
            return hop("owed", entry.reversal, number=entry.number, because=entry.because)
        case Answered() | Undone() | Refused():
            said = reason(entry.answer.get(39)).name
            step = type(entry).__name__.lower()
            return hop(step, entry.answer, number=entry.number, reason=said)
        case Spent():
            return hop("spent", number=entry.number)
        case Resolved():
            return hop(
                "resolved",
                number=entry.number,
                outcome=entry.outcome,
                because=entry.because,
                who=entry.who,
            )
        case Challenged():
            card, number = entry.card.masked, entry.challenge.transaction
            return hop("challenged", card=card, transaction=number)
        case Unauthenticated():
            how = entry.authentication
            return hop("unauthenticated", result=how.result, reason=how.reason or "")
        case Canceled():
            return hop("canceled", reason=entry.reason or "")
    return None


def _named(ref: str, entry: Sent) -> dict[str, Any]:
    """A payment and a refund by their ids; a capture, which has none, by its number."""
    if entry.asked in ("completion", "increment"):
        return {"number": entry.number, "is_final": entry.is_final}
    return {"id": id_of(REFUND if entry.asked == "refund" else CHARGE, ref, entry.number)}


def _replies(journal: GatewayReader, entries: Iterable[GatewayEntry]) -> Iterator[Hop]:
    """How each request with an idempotency key was answered."""
    calls = {e.key_leg: e for e in entries if isinstance(e, Called) and e.key_leg}
    if not calls:
        return
    for row in journal.rows(Question(legs=tuple(calls))):
        entry = read(row)
        if isinstance(entry, KeyAnswered):
            took_ms = _ms(entry.at - calls[row.leg].came)
            status = 200 if entry.problem is None else entry.problem.status
            more = {"request": calls[row.leg].request, "status": status, "took_ms": took_ms}
            yield Hop(at=entry.at, where="shop", step="told", more=more)


def _ms(seconds: Seconds) -> float:
    return round(1_000 * seconds, 1)


def _events(events: EventsReader, ref: str) -> Iterator[Hop]:
    for event, deliveries in events.of(ref):
        told = [f"{each['endpoint']} {each['state']} {each['said']}".strip() for each in deliveries]
        more = {"id": event.id, "type": event.type, "deliveries": told}
        yield Hop(at=event.at, where="events", step="event", more=more)
