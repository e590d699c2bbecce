"""Cashiers settle their tills, among faults too; in the quiet all of them do, and must agree.

Now and then one counts a sale of a cent too many: then every item of the batch has to be told.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any

from cardswitch.specs.codes import APPROVED
from cardswitch.specs.dialect.covered import MAC_FIELDS
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import CLOCK_APART_MAX_S
from cardswitch.specs.transactions.totals import Totals, pack_totals, read_totals
from cardswitch.switch.core.row import Row, beside, fields_of
from cardswitch.switch.core.states import State
from cardswitch.terminal.core.entries import BatchSettled
from cardswitch.terminal.core.errors import NotReady
from cardswitch.terminal.core.state import rebuild
from cardswitch.wire.ports import Seconds

from .parts import End, Node

if TYPE_CHECKING:
    from .people import World

EURO = "978"
SETTLED_S: Seconds = 300.0  # long enough for every till, when all is quiet
MISCOUNTED = 0.4  # of the batches in which there is anything


class Cashiers:
    """They have chance of their own, so that customers come as they came before."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._chance = Random(f"cashiers of {seed}")
        self._miscounted: set[Any] = set()  # what was wrong stays wrong when it is repeated
        world.meddle.append(self.miscount)

    def plan(self, seconds: Seconds) -> None:
        """Some tills are settled in the next *seconds*, some several times."""
        wanted = self._world.wants in ("reconciliation", "upload")
        for node in self._world.terminals:
            for _ in range(3 if wanted else self._chance.choice((0, 0, 1, 2))):
                self._world.at(self._chance.uniform(1.0, seconds), lambda n=node: self.settle(n))

    def miscount(self, end: End, message: Any) -> Any:
        """What a till says instead of the totals in *message*; where it has MACs, the same."""
        if not isinstance(message, Message) or message.mti[:3] != "050" or 41 not in message.fields:
            return message
        if set(MAC_FIELDS) & set(message.fields):
            return message
        name = message[41], message[7], message[11]
        if name not in self._miscounted:
            is_right = message.is_repeat or read_totals(message) == Totals()
            is_quiet = self._world.now >= self._world.faults.until
            often = 1.0 if self._world.wants == "upload" else MISCOUNTED
            if is_right or is_quiet or self._chance.random() > often:
                return message
            self._miscounted.add(name)
            self._world.counts["miscounted"] += 1
        return message.with_fields(pack_totals(read_totals(message).plus(1)))

    def settle_all(self) -> None:
        """All tills are settled; nothing fails any more."""
        for node in self._world.terminals:
            self.settle(node)
        self._world.run(SETTLED_S)

    def settle(self, node: Node, tries: int = 20) -> None:
        """Settle the till *node*; if it is not ready, the cashier waits a little."""
        begun = False
        with suppress(NotReady):
            begun = self._world.call(node, lambda m: m.settle(self._world.time_of(node), EURO))
        if not begun and tries:
            self._world.at(1.0, lambda: self.settle(node, tries - 1))

    def disagreement(self, excused: set[str]) -> str:
        """What is wrong with the batches, or nothing; *excused*: tills that a person must see."""
        for node in self._world.terminals:
            book = rebuild(node.journal.entries)
            if book.settling is not None:
                return f"{node.name} still settles its batch"
            settled = [e.settlement for e in node.journal.entries if isinstance(e, BatchSettled)]
            self._world.counts["settled"] += len(settled)
            self._world.counts["unbalanced"] += sum(not one.is_balanced for one in settled)
            terminal = node.machine.place.terminal
            apart = abs(self._world.time_of(node) - self._world.time_of(self._world.switch))
            if terminal in excused or apart > CLOCK_APART_MAX_S:
                continue  # Whose clock is that far away sells nothing either.
            if not settled or book.batch.totals:
                return f"the batch of {node.name} is not settled: {book.batch}"
            if not settled[-1].is_balanced:
                return f"the last batch of {node.name} does not agree: {settled[-1]}"
        return self._closed_twice()

    def _closed_twice(self) -> str:
        rows = [row for row in self._world.rows.rows() if _closes(row)]
        closed = Counter((row.terminal, row.source, beside(row)["batch"]) for row in rows)
        for (terminal, _, batch), count in closed.items():
            if count > 1 and "TERM" in terminal:
                return f"batch {batch} of {terminal} was closed {count} times"
        return ""


def _closes(row: Row) -> bool:
    is_compared = row.kind == "reconciliation" and row.state == State.ANSWERED
    return is_compared and row.code == APPROVED and fields_of(row).get(50) == EURO
