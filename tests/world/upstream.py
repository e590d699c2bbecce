"""Upstreams that answer what they should not: purchases with nonsense, what is owed with a no."""

from __future__ import annotations

from typing import Any

from cardswitch.specs.codes import APPROVED, UNKNOWN_ORIGINAL
from cardswitch.specs.message import Message
from cardswitch.wire.ports import name_of

from .network import Network
from .parts import End

HOSTS = ("acquirer", "issuer")
# What a reversal is refused with: for good, or for now. The peer has not undone anything.
REFUSALS = ("12", "30", "64", "91", "96")


class Unwilling:
    """Stands in front of the hosts, and now and then answers in their place or alters answers."""

    def __init__(self, network: Network, unfit: float, unwilling: float) -> None:
        self._network = network
        self._unfit, self._unwilling = unfit, unwilling
        network.meddle.append(self.meddle)

    def meddle(self, end: End, message: Any) -> Any:
        """What is sent instead of *message*, or None if it has been answered already."""
        if not isinstance(message, Message):
            return message
        network, other = self._network, end.other
        if end.node.name == "switch" and name_of(end.link) in HOSTS:
            refused = message.mti[:3] in ("042", "022") and network.chance(self._unwilling)
            if refused:
                what = "reversal" if message.mti[1] == "4" else "advice"
                network.counts[f"{what}_refused"] += 1
                code = network.random.choice(REFUSALS)
                network.reply(other, message.reply(code))
                return None
        elif end.node.name in HOSTS and other.node.name == "switch":
            if message.mti in ("0210", "0110", "0230") and network.chance(self._unfit):
                network.counts["unfit"] += 1
                return self._spoiled(message)
            is_undone = message.mti == "0430" and message.get(39) == APPROVED
            if is_undone and network.chance(self._unwilling / 3):
                return Message(message.mti, {**message.fields, 39: UNKNOWN_ORIGINAL})  # It forgot.
        return message

    def _spoiled(self, answer: Message) -> Message:
        """Something that cannot be the answer."""
        fields = dict(answer.fields)
        match self._network.random.randrange(4):
            case 0:
                fields[4] = "999999999999"
            case 1:
                fields[49] = "840"
            case 2:
                fields[37] = "000000999999"
            case 3:
                fields |= {39: "10", 4: "0" * 12}
        return Message(answer.mti, fields)
