"""Holds what a bank says against what we have ordered, and gives every line its outcome. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from .formats.camt053 import Part, Statement
from .formats.from_bank import EDITION
from .formats.orders import Ordered
from .formats.pain002 import REJECTED, Status
from .formats.reasons import TOLD_TWICE

Outcome = Literal[
    "booked",  # it left our account
    "rejected",  # the bank did not take it: it is owed again
    "returned",  # it came back: it is owed again
    "amount differs",
    "twice",  # the bank has had it, booked it, rejected it or sent it back before
    "only theirs",  # we have ordered nothing of the kind
    "only ours",  # it should have been booked by now
    "to be changed",  # it got there, and the bank says what is to be written next time
]
OUTCOMES: Final = get_args(Outcome)
OWED_AGAIN: Final = frozenset(("rejected", "returned"))
# What a transfer must not have had before it gets these. A bank tells in any order: what came back
# may be told of before it is told of that it went.
_ONCE: Final[Mapping[str, frozenset[str]]] = {
    "booked": frozenset(("booked", "rejected")),
    "returned": frozenset(("returned", "rejected")),
    "rejected": frozenset(("booked", "returned", "rejected")),
}
Told = Mapping[str, Collection[str]]  # by reference, the outcomes that it has had before
# By the bank's name of an entry, the outcomes of its parts, by reference and amount.
Known = Mapping[str, Mapping[tuple[str, int], Outcome]]
# By reference and amount, what the other kind of file, notice or statement, has told of and this
# one not: the bank's name of each entry, or "", and its outcome.
Open = Mapping[tuple[str, int], Sequence[tuple[str, Outcome]]]
TRACE: Final = "ACH "  # So begin the names of entries of the ACH, which are no names of the bank's.


class Matched(Struct, frozen=True, gc=False, kw_only=True):
    """One line of a bank, or one transfer of ours that no line tells of."""

    outcome: Outcome
    reference: str = ""  # EndToEndId
    merchant: str = ""
    currency: str = ""  # ISO 4217 numeric
    amount: int = 0  # minor units; below zero what left our account, or was to
    iban: str = ""  # where it was to go
    entry: str = ""  # the bank's own name of what it has booked
    is_known: bool = False  # a notice, or the statement that it was of, has told of it before
    code: str = ""  # the bank's reason
    text: str = ""


class Matcher:
    """Goes through what a bank says, line by line; *told* is what it said before.

    A notice (camt.054) and the statement that follows it tell of the same entries: *known* are
    those that the other one has told of. A bank may give entries no name, or return by the ACH what
    its statement calls otherwise: then the transfer and its amount tell, of as many entries as are
    *still_open*, so that a second debit in a statement is one.
    """

    def __init__(
        self,
        ordered: Iterable[Ordered],
        told: Told,
        known: Known | None = None,
        still_open: Open | None = None,
        edition: int = EDITION,
    ) -> None:
        self._known = known or {}
        self._open = {key: [*entries] for key, entries in (still_open or {}).items()}
        self._edition = edition
        self._of_payment: defaultdict[str, list[Ordered]] = defaultdict(list)
        self._of_order: defaultdict[str, list[Ordered]] = defaultdict(list)
        self._by_reference: dict[str, Ordered] = {}
        for each in ordered:
            self._by_reference[each.reference] = each
            self._of_payment[each.payment_id].append(each)
            self._of_order[each.order_id].append(each)
        self._told = {reference: set(outcomes) for reference, outcomes in told.items()}

    def statement(self, statement: Statement) -> Iterator[Matched]:
        """The outcome of each part of *statement*."""
        for part in statement.parts:
            outcome = self._told_before(part)
            if outcome is not None:
                yield self._again(outcome, part)
            else:
                for each in self._part(part):
                    yield self._paired(replace(each, entry=part.entry))

    def _told_before(self, part: Part) -> Outcome | None:
        parts = self._known.get(part.entry, {})
        if parts and not part.reference and sum(amount for _, amount in parts) == part.amount:
            return next(iter(parts.values()))  # The parts of a batch of which this is the sum.
        return parts.get((part.reference, part.amount))

    def _again(self, outcome: Outcome, part: Part) -> Matched:
        each = self._by_reference.get(part.reference)
        about = _theirs(part) if each is None else _matched(outcome, each, part.amount)
        return replace(
            about, outcome=outcome, entry=part.entry, is_known=True, code=part.code, text=part.text
        )

    def _paired(self, line: Matched) -> Matched:
        """*line*; if it seems told twice, perhaps the one that the other kind has told of."""
        entries = self._open.get((line.reference, line.amount), [])
        for entry in entries if line.outcome == "twice" and self._edition > 2 else ():
            name, outcome = entry
            if not (is_of_bank(name) and is_of_bank(line.entry)):
                entries.remove(entry)
                return replace(line, outcome=outcome, is_known=True)
        return line

    def status(self, states: Iterable[Status]) -> Iterator[Matched]:
        """What a bank rejects, transfer by transfer; all other states are no outcome yet.

        A bank may say it of an order, again of its payments and again of each transfer, with a
        reason at one of them alone: it is said once, by what is nearest to the transfer.
        """
        rejected = [state for state in states if state.state == REJECTED]
        reasons = {state.named: state for state in rejected if state.code}
        said: dict[str, int] = {}  # by transfer, how near to it was what has told of it
        is_nested = self._edition > 1
        if is_nested:
            rejected.sort(key=lambda each: each.depth, reverse=True)
        for state in rejected:
            named = self._named(state)
            around = state.around if is_nested else ()
            why = next((reasons[name] for name in around if name in reasons), state)
            if not named:
                name = state.reference or state.payment or state.order
                yield Matched(outcome="only theirs", reference=name, code=why.code, text=why.text)
            for each in named:
                depth = said.setdefault(each.reference, state.depth)
                if depth == state.depth or not is_nested:
                    yield self._once("rejected", each, -each.amount, why.code, why.text)

    def _named(self, state: Status) -> list[Ordered]:
        if state.reference:
            found = self._by_reference.get(state.reference)
            return [found] if found is not None and found.order_id == state.order else []
        if state.payment:
            return [
                each for each in self._of_payment[state.payment] if each.order_id == state.order
            ]
        return self._of_order[state.order]

    def _part(self, part: Part) -> Iterator[Matched]:
        each = self._by_reference.get(part.reference)
        if each is None and part.amount < 0:
            yield from self._batch(part)
        elif (
            each is None
            or each.currency != part.currency
            or (part.amount > 0 and not part.is_return)
        ):
            yield _theirs(part)
        elif part.is_change:
            yield _matched("to be changed", each, 0, part.code, part.text)
        elif abs(part.amount) != each.amount:
            yield _matched("amount differs", each, part.amount, part.code, part.text)
        else:
            outcome: Outcome = "returned" if part.amount > 0 else "booked"
            yield self._once(outcome, each, part.amount, part.code, part.text)

    def _batch(self, part: Part) -> Iterator[Matched]:
        """A debit that names no transfer of ours: perhaps a whole payment, by name and sum."""
        whole = [] if part.reference else self._of_payment.get(part.payment, [])
        if not whole or whole[0].currency != part.currency:
            yield _theirs(part)
        elif sum(each.amount for each in whole) != -part.amount:
            yield Matched(
                outcome="amount differs", reference=part.payment, currency=part.currency,
                amount=part.amount,
            )  # fmt: skip
        else:
            yield from (self._once("booked", each, -each.amount) for each in whole)

    def _once(
        self, outcome: Outcome, each: Ordered, amount: int, code: str = "", text: str = ""
    ) -> Matched:
        told = self._told.setdefault(each.reference, set())
        is_again = bool(told & _ONCE[outcome]) or (outcome == "rejected" and code in TOLD_TWICE)
        if is_again:
            outcome = "twice"
        else:
            told.add(outcome)
        return _matched(outcome, each, amount, code, text)


def is_of_bank(entry: str) -> bool:
    """Whether *entry* is a name that a bank has given: another entry has another.

    >>> is_of_bank("4711"), is_of_bank(""), is_of_bank("ACH 121042880000001")
    (True, False, False)
    """
    return bool(entry) and not entry.startswith(TRACE)


def overdue(ordered: Iterable[Ordered]) -> Iterator[Matched]:
    """What of ours no bank has told of, though it was *ordered* for a day that is over."""
    for each in ordered:
        yield _matched("only ours", each, -each.amount)


def _matched(
    outcome: Outcome, each: Ordered, amount: int, code: str = "", text: str = ""
) -> Matched:
    return Matched(
        outcome=outcome,
        reference=each.reference,
        merchant=each.merchant,
        currency=each.currency,
        amount=amount,
        iban=each.iban,
        code=code,
        text=text,
    )


def _theirs(part: Part) -> Matched:
    return Matched(
        outcome="only theirs",
        reference=part.reference or part.payment,
        currency=part.currency,
        amount=part.amount,
        code=part.code,
        text=part.text,
    )
