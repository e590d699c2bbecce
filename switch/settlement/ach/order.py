"""The deposit of a day as a file of the ACH: CCD credits, each with its purpose in addenda."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from string import ascii_uppercase, digits
from typing import Final

from cardswitch.specs.ach import (
    BLOCK_SIZE,
    CREDIT,
    DEBIT,
    FILL,
    HASH_MODULUS,
    TEXT,
    is_ach,
    read_ach,
)
from cardswitch.specs.amounts import currency
from cardswitch.specs.dates import card_date, local_time
from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds

from ..days import date_of
from ..formats.orders import Ordered
from ..names import sepa_text
from ..parties import AcquiringBank
from ..payouts import REPLACES, Payout
from .parties import AMOUNT_MAX, CURRENCY, AchAccount, destination, parted

MODIFIERS: Final = ascii_uppercase + digits  # of the files of one day
TOTAL_MAX: Final = 10**12 - 1  # cents: twelve digits of a control
ENTRIES_MAX: Final = 999_999  # entries and addenda: six digits of a control
_TEXT_MAX: Final = 80
_CREDITS, _MIXED = "220", "200"  # service classes


def ach_order(
    payouts: Iterable[Payout],
    acquirer: AcquiringBank,
    business_date: str,
    created: Seconds,
    before: int,
) -> bytes:
    """The file that asks for those of *payouts* that go by the ACH; empty if none does.

    *before* is how many files were made on the day of *created* already. Raises Error if there were
    too many, or they come to too much.
    """
    own = acquirer.ach
    paid = [payout for payout in payouts if payout.amount and payout.is_ach]
    if own is None or not paid:
        return b""
    if before >= len(MODIFIERS):
        raise Error(f"{len(MODIFIERS)} files of the ACH were made today, and it takes no more")
    zone = acquirer.cut_off(CURRENCY).zone
    entries = [*_entries(paid, own.routing[:8])]
    total = sum(payout.amount for payout in paid)
    if total > TOTAL_MAX:
        raise Error("deposits by the ACH come to over twelve digits: no file of it can carry them")
    if own.balanced:
        entries += _debits(own, acquirer.name, total, len(entries) // 2)
    if len(entries) > ENTRIES_MAX:
        raise Error("deposits by the ACH are over 499,999 transfers: no file of it can carry them")
    routings = [line[3:11] for line in entries if line[0] == "6"]
    service = _MIXED if own.balanced else _CREDITS
    debits = total if own.balanced else 0
    sums = f"{sum(map(int, routings)) % HASH_MODULUS:010d}{debits:012d}{total:012d}"
    day = card_date(created, zone)
    effective = acquirer.execution(created, CURRENCY)[2:].replace("-", "")
    lines = [
        _header(own, acquirer.name, day, local_time(created, zone)[0][:4], MODIFIERS[before]),
        f"5{service}{_text(acquirer.name, 16)}{'':20}{own.company_id}CCD{'CARD SALES':10}"
        f"{date_of(business_date)[2:].replace('-', '')}{effective}{'':3}1{own.routing[:8]}0000001",
        *entries,
        f"8{service}{len(entries):06d}{sums}{own.company_id}{'':25}{own.routing[:8]}0000001",
    ]
    blocks = -(-(len(lines) + 1) // BLOCK_SIZE)
    lines.append(f"9000001{blocks:06d}{len(entries):08d}{sums}{'':39}")
    lines += [FILL] * (blocks * BLOCK_SIZE - len(lines))
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _header(own: AchAccount, name: str, day: str, time: str, modifier: str) -> str:
    to = own.destination or own.routing
    return (
        f"101 {to} {own.routing}{day}{time}{modifier}094101"
        f"{_text(own.destination_name, 23)}{_text(name, 23)}{'':8}"
    )


def _entries(paid: Sequence[Payout], odfi: str) -> Iterator[str]:
    number = 0
    for payout in paid:
        for reference, amount in payout.transfers():
            number += 1
            trace = f"{odfi}{number:07d}"
            yield _entry(CREDIT, payout.iban, amount, reference, payout.name, "1", trace)
            text = sepa_text(payout.purpose, _TEXT_MAX)
            yield f"7{TEXT}{text:80}0001{number:07d}"


def _debits(own: AchAccount, name: str, total: int, number: int) -> Iterator[str]:
    """What our account pays, behind *number* credits: as many entries as their digits need."""
    while total:
        number += 1
        part = min(total, AMOUNT_MAX)
        trace = f"{own.routing[:8]}{number:07d}"
        yield _entry(DEBIT, own.name, part, "OFFSET", name, "0", trace)
        total -= part


def _entry(
    code: str, to: str, amount: int, reference: str, name: str, has_addenda: str, trace: str
) -> str:
    routing, account = parted(to)
    return (
        f"6{code}{routing}{account:17}{amount:010d}{reference:15}{_text(name, 22)}  "
        f"{has_addenda}{trace}"
    )


def _text(name: str, length: int) -> str:
    return f"{sepa_text(name).upper()[:length]:{length}}"


def read_ach_order(business_date: str, content: bytes) -> Iterator[Ordered]:
    """The transfers of the file *content*, which the books keep of the day *business_date*."""
    assert is_ach(content), "it is called so"
    file = read_ach(content)
    for batch in file.batches:
        execution = batch.header["effective"]
        for entry in batch.entries:
            said, about = entry.fields, entry.addendum(TEXT)
            if about is None:
                continue  # The debit of our account.
            text = about["text"].rstrip().removeprefix(f"Card sales {business_date} ")
            yield Ordered(
                business_date=business_date,
                order_id=file.name,
                payment_id=f"{file.name}-{int(batch.header['batch'])}",
                reference=said["id"].rstrip(),
                merchant=text.partition(REPLACES)[0],
                currency=currency(CURRENCY).numeric,
                amount=entry.amount,
                iban=destination(said["routing"], said["account"].rstrip()),
                execution=f"20{execution[:2]}-{execution[2:4]}-{execution[4:]}",
            )
