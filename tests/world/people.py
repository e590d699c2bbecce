"""The programs of the world and the people who use them: a plan of sales that a seed decides."""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any
from unittest import mock

from cardswitch.hosts.acquirer.config import AcquirerConfig
from cardswitch.hosts.acquirer.config import Merchant as Shop
from cardswitch.hosts.acquirer.machine import Acquirer
from cardswitch.hosts.config import HostListener
from cardswitch.hosts.issuer.config import AccountConfig, CardConfig, IssuerConfig
from cardswitch.hosts.issuer.machine import Issuer
from cardswitch.hosts.row import HostRow
from cardswitch.hosts.store import (
    ACQUIRER_JOURNAL,
    ACQUIRER_SCHEMA,
    ISSUER_JOURNAL,
    ISSUER_SCHEMA,
)
from cardswitch.hsm_sim.custody.policy import Policy
from cardswitch.hsm_sim.machine import HsmMachine
from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.house.ceremony import Keys, make_keys, personalise
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import Error
from cardswitch.specs.hsm.names import TAK
from cardswitch.specs.message import Message
from cardswitch.specs.security.vault import AesVault
from cardswitch.specs.transactions.card_files import file_fields
from cardswitch.specs.transactions.kinds import KINDS, Kind
from cardswitch.specs.transactions.offers import offers
from cardswitch.switch.core.machine import Switch
from cardswitch.switch.core.row import Row
from cardswitch.switch.core.states import State
from cardswitch.switch.store.reader import JournalReader
from cardswitch.switch.store.tables import JOURNAL, JOURNAL_SCHEMA
from cardswitch.terminal.core.errors import NotReady
from cardswitch.terminal.core.machine import Terminal
from cardswitch.terminal.core.messages import Order, TerminalIdentity
from cardswitch.terminal.core.settling import SettlingTerminal
from cardswitch.terminal.customer.card import Card
from cardswitch.terminal.pinpad.macs import MacPad
from cardswitch.terminal.pinpad.pad import PinPad
from cardswitch.wire.channel import HsmClientChannel, HsmServerChannel, IsoChannel
from cardswitch.wire.framing import Framing
from cardswitch.wire.headers import Tpdu
from cardswitch.wire.machine.identities import Identities
from cardswitch.wire.operator.keys import KeysConfig
from cardswitch.wire.operator.macs import MacConfig
from cardswitch.wire.ports import Effect, LinkId, Seconds, name_of
from tests.kit.hsm.module import attended

from .bank import Bank
from .cashiers import Cashiers
from .journals import StoreJournal
from .locksmith import Locksmith
from .lot import YEAR_S, Lot, abroad, draw, spoken
from .network import Network
from .parts import End, Faults, Node
from .signing import UPSTREAM, Signing
from .stranger import SWITCH, Stranger
from .tampering import Tampering
from .upstream import Unwilling

SHOPS = ("SHOP0001", "SHOP0002")
SHOPS_ALL = (*SHOPS, "SHOP0003")  # The last one has not named its account yet.
POS = IsoChannel(load_dialect("pos"), Framing("binary2"), Tpdu())
BALANCE = 50_000_000
NAMES = {"good": "9999990000000014", "rich": "9999990000000022", "lost": "9999990000000055"}
UNKNOWN = "9999990000009999"
PIN = "1234"
# What the last two digits of an amount make the issuer do; most sales have nothing special.
MAGIC = (*[0] * 12, 1, 5, 10, 51, 54, 68, 69)
KINDS_OFFERED = [*(offer.kind for offer in offers()), "linked_refund"]
MENDED_MAX = 8  # times that a person looks
QUIET_S: Seconds = 900.0  # After the last fault: time enough for every reversal to get through.


@dataclass(frozen=True)
class Deck:
    """Keys and cards, made once in a module whose chance is a fixed seed."""

    keys: Keys
    cards: dict[str, Card]

    def module(self, life: int) -> HsmModule:
        """A module that knows the keys: they are under its LMK. It makes others in each *life*."""
        carries: dict[str, Any] = {self.keys.tmk_kcv: "pin", self.keys.mac_tmk_kcv: "mac"}
        return HsmModule(Random(1_000 + life).randbytes, Policy(carries=carries))


@lru_cache
def deck() -> Deck:
    """The keys and cards of every world."""
    module = HsmModule(Random(1).randbytes)
    keys = make_keys(attended(module))
    cards = {}
    for alias, pan in {**NAMES, "unknown": UNKNOWN}.items():
        personal = personalise(module.answer, keys, pan, "3012", "201", PIN)
        cards[alias] = Card(
            pan=pan,
            expiry="3012",
            service_code="201",
            pvki=personal.pvki,
            pvv=personal.pvv,
            cvv=personal.cvv,
            cvv2=personal.cvv2,
        )
    return Deck(keys, cards)


def acquirer_config(front: HostListener | None = None) -> AcquirerConfig:
    """Two shops of one acquirer, which is asked at *front*."""
    shops = [
        Shop(
            id=name,
            name=f"Shop {name[-1]}",
            city="Berlin",
            country="DE",
            country_code="276",
            mcc="5411",
        )
        for name in SHOPS_ALL
    ]
    return AcquirerConfig(
        institution="999001",
        merchants=tuple(shops),
        echo_s=15.0,
        front=front or HostListener(port=0),
    )


def issuer_config(
    keys: Keys, macs: MacConfig | None = None, changes: KeysConfig | None = None
) -> IssuerConfig:
    """Every card has an account of its own; one is lost."""
    accounts = tuple(AccountConfig(name, BALANCE) for name in NAMES)
    cards = tuple(
        CardConfig(
            id=name,
            pan=card.pan,
            account=name,
            expiry=card.expiry,
            status="lost" if name == "lost" else "active",
            pvki=card.pvki,
            pvv=card.pvv,
        )
        for name, card in deck().cards.items()
        if name in NAMES
    )
    return IssuerConfig(
        zpk=keys.zpk_issuer,
        pvk=keys.pvk,
        cvk=keys.cvk,
        accounts=accounts,
        cards=cards,
        mac=macs or MacConfig(),
        keys=changes or KeysConfig(),
        magic_amounts=True,
        pin_tries_max=1_000,
    )


class Insistent(SettlingTerminal):
    """A terminal that asks once more before it gives up and reverses."""

    async def _answer(self, request: Message) -> Message | None:
        answer = await super()._answer(request)
        if answer is None and not request.is_repeat:
            return await super()._answer(Message(f"{request.mti[:3]}1", request.fields))
        return answer


class World(Network):
    """Terminals, switch, acquirer, issuer and HSM, wired as in the default topology."""

    switch_class: type[Switch] = Switch
    front = HostListener(port=0)  # how switch and acquirer speak with each other
    sides: tuple[str, ...] = ("network", "till", "pos")  # where people look after exceptions
    wants = ""  # a class that people ask for more often than for others

    def __init__(self, seed: int, faults: Faults, terminals: int = 4, sales: int = 4) -> None:
        super().__init__(seed, faults)
        self.vault = AesVault(bytes(32))
        self.rows = StoreJournal(JOURNAL_SCHEMA, JOURNAL, Row)
        self.keys = deck().keys
        self.lot = self._draw()
        self.now = self.started = self.lot.begins
        self.switch = self.add(Node("switch", self._build_switch, journal=self.rows))
        self.acquirer_rows = StoreJournal(ACQUIRER_SCHEMA, ACQUIRER_JOURNAL, HostRow)
        self.issuer_rows = StoreJournal(ISSUER_SCHEMA, ISSUER_JOURNAL, HostRow)
        self.acquirer = self.add(Node("acquirer", self._build_acquirer, journal=self.acquirer_rows))
        self.issuer = self.add(Node("issuer", self._build_issuer, journal=self.issuer_rows))
        self.hsm = self.add(Node("hsm", self._build_hsm))
        self.cashiers = Cashiers(self, seed)
        self.banks = [self._bank(name) for name in self.lot.settings.cut_offs]
        self._connect_hosts()
        self.terminals = [self._add_terminal(n + 1) for n in range(terminals)]
        self.stranger = self._add_stranger() if self.lot.has_stranger else None
        self.sales = sales
        Unwilling(self, self.lot.unfit, self.lot.unwilling)
        Tampering(self)
        self.locksmith = Locksmith(self, self.switch, self.issuer, self.terminals)
        self.signing = Signing(self, self.switch)

    def _draw(self) -> Lot:
        lot = spoken(draw(self.random, self.keys), "acquirer", self.front.translation())
        return abroad(lot, SHOPS[-1]) if self.seed % 3 == 0 else lot

    def _bank(self, name: str) -> Bank:
        of = self.lot.settings.acquirer_of
        shops = [shop for shop in SHOPS if of.get(shop, "") == name]
        return Bank(self, self.switch, self.rows.engine, shops, name)

    def other_book(self) -> Counter[str]:
        """What is approved for whoever sells besides the terminals, by `stands.line`."""
        return Counter()

    def held(self) -> Counter[str]:
        """What the issuer holds by its journal, whatever it remembers; minor units by field 37."""
        return Counter(self.everything().held())

    def everything(self) -> Issuer:
        """An issuer that remembers all that is in the journal of ours."""
        everything = Issuer(
            issuer_config(self.keys, self.lot.macs),
            self.vault.fingerprint,
            remembered_max=sys.maxsize,
        )
        everything.recover(self.issuer_rows.rows(), 0.0)
        return everything

    # Programs -------------------------------------------------------------------------------------

    def _build_switch(self, journal: Iterable[Any]) -> tuple[Switch, Sequence[Effect]]:
        machine = self.switch_class(self.lot.settings, self.vault, self.lot.limits)
        return machine, machine.recover(journal, self.time_of(self.switch))

    def _build_acquirer(self, journal: Iterable[Any]) -> tuple[Acquirer, Sequence[Effect]]:
        machine = Acquirer(acquirer_config(self.front), self.vault.fingerprint, **self.lot.hosts)
        return machine, machine.recover(journal, self.time_of(self.acquirer))

    def _build_hsm(self, _: Iterable[Any]) -> tuple[HsmMachine, Sequence[Effect]]:
        return HsmMachine(deck().module(self.hsm.lives)), ()

    def _build_issuer(self, journal: Iterable[Any]) -> tuple[Issuer, Sequence[Effect]]:
        config = issuer_config(self.keys, self.lot.macs, self.lot.issuer_keys)
        machine = Issuer(config, self.vault.fingerprint, **self.lot.hosts)
        return machine, machine.recover(journal, self.time_of(self.issuer))

    def _add_terminal(self, number: int) -> Node:
        at_till = number % len(SHOPS_ALL) == 2
        takes_part = self.random.random() < 0.7
        shop = SHOPS_ALL[number % len(SHOPS_ALL)]
        place = TerminalIdentity(f"TERM{number:04d}", shop, takes_part=takes_part)
        kind = self.random.choice((SettlingTerminal, SettlingTerminal, Insistent))
        rule = self.lot.terminal_macs.rule("pos", TAK)
        macs = MacPad(rule) if rule is not None else None

        def build(journal: Iterable[Any]) -> tuple[Terminal, Sequence[Effect]]:
            machine = kind(place, PinPad(self.keys.tpk_under_tmk), macs=macs, vault=self.vault)
            return machine, machine.recover(journal, self.time_of(node))

        node = self.add(Node(f"terminal {number}", build))
        link = f"{'till' if at_till else 'pos'}/{number}"
        self.connect((node, "switch", POS), (self.switch, link, POS), 0.02)
        return node

    def _add_stranger(self) -> Stranger:
        is_direct = self.lot.is_direct and self.random.random() < 0.5
        cards = [deck().cards[name] for name in ("good", "rich")]
        has_own_rrns = self.lot.has_own_rrns
        chance = Random(self.random.random())
        stranger = Stranger(chance, cards, has_own_rrns=has_own_rrns)
        stranger.tells = 20 if self.wants == "offline" else 1
        node = self.add(Node("stranger", lambda _: (stranger, ()), can_crash=False))
        link = "till/6666" if is_direct else "pos/6666"
        self.connect((node, "switch", POS), (self.switch, link, POS), 0.02)

        def hear(what: str, end: End, message: Any) -> None:
            is_near = name_of(end.other.link) == name_of(LinkId(link))
            if what == "sent" and is_near and end.node in self.terminals:
                stranger.heard.append(message)

        self.watch.append(hear)
        return stranger

    def _annoy(self) -> None:
        """The stranger does something."""
        stranger = self.stranger
        self.call(self.nodes["stranger"], lambda _: stranger.act(self.now))

    def _connect_hosts(self) -> None:
        text = IsoChannel(load_dialect("iso87-ascii"), Framing("ascii4"))
        packed = IsoChannel(load_dialect("iso87-binary"), Framing("binary2"))
        front = self.front.channel()
        switch, acquirer, issuer = self.switch, self.acquirer, self.issuer
        held = [self.random.random() < 0.5 for _ in range(3)]
        self.connect((switch, "acquirer", front), (acquirer, "front/1", front), 0.02, held[0], True)
        self.connect((acquirer, "network", text), (switch, "network/1", text), 0.02, held[1], True)
        self.connect((switch, "issuer", packed), (issuer, "network/1", packed), 0.05, held[2], True)
        asks, serves = HsmClientChannel(), HsmServerChannel()
        self.connect((switch, "hsm", asks), (self.hsm, "host/1", serves), 0.002)
        self.connect((issuer, "hsm", asks), (self.hsm, "host/2", serves), 0.002)

    # People ---------------------------------------------------------------------------------------

    def _plan(self, sales: int) -> None:
        for node, _ in itertools.product(self.terminals, range(sales)):
            self.at(2.0 + 60.0 * self.random.random(), lambda node=node: self._sell(node))

    def _sell(self, node: Node, kind: str = "", tries: int = 60) -> None:
        """A customer comes; if the terminal is not ready, the customer waits a little.

        What is set aside is often taken later, in one part or several; to what was sold a tip is
        added, or some of it is given back.
        """
        begun, wanted = False, kind or self._kind()
        try:
            chance = 1.0 if kind else self.random.random()
            if chance < 0.15:
                begun = self.call(node, lambda machine: machine.repeat(self.time_of(node)))
            elif chance < (0.6 if self.wants == "reversal" else 0.25):
                begun = self._undo(node)
            else:
                begun = self._ask(node, wanted)
        except NotReady:
            pass
        if not begun and tries:
            self.at(1.0, lambda: self._sell(node, kind, tries - 1))
        if begun and wanted in ("sale", "completion") and self.random.random() < 0.4:
            for _ in range(self.random.choice((1, 2))):
                then = self.random.choice(("tip", "linked_refund"))
                self.at(
                    20.0 * self.random.random(), lambda then=then: self._sell(node, then, tries=20)
                )
        if begun and wanted == "authorisation":
            later = 20.0 * self.random.random()
            follow, most = ("completion", "completion", "increment"), 3
            if self.wants in follow:
                follow, most = (*follow, *[self.wants] * 3), 6
            for _ in range(self.random.randrange(most + 1)):
                later += 2.0 * self.random.random()
                then = self.random.choice(follow)
                self.at(later, lambda then=then: self._sell(node, then, tries=20))

    def _undo(self, node: Node) -> bool:
        """Somebody wants one of the last sales undone, seldom but for a part of it."""
        stan = f"{self.random.randrange(1, 12):06d}"
        stays = self.random.choice((0, 0, 0, 100))
        return self.call(node, lambda machine: machine.reverse(self.time_of(node), stays, stan))

    def _ask(self, node: Node, kind: str) -> bool:
        """Have the terminal *node* ask for what a customer wants of that *kind*."""
        if kind in ("tip", "linked_refund"):
            amount, now = self.random.randrange(1, 300) * 100, self.time_of(node)
            if kind == "tip":
                return self.call(node, lambda machine: machine.tip(now, amount))
            amount = self.random.choice((0, amount))
            return self.call(node, lambda machine: machine.refund(now, amount))
        if kind == "increment":
            amount = self.random.randrange(1, 100) * 100 + self.random.choice(MAGIC)
            return self.call(node, lambda machine: machine.increment(self.time_of(node), amount))
        if kind == "completion":
            more = self.random.random() < 0.5
            amount = self.random.choice((0, self.random.randrange(1, 100 if more else 500) * 100))
            return self.call(
                node, lambda machine: machine.complete(self.time_of(node), amount, more=more)
            )
        order = self._wish(KINDS.named(kind))
        if kind == "offline":
            if order.card.pan == UNKNOWN:
                return False  # What no issuer takes, people would have to see to.
            return self.call(node, lambda machine: machine.sell_offline(order, self.time_of(node)))
        return self.call(node, lambda machine: machine.ask(order, self.time_of(node), kind))

    def _kind(self) -> str:
        """Often a sale, or setting aside and taking; else whatever a terminal may ask for."""
        often = ["sale"] * 4 + ["authorisation"] * 4
        if self.wants in KINDS_OFFERED:
            often = [self.wants] * 8 + [*KINDS.named(self.wants).original, "sale"][:1] * 4
        return self.random.choice((*often, *KINDS_OFFERED))

    def _wish(self, kind: Kind) -> Order:
        chance = self.random
        name = chance.choice((*["good"] * 6, *["rich"] * 6, "lost", "unknown"))
        card = deck().cards[name]
        if chance.random() < 0.05:
            card = card.altered(cvv="999")
        if not kind.processing:  # Of a card that nobody can pay with.
            said = {104: "left here"} if 104 in kind.requires else file_fields("add")
            return Order(amount=0, currency="EUR", card=deck().cards["lost"], said=said)
        amount = chance.randrange(1, 500) * 100 + chance.choice(MAGIC) if kind.moves_money else 0
        pin = chance.choice((*[None] * 3, *[PIN] * 6, "9999")) if kind.pin != "refused" else None
        cash = chance.randrange(1, 200) * 100 if kind.takes_cash else 0
        return Order(
            amount=amount,
            currency="EUR",
            card=card,
            entry=chance.choice(("swipe", "swipe", "manual")),
            pin=pin,
            cash=cash,
        )

    # Operators ------------------------------------------------------------------------------------

    def _compare_totals(self) -> None:
        """An operator asks the acquirer what today comes to, if it is there, and not asked yet."""
        ask = ("ann", "acquirer", "", "978", "")
        with suppress(Error):
            self.call(
                self.switch, lambda machine: machine.ask_totals(self.time_of(self.switch), *ask)
            )

    def end_day(self) -> None:
        """An operator ends the bank day that runs, of each acquirer."""
        now = self.time_of(self.switch)
        for name in self.lot.settings.cut_offs:
            self.call(self.switch, lambda m, name=name: m.cut_over_now(now, "operator", "", name))

    def close_days(self) -> None:
        """Each acquirer closes what has ended. Raises Error if anything does not agree."""
        for bank in self.banks:
            bank.close()

    def mend(self) -> None:
        """A person looks after every exception: sends it again, or knows that nothing is held."""
        reader = JournalReader(self.rows.engine)  # type: ignore[arg-type]
        now = self.time_of(self.switch)
        for side in self.sides:
            for line in reader.left_to_people():
                if line.state == State.EXCEPTION and line.source == side:
                    self.counts["exception"] += 1
                    leg = line.leg
                    self.call(
                        self.switch, lambda m, leg=leg, now=now: m.retry(leg, now, "ann", "look")
                    )
            self.run(60.0)
            now = self.time_of(self.switch)
        held = self.held()
        for line in reader.left_to_people():
            if line.state == State.EXCEPTION and line.rrn not in held:
                leg = line.leg
                self.call(self.switch, lambda m, leg=leg: m.resolve(leg, now, "ann", "released"))

    # Life -----------------------------------------------------------------------------------------

    def live(self) -> World:
        """Start everything, let the sales happen among faults, then let it all come to rest."""
        with self._asking():
            return self._lived()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """In half of the worlds journals are asked of all that comes, as after many starts."""
        if self.seed % 2:
            yield
        else:
            with mock.patch.object(Identities, "may_hold", return_value=True):
                yield

    def _lived(self) -> World:
        for node in self.nodes.values():
            self.start(node)
        self._stretch()
        self._heal()
        for nap in self.lot.naps:
            self.faults.until = self.now + nap + 120.0
            if nap < YEAR_S:
                self.sleep(nap)
                self.send_kept()
            else:  # After a year nobody could tell a copy from what is new.
                self.sleep(nap - (self.now - self._began))
                self.forget_kept()
                self._sell_as_last_year()
            self._stretch()
            self._heal()
        return self

    def _heal(self) -> None:
        """Nothing fails any more: what was left to people is seen to, and all tills settle."""
        self._mend_all()
        self.cashiers.settle_all()
        self._mend_all()

    def _mend_all(self) -> None:
        """Whoever refuses may refuse again, and after a year nobody could be told any more."""
        reader = JournalReader(self.rows.engine)  # type: ignore[arg-type]
        for _ in range(MENDED_MAX):
            if not any(line.state == State.EXCEPTION for line in reader.left_to_people()):
                return
            self.mend()

    def _sell_as_last_year(self) -> None:
        """The stranger sells anew, with the numbers, dates and times of its sales of last year."""
        if self.stranger is None:
            return
        stranger, node = self.stranger, self.nodes["stranger"]
        stranger.heard.clear()
        for at, sale in stranger.sales:
            if at + YEAR_S > self.now + 1.0:
                self.at_time(
                    at + YEAR_S, lambda s=sale: self.call(node, lambda _: stranger.send(s))
                )

    def _who_can_sign(self) -> list[str]:
        """The links of the switch whose peers need no MAC for it."""
        issuer = [] if self.lot.macs.is_used else [UPSTREAM]
        terminals = [] if self.lot.terminal_macs.is_used else self.terminals
        return issuer + [node.wires[SWITCH].other.link for node in terminals]

    def _stretch(self) -> None:
        """Two minutes of life among faults, and then the quiet."""
        self._began = self.now
        self.faults.until = self.now + 120.0
        self._plan(self.sales)
        self.locksmith.plan(110.0)
        self.cashiers.plan(110.0)
        self.signing.plan(self._who_can_sign(), 100.0)
        if self.wants == "day_totals":
            for number in range(50):
                self.at(5.0 + 2.0 * number, self._compare_totals)
        for _ in range(15 if self.stranger else 0):
            self.at(self.random.uniform(1.0, 110.0), self._annoy)
        for _ in range(self.random.choice((0, 0, 1, 2))):
            self.at(self.random.uniform(5.0, 110.0), self.end_day)
        for _ in range(self.random.choice((0, 1, 2))):
            self.at(self.random.uniform(5.0, 110.0), self.close_days)
        self.run(120.0 + QUIET_S)
