"""What operators correct: a journal of their own, and captures that nobody could be paid for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from cardswitch.specs.errors import Error

from ...settlement.deeds.chart import CHART, account_of
from ...settlement.deeds.corrections import require_correction
from ...settlement.entries import BankEntry
from ...settlement.ledger import merchant_of, merchant_payable
from ...settlement.movements import UNDONE, Movement
from ...settlement.payouts import why_unpaid
from ...store.books import BooksReading
from ..config import SettlementConfig
from ..settle import Settling
from .take import decide


class AccountBalance(Struct, frozen=True, gc=False, kw_only=True):
    """What an account holds in one currency: debits above zero, what we owe below it."""

    account: str
    currency: str  # ISO 4217 numeric; "" where nothing was ever booked
    amount: int  # minor units
    text: str  # what the account is


class Suspended(Struct, frozen=True, gc=False, kw_only=True):
    """One movement that stands in suspense."""

    movement: str  # its name, such as sale:17
    rrn: str
    moved_on: str
    merchant: str  # "" where field 42 was empty
    terminal: str
    currency: str  # ISO 4217 numeric
    amount: int  # minor units; below zero what was undone
    why: str


def accounts(books: BooksReading) -> Iterator[AccountBalance]:
    """Every account of the chart, with its balances; one that holds nothing once."""
    held = sorted(books.balances().items())
    for name, about in CHART.items():
        own = [each for each in held if account_of(each[0][0])[0] == name]
        for (account, code), amount in own:
            yield AccountBalance(account=account, currency=code, amount=amount, text=about.text)
        if not own:
            shown = f"{name}MERCHANT" if name.endswith(":") else name
            yield AccountBalance(account=shown, currency="", amount=0, text=about.text)


def correct(
    opened: Settling, debit: str, credit: str, currency: str, amount: int, because: str
) -> BankEntry:
    """Book a journal that moves *amount* from *credit* to *debit*. Raises Error."""
    require_correction(debit, credit, amount, _merchants(opened))
    return decide(
        opened, "correct", currency=currency, because=because,
        debit=debit, credit=credit, amount=amount,
    )  # fmt: skip


def _merchants(opened: Settling) -> set[str]:
    owed = {name for name, _ in opened.books.owed()}
    return owed | {merchant.id for merchant in opened.config.merchants}


# Suspense -----------------------------------------------------------------------------------------


def suspense(books: BooksReading, settlement: SettlementConfig) -> list[Suspended]:
    """The movements whose merchant has no account, or none is known of, in their order."""
    accounts = {account.id for account in settlement.accounts}
    owed = (
        (merchant_of(account), code) for (account, code), amount in books.balances().items()
        if amount
    )  # fmt: skip
    keys = {(name, code) for name, code in owed if name is not None and name not in accounts}
    return [_suspended(each, settlement) for each in books.suspended(keys)]


def _suspended(each: Movement, settlement: SettlementConfig) -> Suspended:
    return Suspended(
        movement=each.name,
        rrn=each.rrn,
        moved_on=each.moved_on,
        merchant=each.merchant,
        terminal=each.terminal,
        currency=each.currency,
        amount=each.amount,
        why=why_unpaid(each.merchant, each.currency, None, settlement.acquirer),
    )


def clear(opened: Settling, name: str, to: str, because: str) -> list[BankEntry]:
    """Have *to* be owed what stands in suspense under *name*: an RRN, or a movement.

    The next close pays it. Raises Error, and then nothing is booked.
    """
    found = _named(suspense(opened.books, opened.config), name)
    account = {each.id: each for each in opened.config.accounts}.get(to)
    for each in found:
        unpaid = why_unpaid(to, each.currency, account, opened.config.acquirer)
        if unpaid:
            raise Error(f"{to} could not be paid it: {unpaid}")
    return [
        decide(
            opened, "clear", merchant=to, currency=each.currency, reference=each.movement,
            because=because, debit=merchant_payable(each.merchant), credit=merchant_payable(to),
            amount=each.amount,
        )
        for each in found
    ]  # fmt: skip


def _named(found: Sequence[Suspended], name: str) -> list[Suspended]:
    own = [each for each in found if name in (each.movement, each.rrn)]
    if not own:
        raise Error(f"nothing of {name!r} is in suspense: cardswitch settle suspense list")
    captures = [m for m in (each.movement for each in own) if UNDONE not in m]
    if len(captures) > 1:
        raise Error(f"{name} is the RRN of {len(captures)}: name one, {' or '.join(captures)}")
    return own
