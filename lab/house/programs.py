"""The programs that a configuration has sections of: all those of a lab, or some of them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol, TypeVar

from msgspec import Struct, structs

from cardswitch.gateway.config import GatewayConfig
from cardswitch.gateway.shop.config import ShopConfig
from cardswitch.hosts.acquirer.config import AcquirerConfig
from cardswitch.hosts.acs.config import AcsConfig
from cardswitch.hosts.bank.config import BankConfig
from cardswitch.hosts.issuer.config import IssuerConfig
from cardswitch.hsm_sim.config import HsmConfig
from cardswitch.specs.errors import ConfigError
from cardswitch.switch.operate.config import SettlementConfig, SwitchConfig
from cardswitch.wire.operator.config import read_config, refuse_unknown, section
from cardswitch.wire.store.disk import narrow_file

CARDS_NAME: Final = "cards.toml"
RULES_NAME: Final = "rules.toml"
PANEL_NAME: Final = "panel.toml"  # the rules that the test panel writes
NO_WISHES: Final = "# The test panel writes here. Nothing waits for a payment now.\n"

S = TypeVar("S", bound=Struct)


class Runs(Protocol):
    """What is run: a lab has all of it."""

    @property
    def folder(self) -> Path: ...
    @property
    def hsm(self) -> HsmConfig | None: ...
    @property
    def switch(self) -> SwitchConfig | None: ...
    @property
    def acquirer(self) -> AcquirerConfig | None: ...
    @property
    def issuer(self) -> IssuerConfig | None: ...
    @property
    def settlement(self) -> SettlementConfig | None: ...
    @property
    def gateway(self) -> GatewayConfig | None: ...
    @property
    def bank(self) -> BankConfig | None: ...
    @property
    def shop(self) -> ShopConfig | None: ...
    @property
    def acs(self) -> AcsConfig | None: ...


class Programs(Struct, frozen=True, kw_only=True):
    """The sections of one file, and the folder that its relative paths count from."""

    folder: Path
    hsm: HsmConfig | None = None
    switch: SwitchConfig | None = None
    acquirer: AcquirerConfig | None = None
    issuer: IssuerConfig | None = None
    settlement: SettlementConfig | None = None
    gateway: GatewayConfig | None = None
    bank: BankConfig | None = None
    shop: ShopConfig | None = None
    acs: AcsConfig | None = None


def read_programs(path: Path) -> Programs:
    """The programs that the file *path* has sections of. Raises ConfigError, also if of none."""
    data, folder = read_config(path), path.parent
    # A terminal is no program that runs: it is a command.
    known = {field.name for field in structs.fields(Programs)} - {"folder"}
    refuse_unknown(data, known | {"terminal"}, path)
    _narrow(path, *map(path.with_name, (CARDS_NAME, RULES_NAME, PANEL_NAME)))
    whole = folder.absolute()  # The hosts' paths are placed once more when they are served.

    def read(name: str, kind: type[S]) -> S | None:
        return section(data, name, kind, path) if name in data else None

    switch, settlement = read("switch", SwitchConfig), read("settlement", SettlementConfig)
    acquirer, issuer = read("acquirer", AcquirerConfig), read("issuer", IssuerConfig)
    gateway, bank = read("gateway", GatewayConfig), read("bank", BankConfig)
    shop, acs = read("shop", ShopConfig), read("acs", AcsConfig)
    found = Programs(
        folder=folder,
        hsm=read("hsm", HsmConfig),
        switch=switch.placed(folder) if switch else None,
        acquirer=acquirer.placed(whole) if acquirer else None,
        issuer=issuer.placed(whole) if issuer else None,
        settlement=settlement.placed(folder) if settlement else None,
        gateway=gateway.placed(whole) if gateway else None,
        bank=bank.placed(folder) if bank else None,
        shop=shop.placed(whole) if shop else None,
        acs=acs.placed(whole) if acs else None,
    )
    programs = (
        found.hsm,
        found.switch,
        found.acquirer,
        found.issuer,
        found.gateway,
        found.shop,
        found.acs,
    )
    if not any(programs):
        raise ConfigError(
            f"{path}: there is no program to run: no section [hsm], [issuer], [switch], "
            "[acquirer], [gateway], [shop] or [acs]"
        )
    return found


def settlements_of(house: Runs) -> list[SettlementConfig]:
    """How the acquirers of *house* settle; first the one without a name, if it is there."""
    found = [house.settlement] if house.settlement is not None else []
    if house.switch is not None:
        found += [house.switch.settlement_of(name) for name in house.switch.acquirers]
    return found


def ports(house: Runs) -> frozenset[int]:
    """The ports at which the programs of *house* listen for one another."""
    found = set()
    if house.hsm is not None:
        found.add(house.hsm.port)
    if house.switch is not None:
        found |= {listener.port for listener in house.switch.listeners.values()}
    if house.acquirer is not None:
        found.add(house.acquirer.front.port)
    if house.issuer is not None:
        found.add(house.issuer.network.port)
    return frozenset(found)


def _narrow(*paths: Path) -> None:
    """Keep others from reading *paths*, as far as they are ours to change."""
    for path in paths:
        with suppress(OSError):
            narrow_file(path)
