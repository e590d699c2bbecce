"""Two acquirers in one switch: the machine itself, its journal in a file, and closes of both.

The shop KIOSK is Berlin's, who needs no name; DINER is New York's. Whoever plays moves the clock.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.switch.core.settings import Settings
from cardswitch.switch.operate.config import SettlementConfig, SwitchConfig
from cardswitch.switch.operate.settle import close_days
from cardswitch.switch.settlement.days import run_of
from cardswitch.switch.settlement.entries import BankEntry
from cardswitch.switch.store.books import ClosedDay
from cardswitch.wire.operator.config import section
from cardswitch.wire.ports import LinkDown, LinkUp, Received
from tests.kit.histories import JournalFile
from tests.kit.play import Playbook, after, answered
from tests.kit.switch import ACQUIRER, PLAIN, POS, SETTINGS, crashed, linked, started

NOON = 1_792_584_000.0  # 2026-10-21T12:00Z: Berlin's day ends at 21:00Z, New York's at 22:00Z
HOUR_S = 3_600.0
LATER_S = 300.0
CONFIG = """
[switch]
listeners = {}
upstreams = {}
routes = []
hsm = { port = 1 }
cut_off = { time = "23:00", zone = "Europe/Berlin" }

[switch.acquirers.nyc]
cut_off = { time = "18:00", zone = "America/New_York" }

[switch.acquirers.nyc.settlement]
acquirer = { name = "Hudson Bank", iban = "GB82WEST12345698765432", bic = "WESTGB22" }

[settlement]
acquirer = { name = "Spree Bank", iban = "DE89370400440532013000", bic = "COBADEFFXXX" }
"""
SHOP = """
[[merchants]]
id = "%s"
name = "%s"
city = "Berlin"
country = "DE"
country_code = "276"
mcc = "5411"
acquirer = "%s"
iban = "%s"
"""
KIOSK, DINER = "KIOSK", "DINER"
IBANS = {KIOSK: "DE02120300000000202051", DINER: "DE02500105170137075030"}
BERLIN, NYC = "", "nyc"


def configured(
    path: Path, acquirer_of: dict[str, str], text: str, without: str = "", **cut_offs: Any
) -> SwitchConfig:
    """The switch of *text* in that file; *cut_offs* that are others than the file says."""
    shops = (SHOP % (name, name, of, IBANS[name]) for name, of in acquirer_of.items())
    path.write_text(text + "".join(shops), "utf-8")
    data = tomllib.loads(path.read_text("utf-8"))
    config = section(data, "switch", SwitchConfig, path).placed(path.parent)
    changed = {
        name: replace(each, cut_off=cut_offs.get(name, each.cut_off))
        for name, each in config.acquirers.items()
        if name != without
    }
    return replace(config, acquirers=changed)


class Market:
    """What happens is done to the switch; `flush` writes what it has told.

    *urls*, by section of the file: where the journal is, and the books of each acquirer.
    """

    def __init__(
        self, folder: Path, now: float = NOON, urls: Mapping[str, str] | None = None
    ) -> None:
        self.path = folder / "lab.toml"
        self._text = CONFIG
        for name, url in (urls or {}).items():
            key = "database" if name == "switch" else "books"
            self._text = self._text.replace(f"[{name}]\n", f'[{name}]\n{key} = "{url}"\n')
        self.config = configured(self.path, {KIOSK: BERLIN, DINER: NYC}, self._text)
        self.store = JournalFile(self.config.database)
        self.play: Playbook = linked(started(self._settings(), now=now).skip()).skip()
        self._trace = 0
        self._rrns: dict[str, str] = {}
        self.flush()

    def _settings(self) -> Settings:
        told = self.config.settings()
        names = ("cut_off", "acquirers", "acquirer_of")
        return msgspec.structs.replace(SETTINGS, **{name: getattr(told, name) for name in names})

    def settlement(self, name: str) -> SettlementConfig:
        """How the acquirer *name* settles."""
        if name:
            return self.config.settlement_of(name)
        data = tomllib.loads(self.path.read_text("utf-8"))
        own = section(data, "settlement", SettlementConfig, self.path)
        return own.placed(self.path.parent)

    def flush(self) -> None:
        """The journal on the disk holds all that was written."""
        self.store.write(self.play.journal.rows)

    # Time -----------------------------------------------------------------------------------------

    def go(self, hours: float) -> None:
        """Time passes; meanwhile nobody is there."""
        self.play.skip() >> LinkDown(ACQUIRER) >> after(hours * HOUR_S)
        self.play.skip() >> LinkUp(ACQUIRER)
        self.play.skip() >> answered("acquirer", "00")
        self.play.skip()
        self.flush()

    def restart(self, acquirer_of: dict[str, str] | None = None, **more: Any) -> None:
        """The switch dies and comes again, perhaps with another configuration."""
        shops = acquirer_of or {KIOSK: BERLIN, DINER: NYC}
        self.config = configured(self.path, shops, self._text, **more)
        self.play = linked(crashed(self.play.skip(), self._settings()).skip()).skip()
        self.flush()

    # Legs -----------------------------------------------------------------------------------------

    def sell(self, merchant: str, amount: int, mti: str = "0200") -> Message:
        """A sale, or with 0100 a hold, that is approved; its request."""
        return self._ask(mti, merchant, {4: f"{amount:012d}"})

    def refund(self, merchant: str, amount: int, sale: Message) -> Message:
        """A part of *sale* is given back."""
        about = {3: "200000", 4: f"{amount:012d}", 90: original_data(sale)}
        return self._ask("0200", merchant, about)

    def reverse(self, sale: Message, stays: int = 0) -> None:
        """*sale* is undone."""
        numbers = (3, 4, 41, 42, 49)
        said = {n: sale[n] for n in numbers} | {90: original_data(sale)}
        said |= {95: replacement_amounts(stays)} if stays else {}
        self._send(Message("0420", said))
        self._answer()

    def complete(self, hold: Message, amount: int) -> None:
        """*amount* of *hold* is captured."""
        numbers = (3, 41, 42, 49)
        said = {n: hold[n] for n in numbers} | {4: f"{amount:012d}", 25: "06", 38: "A1B2C3"}
        said[37] = self._rrns[hold[11]]
        self._send(Message("0220", {**said, 90: original_data(hold)}))
        self._answer()

    def begin(self, merchant: str) -> None:
        """A sale that has no outcome yet."""
        self._send(Message("0200", {**PLAIN.fields, 42: f"{merchant:15}"}))
        self.play.skip()
        self.flush()

    def _ask(self, mti: str, merchant: str, about: dict[int, str]) -> Message:
        fields = {**PLAIN.fields, 42: f"{merchant:15}", **about}
        request = self._send(Message(mti, fields))
        self._rrns[request[11]] = self._answer()[37]
        return request

    def _send(self, message: Message) -> Message:
        self._trace += 1
        at = {7: transmission_time(self.play.now), 11: f"{self._trace:06d}"}
        request = Message(message.mti, {**message.fields, **at})
        self.play.skip() >> Received(POS, request)
        return request

    def _answer(self) -> Message:
        self.play.skip() >> answered("acquirer", "00", {38: "A1B2C3"})
        said = self.play.sent_on(POS)[-1]
        assert said[39] == "00", said
        self.play.skip()
        self.flush()
        return said

    # Settlement -----------------------------------------------------------------------------------

    def close(self, name: str, **more: Any) -> list[ClosedDay]:
        """Close what has ended of the acquirer *name*."""
        settlement = more.pop("settlement", None) or self.settlement(name)
        clock = more.pop("clock", lambda: self.play.now + LATER_S)
        record = more.pop("record", lambda booked: self.record(name, booked))
        reports = close_days(self.config, settlement, record, clock=clock, **more)
        return [report.closed for report in reports]

    def record(self, name: str, booked: ClosedDay | BankEntry) -> None:
        """The journal names what *name* has booked."""
        machine: Any = self.play.machine
        if isinstance(booked, BankEntry):
            told = msgspec.to_builtins(booked)
            self.play.do(machine.record_bank(self.play.now, told, name))
        else:
            names = ("read_to", "closed_at", "sha256", "books_head")
            told = {field: getattr(booked, field) for field in names}
            told |= {"day": booked.business_date, "run": run_of(booked.business_date), "by": ""}
            self.play.do(machine.record_close(self.play.now, booked.business_date, told))
        self.play.skip()
        self.flush()

    def cut_over(self, name: str) -> None:
        """A person ends the day of *name*."""
        machine: Any = self.play.machine
        self.play.do(machine.cut_over_now(self.play.now, "ann", "", name))
        self.play.skip()
        self.flush()

    def labels(self) -> Iterator[str]:
        """Where each leg that sold something lies, in their order."""
        for row in self.play.journal.rows:
            if row.leg and row.identity and row.kind != "reversal":
                yield row.business_date


def paid(closed: list[ClosedDay]) -> dict[str, dict[str, int]]:
    """What was deposited, by day and merchant."""
    return {day.business_date: {p.merchant: p.amount for p in day.payouts} for day in closed}
