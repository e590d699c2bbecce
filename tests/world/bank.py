"""Settlement of the world: it closes bank days beside a switch that lives, or has just died."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import Engine

from cardswitch.switch.operate.settle import close_each
from cardswitch.switch.settlement.parties import AcquiringBank, MerchantAccount
from cardswitch.switch.store.books import Books, ClosedDay

from .journals import empty_database
from .network import Network
from .parts import Node

IBAN = "DE89370400440532013000"
BIC = "COBADEFFXXX"
MEMORY = Path("/dev/shm")  # a folder of its own is made in it; nothing may be slow


class Journalled(Struct):
    """What settlement asks of the configuration of a switch."""

    database: Engine
    acquirers: tuple[str, ...] = ()  # each of them opens its own books, which are no file


class Settled(Struct):
    """What it asks of its own."""

    books: Engine
    deposits: str
    acquirer: AcquiringBank
    accounts: tuple[MerchantAccount, ...]
    fees: tuple[Any, ...] = ()
    hold_days: int = 7
    name: str = ""


class Bank:
    """Closes days with the code that operators run, on the switch's journal and books in memory.

    They are those of the acquirer *name*, which settles *shops*.
    """

    def __init__(
        self, network: Network, switch: Node, journal: Engine, shops: Iterable[str], name: str = ""
    ) -> None:
        self._network, self._switch, self.name = network, switch, name
        self._config: Any = Journalled(journal)
        self.books = empty_database()
        self._accounts = tuple(
            MerchantAccount(id=shop, name=shop, iban=IBAN, bic=BIC) for shop in shops
        )

    def close(self) -> None:
        """Close every day that has ended. Raises Error if anything does not agree."""
        folder = tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None)
        bank = AcquiringBank(name="Acquirer", iban=IBAN, bic=BIC)
        settled: Any = Settled(self.books, folder, bank, self._accounts, name=self.name)
        try:
            clock = partial(self._network.time_of, self._switch)
            for _ in close_each(self._config, settled, self._record, clock=clock):
                self._network.counts["closed"] += 1
        finally:
            shutil.rmtree(folder)

    def booked(self) -> Counter[str]:
        """What was booked of each movement, by its name; minor units, signed."""
        found: Counter[str] = Counter()
        books = Books(self.books)  # type: ignore[arg-type]
        for close in books.closes():
            for movement in books.movements(close.business_date):
                found[movement.name] += movement.amount
        books.close()
        return found

    def _record(self, closed: ClosedDay) -> None:
        """Ask the switch; if it is dead, or dies, the next close does it."""
        told: dict[str, Any] = {"day": closed.business_date, "run": 1, "read_to": closed.read_to}
        told |= {"closed_at": closed.closed_at, "sha256": closed.sha256}
        told |= {"books_head": closed.books_head, "by": "bank"}
        now = self._network.time_of(self._switch)
        self._network.call(
            self._switch, lambda machine: machine.record_close(now, closed.business_date, told)
        )
