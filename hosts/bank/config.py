"""The section [bank] of the configuration, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from cardswitch.specs.holidays import OrderCutOff
from cardswitch.specs.registries import is_iban
from cardswitch.wire.web.place import WebPlace

from .rules import PayeeCheck, Rules


class BankPagesConfig(WebPlace, frozen=True, kw_only=True):
    """Where customers of the bank approve transfers; the first of *names* stands in links."""

    names: Annotated[tuple[str, ...], Meta(min_length=1)] = ("bank.localhost", "localhost")
    shops: tuple[str, ...] = ()  # the origins that customers may be sent back to
    credits: str = "credits"  # the folder where payees are told, by camt.054

    def placed(self, folder: Path) -> BankPagesConfig:
        """The same with its relative paths made to count from *folder*."""
        return replace(super().placed(folder), credits=str(folder / self.credits))


class BankConfig(Struct, frozen=True, kw_only=True):
    """The bank emulator: where orders come from, where answers go, and what it asks of orders."""

    orders: str = "deposits"  # the folder that it watches
    answers: str = "bank"  # and the one that it writes to
    pages: BankPagesConfig | None = None  # none: nobody pays there by a link
    cut_off: OrderCutOff = OrderCutOff()
    at_once: bool = True  # book what is taken at once, though its day is to come
    payees: Mapping[str, str] = {}  # whose account an IBAN is, for the payee check
    payee_check: PayeeCheck = "tell"

    def __post_init__(self) -> None:
        for iban in self.payees:
            if not is_iban(iban):
                raise ValueError(f"payees: {iban!r}: expected an IBAN without spaces")

    @property
    def rules(self) -> Rules:
        """What of it concerns payees."""
        return Rules(self.payees, self.payee_check)

    def placed(self, folder: Path) -> BankConfig:
        """The same with its relative paths made to count from *folder*."""
        orders, answers = str(folder / self.orders), str(folder / self.answers)
        pages = self.pages.placed(folder) if self.pages is not None else None
        return replace(self, orders=orders, answers=answers, pages=pages)
