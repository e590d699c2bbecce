"""Somebody on the lines to the issuer and to the terminals, where messages have MACs: he changes
some.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import Any

from msgspec.structs import replace

from cardswitch.specs.codes import APPROVED, DO_NOT_HONOUR
from cardswitch.specs.dialect.covered import MAC_FIELDS
from cardswitch.specs.hsm.names import TAK, ZAK
from cardswitch.specs.message import Message
from cardswitch.specs.security.lmk import TEST_LMK, wrap_key, wrap_key_under_key
from cardswitch.terminal.pinpad.pad import TEST_MAC_TMK
from cardswitch.wire.operator.macs import MacConfig
from tests.kit.hsm.module import key

from .network import Network
from .parts import End

OFTEN = 0.2
LENGTHS = (4, 8)


@lru_cache
def zone_macs(seed: float) -> MacConfig:
    """How that line is authenticated in the world of *seed*; in most, not at all."""
    random = Random(seed)
    if random.random() < 0.7:
        return MacConfig()
    return MacConfig(
        key=wrap_key(TEST_LMK, ZAK, "U", key(91)),
        algorithm=random.choice(("iso9797-1", "iso9797-3", "cmac")),
        padding=random.choice((1, 2)),
        length=random.choice(LENGTHS),
        wrong=random.choice(("refuse", "drop")),
    )


@lru_cache
def terminal_macs(seed: float) -> tuple[MacConfig, MacConfig]:
    """The same of the lines to all terminals: as the switch has it, and as they have it."""
    random = Random(seed)
    if random.random() < 0.7:
        return MacConfig(), MacConfig()
    ours = MacConfig(
        key=wrap_key(TEST_LMK, TAK, "U", key(92)),
        length=random.choice(LENGTHS),
        wrong=random.choice(("refuse", "drop")),
    )
    return ours, replace(ours, key=wrap_key_under_key(TEST_MAC_TMK, "U", key(92)))


class Tampering:
    """Changes amounts of what is asked, and what is answered; it cannot make a MAC."""

    def __init__(self, network: Network) -> None:
        self._network = network
        network.meddle.append(self.meddle)

    def meddle(self, end: End, message: Any) -> Any:
        """What comes through instead of *message*."""
        ends = {end.node.name, end.other.node.name}
        far = (ends - {"switch"}).pop() if "switch" in ends else ""
        is_there = far == "issuer" or far.startswith("terminal")
        if not is_there or not isinstance(message, Message):
            return message
        if message.mti[1] == "8" or not set(MAC_FIELDS) & set(message.fields):
            return message
        if not self._network.chance(OFTEN):
            return message
        self._network.counts["tampered"] += 1
        if message.is_request:
            return message.with_fields({4: "000099999900"})
        code = DO_NOT_HONOUR if message.approved else APPROVED
        return message.with_fields({39: code})
