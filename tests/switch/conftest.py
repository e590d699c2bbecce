"""A lab of settlement alone: configuration, journal of a switch, books and deposits in a folder."""

import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from cardswitch.switch.core.states import Mark
from cardswitch.switch.operate.config import SettlementConfig, SwitchConfig
from cardswitch.switch.settlement.entries import BankEntry
from cardswitch.wire.operator.config import section
from tests.kit.banking import CAFE
from tests.kit.charging import BLENDED, PLUS
from tests.kit.histories import History, JournalFile

LAB = """
[switch]
listeners = {}
upstreams = {}
routes = []
hsm = { port = 1 }
cut_off = { time = "23:00", zone = "Europe/Berlin" }

[settlement]
acquirer = { name = "Acquiring Bank", iban = "DE89370400440532013000", bic = "COBADEFFXXX" }

[[merchants]]
id = "SHOP"
name = "Corner Shop"
city = "London"
country = "GB"
country_code = "826"
mcc = "5411"
iban = "GB82WEST12345698765432"
bic = "WESTGB22"
"""


class SettlementLab:
    """What a settlement finds; what its switch does is done to `history`, and then committed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.deposits = folder / "deposits"
        self.path = folder / "lab.toml"
        self.path.write_text(LAB, "utf-8")
        data = tomllib.loads(LAB)
        self.switch = section(data, "switch", SwitchConfig, self.path).placed(folder)
        self.settlement = section(data, "settlement", SettlementConfig, self.path).placed(folder)
        self.history = History()
        self.store = JournalFile(self.switch.database)

    def commit(self) -> None:
        """Have the journal hold all that `history` has by now."""
        self.store.write(self.history.rows)

    def record(self, booked) -> None:
        """What the switch does when it is told what was booked: a close, or what a bank says."""
        if isinstance(booked, BankEntry):
            self.history.mark(Mark.BANK, msgspec.to_builtins(booked))
        else:
            self.history.closed(booked)
        self.commit()

    def files(self) -> dict[str, bytes]:
        """By name, what lies in the folder of deposits."""
        return {path.name: path.read_bytes() for path in self.deposits.iterdir() if path.is_file()}

    def files_below(self) -> dict[str, bytes]:
        """The same, with those in folders below it."""
        paths = [path for path in self.deposits.rglob("*") if path.is_file()]
        return {path.relative_to(self.deposits).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture
def lab_in():
    """Makes a lab in a folder; whoever asks closes its journal."""
    return SettlementLab


@pytest.fixture(scope="module")
def lab_in_module():
    """The same, for what is played once and looked at often."""
    return SettlementLab


@pytest.fixture
def lab(tmp_path):
    """One whose switch holds its journal, as while it runs."""
    made = SettlementLab(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def charged(lab):
    """A lab whose two shops have a schedule each."""
    shops = (*lab.settlement.merchants, CAFE)
    lab.settlement = replace(lab.settlement, merchants=shops, fees=(BLENDED, PLUS))
    return lab


@pytest.fixture
def damage(lab):
    """Do to the books of this lab what no program does: a statement, past the triggers."""

    def spoil(statement: str) -> None:
        with closing(sqlite3.connect(lab.folder / "books.db")) as books:
            triggers = books.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in triggers.fetchall():
                books.execute(f"DROP TRIGGER {name}")
            assert books.execute(statement).rowcount, "nothing was damaged"
            books.commit()

    return spoil
