"""Keys that are handed out, each terminal its own, under its TMK: it asks for one and the answer
brings it, or it is brought one as soon as it speaks.

The TMK lets no key out a second time, so the same key is never offered again: an answer that was
lost costs a new key. What was handed out counts as taken when it is first used, or acknowledged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from cardswitch.specs.codes import (
    APPROVED,
    CRYPTOGRAPHIC_FAILURE,
    FORMAT_ERROR,
    MALFUNCTION,
    UNAVAILABLE,
)
from cardswitch.specs.errors import Error
from cardswitch.specs.hsm.commands.keys.any_type import generate_key
from cardswitch.specs.message import Message

from ...ports import LinkId, Seconds, name_of
from ..budget import Budget
from ..waits import NoAnswer
from .offers import KEY_FIELD, Offer
from .ours import ANSWER_S
from .steps import CHANGED, CLOCK, PEER, KeyRefused, KeySteps, Outcome
from .working import KeyKind

TERMINAL: Final = 41
SCHEME: Final = "X"  # What PIN pads take.
PAUSE_S: Final[Seconds] = 10.0  # of one key of a terminal; it costs the module work, and a row
TERMINALS_MAX: Final = 10_000  # that have been given keys: more get none
WAITING: Final = Outcome("waiting", "it is brought to the terminal when that speaks")

Name = tuple[str, KeyKind]  # the place of a terminal, such as "pos/TERM0001"


class Order(NamedTuple):
    """Who wants a terminal to have a new key, and why."""

    by: str
    because: str = ""


class KeyHandout:
    """Gives each terminal of a listener keys of its own, one of a kind at a time."""

    def __init__(self, steps: KeySteps) -> None:
        self._steps = steps
        self._desk = steps.desk
        self._given_at: dict[Name, Seconds] = {}
        self._begun_at: dict[Name, Seconds] = {}  # since when it counts that a key grows old
        self._orders: dict[Name, Order] = {}

    # The terminal asks ----------------------------------------------------------------------------

    def begin(self, link: LinkId, request: Message, kind: KeyKind) -> None:
        """Answer *request* with a new key of *kind*."""
        terminal = request.get(TERMINAL).rstrip(" ")
        if not terminal:
            return self._refuse(link, request, FORMAT_ERROR, {44: str(TERMINAL)})
        name = f"{name_of(link)}/{terminal}", kind
        if not self._may_give(name):
            return self._refuse(link, request, UNAVAILABLE)
        return self._desk.start(self._given(link, request, name), budget=Budget.CARING)

    async def _given(self, link: LinkId, request: Message, name: Name) -> None:
        try:
            offer = await self._made(name, Order(PEER))
        except NoAnswer:
            return self._refuse(link, request, MALFUNCTION)
        except KeyRefused as error:
            self._steps.end(*name, Outcome("kept", str(error)))
            return self._refuse(link, request, CRYPTOGRAPHIC_FAILURE)
        return self._desk.send(link, request.reply(APPROVED, {KEY_FIELD: offer.text}))

    def _refuse(
        self, link: LinkId, request: Message, code: str, changes: Mapping[int, str] | None = None
    ) -> None:
        self._desk.send(link, request.reply(code, changes))

    # The terminal is brought one ------------------------------------------------------------------

    def order(self, place: str, kind: KeyKind, by: str, because: str) -> None:
        """Bring the terminal at *place* a new key when it speaks. Raises Error: no room left."""
        if len(self._orders) >= TERMINALS_MAX:
            raise Error(f"{len(self._orders)} terminals wait for a key already")
        self._orders[place, kind] = Order(by, because)
        self._steps.outcomes[place, kind] = WAITING

    def is_ordered(self, place: str, kind: KeyKind) -> bool:
        """Whether the terminal at *place* is to be brought a key."""
        return (place, kind) in self._orders

    @property
    def has_orders(self) -> bool:
        """Whether any terminal waits for a key that somebody wants it to have."""
        return bool(self._orders)

    def heard(self, link: LinkId, terminal: str) -> None:
        """*terminal* is there, on *link*: now it can be brought what it is to have."""
        place = f"{name_of(link)}/{terminal}"
        for kind in self._steps.plan(place).kinds:
            name = place, kind
            order = self._orders.get(name) or self._due(name)
            if order is not None and self._may_give(name):
                self._desk.start(self._brought(link, name, order), budget=Budget.CARING)

    def _due(self, name: Name) -> Order | None:
        """The order of the clock, if the key *name* has been in use for so long."""
        every_s, now = self._steps.plan(name[0]).every_s, self._desk.now
        if not every_s or len(self._begun_at) >= TERMINALS_MAX:
            return None
        return Order(CLOCK) if now - self._begun_at.setdefault(name, now) >= every_s else None

    async def _brought(self, link: LinkId, name: Name, order: Order) -> None:
        try:
            offer = await self._made(name, order)
            request = offer.request(self._desk.now)
            request = request.with_fields({TERMINAL: f"{name[0].partition('/')[2]:8}"})
            question = self._desk.stamp(link, request)
            answer = await self._desk.ask(link, question, ANSWER_S)
        except NoAnswer as error:
            reason = f"{error or 'no answer'}; another is brought when the terminal speaks again"
            self._steps.outcomes[name] = Outcome("waiting", reason)
            return None
        except KeyRefused as error:
            self._orders.pop(name, None)
            return self._steps.end(*name, Outcome("kept", str(error)))
        return self._judge(name, order, offer, answer)

    def _judge(self, name: Name, order: Order, offer: Offer, answer: Message) -> None:
        """The terminal has taken *offer*, or refuses it for ever."""
        (place, kind), code, steps = name, answer.get(39), self._steps
        self._orders.pop(name, None)
        self._begun_at[name] = self._desk.now
        key = next((k for k, kcv in steps.state(place, kind).waiting if kcv == offer.kcv), "")
        if code == APPROVED and answer.get(KEY_FIELD) == offer._replace(key="").text:
            if key:  # Else it was seen in use already.
                steps.note("changed", place, offer, key=key, by=order.by, because=order.because)
            return steps.end(place, kind, CHANGED)
        steps.note("kept", place, offer, by=order.by, because=order.because)
        return steps.end(place, kind, Outcome("kept", f"the terminal has refused it with {code}"))

    # Both -----------------------------------------------------------------------------------------

    def _may_give(self, name: Name) -> bool:
        """Whether the key *name* may be given now; if so, it counts as given."""
        now = self._desk.now
        is_soon = now - self._given_at.get(name, -PAUSE_S) < PAUSE_S
        if is_soon or (name not in self._given_at and len(self._given_at) >= TERMINALS_MAX):
            return False
        self._given_at[name] = now
        return True

    async def _made(self, name: Name, order: Order) -> Offer:
        """A new key, accepted from now on. Raises NoAnswer, or KeyRefused: there is none."""
        place, kind = name
        plan = self._steps.plan(place)
        master, scheme = plan.masters[kind], plan.scheme_under_lmk(kind)
        command = generate_key(plan.types[kind], scheme, master, SCHEME, zmk_is_tmk=True)
        made = await self._steps.ask_hsm(command, "does not make a key for a terminal")
        offer = Offer(kind, made["kcv"], made["key_under_zmk"])
        by, because = order
        self._steps.note("offered", place, offer, key=made["key"], by=by, because=because)
        return offer
