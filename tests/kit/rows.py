"""Rows of the switch's journal, made by hand."""

from typing import Any

import msgspec

from cardswitch.switch.core.row import Row
from cardswitch.switch.core.states import State

IDENTITY = "pos|TERM0001|SHOP0001|2|000007|20260329010000"
_FIRST = Row(
    sequence=1,
    leg=1,
    at=1_774_746_000.0,
    state=State.FORWARDED.value,
    business_date="2026-03-29",
    day="2026-03-29",
    source="pos",
    serves="merchants",
    link="pos/1",
    kind="sale",
    identity=IDENTITY,
    sent_on="2026-03-29",
    request_digest="digest",
    upstream="acquirer",
    mti="0200",
    rrn="608800000001",
    amount=1250,
    currency="978",
    card="print:14",
    fields='{"4":"000000001250","11":"000001","37":"608800000001"}',
)


def first_row(**changes: Any) -> Row:
    """The first row of a leg: a sale that was forwarded, but for *changes*."""
    return msgspec.structs.replace(_FIRST, **changes)


def next_row(first: Row, state: State, **changes: Any) -> Row:
    """A later row of the leg of *first*."""
    later = {"identity": "", "sent_on": "", "request_digest": "", "mti": "0210"}
    fields = {4: f"{changes.get('amount', first.amount):012d}", 11: "000001"}
    if "code" in changes:
        fields[39] = changes["code"]
    later["fields"] = msgspec.json.encode(fields).decode()
    sequence = first.sequence + 1
    return msgspec.structs.replace(
        first, **{**later, "sequence": sequence, "state": state.value, **changes}
    )
