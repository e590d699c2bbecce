"""Days of a lab with its bank: sales, cut-offs, closes, orders carried out, answers booked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec.structs import asdict, replace

from cardswitch.hosts.bank.config import BankConfig
from cardswitch.hosts.bank.offline import book_due
from cardswitch.hosts.bank.offline import take as hand_in
from cardswitch.specs.dates import CutOff
from cardswitch.specs.merchants import Merchant
from cardswitch.switch.core.day import BankDay, next_day
from cardswitch.switch.core.states import Mark
from cardswitch.switch.operate.bank.take import Taken, take_new
from cardswitch.switch.operate.settle import close_days, settling
from cardswitch.switch.settlement.parties import OwnAccount
from tests.kit.histories import History

EUR, USD = "978", "840"
HOUR_S = 3_600.0
# A bank carries out what is due in the morning.
NEXT_MORNING_S = 10 * HOUR_S
BERLIN = CutOff("23:00", "Europe/Berlin")
SHOPS = (
    Merchant(
        id="SHOP", name="Corner Shop", city="London", country="GB", country_code="826", mcc="5411",
        iban="GB82WEST12345698765432", bic="WESTGB22",
    ),
    Merchant(
        id="CAFE", name="Cafe", city="Paris", country="FR", country_code="250", mcc="5812",
        iban="FR1420041010050500013M02606", account_holder="Cafe ERRAC04RTRN",
    ),
    Merchant(
        id="HOTEL", name="Hotel", city="Berlin", country="DE", country_code="276", mcc="7011",
        iban="DE02120300000000202051", bic="BYLADEM1001", currencies=(EUR, USD),
    ),
)  # fmt: skip
OWN_IN_USD = OwnAccount("DE89370400440532013000", "COBADEFFXXX")


class Days(History):
    """A journal whose days end as the switch has them end."""

    def __init__(self, cut_off: CutOff, first: str) -> None:
        super().__init__(first=None)
        self.cut_off = cut_off
        self.today: BankDay | None = None
        self.ends: list[BankDay] = []
        self._next(cut_off.starts_at(first))

    def cut_over(self, early: bool = False) -> str:
        """End the day when its end has come; the label of the next."""
        assert self.today is not None and not early  # noqa: PT018
        self.ends.append(self.today)
        return self._next(self.today.ends_at)

    def _next(self, now: float) -> str:
        said = {"ended": self.day}
        self.today = next_day(self.today, self.cut_off, now)
        self.day = self.today.label
        said |= {**asdict(self.today), "cut_off": self.cut_off.time, "zone": self.cut_off.zone}
        self.mark(Mark.CUT_OVER, said)
        return self.day

    def _now(self) -> float:
        assert self.today is not None
        return self.today.starts_at + len(self.rows) / 1_000


class Week:
    """Goes from day to day; all that the bank has ever sent is in `sent`, by name."""

    def __init__(self, lab: Any, first: str, cut_off: CutOff = BERLIN) -> None:
        self.lab = lab
        lab.history = self.days = Days(cut_off, first)
        acquirer = replace(lab.settlement.acquirer, accounts={"USD": OWN_IN_USD})
        self.bank = lab.folder / "bank"
        lab.settlement = replace(
            lab.settlement, merchants=SHOPS, acquirer=acquirer, answers=str(self.bank)
        )
        self._config = BankConfig(at_once=False)
        self._handed_in: set[str] = set()
        self.taken: list[Taken] = []

    @property
    def at(self) -> float:
        """When we settle: soon after the end of the last day that has ended."""
        return self.days.ends[-1].ends_at + 300

    def close(self) -> Any:
        """The day ends and is closed; the bank gets its order, and we what the bank answers."""
        self.days.cut_over()
        [closed] = self.settle()
        return closed

    def settle(self) -> list[Any]:
        """The same for all days that have ended."""
        lab = self.lab
        lab.commit()
        reports = close_days(lab.switch, lab.settlement, lab.record, clock=lambda: self.at)
        for path in sorted(lab.deposits.glob("*.xml")):
            if path.name not in self._handed_in:
                hand_in(path.read_bytes(), self.bank, self.at, self._config)
                self._handed_in.add(path.name)
        book_due(self.bank, self.at + NEXT_MORNING_S, self._config)
        self.take(self.at + NEXT_MORNING_S)
        return [report.closed for report in reports]

    def take(self, at: float) -> None:
        """Book what is new of the bank."""
        lab = self.lab
        with settling(lab.switch, lab.settlement, lab.record, clock=lambda: at) as opened:
            self.taken += take_new(opened, {})

    def mend(self, merchant: str, **about: str) -> None:
        """The account of *merchant* is another one from now on."""
        shops = tuple(
            replace(shop, **about) if shop.id == merchant else shop
            for shop in self.lab.settlement.merchants
        )
        self.lab.settlement = replace(self.lab.settlement, merchants=shops)

    def sent(self) -> Iterator[Path]:
        """The files of the bank."""
        return iter(sorted(self.bank.glob("*.xml")))
