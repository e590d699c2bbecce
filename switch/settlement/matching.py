"""Holds what a bank says against what we have ordered, and gives every line its outcome. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, get_args

from msgspec import Struct

from .formats.camt053 import Part, Statement
from .formats.orders import Ordered
from .formats.pain002 import REJECTED, Status

Outcome = Literal[
    "booked",  # it left our account
    "rejected",  # the bank did not take it: it is owed again
    "returned",  # it came back: it is owed again
    "amount differs",
    "twice",  # the bank has booked it, rejected it or sent it back before
    "only theirs",  # we have ordered nothing of the kind
    "only ours",  # it should have been booked by now
]
OUTCOMES: Final = get_args(Outcome)
# After these, the same is said of a transfer once more only by mistake; it is owed again.
OWED_AGAIN: Final = frozenset(("rejected", "returned"))
Told = Mapping[str, frozenset[str]]  # by reference, the outcomes that it has had before


class Matched(Struct, frozen=True, gc=False, kw_only=True):
    """One line of a bank, or one transfer of ours that no line tells of."""

    outcome: Outcome
    reference: str = ""  # EndToEndId
    merchant: str = ""
    currency: str = ""  # ISO 4217 numeric
    amount: int = 0  # minor units; below zero what left our account, or was to
    iban: str = ""  # where it was to go
    code: str = ""  # the bank's reason
    text: str = ""


class Matcher:
    """Goes through what a bank says, line by line; *told* is what it said before."""

    def __init__(self, ordered: Iterable[Ordered], told: Told) -> None:
        self._of_payment: defaultdict[str, list[Ordered]] = defaultdict(list)
        self._of_order: defaultdict[str, list[Ordered]] = defaultdict(list)
        self._by_reference: dict[str, Ordered] = {}
        for each in ordered:
            self._by_reference[each.reference] = each
            self._of_payment[each.payment].append(each)
            self._of_order[each.order].append(each)
        self._told = {reference: set(outcomes) for reference, outcomes in told.items()}

    def statement(self, statement: Statement) -> Iterator[Matched]:
        """The outcome of each part of *statement*."""
        for part in statement.parts:
            yield from self._part(part)

    def missing(self, until: str) -> Iterator[Matched]:
        """What of ours no bank has told of, though it was to be carried out by *until*."""
        for each in self._by_reference.values():
            if each.execution <= until and not self._told.get(each.reference):
                yield _matched("only ours", each, -each.amount)

    def status(self, states: Iterable[Status]) -> Iterator[Matched]:
        """What a bank rejects, transfer by transfer; all other states are no outcome yet."""
        for state in states:
            if state.state != REJECTED:
                continue
            named = self._named(state)
            if not named:
                name = state.reference or state.payment or state.order
                yield Matched(
                    outcome="only theirs", reference=name, code=state.code, text=state.text
                )
            for each in named:
                yield self._once("rejected", each, -each.amount, state.code, state.text)

    def _named(self, state: Status) -> list[Ordered]:
        if state.reference:
            found = self._by_reference.get(state.reference)
            return [found] if found is not None and found.order == state.order else []
        if state.payment:
            return [each for each in self._of_payment[state.payment] if each.order == state.order]
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
        is_again = outcome in told or bool(told & OWED_AGAIN)
        told.add(outcome)
        return _matched("twice" if is_again else outcome, each, amount, code, text)


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
