"""The programs of the world and the people who use them: a plan of sales that a seed decides."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from cardswitch.hosts.acquirer.machine import Acquirer
from cardswitch.hosts.config import AccountConfig, AcquirerConfig, CardConfig, IssuerConfig
from cardswitch.hosts.config import Merchant as Shop
from cardswitch.hosts.issuer.machine import Issuer
from cardswitch.hsm_sim.machine import HsmMachine
from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.house.ceremony import Keys, make_keys, personalise
from cardswitch.specs.dates import CutOff
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.security.vault import AesVault
from cardswitch.switch.core.entry import Entry, Record, from_record, to_record
from cardswitch.switch.core.machine import Switch
from cardswitch.switch.core.settings import ListenerSettings, Route, Settings, Upstream
from cardswitch.terminal.core.machine import NotReady, Terminal
from cardswitch.terminal.core.messages import Order, TerminalIdentity
from cardswitch.terminal.customer.card import Card
from cardswitch.terminal.pinpad.pad import PinPad
from cardswitch.wire.channel import HsmClientChannel, HsmServerChannel, IsoChannel
from cardswitch.wire.framing import Framing
from cardswitch.wire.headers import Tpdu
from cardswitch.wire.ports import Append, Effect, Seconds
from tests.kit.hsm.module import attended

from .network import Faults, Network, Node

SHOPS = ("SHOP0001", "SHOP0002")
CUT_OFF = CutOff("23:00", "Europe/Berlin")
BALANCE = 50_000_000
NAMES = {"good": "9999990000000014", "rich": "9999990000000022", "lost": "9999990000000055"}
UNKNOWN = "9999990000009999"
PIN = "1234"
# What the last two digits of an amount make the issuer do; most sales have nothing special.
MAGIC = (*[0] * 12, 1, 5, 10, 51, 54, 68, 69)
QUIET_S: Seconds = 900.0  # After the last fault: time enough for every reversal to get through.


@dataclass(frozen=True)
class Deck:
    """Keys and cards, made once in a module whose chance is a fixed seed."""

    keys: Keys
    cards: dict[str, Card]

    def module(self) -> HsmModule:
        """A module that knows the keys: they are under its LMK."""
        return HsmModule(Random(1).randbytes)


@lru_cache
def deck() -> Deck:
    """The keys and cards of every world."""
    module = HsmModule(Random(1).randbytes)
    keys = make_keys(attended(module))
    cards = {}
    for alias, pan in {**NAMES, "unknown": UNKNOWN}.items():
        personal = personalise(module.answer, keys, pan, "3012", "201", PIN)
        cards[alias] = Card(
            pan, "3012", "201", personal.pvki, personal.pvv, personal.cvv, personal.cvv2
        )
    return Deck(keys, cards)


def settings(keys: Keys) -> Settings:
    """The switch of the default topology."""
    return Settings(
        listeners={
            "pos": ListenerSettings("TPK", keys.tpk),
            "network": ListenerSettings("ZPK", keys.zpk_acquirer),
        },
        upstreams={
            "acquirer": Upstream(keys.zpk_acquirer, timeout_s=3.5, echo_s=15.0),
            "issuer": Upstream(keys.zpk_issuer, timeout_s=2.5, echo_s=15.0),
        },
        routes=(Route("pos", "acquirer"), Route("network", "issuer", bins=("999999",))),
        cut_off=CUT_OFF,
    )


def acquirer_config() -> AcquirerConfig:
    """Two shops of one acquirer."""
    shops = [Shop(name, f"Shop {name[-1]}", "Berlin", "DE", "276", "5411") for name in SHOPS]
    return AcquirerConfig("999001", tuple(shops), echo_s=15.0)


def issuer_config(keys: Keys) -> IssuerConfig:
    """Every card has an account of its own; one is lost."""
    accounts = tuple(AccountConfig(name, BALANCE) for name in NAMES)
    cards = tuple(
        CardConfig(
            name,
            card.pan,
            name,
            card.expiry,
            "lost" if name == "lost" else "active",
            card.pvki,
            card.pvv,
        )
        for name, card in deck().cards.items()
        if name in NAMES
    )
    return IssuerConfig(
        keys.zpk_issuer,
        keys.pvk,
        keys.cvk,
        accounts,
        cards,
        magic_amounts=True,
        pin_tries_max=1_000,
    )


class World(Network):
    """Terminals, switch, acquirer, issuer and HSM, wired as in the default topology."""

    switch_class: type[Switch] = Switch

    def __init__(self, seed: int, faults: Faults, terminals: int = 3, sales: int = 4) -> None:
        super().__init__(seed, faults)
        self.vault = AesVault(bytes(32))
        keys = deck().keys
        self.switch = self.add(Node("switch", self._build_switch))
        self.acquirer = self.add(Node("acquirer", self._build_acquirer))
        self.issuer = self.add(Node("issuer", self._build_issuer))
        self.hsm = self.add(Node("hsm", lambda _: (HsmMachine(deck().module()), ())))
        self.keys = keys
        self._connect_hosts()
        self.terminals = [self._add_terminal(n + 1) for n in range(terminals)]
        self._plan(sales)

    # Programs -------------------------------------------------------------------------------------

    def _build_switch(self, journal: Sequence[Any]) -> tuple[Switch, Sequence[Effect]]:
        machine = self.switch_class(settings(self.keys), self.vault)
        return machine, machine.recover(self.entries(journal), self.now)

    def _build_acquirer(self, journal: Sequence[Any]) -> tuple[Acquirer, Sequence[Effect]]:
        machine = Acquirer(acquirer_config())
        return machine, machine.recover(journal, self.now)

    def _build_issuer(self, journal: Sequence[Any]) -> tuple[Issuer, Sequence[Effect]]:
        machine = Issuer(issuer_config(self.keys))
        return machine, machine.recover(journal, self.now)

    def _add_terminal(self, number: int) -> Node:
        place = TerminalIdentity(f"TERM{number:04d}", SHOPS[number % len(SHOPS)])
        pinpad = PinPad(self.keys.tpk_under_tmk)

        def build(journal: Sequence[Any]) -> tuple[Terminal, Sequence[Effect]]:
            machine = Terminal(place, pinpad)
            return machine, machine.recover(journal, self.now)

        node = self.add(Node(f"terminal {number}", build))
        pos = IsoChannel(load_dialect("pos"), Framing("binary2"), Tpdu())
        self.connect((node, "switch", pos), (self.switch, f"pos/{number}", pos), 0.02)
        return node

    def _connect_hosts(self) -> None:
        text = IsoChannel(load_dialect("iso87-ascii"), Framing("ascii4"))
        packed = IsoChannel(load_dialect("iso87-binary"), Framing("binary2"))
        switch, acquirer, issuer = self.switch, self.acquirer, self.issuer
        held = [self.random.random() < 0.5 for _ in range(3)]
        self.connect((switch, "acquirer", text), (acquirer, "front/1", text), 0.02, held[0])
        self.connect((acquirer, "network", text), (switch, "network/1", text), 0.02, held[1])
        self.connect((switch, "issuer", packed), (issuer, "network/1", packed), 0.05, held[2])
        asks, serves = HsmClientChannel(), HsmServerChannel()
        self.connect((switch, "hsm", asks), (self.hsm, "host/1", serves), 0.002)
        self.connect((issuer, "hsm", asks), (self.hsm, "host/2", serves), 0.002)

    def perform(self, node: Node, effects: Sequence[Effect]) -> None:
        """As any network does; the switch's journal holds what the disk would: records."""
        if node is self.switch:
            effects = [
                Append(to_record(e.entry, self.vault)) if isinstance(e, Append) else e
                for e in effects
            ]
        super().perform(node, effects)

    def entries(self, journal: Sequence[Record]) -> list[Entry]:
        """What the switch reads back from its disk."""
        return [from_record(record, self.vault) for record in journal]

    # People ---------------------------------------------------------------------------------------

    def _plan(self, sales: int) -> None:
        for node, _ in itertools.product(self.terminals, range(sales)):
            self.at(2.0 + 60.0 * self.random.random(), lambda node=node: self._sell(node))

    def _sell(self, node: Node, tries: int = 60) -> None:
        """A customer comes; if the terminal is not ready, the customer waits a little."""
        begun = False
        try:
            if self.random.random() < 0.15:
                begun = self.call(node, lambda machine: machine.repeat(self.now))
            else:
                order = self._wish()
                begun = self.call(node, lambda machine: machine.sale(order, self.now))
        except NotReady:
            pass
        if not begun and tries:
            self.at(1.0, lambda: self._sell(node, tries - 1))

    def _wish(self) -> Order:
        chance = self.random
        name = chance.choice((*["good"] * 6, *["rich"] * 6, "lost", "unknown"))
        card = deck().cards[name]
        if chance.random() < 0.05:
            card = card.altered(cvv="999")
        amount = chance.randrange(1, 500) * 100 + chance.choice(MAGIC)
        pin = chance.choice((*[None] * 3, *[PIN] * 6, "9999"))
        return Order(amount, "EUR", card, chance.choice(("swipe", "swipe", "manual")), pin)

    def live(self) -> World:
        """Start everything, let the sales happen among faults, then let it all come to rest."""
        for node in self.nodes.values():
            self.start(node)
        self.faults.until = min(self.faults.until, 120.0)
        self.run(120.0 + QUIET_S)
        return self
