"""What a bank's file says, read whole or refused; and how its lines are booked.

What came back, or never left, is owed to the merchant again. What the bank has booked otherwise
than we have ordered stands against suspense, so that our cash is what the statements say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final

from msgspec import Struct

from cardswitch.specs.ach import is_ach
from cardswitch.specs.errors import FormatError

from .ach.answers import read_returns
from .formats.bai2 import is_bai2, read_bai2
from .formats.camt053 import NOTICE, STATEMENT, Part, Statement, read_statements
from .formats.from_bank import EDITION, SIZE_MAX, message_of
from .formats.pain002 import STATUS, Status, read_status
from .ledger import ACQUIRER_CASH, SUSPENSE, Posting, merchant_payable, transfer
from .matching import OWED_AGAIN, Matched, Matcher

NAME_MAX: Final = 200  # of a message; one that is longer is called by its SHA-256
KINDS: Final = {STATUS: "status", STATEMENT: "statement", NOTICE: "notice"}


class Answer(Struct, frozen=True, kw_only=True):
    """One file of a bank."""

    kind: str  # status, statement or notice
    message: str  # what the bank calls it: the same file has the same name
    states: tuple[Status, ...] = ()
    statements: tuple[Statement, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """What does not add up in it."""
        return tuple(fault for each in self.statements for fault in each.faults)

    @property
    def until(self) -> dict[str, str]:
        """By currency, the last day that it tells of whole; nothing if it tells of none."""
        found: dict[str, str] = {}
        for each in self.statements if self.kind == KINDS[STATEMENT] else ():
            for code in each.currencies:
                found[code] = max(found.get(code, ""), each.until)
        return found

    def named(self) -> tuple[set[str], set[str], set[str]]:
        """The references, payments and orders that it tells of."""
        told = [(part.reference, part.payment, "") for part in self._parts]
        told += [(state.reference, state.payment, state.order) for state in self.states]
        return (
            {reference for reference, _, _ in told} - {""},
            {payment for reference, payment, _ in told if not reference} - {""},
            {order for reference, payment, order in told if not (reference or payment)} - {""},
        )

    def entries(self) -> set[str]:
        """What the bank calls its entries."""
        return {part.entry for part in self._parts} - {""}

    @property
    def _parts(self) -> list[Part]:
        return [part for each in self.statements for part in each.parts]

    def matched(self, matcher: Matcher) -> Iterator[Matched]:
        """Each line with its outcome."""
        yield from matcher.status(self.states)
        for each in self.statements:
            yield from matcher.statement(each)


def read_answer(content: bytes, edition: int = EDITION) -> Answer:
    """The file of a bank: pain.002, camt.053, camt.054, BAI2, returns of the ACH. FormatError."""
    if len(content) > SIZE_MAX:
        raise FormatError(f"at most {SIZE_MAX} bytes of a bank's file", seen="more")
    if is_ach(content):
        return _of_accounts("ach", NOTICE, (read_returns(content),), content)
    if is_bai2(content):
        return _of_accounts("bai2", STATEMENT, read_bai2(content)[1], content)
    message = message_of(content)
    if message == STATUS:
        name, states = read_status(content)
        return Answer(kind=KINDS[message], message=f"{message} {name}", states=states)
    if message not in KINDS:
        known = "a pain.002, camt.053 or camt.054 of ISO 20022, BAI2, or returns of the ACH"
        raise FormatError(known, seen=message)
    return _of_accounts(message, message, read_statements(content, message, edition), content)


def _of_accounts(
    form: str, message: str, statements: tuple[Statement, ...], content: bytes
) -> Answer:
    names = " ".join(each.name for each in statements)
    if not names.strip("/ "):
        names = sha256(content).hexdigest()  # A file that says no name of its own.
    elif len(names) > NAME_MAX:
        names = sha256(names.encode()).hexdigest()
    return Answer(kind=KINDS[message], message=f"{form} {names}", statements=statements)


def answer_postings(
    kind: str, number: int, lines: Iterable[Matched], business_date: str
) -> tuple[Posting, ...]:
    """What the *lines* of file *number* do to the accounts.

    *business_date* is the label of the last day that is closed.
    """
    return tuple(
        posting
        for place, line in enumerate(lines, 1)
        for posting in _postings(kind, f"bank:{number}.{place}", line, business_date)
    )


def _postings(kind: str, name: str, line: Matched, business_date: str) -> Sequence[Posting]:
    if line.outcome in OWED_AGAIN:
        if line.is_known:
            return ()
        owed = merchant_payable(line.merchant)
        journal_id = f"{line.outcome}:{line.reference}"
        amount = abs(line.amount)
    elif kind == KINDS[STATEMENT] and line.outcome != "booked" and line.amount:
        owed, journal_id, amount = SUSPENSE, name, line.amount
    else:
        return ()
    return transfer(journal_id, business_date, ACQUIRER_CASH, owed, line.currency, amount)
