"""A world with a gateway: orders of merchants go the way of a terminal's sales."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from cardswitch.gateway.api.given.sources import session_use
from cardswitch.gateway.core import messages
from cardswitch.gateway.core.calls import NOBODY, Call, Resolve
from cardswitch.gateway.core.desk import API, SWITCH
from cardswitch.gateway.core.exchanges import Exchange, Stand
from cardswitch.gateway.core.intents import Intent
from cardswitch.gateway.core.machine import CardVault, Gateway, Timers
from cardswitch.gateway.core.row import INTENT, GatewayRow, legs_of
from cardswitch.gateway.courier.schedule import PAUSES
from cardswitch.gateway.store import JOURNAL, SCHEMA
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.message import Message
from cardswitch.switch.core.settings import ListenerSettings, Route
from cardswitch.wire.channel import IsoChannel
from cardswitch.wire.framing import Framing
from cardswitch.wire.ports import Append, Effect, LinkId

from ..journals import StoreJournal
from ..lot import ALLOWED, Lot, draw_limits
from ..parts import End, Faults, Node
from ..people import World
from ..stands import legs_of as stands_of
from .books import book_of
from .merchants import Merchants
from .post import Post

TERMINAL = "GATE0001"
WEB = IsoChannel(load_dialect("iso87-ascii"), Framing("ascii4"))
ORDERS = 8  # in each stretch of life
TOLD_MAX = 8  # times that a receiver that was down may be waited for


class OrderWorld(World):
    """One terminal, and a gateway whose merchants order, capture, refund and insist."""

    gateway_class: type[Gateway] = Gateway
    sides = (*World.sides, "web")

    def __init__(self, seed: int, faults: Faults) -> None:
        super().__init__(seed, faults, terminals=1, sales=2)
        self.gateway_rows = StoreJournal(SCHEMA, JOURNAL, GatewayRow)
        self.gateway = self.add(Node("gateway", self._build_gateway, journal=self.gateway_rows))
        web = (self.switch, "web/1", WEB)
        self.connect((self.gateway, SWITCH, WEB), web, 0.02, is_watched=True)
        self._gateway_limits = draw_limits(self.random)
        self._checkpoint_rows = self.random.choice((3, 7, 20, 10_000))
        self.merchants = Merchants(self, seed)
        self.post = Post(self, seed)
        self.asked_again: list[str] = []
        self.watch.append(self._see)

    def intents(self) -> dict[str, Intent]:
        """Every intent, as the journal of the gateway has it."""
        return legs_of(self.gateway_rows.rows()).intents

    def other_book(self) -> Counter[str]:
        """The orders, as the gateway has them."""
        return book_of(self.intents().values(), self._reference)

    # Programs -------------------------------------------------------------------------------------

    def _draw(self) -> Lot:
        lot = super()._draw()
        web = ListenerSettings(
            serves="merchants",
            in_flight_max=self.random.choice((2, 256)),
            unknown_reversal=self.random.choice(("25", "00")),
            allows=ALLOWED,
        )
        upstream = self.random.choice(("acquirer", "issuer"))
        settings = replace(
            lot.settings,
            listeners={**lot.settings.listeners, "web": web},
            routes=(*lot.settings.routes, Route("web", upstream)),
        )
        return replace(lot, settings=settings)

    def _build_gateway(self, journal: Iterable[Any]) -> tuple[Gateway, Sequence[Effect]]:
        vault = CardVault(self.vault.open, self.vault.fingerprint)
        machine = self.gateway_class(
            messages.Node(TERMINAL),
            vault,
            Timers(4.0, 15.0),
            limits=self._gateway_limits,
            checkpoint_rows=self._checkpoint_rows,
        )
        return machine, machine.recover(journal, self.time_of(self.gateway))

    def start(self, node: Node) -> None:
        """The courier starts with its gateway."""
        super().start(node)
        if node is self.gateway:
            self.post.begin()

    def perform(self, node: Node, effects: Sequence[Effect]) -> None:
        """What the gateway has written may have to be told."""
        super().perform(node, effects)
        if node is self.gateway and any(isinstance(each, Append) for each in effects):
            self.post.poke()

    def _see(self, what: str, end: End, message: Any) -> None:
        """What asks for money is never asked again: an advice and a reversal are."""
        is_ours = what == "sent" and end.node is self.gateway and isinstance(message, Message)
        if is_ours and message.mti in ("0101", "0201"):
            self.asked_again.append(f"{message}")

    def _send(self, node: Node, link: LinkId, message: Any) -> None:
        if link == API:
            self.merchants.tell(message)
        else:
            super()._send(node, link, message)

    # Life -----------------------------------------------------------------------------------------

    def _plan(self, sales: int) -> None:
        super()._plan(sales)
        self.merchants.plan(ORDERS, 90.0)
        self.post.plan(110.0)

    def _heal(self) -> None:
        """People look after what the gateway has left to them, too."""
        super()._heal()
        for intent in self.intents().values():
            for exchange in intent.exchanges:
                if exchange.stand is Stand.EXCEPTION:
                    self._resolve(intent, exchange)
                    self.run(1.0)  # One after the other: a gateway may do little at a time.
        self.run(60.0)
        for pause in (*[PAUSES[3]] * TOLD_MAX, *PAUSES[4:]):
            if self.post.pending():
                self.run(pause)

    def _resolve(self, intent: Intent, exchange: Exchange) -> None:
        self.counts["order_resolved"] += 1
        deed = Resolve(
            number=exchange.number,
            outcome="paid" if self._reference(exchange) else "reversed",
            because="the switch says so",
            who="ann",
        )
        uses = session_use(intent.session)
        call = Call(ticket=NOBODY, merchant="", ref=intent.ref, kind=INTENT, deed=deed, uses=uses)
        self.call(self.gateway, lambda m: m.call(call, self.time_of(self.gateway)))

    def _reference(self, exchange: Exchange) -> str:
        """By which number the switch holds what *exchange* asked for; empty: it does not."""
        return next(
            (
                stand.first.rrn
                for stand in stands_of(self.rows.rows())
                if stand.held
                and stand.first.identity.startswith(f"web|{TERMINAL}|")
                and stand.first.kind == exchange.asked
                and f"|{exchange.request[11]}|" in stand.first.identity
                and stand.first.identity.endswith(exchange.request[7])  # The year is before it.
            ),
            "",
        )
