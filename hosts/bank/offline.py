"""The emulated bank in a folder: what it remembers, and what it answers to each order."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import chain, count
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.ach import is_ach
from cardswitch.specs.amounts import currency
from cardswitch.specs.errors import Error
from cardswitch.wire.operator.files import write_files
from cardswitch.wire.ports import Seconds
from cardswitch.wire.store.disk import lock_file, open_append, rename_file
from cardswitch.wire.store.files import file_trouble

from .account import FILES_MAX, Bank, Extract, Rejection, book, carry_out
from .ach import ach_returns, read_ach_order
from .answers import statement, status_report
from .config import BankConfig
from .order import ORDER_MAX, Unreadable, read_order
from .rules import today

MEMORY: Final = "bank.json"  # how its accounts stand, and which orders it has had
LOCK: Final = "bank.lock"
_PART: Final = ".part"  # of a file that has no name yet, see wire.operator.files
# Files of returns of one minute differ by a letter: the next ones belong to the next answers.
LETTERS_APART: Final = 17
STRICT: Final = BankConfig()


class Taken(Struct, frozen=True):
    """What a bank has made of an order."""

    files: tuple[str, ...]  # the names of its answers
    rejections: tuple[Rejection, ...]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only bank that answers into *folder*: each of two loses what the other remembers.

    Raises Error if another one does.
    """
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = open_append(path)
    except OSError as error:
        raise file_trouble(path, error) from None
    try:
        try:
            lock_file(lock)
        except OSError:
            raise Error(
                f"{folder}: a bank answers into that folder already: stop it (`cardswitch up` runs "
                "one), or name another folder"
            ) from None
        yield
    finally:
        os.close(lock)


def take(
    content: bytes, folder: Path, now: Seconds, config: BankConfig = STRICT, name: str = ""
) -> Taken:
    """Carry out the order *content*, the file *name*; answers are written to *folder*.

    The first order opens the account that it pays from, in its own currency. Raises Error.
    """
    if len(content) > ORDER_MAX:
        raise Unreadable(f"an order of over {ORDER_MAX} bytes")
    order = read_ach_order(content) if is_ach(content) else read_order(content)
    carried = carry_out(order, recall(folder), today(now, config.cut_off), config.rules)
    bank, extracts = book(carried.bank, _until(config, now))
    answers = {f"status-{bank.answers:06d}.xml": status_report(carried, now)}
    answers |= _statements(bank, extracts, now, config)
    _keep(folder, replace(bank, files=_with(bank, name)), answers)
    return Taken(tuple(answers), carried.rejections)


def book_due(folder: Path, now: Seconds, config: BankConfig) -> tuple[str, ...]:
    """Book what was taken before and is due on the day of *now*; the names of the statements."""
    before = recall(folder)
    bank, extracts = book(before, _until(config, now))
    if not extracts:
        return ()
    bank = replace(bank, answers=bank.answers + 1)
    answers = _statements(bank, extracts, now, config)
    _keep(folder, bank, answers)
    return tuple(answers)


def leave_alone(folder: Path, name: str) -> None:
    """Remember that the file *name* is no order, so that it is not read again."""
    bank = recall(folder)
    _keep(folder, replace(bank, files=_with(bank, name)), {})


def recall(folder: Path) -> Bank:
    """What the bank remembers, after it has given the answers of before a crash their names."""
    path = folder / MEMORY
    if not path.exists():
        return Bank()
    try:
        bank = msgspec.json.decode(path.read_bytes(), type=Bank)
    except msgspec.MsgspecError:
        raise Error(f"{path} is damaged: move it away, and a new bank is opened") from None
    for part in folder.glob(f"st*-{bank.answers:06d}*{_PART}"):
        rename_file(part, part.with_suffix(""))
    return bank


class AccountLine(Struct, frozen=True):
    """An account as people see it."""

    iban: str
    currency: str
    amount: Decimal  # with the decimals of the currency
    what: str  # pays: what is on it; is paid: what was credited to it, less what came back


def accounts_of(folder: Path) -> list[AccountLine]:
    """The accounts that orders pay from, and those that they pay. Raises Error."""
    bank = recall(folder)
    pay = [_line(a.iban, a.currency, a.balance, "pays") for a in bank.accounts]
    paid = []
    for key, amount in sorted(bank.credited.items()):
        iban, _, code = key.rpartition("/")
        paid.append(_line(iban, code, amount, "is paid"))
    return [*pay, *paid]


def _line(iban: str, code: str, amount: Decimal, what: str) -> AccountLine:
    decimals = Decimal(1).scaleb(-currency(code).exponent)
    return AccountLine(iban, code, amount.quantize(decimals), what)


def _keep(folder: Path, bank: Bank, answers: dict[str, bytes]) -> None:
    # What a crash left before the memory knew of it: recall() would take it for an answer.
    for part in folder.glob(f"st*-{bank.answers:06d}*{_PART}"):
        part.unlink()
    # Memory first: an answer that it does not know of would be given again, and say another time.
    write_files(folder, {MEMORY: msgspec.json.encode(bank), **answers})


def _statements(
    bank: Bank, extracts: tuple[Extract, ...], now: Seconds, config: BankConfig
) -> dict[str, bytes]:
    returns: dict[str, bytes] = {}
    statements: dict[str, bytes] = {}
    for each in extracts:
        code = each.after.currency
        number = bank.answers + len(returns) * LETTERS_APART
        back = ach_returns(each.bookings, now, config.cut_off.zone, number)
        if back:
            returns[_free(f"status-{bank.answers:06d}-returns-{code}", ".ach", returns)] = back
        name = _free(f"statement-{bank.answers:06d}-{code}", ".xml", statements)
        statements[name] = statement(each, now)
    return returns | statements


def _free(stem: str, suffix: str, taken: Collection[str]) -> str:
    """The name *stem*; of a further account in the same currency, with a number: -2, -3, ..."""
    names = (f"{stem}{number}{suffix}" for number in chain([""], map("-{}".format, count(2))))
    return next(name for name in names if name not in taken)


def _until(config: BankConfig, now: Seconds) -> str:
    return "9999-12-31" if config.at_once else today(now, config.cut_off).date


def _with(bank: Bank, name: str) -> tuple[str, ...]:
    return (*bank.files, name)[-FILES_MAX:] if name else bank.files
