"""A lab of settlement alone: configuration, journal of a switch, books and deposits in a folder."""

import tomllib
from pathlib import Path

import pytest

from cardswitch.switch.operate.config import SettlementConfig, SwitchConfig
from cardswitch.switch.store.journal import SqlStore
from cardswitch.wire.operator.config import section
from tests.kit.histories import GlassVault

LAB = """
[switch]
listeners = {}
upstreams = {}
routes = []
hsm = { port = 1 }
cut_off = { time = "23:00", zone = "Europe/Berlin" }

[settlement]
acquirer = { name = "Acquiring Bank", iban = "DE89370400440532013000", bic = "COBADEFFXXX" }

[[settlement.merchants]]
id = "SHOP"
name = "Corner Shop"
iban = "GB82WEST12345698765432"
bic = "WESTGB22"
"""


class SettlementLab:
    """What a settlement finds; `commit` is what the running switch adds to its journal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.deposits = folder / "deposits"
        self.path = folder / "lab.toml"
        self.path.write_text(LAB, "utf-8")
        data = tomllib.loads(LAB)
        self.switch = section(data, "switch", SwitchConfig, self.path).placed(folder)
        self.settlement = section(data, "settlement", SettlementConfig, self.path).placed(folder)
        self.vault = GlassVault()
        self.store = SqlStore(self.switch.database, self.vault)
        self.commit = self.store.commit

    def files(self) -> dict[str, bytes]:
        """By name, what lies in the folder of deposits."""
        return {path.name: path.read_bytes() for path in self.deposits.iterdir()}


@pytest.fixture
def lab(tmp_path):
    """One whose switch holds its journal, as while it runs."""
    made = SettlementLab(tmp_path)
    yield made
    made.store.close()
