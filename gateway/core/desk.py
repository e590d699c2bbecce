"""The desk of the gateway's flows: its journal, its link, and who waits for an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from cardswitch.specs.message import Message
from cardswitch.wire.machine.budget import Budget
from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.machine.kernel import Kernel
from cardswitch.wire.ports import LinkId, Question, Seconds, Send

from .calls import Call, Reply
from .entries import GatewayEntry
from .messages import Node
from .row import INTENT, KEY, GatewayRow, Legs, Rows, legs_of

SWITCH: Final = LinkId("switch")
API: Final = LinkId("api")  # Replies are sent there, though it is no link.
PLACES_MAX: Final = 200  # Requests in work at the switch, which answers 91 above 256 of one link.
PLACE_S: Final[Seconds] = 0.5  # How long a request waits for a place.
LOOK_S: Final[Seconds] = 0.05


class Debt(Struct, kw_only=True):
    """A reversal that the switch must still acknowledge, and when it is sent again."""

    leg: int
    number: int
    reversal: Message
    mti: str
    pause: Seconds
    is_asked: bool = False
    due: Seconds = 0.0


class GatewayDesk(Desk):
    """What flows share. *open_card* gives the number that a text of the vault seals."""

    def __init__(
        self, kernel: Kernel, node: Node, open_card: Callable[[str], str], answer_s: Seconds
    ) -> None:
        super().__init__(kernel)
        self.node = node
        self.open_card = open_card
        self.answer_s = answer_s
        self.rows = Rows()
        self.is_ready = False  # signed on
        self.in_work: set[str] = set()  # refs of intents, and keys, that a flow is at
        self.debts: dict[tuple[int, int], Debt] = {}  # by leg and number
        self.open: set[int] = set()  # legs of intents that wait for an outcome
        self._places = 0

    async def legs(self, *names: tuple[str, str]) -> Legs:
        """What the journal says of *names*, such as (INTENT, ref). Raises NoAnswer."""
        return legs_of(await self.rows_of(*names))

    def is_full(self, budget: Budget) -> bool:
        """Whether no more flows of *budget* may start now."""
        return self._kernel.is_full(budget)

    async def rows_of(self, *names: tuple[str, str]) -> list[GatewayRow]:
        """Its rows. Raises NoAnswer."""
        return list(await self.look_up(Question(identities=names)))

    def names_of(self, call: Call) -> list[tuple[str, str]]:
        """What to look up for *call*."""
        return [(INTENT, call.ref), *([(KEY, call.key)] if call.key else [])]

    def follow(self, leg: int, entry: GatewayEntry) -> None:
        """Write *entry* to *leg*."""
        self.append(self.rows.follow(leg, entry))

    def reply(self, reply: Reply) -> None:
        """Tell whoever waits for it."""
        self._kernel.effects.append(Send(API, reply))

    async def take_place(self) -> bool:
        """Whether there is a place at the switch, now or soon; it is then ours."""
        until = self.now + PLACE_S
        while not self.is_ready or self._places >= PLACES_MAX:
            if self.now >= until:
                return False
            await self.sleep(LOOK_S)
        self._places += 1
        return True

    def leave_place(self) -> None:
        """Let another have it."""
        self._places -= 1
