"""The issuer and terminals sign off for a while: meanwhile nothing new is done there."""

from __future__ import annotations

from typing import Any

from cardswitch.specs.codes import SIGN_OFF, SIGN_ON
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message
from cardswitch.wire.ports import LinkId, Seconds, name_of

from .network import Network
from .parts import End, Node

UPSTREAM = LinkId("issuer")
# What was routed before may still have its PIN translated, and its MAC made.
GRACE_S: Seconds = 3.0


class Signing:
    """Says so in their place, and watches that the switch obeys."""

    def __init__(self, network: Network, switch: Node) -> None:
        self._network = network
        self._switch = switch
        self._off: dict[LinkId, tuple[int, Seconds]] = {}  # links, which life of each, since when
        self._known: set[Any] = set()  # requests that the switch has seen
        self._late: dict[Any, LinkId] = {}  # first seen while their terminal was off; where
        self.broken: list[str] = []
        network.watch.append(self._see)

    def plan(self, links: list[str], until: Seconds) -> None:
        """Some of *links*, as the switch calls them, sign off once until then."""
        random = self._network.random
        for link in map(LinkId, links):
            if random.random() < 0.3:
                off = random.uniform(5.0, until)
                on = off + random.uniform(2.0, 20.0)
                self._network.at(off, lambda to=link: self._sign(to, SIGN_OFF))
                self._network.at(on, lambda to=link: self._sign(to, SIGN_ON))

    def _sign(self, link: LinkId, code: str) -> None:
        """Whoever is at the other end of *link* says *code*."""
        near = self._switch.wires[link]
        trace = f"{self._network.random.randrange(900_000, 999_999):06d}"
        fields = {7: transmission_time(self._network.now), 11: trace, 70: code}
        if link != UPSTREAM:
            fields[41] = self._terminal(near)
        self._network.counts["signed_off"] += code == SIGN_OFF
        self._network.reply(near.other, Message("0800", fields))

    def _terminal(self, near: End) -> str:
        place = getattr(near.other.node.machine, "place", None)
        return place.terminal if place is not None else "TERM0000"

    def _see(self, what: str, end: End, message: Any) -> None:
        if end.node is not self._switch or not isinstance(message, Message):
            return
        now = self._network.now
        if message.mti[1] == "8":
            self._signed(what, end.link, message, now)
        elif message.mti[:3] in ("010", "020"):
            self._asked(what, end.link, message, now)
        elif what == "sent" and message.approved and self._name(message) in self._late:
            self.broken.append(f"{message} is approved, which came after a sign-off")

    def _signed(self, what: str, link: LinkId, message: Message, now: Seconds) -> None:
        code = message.get(70)
        if message.is_request and what == "received" and code == SIGN_OFF:
            self._off[link] = self._switch.wires[link].wire.epoch, now
        # Of the peer; or our own when the link is new, and its answer, which may cross a sign-off.
        elif code == SIGN_ON and (message.is_request or message.approved):
            self._off.pop(link, None)
            # What is not decided yet, since the journal is slow, is then decided as of now.
            self._late = {name: came for name, came in self._late.items() if came != link}

    def _asked(self, what: str, link: LinkId, message: Message, now: Seconds) -> None:
        since = self._since(link)
        if what == "received" and name_of(link) != link:
            name = self._name(message)
            if name not in self._known and since is not None:
                self._late[name] = link
            self._known.add(name)
        is_new = what == "sent" and link == UPSTREAM and not message.is_repeat
        if is_new and since is not None and now > since + GRACE_S:
            self.broken.append(f"{message} goes to the issuer, who has signed off")

    def _since(self, link: LinkId) -> Seconds | None:
        """Since when the peer on *link* is signed off; a new connection knows nothing of that."""
        epoch, since = self._off.get(link, (0, 0.0))
        return since if epoch == self._switch.wires[link].wire.epoch else None

    def _name(self, message: Message) -> Any:
        return tuple(message.get(n) for n in (7, 11, 41, 42))
