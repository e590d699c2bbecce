"""Somebody who has keys changed between switch and issuer, by either side, at the worst moments;
and somebody who records the messages that bring them, and sends them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import Any

from cardswitch.lab.house.ceremony import Keys
from cardswitch.specs.codes import KEY_CHANGE
from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.specs.security.keys import key_check_value
from cardswitch.specs.security.lmk import TEST_LMK, unwrap_key
from cardswitch.switch.operate.config import TERMINALS
from cardswitch.wire.machine.keys.working import KEY_KINDS, KeyKind
from cardswitch.wire.operator.keys import KeysConfig
from cardswitch.wire.ports import Seconds, name_of

from .network import Network
from .parts import End, Node
from .stranger import SWITCH

MOMENT_S: Seconds = 30.0
OFTEN_S: Seconds = 100.0  # twice in a stretch of life, so that both ends make keys by the clock


def zone_keys(random: Random, keys: Keys) -> tuple[KeysConfig, KeysConfig]:
    """How the switch and the issuer of one world change the keys of their zone."""
    config = KeysConfig(master=keys.zmk, overlap_s=random.choice((10.0, 60.0)))
    by_clock = KeysConfig(master=keys.zmk, every_s=OFTEN_S)
    return random.choice(((config, config), (config, by_clock), (by_clock, config)))


class Locksmith:
    """Orders changes at random instants; what cannot be done then is not done."""

    def __init__(
        self, network: Network, switch: Node, issuer: Node, terminals: Sequence[Node]
    ) -> None:
        self._network = network
        self._switch = switch
        self._issuer = issuer
        self._terminals = terminals
        network.watch.append(self._record)

    def plan(self, until: Seconds) -> None:
        """Some changes until then."""
        random = self._network.random
        for _ in range(random.choice((0, 1, 3, 6))):
            kind, theirs = random.choice(KEY_KINDS), random.random() < 0.3
            self._network.at(
                random.uniform(2.0, until), lambda k=kind, t=theirs: self._change(k, theirs=t)
            )

        for node in self._terminals:
            for _ in range(random.choice((0, 0, 1, 3))):
                self._network.at(random.uniform(2.0, until), lambda n=node: self._ask(n))

    def _ask(self, node: Node) -> None:
        """A terminal asks for a new key, or an operator wants it to have one."""
        kind = self._network.random.choice(KEY_KINDS)
        if node.machine is not None and self._network.chance(0.3):
            place = f"{name_of(node.wires[SWITCH].other.link)}/{node.machine.place.terminal}"
            return self._change(kind, place)
        now = self._network.time_of(node)
        with suppress(Error):
            self._network.call(node, lambda machine: machine.change_key(now, kind))
            self._network.counts["key_asked_for"] += 1
        return None

    def _change(self, kind: str, place: str = "issuer", *, theirs: bool = False) -> None:
        now = self._network.time_of(self._switch)
        try:
            self._network.call(
                self._switch,
                lambda machine: machine.change_key(now, "ann", place, kind, "", theirs=theirs),
            )
        except Error:
            return  # There is no such key, the peer is away, or it is under way.
        self._network.counts["key_change"] += 1

    def _record(self, what: str, end: End, message: Any) -> None:
        is_offer = isinstance(message, Message) and message.get(70) == KEY_CHANGE
        if what == "sent" and is_offer and message.is_request and self._network.chance(0.5):
            self._network.counts["key_recorded"] += 1
            frame, later = end.channel.encode(message), self._network.random.uniform(0.0, 60.0)
            self._network.at(later, lambda: self._network.send_copy(end, frame))

    def disagreement(self) -> str:
        """In which key two sides differ now that all is quiet; ``""`` if in none."""
        if any(key["offered"] for key in self._keys()):  # The clock went off a moment ago.
            self._network.run(MOMENT_S)
        ours = {key["kind"]: key for key in self._switch.machine.key_exchange.told()}
        brought = [k for k in self._switch.machine.key_exchange.told() if "/" in k["place"]]
        self._network.counts["key_brought"] += sum(k["outcome"] == "changed" for k in brought)
        for key in self._issuer.machine.key_exchange.told():
            kind, other = key["kind"], ours[key["kind"]]
            if key["offered"] or other["offered"]:
                return f"a {kind} key is still offered"
            if key["check_value"] != other["check_value"]:
                return f"the {kind} key is {other['check_value']} here, {key['check_value']} there"
        self._network.counts["keys_agree"] += bool(ours["pin"]["check_value"])
        return next(filter(None, map(self._lost, self._terminals)), "")

    def _keys(self) -> list[Any]:
        machines = self._switch.machine, self._issuer.machine
        return [
            key for each in machines for key in each.key_exchange.told() if "/" not in key["place"]
        ]

    def _lost(self, node: Node) -> str:
        """What is wrong if the switch knows nothing of the key that the pad of *node* has."""
        link = node.wires[SWITCH].other.link
        listener = self._switch.machine.settings.listeners[name_of(link)]
        place = f"{name_of(link)}/{node.machine.place.terminal}"
        for kind in listener.keys.kinds:
            pad, configured = node.machine.pad(kind), listener.keys.configured[kind]
            keys = self._switch.machine.memory.keys
            known = keys.accepted(place, kind, configured, self._network.now)
            values = [_check_value(kind, key) for key in known]
            self._network.counts[f"{kind}_key_given"] += kind in node.machine.book.keys
            if pad.check_value not in values:
                return f"{node.name} has the key {pad.check_value}, and the switch knows {values}"
        return ""


def _check_value(kind: KeyKind, key: str) -> str:
    return key_check_value(unwrap_key(TEST_LMK, TERMINALS[kind], key)).hex().upper()
