"""Carries an order out on an account of the emulated bank: what is taken, booked and sent back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from .order import Fault, Order, Payment, Transfer

# What the name of a creditor asks for, as a public simulator of a bank has it.
_WISH: Final = re.compile(r"ERR([A-Z]{2}[0-9]{2})(RJCT|RTRN)")
ORDERS_MAX: Final = 10_000  # whose MsgId is remembered


class Account(Struct, frozen=True, kw_only=True):
    """The account of whoever hands orders in; amounts in its currency."""

    iban: str
    currency: str = "EUR"
    balance: Decimal = Decimal("1000000.00")
    orders: tuple[str, ...] = ()  # the MsgIds that it has had
    statements: int = 0  # how many there were


class Rejection(Struct, frozen=True, gc=False, kw_only=True):
    """What was not taken: the whole order, a payment, or a transfer, and why."""

    payment: str = ""
    reference: str = ""
    code: str
    text: str


class Booking(Struct, frozen=True, kw_only=True):
    """One entry of a statement: transfers that went together, or one that came back."""

    payment: str
    transfers: tuple[Transfer, ...]
    day: str  # YYYY-MM-DD
    code: str = ""  # why it came back; "" for what went

    @property
    def amount(self) -> Decimal:
        """What it does to the account: below zero what went."""
        total = sum((each.amount for each in self.transfers), Decimal(0))
        return total if self.code else -total


class Carried(Struct, frozen=True, kw_only=True):
    """What became of an order."""

    order: Order
    rejections: tuple[Rejection, ...]
    bookings: tuple[Booking, ...]
    before: Account
    after: Account


def carry_out(order: Order, account: Account, today: str) -> Carried:
    """*order* handed in on *today*, the bank's date ``YYYY-MM-DD``, before its cut-off."""
    faults = list(order.faults)
    if order.name in account.orders:
        faults.append(Fault("DU01", "the bank has had an order of this MsgId before"))
    if faults:
        rejections = [Rejection(code=fault.code, text=fault.text) for fault in faults]
        bookings: list[Booking] = []
    else:
        rejections, bookings = [], []
        for payment in order.payments:
            refused, transfers = _taken(payment, account, today)
            rejections += refused
            bookings += _booked(payment, transfers)
    after = replace(
        account,
        balance=account.balance + sum((each.amount for each in bookings), Decimal(0)),
        orders=(*account.orders, order.name)[-ORDERS_MAX:],
        statements=account.statements + 1,
    )
    return Carried(
        order=order,
        rejections=tuple(rejections),
        bookings=tuple(bookings),
        before=account,
        after=after,
    )


def _taken(
    payment: Payment, account: Account, today: str
) -> tuple[list[Rejection], list[Transfer]]:
    whole = [fault for fault in payment.faults if not fault.reference]
    if payment.iban != account.iban:
        whole.append(Fault("AC01", "no account of ours"))
    if any(transfer.currency != account.currency for transfer in payment.transfers):
        whole.append(Fault("AM03", f"the account is in {account.currency}"))
    if payment.execution < today:
        whole.append(Fault("DT01", f"{payment.execution} is past"))
    if whole:
        return [
            Rejection(payment=payment.name, code=each.code, text=each.text) for each in whole
        ], []
    refused = {
        each.reference: Rejection(
            payment=payment.name, reference=each.reference, code=each.code, text=each.text
        )
        for each in payment.faults
    }
    for transfer in payment.transfers:
        code, deed = _wish(transfer)
        if deed == "RJCT":
            refused[transfer.reference] = Rejection(
                payment=payment.name, reference=transfer.reference, code=code, text="as asked for"
            )
    return list(refused.values()), [t for t in payment.transfers if t.reference not in refused]


def _booked(payment: Payment, transfers: list[Transfer]) -> Iterator[Booking]:
    groups = [transfers] if payment.is_batch else [[transfer] for transfer in transfers]
    for group in groups:
        if group:
            yield Booking(payment=payment.name, transfers=tuple(group), day=payment.execution)
    for transfer in transfers:
        code, deed = _wish(transfer)
        if deed == "RTRN":
            yield Booking(
                payment=payment.name, transfers=(transfer,), day=payment.execution, code=code
            )


def _wish(transfer: Transfer) -> tuple[str, str]:
    found = _WISH.search(transfer.name)
    return (found[1], found[2]) if found else ("", "")
