"""The story of a payment, from the journal: each step, with its message as people may see it."""

from __future__ import annotations

from typing import Any

from cardswitch.specs.codes import reason
from cardswitch.specs.dates import utc_text
from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Question

from .core.entries import (
    Answered,
    Called,
    Canceled,
    Created,
    GatewayEntry,
    Owed,
    Refused,
    Resolved,
    Sent,
    Spent,
    Undone,
    Updated,
)
from .core.ids import CHARGE, INTENT, REFUND, id_of, parts_of
from .core.row import INTENT as INTENT_LEG
from .core.row import GatewayRow, read
from .store import GatewayReader

_NAMES = {
    Created: "created",
    Updated: "updated",
    Sent: "sent",
    Answered: "answered",
    Owed: "owed",
    Undone: "undone",
    Refused: "refused",
    Spent: "spent",
    Resolved: "resolved",
    Canceled: "canceled",
    Called: "called",
}


def story_of(url: str, id_: str) -> list[dict[str, Any]]:
    """The steps of the intent that *id_* is, or is a part of, in the journal at *url*.

    Raises Error if there is none.
    """
    for prefix in (INTENT, CHARGE, REFUND):
        parts = parts_of(prefix, id_)
        if parts is not None:
            rows = GatewayReader(url).rows(Question(identities=((INTENT_LEG, parts[0]),)))
            if rows:
                return [_step(parts[0], row) for row in rows]
    raise Error(f"{id_}: no such payment in this journal")


def _step(ref: str, row: GatewayRow) -> dict[str, Any]:
    entry = read(row)
    return {"at": utc_text(row.at), "step": _NAMES[type(entry)], **_told(ref, entry)}


def _told(ref: str, entry: GatewayEntry) -> dict[str, Any]:
    match entry:
        case Updated():
            return {"amount": entry.amount, "currency": entry.currency}
        case Created():
            return {"amount": entry.amount, "currency": entry.currency, "merchant": entry.merchant}
        case Sent():
            return {**_named(ref, entry), "card": entry.card.masked, **_message(entry.request)}
        case Owed():
            return {"number": entry.number, "because": entry.because, **_message(entry.reversal)}
        case Answered() | Undone() | Refused():
            code = entry.answer.get(39)
            return {"number": entry.number, "reason": reason(code).name, **_message(entry.answer)}
        case Spent():
            return {"number": entry.number}
        case Resolved():
            told = {"number": entry.number, "outcome": entry.outcome}
            return {**told, "because": entry.because, "who": entry.who}
        case Canceled():
            return {"reason": entry.reason or ""}
        case Called():
            return {"request": entry.request, "asked": f"{entry.method} {entry.path}"}
    raise AssertionError("keys have legs of their own")


def _named(ref: str, entry: Sent) -> dict[str, Any]:
    """A payment and a refund by their ids; a capture, which has none, by its number."""
    if entry.asked == "completion":
        return {"number": entry.number, "is_final": entry.is_final}
    return {"id": id_of(REFUND if entry.asked == "refund" else CHARGE, ref, entry.number)}


def _message(message: Message) -> dict[str, Any]:
    return {"message": repr(message)}
