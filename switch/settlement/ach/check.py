"""What a file of the ACH must say, as lines of fields; and what it says, read by its layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cardswitch.specs.ach import HASH_MODULUS, LAYOUT, LINE_SIZE, Record, read_ach
from cardswitch.specs.dates import card_date, local_time
from cardswitch.specs.holidays import execution_date
from cardswitch.wire.ports import Seconds

from ..days import BankDay, date_of
from ..names import sepa_text
from ..parties import AcquiringBank
from ..payouts import Payout
from .parties import AchAccount

Lines = list[tuple[str, str]]
Blocks = list[tuple[str, Lines]]
_AMOUNT_MAX: Final = 9_999_999_999  # of one entry, in cents
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def said_by_ach(content: bytes) -> Blocks:
    """What the file says: header, batch, transfers, controls. Raises FormatError."""
    file = read_ach(content)
    blocks: Blocks = [("order", _fields(file.header))]
    for batch in file.batches:
        blocks.append(("batch", _fields(batch.header)))
        for entry in batch.entries:
            lines = [line for each in entry.addenda for line in _fields(each)]
            name = f"transfer {entry.fields['id'].rstrip()}"
            blocks.append((name, [*_fields(entry.fields), *lines]))
        blocks.append(("control of the batch", _fields(batch.control)))
    blocks.append(("control", _fields(file.control)))
    size = content.count(b"\n")
    blocks.append(("lines", [("lines", str(size)), ("ends", str(content.endswith(b"\n")))]))
    return blocks


def wanted_of_ach(
    day: BankDay, closed_at: Seconds, paid: Sequence[Payout], acquirer: AcquiringBank, before: int
) -> Blocks:
    """What it must say; nothing, if none of *paid* goes by the ACH."""
    own = acquirer.ach
    transfers = [(p, *each) for p in paid if p.is_ach for each in p.transfers()]
    if own is None or not transfers:
        return []
    cut_off = acquirer.order_cut_off if own.order_cut_off is None else own.order_cut_off
    days = acquirer.value_days if own.value_days is None else own.value_days
    zone, odfi = cut_off.zone, own.routing[:8]
    day_of_value = execution_date(closed_at, cut_off, "USD", days)
    header = {
        "priority": "01", "destination": f" {own.destination or own.routing}",
        "origin": f" {own.routing}", "date": card_date(closed_at, zone),
        "time": local_time(closed_at, zone)[0][:4], "modifier": _LETTERS[before], "size": "094",
        "blocking": "10", "format": "1",
        "destination_name": sepa_text(own.destination_name).upper()[:23],
        "origin_name": sepa_text(acquirer.name).upper()[:23],
    }  # fmt: skip
    batch = {
        "service": "200" if own.balanced else "220",
        "company": sepa_text(acquirer.name).upper()[:16], "company_id": own.company_id,
        "entry_class": "CCD", "description": "CARD SALES",
        "descriptive_date": date_of(day.label)[2:].replace("-", ""),
        "effective": day_of_value[2:].replace("-", ""),
        "status": "1", "odfi": odfi, "batch": "0000001",
    }  # fmt: skip
    blocks: Blocks = [("order", _line("1", header)), ("batch", _line("5", batch))]
    total, hashed, count = 0, 0, 0
    for number, (payout, reference, amount) in enumerate(transfers, 1):
        routing, account = payout.iban.split("/")
        entry = {
            "code": "22", "routing": routing, "account": account, "amount": str(amount).zfill(10),
            "id": reference, "name": sepa_text(payout.name).upper()[:22], "has_addenda": "1",
            "trace": odfi + str(number).zfill(7),
        }  # fmt: skip
        text = {
            "addenda": "05",
            "text": _purpose(payout),
            "number": "0001",
            "entry": str(number).zfill(7),
        }
        blocks.append((f"transfer {reference}", [*_line("6", entry), *_line("705", text)]))
        total, hashed, count = total + amount, hashed + int(routing[:8]), count + 2
    if own.balanced:
        debits = [_offset(acquirer, own, total, n) for n in range(-(-total // _AMOUNT_MAX))]
        for n, debit in enumerate(debits, len(transfers) + 1):
            line = _line("6", {**debit, "trace": odfi + str(n).zfill(7)})
            blocks.append(("transfer OFFSET", line))
        hashed, count = hashed + int(odfi) * len(debits), count + len(debits)
    sums = {
        "hash": str(hashed % HASH_MODULUS).zfill(10),
        "debits": str(total if own.balanced else 0).zfill(12), "credits": str(total).zfill(12),
    }  # fmt: skip
    control = {"service": batch["service"], "company_id": own.company_id, "odfi": odfi}
    control |= {"batch": "0000001", "count": str(count).zfill(6)}
    tens = (count + 4 + 9) // 10
    last = {"batches": "000001", "blocks": str(tens).zfill(6), "count": str(count).zfill(8)}
    blocks.append(("control of the batch", _line("8", {**control, **sums})))
    blocks.append(("control", _line("9", {**last, **sums})))
    blocks.append(("lines", [("lines", str(tens * 10)), ("ends", "True")]))
    return blocks


def _offset(acquirer: AcquiringBank, own: AchAccount, total: int, place: int) -> dict[str, str]:
    """The debit of our account that is the one behind *place* others, without its trace number."""
    left = min(total - place * _AMOUNT_MAX, _AMOUNT_MAX)
    return {
        "code": "27", "routing": own.routing, "account": own.account,
        "amount": str(left).zfill(10), "id": "OFFSET",
        "name": sepa_text(acquirer.name).upper()[:22], "has_addenda": "0",
    }  # fmt: skip


def _line(kind: str, said: dict[str, str]) -> Lines:
    """All fields of a record, those that are not *said* blank."""
    fields = {"type": kind[0], **said}
    lines = [(name, fields.get(name, "").ljust(size)) for name, size in LAYOUT[kind]]
    assert sum(len(text) for _, text in lines) == LINE_SIZE, "a field is too long"
    return lines


def _fields(record: Record) -> Lines:
    return list(record.items())


def _purpose(payout: Payout) -> str:
    said = f"Card sales {payout.business_date} {payout.merchant}"
    if payout.bounced:
        first, *others = payout.bounced
        said += f" / replaces {first}" + (f" and {len(others)} more" if others else "")
    return sepa_text(said)[:80]
