"""Merchants: each order is a story, and each call of it is repeated until it has an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import TYPE_CHECKING

from msgspec import Struct

from cardswitch.gateway.core.calls import (
    Call,
    Cancel,
    Capture,
    Create,
    Deed,
    Increase,
    Origin,
    Pay,
    Read,
    Refund,
    Reply,
    Source,
    Use,
)
from cardswitch.gateway.core.cards import Card
from cardswitch.gateway.core.entries import Terms
from cardswitch.gateway.core.ids import REF_LENGTH
from cardswitch.gateway.core.row import INTENT, SETUP
from cardswitch.gateway.core.states import Status
from cardswitch.wire.ports import Seconds

from ..people import MAGIC, SHOPS, deck
from ..stands import Broken

if TYPE_CHECKING:
    from .people import OrderWorld

ANSWER_S: Seconds = 5.0  # Whoever called a gateway that lives has an answer by then.
PATIENCE_S: Seconds = 6.0  # Then a merchant takes the call for lost.
PAUSE_MAX_S: Seconds = 8.0
TRIES_MAX = 80
RETRIED = (409, 500, 503)
CARDS = (*["good"] * 5, *["rich"] * 5, "lost", "unknown")


class Wait(Struct, frozen=True):
    """Nothing is asked for so long."""

    seconds: Seconds


class Aimed(Struct, frozen=True):
    """What *deed* is about, and the things that it uses."""

    deed: Deed
    ref: str
    kind: str
    uses: tuple[Use, ...] = ()


Step = Deed | Aimed | Wait
Story = Iterator[Step]


class Asking(Struct, kw_only=True):
    """One call of an order: what is asked, under which key, and who is told of the answer."""

    order: Order
    aimed: Aimed
    key: str
    tries: int = 0
    is_over: bool = False


class Order:
    """One order of *merchant*: the calls that it makes, and all that it was told."""

    def __init__(self, merchants: Merchants, number: int, merchant: str) -> None:
        self.name = f"order {number}"
        self.merchant = merchant
        self.ref = f"{number:0{REF_LENGTH}d}"
        self.replies: list[tuple[str, Reply]] = []
        self.is_done = False
        self.is_setup = merchants.chance.random() < 0.1
        self._merchants = merchants
        self._calls = 0
        self._last: Reply | None = None
        self._story = self._told()

    def go_on(self) -> None:
        """Do the next step of its story."""
        step = next(self._story, None)
        if step is None:
            self.is_done = True
        elif isinstance(step, Wait):
            self._merchants.world.at(step.seconds, self.go_on)
        else:
            self._calls += 1
            aimed = step if isinstance(step, Aimed) else self.aimed(step)
            key = "" if isinstance(aimed.deed, Read) else f"{self.name}, call {self._calls}"
            self._merchants.begin(Asking(order=self, aimed=aimed, key=key))

    def aimed(self, deed: Deed) -> Aimed:
        """*deed*, about the intent of the order."""
        return Aimed(deed, self.ref, SETUP if self.is_setup else INTENT)

    def hear(self, reply: Reply | None) -> None:
        """The call of the last step is answered; None: the merchant has given it up."""
        self._last = reply
        self.go_on()

    # The story ------------------------------------------------------------------------------------

    def _told(self) -> Story:
        chance = self._merchants.chance
        is_manual = not self.is_setup and chance.random() < 0.5
        yield self._create("manual" if is_manual else "automatic")
        for _ in range(40):
            status = self._status
            if status is None or status is Status.PROCESSING:
                yield Wait(chance.uniform(1.0, 15.0))
                yield Read()
            elif status in (Status.NEEDS_METHOD, Status.NEEDS_CONFIRMATION):
                if chance.random() < 0.4:
                    if chance.random() < 0.5:
                        yield Cancel()
                    return
                yield self._pay()
            elif status is Status.NEEDS_CAPTURE:
                yield Wait(chance.uniform(0.0, 20.0))
                then = self._capture()
                if then is None:
                    return
                yield then
                yield Read()
            else:
                break
        if self._status is Status.SUCCEEDED and not self.is_setup:
            for _ in range(chance.choice((0, 0, 1, 2))):
                yield Wait(chance.uniform(0.0, 10.0))
                yield Refund(amount=chance.choice((None, 100)))

    @property
    def _status(self) -> Status | None:
        intent = self._last.intent if self._last is not None else None
        return intent.status if intent is not None else None

    def _create(self, capture: str) -> Create:
        chance = self._merchants.chance
        source, cvc = self._card()
        amount = 0 if self.is_setup else chance.randrange(1, 500) * 100 + chance.choice(MAGIC)
        terms = Terms(capture=capture, takes_part=chance.random() < 0.3)
        return Create(
            secret="s",
            amount=amount,
            currency="eur",
            terms=terms,
            is_setup=self.is_setup,
            source=source,
            pay=Pay(cvc=cvc) if chance.random() < 0.7 else None,
        )

    def _pay(self) -> Pay:
        source, cvc = self._card()
        return Pay(source=source, cvc=cvc)

    def _card(self) -> tuple[Source, str]:
        """A card of somebody, and the code that he gives with it: right, wrong or none."""
        merchants = self._merchants
        known = deck().cards[merchants.chance.choice(CARDS)]
        card = Card(
            id=f"pm_{merchants.number()}",
            sealed=merchants.world.vault.seal(known.pan),
            fingerprint=merchants.world.vault.fingerprint(known.pan),
            masked="",
            brand="visa",
            exp_month=int(known.expiry[2:]),
            exp_year=2000 + int(known.expiry[:2]),
        )
        cvc = merchants.chance.choice((known.cvv2, known.cvv2, known.cvv2, "", "000"))
        return Source(id=card.id, card=card), cvc

    def _capture(self) -> Deed | None:
        """What becomes of money that is set aside."""
        chance, intent = self._merchants.chance, self._last.intent
        if chance.random() < 0.15:
            return None
        part = chance.randrange(1, 100) * 100
        return chance.choice(
            (
                Capture(),
                Capture(),
                Capture(amount=part),
                Capture(amount=part, is_final=False),
                Capture(amount=part, is_final=False),
                Increase(amount=intent.amount + part),
                Cancel(),
            )
        )


class Merchants:
    """All merchants, and the lines between them and the gateway. They have chance of their own."""

    def __init__(self, world: OrderWorld, seed: int) -> None:
        self.world = world
        self.chance = Random(f"merchants of {seed}")
        self.orders: list[Order] = []
        self.put_off = 0  # how often somebody was told to try again
        self._numbers = 0
        self._waiting: dict[int, Callable[[Reply], None]] = {}  # by ticket

    def number(self) -> int:
        """One that nothing else has."""
        self._numbers += 1
        return self._numbers

    def plan(self, count: int, seconds: Seconds) -> None:
        """So many orders come in the next *seconds*."""
        for _ in range(count):
            order = Order(self, self.number(), self.chance.choice(SHOPS))
            self.orders.append(order)
            self.world.at(self.chance.uniform(1.0, seconds), order.go_on)

    def begin(self, asking: Asking) -> None:
        """Ask, sometimes twice at once: a page was sent twice, or a second server took over."""
        if asking.key and self.chance.random() < 0.15:
            self._ask(asking)
        self._ask(asking)

    def tell(self, reply: Reply) -> None:
        """The gateway answers; the answer is on its way, or is lost."""
        answered = self._waiting.pop(reply.ticket, None)
        if answered is None or self.world.chance(self.world.faults.lost):
            return
        self.world.at(self.chance.uniform(0.001, 0.05), lambda: answered(reply))

    # A call ---------------------------------------------------------------------------------------

    def _ask(self, asking: Asking) -> None:
        asking.tries += 1
        ticket, world = self.number(), self.world
        self._waiting[ticket] = lambda reply: self._answered(asking, reply)
        if not world.chance(world.faults.lost):
            world.at(self.chance.uniform(0.001, 0.05), lambda: self._arrive(asking, ticket))
        world.at(PATIENCE_S, lambda: self._missed(asking, ticket))

    def _arrive(self, asking: Asking, ticket: int) -> None:
        world, order, aimed = self.world, asking.order, asking.aimed
        node = world.gateway
        origin = Origin(
            request=f"req_{ticket}",
            method="POST",
            path="",
            came=world.time_of(node),
            key=asking.key,
        )
        call = Call(
            ticket=ticket,
            merchant=order.merchant,
            # A new intent has another name each time that it is asked for: the key says which one.
            ref=f"{ticket:0{REF_LENGTH}d}" if isinstance(aimed.deed, Create) else aimed.ref,
            kind=aimed.kind,
            uses=aimed.uses,
            deed=aimed.deed,
            key=asking.key,
            digest=asking.key,
            origin=origin if asking.key else None,
        )
        life = node.lives
        world.call(node, lambda machine: machine.call(call, world.time_of(node)))
        world.at(ANSWER_S, lambda: self._in_time(ticket, life))

    def _in_time(self, ticket: int, life: int) -> None:
        """Whoever asked a gateway that has lived on has his answer."""
        node = self.world.gateway
        if ticket in self._waiting and node.machine is not None and node.lives == life:
            raise Broken(f"ticket {ticket} had no answer within {ANSWER_S} s")

    def _missed(self, asking: Asking, ticket: int) -> None:
        self._waiting.pop(ticket, None)
        self._again(asking)

    def _answered(self, asking: Asking, reply: Reply) -> None:
        order = asking.order
        if reply.intent is not None:
            order.replies.append((asking.key, reply))
        problem = reply.problem
        if problem is not None and problem.status in RETRIED and problem.is_retried:
            self.put_off += problem.status == 503
            self._again(asking)
        elif not asking.is_over:
            asking.is_over = True
            if reply.intent is not None:
                order.ref = reply.intent.ref
            order.hear(reply)

    def _again(self, asking: Asking) -> None:
        if not asking.is_over and asking.tries >= TRIES_MAX:
            asking.is_over = True
            asking.order.hear(None)
        elif not asking.is_over:
            pause = min(0.5 * asking.tries, PAUSE_MAX_S) * self.chance.uniform(0.5, 1.0)
            self.world.at(pause, lambda: None if asking.is_over else self._ask(asking))
