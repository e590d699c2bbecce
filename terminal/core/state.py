"""The Book that is rebuilt from the entries of the terminal's journal after a crash.

Which entry may follow which stands in `follows`; every change of a sale's state lives here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from itertools import accumulate
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.wire.machine.keys.working import KeyKind
from cardswitch.wire.ports import Seconds

from .batch import Batch, Settlement
from .entries import (
    AdviceKept,
    ApprovalHeard,
    BatchClosed,
    BatchSettled,
    BatchSettling,
    ItemsNumbered,
    KeyProven,
    KeyTaken,
    KsnUsed,
    ReversalRefused,
    SaleAbandoned,
    SaleAnswered,
    SaleBegun,
    SaleRepeated,
    SaleReversed,
    SaleReversing,
    SettlingRefused,
    SoldOffline,
    TerminalEntry,
    Unanswered,
)
from .follows import FOLLOWS, NOT_PAID
from .outcome import (
    PAID,
    SET_ASIDE,
    TIP,
    Outcome,
    SaleState,
    begun_outcome,
    kept_outcome,
    kind_of,
    line_of,
    outcome_after,
    outcome_of_hold,
    told,
)
from .sales import Pending, Sale, amount_undone, at_batch_close, key_of, original_key, with_newest

SPENT_MAX: Final = 64  # Check values of keys that must not come again.


class Book(Struct, frozen=True, kw_only=True):
    """All that the terminal knows; made of its entries and of nothing else."""

    stan: int = 0  # the last number used
    batch: Batch = Batch()
    sales: dict[str, Sale] = {}  # the last SALES_MAX and some older ones, the newest last
    last_outcome: Outcome | None = None  # what the last entry has to tell, if anything
    pending: Pending | None = None
    to_reverse: tuple[str, ...] = ()  # keys of sales that are to be reversed next
    owed: tuple[str, ...] = ()  # keys of those approved here that the switch must be told of
    keys: Mapping[KeyKind, KeyTaken] = {}  # the last ones that the PIN pad has taken
    mac_key_seen_at: Seconds | None = None  # when the switch first used the last one for MACs
    ksn: str = ""  # the last one that a PIN pad of DUKPT has used
    spent: tuple[str, ...] = ()  # check values of those and former ones, the newest last
    exceptions: tuple[Outcome, ...] = ()  # of this batch: for a person to look at
    settling: Message | None = None  # the 0500 that is owed
    settlements: tuple[Settlement, ...] = ()  # of this batch, else of the one before

    @property
    def settled(self) -> list[Settlement]:
        """What of this batch is settled already."""
        return [one for one in self.settlements if one.batch == self.batch.number]

    @property
    def last(self) -> Sale | None:
        """The last sale."""
        return next(reversed(self.sales.values())) if self.sales else None

    @property
    def begun(self) -> SaleBegun | None:
        """The last sale as it was sent."""
        return self.last.begun if self.last else None

    @property
    def outcome(self) -> Outcome | None:
        """How the last sale stands."""
        return self.last.outcome if self.last else None

    @property
    def kind(self) -> SaleState | None:
        """How the last sale stands, in a word; ``None`` before the first."""
        return self.outcome.kind if self.outcome else None

    @property
    def pending_reversal(self) -> Message | None:
        """The reversal that must still be acknowledged."""
        return self.pending.reversal if self.pending else None

    @property
    def unsettled(self) -> Outcome | None:
        """The sale that is not at rest: no answer yet, a reversal is pending or to be made, or the
        switch must be told of it."""
        key = self.unsettled_key
        return self.sales[key].outcome if key is not None else None

    @property
    def unsettled_key(self) -> str | None:
        """The key of that sale."""
        for key in (self.pending.sale,) if self.pending else self.to_reverse:
            return key
        if self.kind is SaleState.BEGUN:
            return next(reversed(self.sales))
        return next(iter(self.owed), None)

    @property
    def _not_at_rest(self) -> frozenset[str]:
        """The keys of the sales that something is still to be done about by itself."""
        pending = (self.pending.sale,) if self.pending else ()
        return frozenset((*self.owed, *self.to_reverse, *pending))

    @property
    def newest(self) -> Iterator[Sale]:
        """The sales, the newest first."""
        return reversed(self.sales.values())

    def find(self, stan: str = "") -> Sale | None:
        """The newest sale of the number *stan*, or the last one."""
        found = (sale for sale in self.newest if stan in ("", sale.outcome.stan))
        return next(found, None)

    def exceeds(self, key: str, answer: Message) -> bool:
        """Whether *answer* approves more of the sale *key* than the terminal holds as paid."""
        outcome = self.sales[key].outcome
        may_be = (
            bool(KINDS.named(outcome.transaction).undone_by)
            and outcome.kind in NOT_PAID
            and key not in self.to_reverse
        )
        if not answer.approved or not may_be:
            return False
        approved = int(answer.get(4) or outcome.asked)
        return outcome.kind is not SaleState.REDUCED or approved > outcome.amount

    def with_entry(self, entry: TerminalEntry) -> Book:
        """The book after *entry*; raises Error if it cannot follow what is there."""
        stands = self._standing(entry)
        if stands not in FOLLOWS[type(entry)]:
            raise Error(
                f"the terminal's journal is damaged: {type(entry).__name__.lower()} cannot follow"
                f" a sale that is {stands or 'not there'}"
            )
        match entry:
            case SoldOffline():
                return self._sold_offline(entry)
            case AdviceKept(at, key, answer):
                return self._kept(at, key, answer)
            case SaleBegun():
                return self._begun(entry)
            case SaleAnswered(at, answer):
                return self._answered(at, answer)
            case Unanswered(at):
                assert self.outcome is not None
                outcome = replace(self.outcome, kind=SaleState.UNANSWERED, at=at)
                return self._with(next(reversed(self.sales)), outcome)
            case SaleRepeated(at, answer):
                return replace(self, last_outcome=self._repeated(at, answer))
            case SaleReversing(at, reversal, stays):
                return self._reversing(at, reversal, stays)
            case SaleReversed(at, answer):
                return self._reversed(at, answer)
            case ReversalRefused(at, answer):
                return self._refused(at, answer)
            case ApprovalHeard(_, key, answer):
                return self._heard(key, answer)
            case SaleAbandoned(at, key, because):
                return self._abandoned(at, key, because)
            case KeyTaken():
                return self._keyed(entry)
            case KeyProven(at):
                return self._quietly(mac_key_seen_at=at)
            case BatchSettling(_, request):
                stan, settled = int(request[11]), tuple(self.settled)
                return self._quietly(settling=request, stan=stan, settlements=settled)
            case ItemsNumbered(_, stan):
                return self._quietly(stan=stan)
            case BatchSettled(_, settlement):
                return self._quietly(settlements=(*self.settled, settlement))
            case SettlingRefused():
                return self._quietly(settling=None)
            case KsnUsed(_, ksn):
                return self._quietly(ksn=ksn)
            case BatchClosed(at):
                batch = self.batch.next()
                sales = at_batch_close(self.sales, self._not_at_rest, batch.number, at)
                return self._quietly(batch=batch, sales=sales, exceptions=(), settling=None)

    def _quietly(self, **changes: Any) -> Book:
        """With *changes* of which there is no outcome to tell."""
        return replace(self, last_outcome=None, **changes)

    def _standing(self, entry: TerminalEntry) -> SaleState | None:
        """How the sale stands that *entry* is about; while a reversal is pending, it is that."""
        if isinstance(entry, ApprovalHeard):
            return self._kind(entry.sale)
        if isinstance(entry, AdviceKept):
            return self._kind(entry.sale) if entry.sale in self.owed else None
        if isinstance(entry, SaleAbandoned):
            return self._kind(entry.sale) if entry.sale == self.unsettled_key else None
        if self.pending:
            return SaleState.PENDING
        if isinstance(entry, SaleReversing):
            return self._kind(original_key(entry.reversal))
        return self.kind

    def _kind(self, key: str) -> SaleState | None:
        return self.sales[key].outcome.kind if key in self.sales else None

    def _begun(self, entry: SaleBegun) -> Book:
        request = entry.request
        outcome = begun_outcome(entry.at, request, entry.card, self.batch.number)
        if outcome.transaction == TIP and (on := self.sales.get(original_key(request))):
            outcome = replace(outcome, sold=on.outcome.amount)
        sale = Sale(entry, outcome)
        key = key_of(request[11], request[7])
        sales = with_newest(self.sales, key, sale, self._not_at_rest, self.batch.number)
        return replace(self, stan=int(request[11]), sales=sales, last_outcome=None)

    def _sold_offline(self, entry: SoldOffline) -> Book:
        """Approved at once, and counted: the goods are gone."""
        book = self._begun(entry)
        key, sale = next(reversed(book.sales.items()))
        outcome = replace(sale.outcome, kind=SaleState.APPROVED, is_owed=True)
        batch = book.batch.plus(line_of(outcome), outcome.currency, outcome.amount)
        return replace(book._with(key, outcome), owed=(*self.owed, key), batch=batch)

    def _kept(self, at: Seconds, key: str, answer: Message) -> Book:
        """The switch knows of it now; what it refuses, nobody pays for."""
        before = self.sales[key].outcome
        outcome, batch = kept_outcome(before, at, answer), self.batch
        if outcome.kind is not SaleState.APPROVED:
            batch = batch.plus(line_of(before), before.currency, -before.amount, -1)
            batch = batch.plus(line_of(outcome), before.currency, before.amount)
        book = replace(self._with(key, outcome), batch=batch)
        return book._owed_no_more(key)

    def _owed_no_more(self, key: str) -> Book:
        return replace(self, owed=tuple(other for other in self.owed if other != key))

    def _answered(self, at: Seconds, answer: Message) -> Book:
        assert self.outcome is not None
        outcome = outcome_after(self.outcome, kind_of(answer), at, answer)
        book = self._changed(at, outcome) if outcome.kind is SaleState.APPROVED else self
        book = book._with(next(reversed(self.sales)), outcome)
        if not outcome.moves_money:
            return book
        batch = self.batch.plus(line_of(outcome), outcome.currency, outcome.amount)
        return replace(book, batch=batch)

    def _changed(self, at: Seconds, outcome: Outcome) -> Book:
        """What the last sale, approved as in *outcome*, makes of the one that it names, if any."""
        assert self.begun is not None
        request = self.begun.request
        row = KINDS.of(request)
        key = original_key(request) if row.original else ""
        if key not in self.sales:
            return self
        before = self.sales[key].outcome
        if row.follows:
            after = replace(before, at=at, followed=before.followed.plus(row, outcome.amount))
        elif row.adds:
            after = replace(before, at=at, amount=before.amount + outcome.amount)
        else:
            after = outcome_of_hold(before, at, request)
        return self._with(key, after)

    def _not_about(self, pending: Pending) -> Book:
        """What is reversed no longer changes what it is about, if it is about anything here."""
        begun = self.sales[pending.sale].begun
        row, undone = KINDS.of(begun.request), amount_undone(pending)
        key = original_key(begun.request) if row.original else ""
        was_approved = pending.before.kind in PAID and key in self.sales
        if not was_approved or self.sales[key].outcome.kind not in SET_ASIDE:
            return self
        outcome = self.sales[key].outcome
        if row.follows:
            return self._with(key, replace(outcome, followed=outcome.followed.plus(row, -undone)))
        return self._with(key, replace(outcome, amount=outcome.amount - undone))

    def _repeated(self, at: Seconds, answer: Message | None) -> Outcome:
        assert self.outcome is not None
        if answer is None:
            return replace(self.outcome, kind=SaleState.UNANSWERED, at=at, is_repeat=True)
        heard = outcome_after(self.outcome, kind_of(answer), at, answer)
        if heard.amount == self.outcome.amount and self.outcome.kind is SaleState.REDUCED:
            heard = replace(heard, kind=self.outcome.kind)
        else:
            heard = replace(heard, reversed=0)
        return replace(heard, is_repeat=True)

    def _heard(self, key: str, answer: Message) -> Book:
        outcome = self.sales[key].outcome
        rrn = answer.get(37, outcome.rrn)
        if outcome.kind is SaleState.BEGUN:
            offered = int(answer.get(4) or outcome.asked)
            outcome = replace(outcome, code=answer[39], offered=offered)
        book = self._with(key, replace(outcome, rrn=rrn))
        return replace(book, to_reverse=(*self.to_reverse, key), last_outcome=None)

    def _reversing(self, at: Seconds, reversal: Message, stays: int) -> Book:
        key = original_key(reversal)
        before = self.sales[key].outcome
        outcome = replace(before, kind=SaleState.PENDING, at=at)
        if before.kind in SET_ASIDE:
            undone = before.amount - stays
            outcome = replace(outcome, amount=stays, reversed=before.reversed + undone)
        return replace(
            self._with(key, outcome),
            pending=Pending(reversal, key, stays, before),
            stan=int(reversal[11]),
            to_reverse=tuple(other for other in self.to_reverse if other != key),
        )

    def _reversed(self, at: Seconds, answer: Message) -> Book:
        """Undone: what was counted as approved is so no longer."""
        assert self.pending is not None
        pending, before = self.pending, self.pending.before
        outcome = self.sales[pending.sale].outcome
        kind = SaleState.REDUCED if pending.stays else SaleState.REVERSED
        approval_code = before.approval_code if pending.stays else ""
        outcome = replace(told(outcome, kind, at, answer), approval_code=approval_code)
        batch, undone = self.batch, amount_undone(pending)
        if before.kind in SET_ASIDE:
            approved, is_rest = line_of(before, SaleState.APPROVED), before.captures > 0
            count = 0 if pending.stays or is_rest else -1
            batch = batch.plus(approved, before.currency, -undone, count)
        batch = batch.plus(line_of(before, SaleState.REVERSED), before.currency, undone)
        book = self._not_about(pending)._with(pending.sale, outcome)
        return replace(book, pending=None, batch=batch)

    def _refused(self, at: Seconds, answer: Message) -> Book:
        """Not undone: an approval stays counted, and a person must look."""
        assert self.pending is not None
        pending = self.pending
        outcome = told(pending.before, SaleState.EXCEPTION, at, answer)
        return replace(self._in_doubt(pending.sale, outcome, amount_undone(pending)), pending=None)

    def _abandoned(self, at: Seconds, key: str, because: str) -> Book:
        """Perhaps not undone: it stands as before the reversal, and a person has said so."""
        pending = self.pending if self.pending and self.pending.sale == key else None
        before = pending.before if pending else self.sales[key].outcome
        undone = amount_undone(pending) if pending else before.asked
        outcome = replace(before, kind=SaleState.ABANDONED, at=at, because=because, is_owed=False)
        return replace(
            self._in_doubt(key, outcome, undone)._owed_no_more(key),
            pending=None if pending else self.pending,
            to_reverse=tuple(other for other in self.to_reverse if other != key),
        )

    def _in_doubt(self, key: str, outcome: Outcome, amount: int) -> Book:
        batch = self.batch.plus(line_of(outcome), outcome.currency, amount)
        exceptions = (*self.exceptions, outcome)
        return replace(self._with(key, outcome), batch=batch, exceptions=exceptions)

    def _keyed(self, taken: KeyTaken) -> Book:
        seen_at = None if taken.kind == "mac" else self.mac_key_seen_at
        spent = (*self.spent, taken.kcv)[-SPENT_MAX:]
        keys = {**self.keys, taken.kind: taken}
        return replace(self, keys=keys, mac_key_seen_at=seen_at, spent=spent, last_outcome=None)

    def _with(self, key: str, outcome: Outcome) -> Book:
        sale = replace(self.sales[key], outcome=outcome)
        return replace(self, sales={**self.sales, key: sale}, last_outcome=outcome)


def rebuild(entries: Iterable[TerminalEntry]) -> Book:
    """The book that *entries* make. Raises Error if one cannot follow those before it."""
    return reduce(Book.with_entry, entries, Book())


def outcomes(entries: Iterable[TerminalEntry]) -> Iterator[Outcome]:
    """What there was to tell, in order: every change of a sale, and every repeat's answer."""
    for book in accumulate(entries, Book.with_entry, initial=Book()):
        if book.last_outcome is not None:
            yield book.last_outcome
