"""Carries orders out on accounts of the emulated bank: what is taken, booked and sent back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from .order import Fault, Order, Payment, Transfer
from .rules import Rules, Today

# What the name of a creditor asks for, as a public simulator of a bank has it.
_WISH: Final = re.compile(r"ERR([A-Z]{2}[0-9]{2}|R[0-9]{2})(RJCT|RTRN)|ERR(C[0-9]{2})NOC")
ORDERS_MAX: Final = 10_000  # whose MsgId is remembered
FILES_MAX: Final = 10_000  # that are not read again
OPENING: Final = Decimal(1_000_000)  # what is on an account that an order opens


class Account(Struct, frozen=True, kw_only=True):
    """An account of whoever hands orders in; amounts in its currency."""

    iban: str
    currency: str = "EUR"
    balance: Decimal = OPENING
    statements: int = 0  # how many there were


class Booking(Struct, frozen=True, kw_only=True):
    """One entry of a statement: transfers that went together, or one that came back."""

    iban: str  # the account that it stands on
    currency: str
    payment: str
    transfers: tuple[Transfer, ...]
    day: str  # YYYY-MM-DD
    code: str = ""  # why it came back; "" for what went
    entry: str = ""  # what the bank calls it, where another file names it too
    is_change: bool = False  # it went; the bank says what to write next time

    @property
    def amount(self) -> Decimal:
        """What it does to the account: below zero what went."""
        if self.is_change:
            return Decimal(0)
        total = sum((each.amount for each in self.transfers), Decimal(0))
        return total if self.code else -total


class Bank(Struct, frozen=True, kw_only=True):
    """All that the bank remembers."""

    accounts: tuple[Account, ...] = ()
    orders: tuple[str, ...] = ()  # the MsgIds that it has had
    files: tuple[str, ...] = ()  # and the names of the files that it has read
    answers: int = 0  # how often it has answered
    # By IBAN and currency, what was credited to accounts that orders pay, wherever they are.
    credited: Mapping[str, Decimal] = {}
    waiting: tuple[Booking, ...] = ()  # taken, and to be booked when their day comes

    def account(self, iban: str, currency: str) -> Account | None:
        """The account of that number and currency."""
        return next(
            (each for each in self.accounts if (each.iban, each.currency) == (iban, currency)), None
        )


class Rejection(Struct, frozen=True, gc=False, kw_only=True):
    """What was not taken: the whole order, a payment, or a transfer, and why."""

    payment: str = ""
    reference: str = ""
    code: str
    text: str


class Extract(Struct, frozen=True, kw_only=True):
    """What was booked on one account, which stood at *before* and now at *after*."""

    before: Account
    after: Account
    bookings: tuple[Booking, ...]


class Carried(Struct, frozen=True, kw_only=True):
    """What became of an order."""

    order: Order
    rejections: tuple[Rejection, ...]
    checked: Mapping[str, tuple[str, str]]  # by reference: what the payee check found, and a name
    bank: Bank  # as it stands then; what was taken waits to be booked


def carry_out(order: Order, bank: Bank, today: Today, rules: Rules) -> Carried:
    """*order*, handed in *today*: what is taken waits for :func:`book`."""
    faults = list(order.faults)
    if order.name in bank.orders:
        faults.append(Fault("DU01", "the bank has had an order of this MsgId before"))
    rejections = [Rejection(code=fault.code, text=fault.text) for fault in faults]
    checked: dict[str, tuple[str, str]] = {}
    for payment in () if faults else order.payments:
        bank = _opened(bank, payment)
        for transfer in payment.transfers:
            if found := rules.payee(transfer.iban, transfer.name):
                checked[transfer.reference] = found
        refused, transfers = _taken(payment, today, rules, checked)
        rejections += refused
        bank = replace(bank, waiting=(*bank.waiting, *_booked(payment, transfers)))
    orders = (*bank.orders, order.name)[-ORDERS_MAX:]
    after = replace(bank, orders=orders, answers=bank.answers + 1)
    return Carried(order=order, rejections=tuple(rejections), checked=checked, bank=after)


def book(bank: Bank, until: str = "9999-12-31") -> tuple[Bank, tuple[Extract, ...]]:
    """Book what waits for a day up to *until*, and give an extract of each account that moved."""
    due = [each for each in bank.waiting if each.day <= until]
    accounts, extracts, credited = [], [], dict(bank.credited)
    for before in bank.accounts:
        own = tuple(b for b in due if (b.iban, b.currency) == (before.iban, before.currency))
        total = sum((each.amount for each in own), Decimal(0))
        after = before
        if own:
            after = replace(
                before, balance=before.balance + total, statements=before.statements + 1
            )
            extracts.append(Extract(before=before, after=after, bookings=own))
        accounts.append(after)
    for booking in due:
        for transfer in () if booking.is_change else booking.transfers:
            key = f"{transfer.iban}/{transfer.currency}"
            amount = -transfer.amount if booking.code else transfer.amount
            credited[key] = credited.get(key, Decimal(0)) + amount
    left = tuple(each for each in bank.waiting if each.day > until)
    after_all = replace(bank, accounts=tuple(accounts), waiting=left, credited=credited)
    return after_all, tuple(extracts)


def _opened(bank: Bank, payment: Payment) -> Bank:
    """With the account that *payment* comes from, which the first order opens."""
    for code in {transfer.currency for transfer in payment.transfers}:
        if bank.account(payment.iban, code) is None:
            opened = Account(iban=payment.iban, currency=code)
            bank = replace(bank, accounts=(*bank.accounts, opened))
    return bank


def _taken(
    payment: Payment, today: Today, rules: Rules, checked: Mapping[str, tuple[str, str]]
) -> tuple[list[Rejection], list[Transfer]]:
    whole = [fault for fault in payment.faults if not fault.reference]
    if not whole:  # Its day is one of the calendar then.
        whole = list(today.faults(payment.execution))
    if whole:
        return [
            Rejection(payment=payment.name, code=each.code, text=each.text) for each in whole
        ], []
    refused = {each.reference: (each.code, each.text) for each in payment.faults}
    for transfer in payment.transfers:
        code, deed = _wish(transfer)
        if deed == "RJCT":
            refused[transfer.reference] = code, "as asked for"
        elif rules.refuses(checked.get(transfer.reference)):
            refused[transfer.reference] = "BE01", "the name is not that of the account"
    return [
        Rejection(payment=payment.name, reference=reference, code=code, text=text)
        for reference, (code, text) in refused.items()
    ], [each for each in payment.transfers if each.reference not in refused]


def _booked(payment: Payment, transfers: list[Transfer]) -> Iterator[Booking]:
    groups = [transfers] if payment.is_batch else [[transfer] for transfer in transfers]
    for group in filter(None, groups):
        yield _booking(payment, group)
    for transfer in transfers:
        code, deed = _wish(transfer)
        if deed in ("RTRN", "NOC"):
            back = _booking(payment, [transfer], code)
            named = f"ACH {back_trace(transfer)}" if transfer.trace else ""
            yield replace(back, entry=named, is_change=deed == "NOC")


def _booking(payment: Payment, transfers: list[Transfer], code: str = "") -> Booking:
    return Booking(
        iban=payment.iban,
        currency=transfers[0].currency,
        payment=payment.name,
        transfers=tuple(transfers),
        day=payment.execution,
        code=code,
    )


def _wish(transfer: Transfer) -> tuple[str, str]:
    found = _WISH.search(transfer.name)
    if found is None:
        return "", ""
    return (found[3], "NOC") if found[3] else (found[1], found[2])


def back_trace(transfer: Transfer) -> str:
    """The trace number under which *transfer* comes back, at the bank that it went to."""
    return f"{transfer.iban[:8]}{transfer.trace[8:]}"
