"""Orders by the ACH as a strict bank reads them, and the file of what comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from cardswitch.specs.ach import (
    BLOCK_SIZE,
    CHANGE,
    FILL,
    HASH_MODULUS,
    RETURN,
    AchBatch,
    AchEntry,
    is_routing_number,
    read_ach,
)
from cardswitch.specs.dates import card_date, local_time
from cardswitch.specs.errors import FormatError
from cardswitch.specs.holidays import is_bank_day
from cardswitch.wire.ports import Seconds

from .account import Booking, back_trace
from .order import Fault, Order, Payment, Transfer, Unreadable

_ORDER_CODES: Final = ("22", "32", "27", "37")  # credits and debits of both kinds of accounts
_RETURNED: Final = "21"  # a credit to a checking account that comes back, or is to be changed
_CENTS: Final = 2
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def read_ach_order(content: bytes) -> Order:
    """The file *content* as a bank sees it. Raises Unreadable."""
    try:
        file = read_ach(content)
    except FormatError as error:
        raise Unreadable(f"no file of the ACH that a bank takes: {error}") from None
    faults = [Fault("AM10" if "expected" in each else "FF01", each) for each in file.faults]
    if not file.batches:
        faults.append(Fault("FF01", "no batch"))
    origin = file.header["origin"].strip()
    if not is_routing_number(origin):
        faults.append(Fault("RC01", f"origin {origin!r} is no routing number"))
    payments = tuple(_payment(file.name, batch) for batch in file.batches)
    references = [each.reference for payment in payments for each in payment.transfers]
    if len(set(references)) < len(references):
        faults.append(Fault("AM05", "an identification number is there twice"))
    return Order(name=file.name, payments=payments, faults=tuple(faults), form="NACHA CCD")


def _payment(name: str, batch: AchBatch) -> Payment:
    header = batch.header
    effective = header["effective"]
    day = f"20{effective[:2]}-{effective[2:4]}-{effective[4:]}"
    credits = [each for each in batch.entries if each.amount >= 0]
    return Payment(
        name=f"{name}-{int(header['batch'])}",
        is_batch=True,
        execution=day,
        iban=f"{header['odfi']}/{header['company_id'].strip()}",
        transfers=tuple(_transfer(each) for each in credits),
        faults=tuple(_faults(batch, day)),
    )


def _transfer(entry: AchEntry) -> Transfer:
    said = entry.fields
    return Transfer(
        reference=said["id"].rstrip(),
        amount=Decimal(entry.amount).scaleb(-_CENTS),
        currency="USD",
        name=said["name"].rstrip(),
        iban=f"{said['routing']}/{said['account'].rstrip()}",
        bic="",
        trace=said["trace"],
    )


def _faults(batch: AchBatch, day: str) -> Iterator[Fault]:
    header = batch.header
    if header["entry_class"] != "CCD":
        yield Fault("FF01", f"entries of class {header['entry_class']}: this bank takes CCD alone")
    try:
        works = is_bank_day(day, "USD")
    except FormatError:
        works = False
    if not works:
        yield Fault("DT01", f"{day} is no day of the Federal Reserve")
    total = sum(each.amount for each in batch.entries)
    if header["service"] == "200" and total:
        yield Fault("AM10", f"a balanced batch comes to nothing, and this one to {total} cents")
    for each in batch.entries:
        said, name = each.fields, each.fields["id"].rstrip()
        if said["code"] not in _ORDER_CODES:
            yield Fault("FF01", f"transaction code {said['code']} in an order", name)
        if not name or not said["name"].strip():
            yield Fault("FF01", "no identification number, or no name", name)
        if not each.amount:
            yield Fault("AM01", "the amount is not above zero", name)
        if said["trace"][:8] != header["odfi"]:
            yield Fault("FF01", "its trace number is not one of the bank that it comes from", name)


# What comes back ----------------------------------------------------------------------------------


def ach_returns(bookings: Sequence[Booking], now: Seconds, zone: str, number: int) -> bytes:
    """The file that sends credits back, or says what to change; empty if *bookings* have neither.

    *number* is how often the bank has answered: the files of a day are told apart by a letter.
    """
    back = [each for each in bookings if each.code and each.entry]
    if not back:
        return b""
    ours = back[0].transfers[0].trace[:8]
    lines = [_header(ours, now, zone, _ALPHABET[number % len(_ALPHABET)])]
    sums = [0, 0, 0]
    for place, booking in enumerate(back, 1):
        lines += _batch(booking, place, ours, sums)
    count, hashed, money = sums
    blocks = -(-(len(lines) + 1) // BLOCK_SIZE)
    totals = f"{count:08d}{hashed % HASH_MODULUS:010d}{0:012d}{money:012d}"
    lines.append(f"9{len(back):06d}{blocks:06d}{totals}{'':39}")
    lines += [FILL] * (blocks * BLOCK_SIZE - len(lines))
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _header(ours: str, now: Seconds, zone: str, modifier: str) -> str:
    checked = next(f"{ours}{digit}" for digit in range(10) if is_routing_number(f"{ours}{digit}"))
    day, time = card_date(now, zone), local_time(now, zone)[0][:4]
    bank = f"{'RETURNS':23}"
    return f"101 {checked} {checked}{day}{time}{modifier}094101{bank}{bank}{'':8}"


def _batch(booking: Booking, place: int, ours: str, sums: list[int]) -> list[str]:
    [transfer] = booking.transfers
    routing, _, account = transfer.iban.partition("/")
    cents = 0 if booking.is_change else int(transfer.amount.scaleb(_CENTS))
    company = booking.iban.partition("/")[2]
    service, name = "220", "COR" if booking.is_change else "CCD"
    about = f"{booking.code}{transfer.trace}{'':6}{routing[:8]}"
    if booking.is_change:
        addenda = f"7{CHANGE}{about}{_changed(booking.code, routing, account):29}{'':15}"
    else:
        addenda = f"7{RETURN}{about}{'AS ASKED FOR':44}"
    trace = back_trace(transfer)
    sums[0] += 2
    sums[1] += int(routing[:8])
    sums[2] += cents
    totals = f"{2:06d}{int(routing[:8]):010d}{0:012d}{cents:012d}"
    day = booking.day[2:].replace("-", "")
    return [
        f"5{service}{'RETURNS':36}{company:10}{name}{'CARD SALES':10}{day}{day}{'':3}1"
        f"{ours}{place:07d}",
        f"6{_RETURNED}{routing}{account:17}{cents:010d}{transfer.reference:15}"
        f"{transfer.name:22}  1{trace}",
        f"{addenda}{trace}",
        f"8{service}{totals}{company:10}{'':25}{ours}{place:07d}",
    ]


def _changed(code: str, routing: str, account: str) -> str:
    """What to write next time: another account, or routing number, as the code says."""
    if code == "C02":
        return "021000021"
    if code == "C03":
        return f"021000021   1{account}"[:29]
    return f"1{account}"[:17]
