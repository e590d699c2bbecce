"""The emulated bank without a wire: an order in a folder, its answers beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from cardswitch.specs.dates import utc_text
from cardswitch.specs.errors import Error
from cardswitch.wire.operator.files import write_files
from cardswitch.wire.ports import Seconds

from .account import Account, Rejection, carry_out
from .answers import statement, status_report
from .order import read_order

ACCOUNT: Final = "account.json"  # how the account stands, and which orders it has had


class Taken(Struct, frozen=True):
    """What a bank has made of an order."""

    files: tuple[str, ...]  # the names of its answers
    rejections: tuple[Rejection, ...]


def take(content: bytes, folder: Path, now: Seconds) -> Taken:
    """Carry the order *content* out on the account in *folder*, where its answers are written.

    The first order opens the account, in its own currency. Raises Error.
    """
    order = read_order(content)
    account = _account(folder / ACCOUNT)
    if account is None:
        if not order.payments or not order.payments[0].transfers:
            raise Error("an order without a transfer opens no account")
        first = order.payments[0]
        account = Account(iban=first.iban, currency=first.transfers[0].currency)
    carried = carry_out(order, account, utc_text(now)[:10])
    number = carried.after.statements
    answers = {f"status-{number:06d}.xml": status_report(carried, now)}
    if booked := statement(carried, now):
        answers[f"statement-{number:06d}.xml"] = booked
    write_files(folder, {**answers, ACCOUNT: msgspec.json.encode(carried.after)})
    return Taken(tuple(answers), carried.rejections)


def _account(path: Path) -> Account | None:
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Account)
    except msgspec.MsgspecError:
        raise Error(f"{path} is damaged: move it away, and a new account is opened") from None
