"""The batch is settled: its totals go to the switch, and if they differ, every item of it.

What was begun is durable, so that a terminal that dies in between asks again; until then it sells
nothing, for its totals would be others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from cardswitch.specs.codes import APPROVED, INVALID_AMOUNT, TOTALS_DIFFER, TRY_LATER
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.answers import fits
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.specs.transactions.totals import (
    BATCH,
    BY_DAY,
    IN_BALANCE,
    SETTLEMENT_CODE,
    Side,
    Totals,
    pack_batch,
    pack_totals,
    read_days,
)
from cardswitch.wire.machine.matching import STAN_MAX
from cardswitch.wire.ports import Effect, Seconds

from .batch import Batch, Difference, Settlement
from .echo import EchoingTerminal
from .entries import (
    BatchClosed,
    BatchSettled,
    BatchSettling,
    ItemsNumbered,
    SettlingRefused,
    TerminalEntry,
)
from .errors import NotReady
from .outcome import PAID, SaleState
from .sales import Sale

CLOSED: Final = "closed, in balance"
OUT_OF_BALANCE: Final = "closed, out of balance"
UPLOADS_MAX: Final = 3  # A switch that wants more than that wants something else.
NUMBERS_SPARE: Final = 64  # for items whose own number may still be answered
_CURRENCY: Final = 50
_GONE: Final = frozenset({SaleState.DECLINED, SaleState.REVERSED})


class SettlingTerminal(EchoingTerminal):
    """A terminal that settles its batch; :attr:`news` says how that went."""

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self._items: dict[str, Sale] = {}  # of this batch, by key: what counts as approved

    def settle(self, now: Seconds, currency: str) -> Sequence[Effect]:
        """Settle the batch: a 0500 for each of its currencies, or for *currency* (numeric).

        Raises NotReady, and EncodeError if a total has more digits than its field: nothing is sent.
        """
        self.kernel.advance(now)
        self._require_ready()
        for code in self._unsettled(currency):
            pack_totals(totals_of(self.book.batch, code))
        self.news = ""
        self._start(self._settle(currency))
        return self.kernel.take()

    async def _take_up(self) -> None:
        """See :meth:`Terminal._take_up`; a settlement goes on, too."""
        await super()._take_up()
        if self.book.settling is not None:
            await self._undo_heard()
            await self._settle(self.book.settling[_CURRENCY])

    async def _settle(self, currency: str) -> None:
        for code in self._unsettled(currency):
            refused = await self._settle_in(code)
            if refused:
                self.news = refused
                return
        is_balanced = all(one.is_balanced for one in self.book.settled)
        self._record(BatchClosed(self.desk.now))
        self.news = CLOSED if is_balanced else OUT_OF_BALANCE

    def _unsettled(self, currency: str) -> list[str]:
        """The currencies of the batch that are not settled yet; *currency* if it has none."""
        done = [one.currency for one in self.book.settled]
        of_batch = [*self.book.batch.totals] or [currency]
        return [code for code in of_batch if code not in done]

    async def _settle_in(self, code: str) -> str:
        """Settle what is in the currency *code*; why that was refused, or ""."""
        request = self.book.settling
        is_again = request is not None and request[_CURRENCY] == code
        request = self._repeat_of(request) if request and is_again else self._begin(code)
        differences: tuple[Difference, ...] = ()
        for _ in range(UPLOADS_MAX + 1):
            answer = await self._told(request)
            if answer[39] != TOTALS_DIFFER:
                break
            await self._undo_heard()
            differences = await self._upload(code)
            request = self._begin(code)
        if answer[39] != APPROVED:
            self._record(SettlingRefused(self.desk.now, answer))
            return f"refused with {answer[39]}: the batch stays open"
        settled = Settlement(
            batch=self.book.batch.number,
            currency=code,
            is_balanced=answer.get(SETTLEMENT_CODE) == IN_BALANCE,
            here=totals_of(self.book.batch, code),
            there=read_days(answer.get(BY_DAY)),
            differences=differences,
        )
        self._record(BatchSettled(self.desk.now, settled))
        return ""

    def _begin(self, code: str) -> Message:
        """The 0500 of the currency *code*: it is owed from now on."""
        fields = {
            **self._where(),
            _CURRENCY: code,
            BATCH: pack_batch(self.book.batch.number),
            **pack_totals(totals_of(self.book.batch, code)),
        }
        request = self.desk.stamp(self.link, Message("0500", dict(sorted(fields.items()))))
        self._record(BatchSettling(self.desk.now, request))
        return request

    def _where(self) -> dict[int, str]:
        place = self.place
        return {
            7: transmission_time(self.desk.now),
            41: f"{place.terminal:8}",
            42: f"{place.merchant:15}",
        }

    @staticmethod
    def _repeat_of(request: Message) -> Message:
        return Message(f"{request.mti[:3]}1", request.fields)

    async def _told(self, request: Message) -> Message:
        """The answer to *request*, which is asked until there is one that ends it."""
        answers: list[Message] = []

        def settles(answer: Message) -> bool:
            is_fit = fits(answer, request, KINDS.of(request))
            if is_fit and answer[39] not in TRY_LATER:
                answers.append(answer)
            elif not is_fit:
                self.desk.count("unfit_answer")
            return bool(answers)

        await self._insist(request, settles)
        return answers[0]

    # Items ----------------------------------------------------------------------------------------

    async def _upload(self, code: str) -> tuple[Difference, ...]:
        """Send every item in the currency *code*; those that the switch has otherwise."""
        items = [sale for sale in self._items.values() if sale.outcome.currency == code]
        last = (self.book.stan + len(items) + NUMBERS_SPARE - 1) % STAN_MAX + 1
        self._record(ItemsNumbered(self.desk.now, last))
        found: list[Difference] = []
        for sale in items:
            request = self.desk.stamp(self.link, self._item(sale))
            answer = await self._told(request)
            if answer[39] != APPROVED:
                found.append(difference_of(sale, answer))
        return tuple(found)

    def _item(self, sale: Sale) -> Message:
        request, outcome = sale.begun.request, sale.outcome
        said = {n: request[n] for n in (3, 25, 49) if n in request.fields}
        said |= {4: f"{outcome.amount:012d}", BATCH: pack_batch(outcome.batch)}
        said |= {n: text for n, text in ((37, outcome.rrn), (38, outcome.approval_code)) if text}
        said |= {**self._where(), 90: original_data(request)}
        return Message("0320", dict(sorted(said.items())))

    def _apply(self, entry: TerminalEntry) -> None:
        super()._apply(entry)
        if isinstance(entry, BatchClosed):
            self._items.clear()
        outcome = self.book.last_outcome
        if outcome is None or outcome.is_repeat or not KINDS.named(outcome.transaction).sign:
            return
        for key, sale in reversed(self.book.sales.items()):
            if sale.outcome is outcome:
                if outcome.kind in PAID:
                    self._items[key] = sale
                elif outcome.kind in _GONE:
                    self._items.pop(key, None)
                return

    def _require_free(self) -> None:
        if self.book.settling is not None:
            raise NotReady("the batch is being settled: that must end first")
        super()._require_free()


def totals_of(batch: Batch, code: str) -> Totals:
    """What counts as approved in *batch*, in the currency *code*.

    >>> totals_of(Batch().plus("sale approved", "978", 1250), "978").debits
    Side(number=1, amount=1250)
    """
    sums = Totals()
    for kind, side in _approved(batch, code):
        debits, given = sums
        if KINDS.named(kind).sign > 0:
            sums = Totals(debits.plus(side.amount, side.number), given)
        elif KINDS.named(kind).sign < 0:
            sums = Totals(debits, given.plus(side.amount, side.number))
    return sums


def _approved(batch: Batch, code: str) -> Iterator[tuple[str, Side]]:
    for line, tally in batch.totals.get(code, {}).items():
        kind, _, state = line.partition(" ")
        if state == SaleState.APPROVED:
            yield kind, Side(tally.count, tally.amount)


def difference_of(sale: Sale, answer: Message) -> Difference:
    """What the switch said of *sale*, with which it does not agree."""
    outcome = sale.outcome
    there = int(answer.get(4) or 0) if answer[39] == INVALID_AMOUNT else 0
    return Difference(
        stan=outcome.stan,
        transaction=outcome.transaction,
        here=outcome.amount,
        there=there,
        code=answer[39],
    )
