"""Goes through a closed day again by another way, and names every record that does not agree.

What must be there is found from what happened to each leg, not from what the rows say of money:
its states, amounts and what stays; and its day from the place of its rows, not from their label.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final
from xml.etree import ElementTree as ET

from msgspec import Struct

from cardswitch.specs.amounts import format_amount
from cardswitch.specs.masking import printable
from cardswitch.specs.transactions.kinds import KINDS

from ..core.states import State
from .close import DayClose
from .days import BankDay
from .ledger import ACQUIRER_CASH, merchant_payable, unbalanced
from .movements import journal_id, movement_kind
from .pain001 import NAMESPACE, control_sum

_NAMESPACES: Final = {"": NAMESPACE}


class Step(Struct, frozen=True, gc=False, kw_only=True):
    """A leg of a merchant approved, or its reversal owed: one row of the journal."""

    sequence: int
    leg: int
    began: int  # the first row of the leg
    state: str
    kind: str  # the name of its row in the table of transactions
    rrn: str
    merchant: str
    terminal: str
    currency: str
    amount: int
    stays: int  # what a reversal leaves captured


class Expected(Struct, frozen=True, gc=False):
    """What a step must have moved, signed, and the batch that it belongs to."""

    step: Step
    amount: int
    day: str

    @property
    def batch(self) -> tuple[str, str, str, str]:
        """Day, merchant, terminal and currency."""
        return self.day, self.step.merchant, self.step.terminal, self.step.currency

    def __str__(self) -> str:
        shop = "/".join(printable(name, 15) for name in (self.step.merchant, self.step.terminal))
        return f"(RRN {printable(self.step.rrn, 12)}, leg {self.step.leg} of {shop})"


def expected_movements(
    steps: Iterable[Step], days: Sequence[BankDay], last_day: str
) -> dict[str, Expected]:
    """By name, what must be booked once *last_day* is closed, on it or before.

    *steps* are those of whole legs, in their order; *days* all bank days of the journal.
    """
    begins = [day.sequence for day in days]
    order = {day.label: number for number, day in enumerate(days)}
    captured: dict[int, int] = {}
    expected: dict[str, Expected] = {}
    for step in steps:
        row_of = KINDS.named(step.kind)
        is_undone = step.state != State.APPROVED
        if not row_of.sign:
            continue
        if is_undone:
            row, moved = step.sequence, max(captured.get(step.leg, 0) - step.stays, 0)
            captured[step.leg] = captured.get(step.leg, 0) - moved
        else:
            row, moved = step.began, step.amount
            captured[step.leg] = step.amount
        kind = movement_kind(row_of.bucket, is_undone=is_undone)
        amount = moved * row_of.sign * (-1 if is_undone else 1)
        day = days[max(bisect_left(begins, row) - 1, 0)].label
        if amount and order[day] <= order[last_day]:
            expected[journal_id(kind, step.sequence)] = Expected(step, amount, day)
    return expected


def check_close(
    day: DayClose, expected: Mapping[str, Expected], booked: Mapping[str, int]
) -> tuple[str, ...]:
    """What is wrong with *day*, one sentence for each record, or nothing.

    *expected* is what must be booked, by it or before; *booked* the sizes of what the books hold of
    it already, by name.
    """
    return (
        *_check_movements(day, expected, booked),
        *_check_batches(day),
        *_check_postings(day),
        *_check_payouts(day),
        *_check_order(day),
    )


def _check_movements(
    day: DayClose, expected: Mapping[str, Expected], booked: Mapping[str, int]
) -> Iterator[str]:
    seen = Counter(movement.journal_id for movement in day.movements)
    for name, what in expected.items():
        if name not in seen and name not in booked:
            yield f"{name} {what} is in no batch"
        elif booked.get(name, abs(what.amount)) != abs(what.amount):
            yield f"{name} {what} is booked with {booked[name]}, expected {abs(what.amount)}"
    yield from (f"{name} is there {count} times" for name, count in seen.items() if count > 1)
    for movement in day.movements:
        name = f"{movement.journal_id} (RRN {printable(movement.rrn, 12)})"
        found = expected.get(movement.journal_id)
        batch = (movement.moved_on, movement.merchant, movement.terminal, movement.currency)
        if found is None:
            yield f"{name} does not belong to {day.business_date}"
        elif movement.amount != found.amount:
            yield f"{name} has {movement.amount}, expected {found.amount}"
        elif batch != found.batch:
            yield f"{name} is in batch {_path(batch)}, expected {_path(found.batch)}"


def _check_batches(day: DayClose) -> Iterator[str]:
    sums: Counter[tuple[str, ...]] = Counter()
    counts: Counter[tuple[str, ...]] = Counter()
    for movement in day.movements:
        where = (movement.moved_on, movement.merchant, movement.terminal, movement.currency)
        sums[*where, movement.kind] += movement.amount
        counts[*where, movement.kind] += 1
    for batch in day.batches:
        line = (batch.moved_on, batch.merchant, batch.terminal, batch.currency, batch.kind)
        if batch.count != counts.pop(line, 0):
            yield f"batch {_path(line)} has another count than its movements"
        if batch.amount != sums[line]:
            yield f"batch {_path(line)} has another sum than its movements"
    yield from (f"{key[-1]} of {_path(key[:-1])} is in no batch" for key in counts)


def _path(names: Collection[str]) -> str:
    return "/".join(printable(name, 15) for name in names)


def _check_postings(day: DayClose) -> Iterator[str]:
    yield from (f"journal {name} does not sum to zero" for name in unbalanced(day.postings))
    expected: Counter[tuple[str, str, str]] = Counter()
    for movement in day.movements:
        account = merchant_payable(movement.merchant)
        expected[movement.journal_id, account, movement.currency] -= movement.amount
    for payout in day.payouts:
        name = f"payout:{payout.end_to_end_id}"
        expected[name, merchant_payable(payout.merchant), payout.currency] += payout.amount
        expected[name, ACQUIRER_CASH, payout.currency] -= payout.amount
    for posting in day.postings:
        if posting.account == ACQUIRER_CASH or posting.account.startswith(merchant_payable("")):
            expected[posting.journal_id, posting.account, posting.currency] -= posting.amount
    for (name, account, _), left in expected.items():
        if left:
            yield f"journal {name} is {left} away from what {account} should have"


def _check_payouts(day: DayClose) -> Iterator[str]:
    owed: Counter[tuple[str, str]] = Counter()
    for movement in day.movements:
        owed[movement.merchant, movement.currency] += movement.amount
    for payout in day.payouts:
        approved = owed.pop((payout.merchant, payout.currency), 0)
        if payout.total - payout.opening != approved:
            yield f"payout {payout.end_to_end_id} is not opening plus {approved} of approved funds"
    yield from (f"merchant {merchant} is paid nothing in {code}" for merchant, code in owed)


def _check_order(day: DayClose) -> Iterator[str]:
    paid = {
        reference: (p.iban, amount, p.currency)
        for p in day.payouts
        for reference, amount in p.transfers()
    }
    written = day.files.get(f"deposit-{day.business_date}.xml")
    if written is None:
        yield from (f"payout {name} is in no file" for name in paid)
        return
    # Our own file, which the bank has yet to see: nothing untrusted is parsed here.
    document = ET.fromstring(written)  # noqa: S314
    for credit in document.iterfind(".//CdtTrfTxInf", _NAMESPACES):
        name = _text(credit, "PmtId/EndToEndId")
        iban, amount, code = paid.pop(name, ("", 0, "978"))
        if (_text(credit, "Amt/InstdAmt"), _text(credit, "CdtrAcct/Id/IBAN")) != (
            format_amount(amount, code),
            iban,
        ):
            yield f"the file pays {name} otherwise than the payout says"
    yield from (f"payout {name} is not in the file" for name in paid)
    asked = [payout for payout in day.payouts if payout.amount]
    header = (_text(document, ".//GrpHdr/NbOfTxs"), _text(document, ".//GrpHdr/CtrlSum"))
    if header != (str(len(asked)), control_sum(asked)):
        yield "the file's count or control sum is not that of the payouts"


def _text(element: ET.Element, path: str) -> str:
    return element.findtext(path, "", _NAMESPACES)
