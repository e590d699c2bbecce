"""What settlement asks of the switch: to end the bank day that runs, and to note what it booked."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..core.row import Vault
from ..settlement.days import run_of
from ..settlement.entries import BankEntry
from ..store.books import ClosedDay
from .config import SwitchConfig
from .deeds import perform


def cut_over(config: SwitchConfig, vault: Vault, because: str, acquirer: str = "") -> None:
    """End the bank day of *acquirer* that runs; the switch may run or not. Raises Error."""
    perform(config, vault, "cut_over", {"because": because, **_whose(acquirer)})


def record_booked(
    config: SwitchConfig, vault: Vault, booked: ClosedDay | BankEntry, acquirer: str = ""
) -> None:
    """Have the journal name what *acquirer* has *booked*.

    So lost books are never refilled by paying.
    """
    if isinstance(booked, BankEntry):
        told = {"entry": msgspec.to_builtins(booked), **_whose(acquirer)}
        perform(config, vault, "record_bank", told)
    else:
        record_close(config, vault, booked)


def record_close(config: SwitchConfig, vault: Vault, closed: ClosedDay) -> None:
    """Have the journal name the close *closed*."""
    label = closed.business_date
    told = {
        "day": label,
        "run": run_of(label),
        "read_to": closed.read_to,
        "closed_at": closed.closed_at,
        "sha256": closed.sha256,
        "books_head": closed.books_head,
    }
    perform(config, vault, "record_close", told)


def _whose(acquirer: str) -> Mapping[str, str]:
    return {"acquirer": acquirer} if acquirer else {}
