"""What the programs of a house know of a payment: switch, hosts, and the books."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from cardswitch.gateway.hops import Hop, Request
from cardswitch.hosts.row import HostRow
from cardswitch.hosts.store import (
    ACQUIRER_JOURNAL,
    ACQUIRER_SCHEMA,
    ISSUER_JOURNAL,
    ISSUER_SCHEMA,
)
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import Identity, identity
from cardswitch.switch.core.day import acquirer_of
from cardswitch.switch.core.row import Row
from cardswitch.switch.operate.config import SettlementConfig
from cardswitch.switch.settlement.movements import movement_name
from cardswitch.switch.settlement.totals import BatchTotals
from cardswitch.switch.store.books import BooksReader, ClosedDay
from cardswitch.switch.store.moved import SERVES_MERCHANTS
from cardswitch.switch.store.reader import JournalReader
from cardswitch.wire.ports import Question, Seconds
from cardswitch.wire.store.database import Missing
from cardswitch.wire.store.journal import JournalStoreReader

from .programs import Runs, settlements_of

# What an entry of a host says that people want to see; the card is in none of it.
_TOLD: Final = ("code", "amount", "approval_code", "account", "merchant", "trace")


class LabChain:
    """Reads the journals of those programs that *house* has, also while they run."""

    def __init__(self, house: Runs) -> None:
        self._house = house
        self._listeners = house.switch.listeners if house.switch is not None else {}

    def hops(self, requests: Sequence[Request]) -> list[Hop]:
        """See :class:`~cardswitch.gateway.hops.Chain`."""
        if self._house.switch is None:
            return []
        journal = JournalReader(self._house.switch.database)
        names = [who for at, request in requests for who in self._identities(request, at)]
        [came] = journal.look_up([Question(identities=tuple(names))]) if names else [()]
        rrns = sorted({row.rrn for row in came or () if row.rrn})
        if not rrns:
            return []
        question = Question(rrns=tuple((each, "") for each in rrns))
        rows = list(journal.look_up([question])[0] or ())
        return [*map(self._hop, rows), *self._hosts(question), *self._money(rows)]

    def _identities(self, request: Message, at: Seconds) -> list[Identity]:
        """What a leg of *request* may be called, by the listener that it came in by."""
        return [
            identity(name, request, at)
            for name, listener in self._listeners.items()
            if listener.serves == SERVES_MERCHANTS
        ]

    def _hop(self, row: Row) -> Hop:
        fields = msgspec.json.decode(row.fields, type=dict[str, str])
        kept = {int(number): text for number, text in fields.items() if number.isdigit()}
        listener = self._listeners.get(row.source)
        more = {"leg": row.leg, "upstream": row.upstream, "card": row.pan_masked}
        return Hop(
            at=row.at,
            where=f"switch, {row.source}",
            step=row.state,
            message=Message(row.mti, kept) if row.mti else None,
            dialect=listener.dialect if listener is not None else "",
            more={name: value for name, value in more.items() if value},
        )

    def _hosts(self, question: Question) -> Iterator[Hop]:
        house = self._house
        places = (
            ("acquirer", house.acquirer, ACQUIRER_SCHEMA, ACQUIRER_JOURNAL),
            ("issuer", house.issuer, ISSUER_SCHEMA, ISSUER_JOURNAL),
        )
        for where, host, schema, table in places:
            if host is None:
                continue
            reader = JournalStoreReader(host.database, schema, table, HostRow)
            [rows] = reader.look_up([question])
            for row in rows or ():
                entry: dict[str, Any] = msgspec.json.decode(row.fields)
                more: dict[str, Any] = {name: entry[name] for name in _TOLD if name in entry}
                yield Hop(at=row.at, where=where, step=row.state, more=more)

    # Money ----------------------------------------------------------------------------------------

    def _money(self, rows: Sequence[Row]) -> Iterator[Hop]:
        """Of each movement: its batch, and once the day is closed, the deposit that it is in."""
        moves = [row for row in rows if row.moved and row.serves == SERVES_MERCHANTS]
        for settlement in settlements_of(self._house):
            own = [row for row in moves if acquirer_of(row.business_date) == settlement.name]
            yield from self._settled(own, settlement)

    def _settled(self, moves: Sequence[Row], settlement: SettlementConfig) -> Iterator[Hop]:
        try:
            books = BooksReader(settlement.books)
        except Missing:
            return
        batches, told = books.batch_of([row.sequence for row in moves]), set[str]()
        for row in moves:
            # A close reads on into the next day, and books its own: the books know which has it.
            batch = batches.get(row.sequence)
            day = books.closed(batch.business_date) if batch is not None else None
            if batch is not None and day is not None:
                is_first = day.business_date not in told
                yield from _booked(row, day, batch, is_first=is_first)
                told.add(day.business_date)


def _booked(row: Row, day: ClosedDay, batch: BatchTotals, *, is_first: bool) -> Iterator[Hop]:
    """The *batch* of *row*, and if it *is_first* of that day, the deposit that both are in."""
    more = {"movement": movement_name(batch.kind, row.sequence), **_batch(batch)}
    yield Hop(at=day.closed_at, where="settlement", step="batch", more=more)
    for payout in day.payouts if is_first else ():
        if (payout.merchant, payout.currency) == (batch.merchant, batch.currency):
            more = {
                "day": day.business_date,
                "amount": payout.amount,
                "currency": payout.currency,
                "end_to_end_id": payout.end_to_end_id,
                "files": sorted(day.files),
            }
            yield Hop(at=day.closed_at, where="settlement", step="deposit", more=more)


def _batch(batch: BatchTotals) -> dict[str, Any]:
    return {
        "day": batch.business_date,
        "kind": batch.kind,
        "count": batch.count,
        "amount": batch.amount,
        "currency": batch.currency,
    }
