"""Goes through a closed day again by another way, and names every record that does not agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final
from xml.etree import ElementTree as ET

from cardswitch.specs.amounts import format_amount

from ..core.entry import Entry
from ..core.states import State
from .close import DayClose
from .ledger import ACQUIRER_CASH, merchant_payable, unbalanced
from .movements import SOURCE, MovementKind
from .pain001 import NAMESPACE, control_sum

_NAMESPACES: Final = {"": NAMESPACE}


def check_close(day: DayClose, entries: Iterable[Entry], source: str = SOURCE) -> tuple[str, ...]:
    """What is wrong with *day*, one sentence for each record, or nothing.

    *entries* are those that :func:`~switch.settlement.close.close_day` was given; here they are
    read by instants, not by the calendar, so that no mistake is made twice.
    """
    expected = _expected_movements(day, entries, source)
    return (
        *_check_movements(day, expected),
        *_check_batches(day),
        *_check_postings(day),
        *_check_payouts(day),
        *_check_order(day),
    )


def _expected_movements(day: DayClose, entries: Iterable[Entry], source: str) -> dict[str, int]:
    amounts: dict[int, int] = {}
    expected: dict[str, int] = {}
    for entry in entries:
        if entry.source != source:
            continue
        if entry.state is State.APPROVED and entry.message.mti.startswith("02"):
            amounts[entry.leg] = int(entry.message[4])
            if entry.business_date == day.business_date:
                expected[f"{MovementKind.CAPTURE}:{entry.leg}"] = amounts[entry.leg]
            continue
        owed = entry.state is State.REVERSING and entry.leg in amounts
        if owed and day.starts_at <= entry.at < day.ends_at:
            expected[f"{MovementKind.REVERSAL}:{entry.leg}"] = amounts[entry.leg]
    return expected


def _check_movements(day: DayClose, expected: dict[str, int]) -> Iterator[str]:
    seen = Counter(movement.journal_id for movement in day.movements)
    yield from (f"{name} is missing" for name in expected if name not in seen)
    yield from (f"{name} is there {count} times" for name, count in seen.items() if count > 1)
    for movement in day.movements:
        name = f"{movement.journal_id} (RRN {movement.rrn})"
        amount = expected.get(movement.journal_id)
        if amount is None:
            yield f"{name} does not belong to {day.business_date}"
        elif movement.amount != amount:
            yield f"{name} has {movement.amount}, expected {amount}"


def _check_batches(day: DayClose) -> Iterator[str]:
    sums: Counter[tuple[str, str, str, MovementKind]] = Counter()
    counts: Counter[tuple[str, str, str, MovementKind]] = Counter()
    for movement in day.movements:
        key = (movement.merchant, movement.terminal, movement.currency, movement.kind)
        sums[key] += movement.amount
        counts[key] += 1
    for batch in day.batches:
        where = (batch.merchant, batch.terminal, batch.currency)
        captured, undone = (*where, MovementKind.CAPTURE), (*where, MovementKind.REVERSAL)
        counted = (counts.pop(captured, 0), counts.pop(undone, 0))
        if (batch.captures, batch.reversals) != counted:
            yield f"batch {'/'.join(where)} has other counts than its movements"
        if (batch.captured, batch.reversed) != (sums[captured], sums[undone]):
            yield f"batch {'/'.join(where)} has other sums than its movements"
    yield from (f"{key[3]} of {'/'.join(key[:3])} is in no batch" for key in counts)


def _check_postings(day: DayClose) -> Iterator[str]:
    yield from (f"journal {name} does not sum to zero" for name in unbalanced(day.postings))
    expected: Counter[tuple[str, str, str]] = Counter()
    for movement in day.movements:
        account = merchant_payable(movement.merchant)
        expected[movement.journal_id, account, movement.currency] -= movement.signed
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
        owed[movement.merchant, movement.currency] += movement.signed
    for payout in day.payouts:
        approved = owed.pop((payout.merchant, payout.currency), 0)
        if payout.total - payout.opening != approved:
            yield f"payout {payout.end_to_end_id} is not opening plus {approved} of approved funds"
    yield from (f"merchant {merchant} is paid nothing in {code}" for merchant, code in owed)


def _check_order(day: DayClose) -> Iterator[str]:
    paid = {p.end_to_end_id: (p.iban, p.amount, p.currency) for p in day.payouts if p.amount}
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
