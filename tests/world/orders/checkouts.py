"""Checkouts: orders that are paid by a session in its time; what was paid may be denied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from cardswitch.gateway.core.calls import Alter, Create, Deed, Pay, Read, Things, Use
from cardswitch.gateway.core.calls import Dispute as Deny
from cardswitch.gateway.core.entries import Became, Sent
from cardswitch.gateway.core.intents import Intent
from cardswitch.gateway.core.problems import Problem
from cardswitch.gateway.core.row import GatewayRow, legs_of, read
from cardswitch.gateway.core.states import Status
from cardswitch.gateway.core.things import KINDS, Thing
from cardswitch.gateway.core.things.disputes import Dispute, answered, given_in
from cardswitch.gateway.core.things.sessions import Item, Session, SessionStatus
from cardswitch.specs.codes import MISMATCH
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Seconds

from ..parts import End, Faults
from ..people import SHOPS
from ..runs import faults
from ..stands import Broken
from .books import LATE_S
from .merchants import Aimed, Merchants, Order, Story, Wait
from .people import OrderWorld
from .runs import lived

CHECKOUTS = 6  # in each stretch of life
REFUSED = 0.5  # how often a reversal is, for good
TRIES = 4  # times that a shopper looks at the page, or takes another card
SESSION, DISPUTE = KINDS[Session], KINDS[Dispute]
EVIDENCE = ("winning_evidence", "losing_evidence", "a letter")  # The first two decide at once.


class Checkout(Order):
    """A session that is made, and paid in time or not; what was paid may be denied."""

    def __init__(self, merchants: Merchants, number: int, merchant: str) -> None:
        super().__init__(merchants, number, merchant)
        self.is_setup = False
        self.session = f"cs_test_{number:024d}"
        self.disputes = [f"dp_{number:022d}{n}" for n in (1, 2)]

    def aimed(self, deed: Deed) -> Aimed:
        """See :meth:`Order.aimed`: what pays changes its session too."""
        aimed = super().aimed(deed)
        pays = isinstance(deed, Create | Pay)
        return Aimed(deed, aimed.ref, aimed.kind, (self._session_use,) if pays else ())

    @property
    def _session_use(self) -> Use:
        return Use(kind=SESSION, id=self.session)

    # The story ------------------------------------------------------------------------------------

    def _told(self) -> Story:
        chance = self._merchants.chance
        lives, amount = chance.uniform(15.0, 90.0), chance.randrange(1, 300) * 100
        yield Aimed(Alter(partial(_opened, self.session, amount, lives)), self.session, SESSION)
        yield from self._paid(amount)
        paid = self._last.intent if self._last is not None else None
        if paid is not None and paid.status is Status.SUCCEEDED and chance.random() < 0.7:
            yield from self._denied(paid)
        # A tab that was left open: nothing more is paid by it, whatever became of the session.
        yield Wait(lives + LATE_S)
        yield Pay(source=self._card()[0])

    def _paid(self, amount: int) -> Story:
        """One card after the other, until one is good or the shopper has had enough."""
        chance = self._merchants.chance
        source, cvc = self._card()
        yield Wait(chance.uniform(0.0, 10.0))
        yield Create(
            secret="s",
            amount=amount,
            currency="eur",
            source=source,
            session=self.session,
            pay=Pay(cvc=cvc),
        )
        for _ in range(TRIES):
            status = self._status
            if status is None or status is Status.PROCESSING:
                yield Wait(chance.uniform(1.0, 15.0))
                yield Read()
            elif status is Status.NEEDS_METHOD:
                yield Wait(chance.uniform(0.0, 15.0))
                source, cvc = self._card()
                yield Pay(source=source, cvc=cvc)

    def _denied(self, paid: Intent) -> Story:
        """The cardholder denies it, twice; the merchant answers the first, or gives in."""
        chance = self._merchants.chance
        assert paid.paid is not None, "it has succeeded"
        for id_ in self.disputes:
            yield Wait(chance.uniform(0.0, 20.0))
            yield Deny(id=id_, number=paid.paid.number, amount=chance.choice((None, 100)))
        for _ in range(chance.choice((0, 1, 2))):
            yield Wait(chance.uniform(0.0, 10.0))
            text = chance.choice(EVIDENCE)
            yield self._about_dispute(given_in if chance.random() < 0.3 else partial(_sent, text))

    def _about_dispute(self, change: Callable[[Dispute], Dispute | Problem]) -> Aimed:
        id_ = self.disputes[0]
        uses = (Use(kind=DISPUTE, id=id_),)
        return Aimed(Alter(partial(_changed, id_, change)), id_, DISPUTE, uses)


def _opened(id_: str, amount: int, lives: Seconds, _: Things, now: Seconds) -> Mapping[str, Thing]:
    session = Session(
        mode="payment",
        items=(Item(name="tea", amount=amount, quantity=1),),
        currency="eur",
        success_url="https://shop.example/",
        expires_at=now + lives,
    )
    return {id_: session}


def _changed(
    id_: str, change: Callable[[Dispute], Dispute | Problem], things: Things, _: Seconds
) -> Mapping[str, Thing] | Problem:
    dispute = things[id_].thing
    assert isinstance(dispute, Dispute), "it was looked up as one"
    then = change(dispute)
    return then if isinstance(then, Problem) else {id_: then}


def _sent(text: str, dispute: Dispute) -> Dispute | Problem:
    return answered(dispute, {"uncategorized_text": text}, {}, is_submitted=True)


# The world ----------------------------------------------------------------------------------------


class CheckoutWorld(OrderWorld):
    """The same world, and shoppers who pay by sessions and deny what they have paid.

    Some reversals of sales that had no answer are refused without having reached the switch, so
    that a person may find that they are paid.
    """

    def __init__(self, seed: int, faults: Faults) -> None:
        super().__init__(seed, faults)
        self.meddle.append(self._refuse)

    def _refuse(self, end: End, message: Any) -> Any:
        """What is sent instead of *message*, or None if it has been answered already."""
        is_ours = end.node is self.gateway and isinstance(message, Message)
        if not is_ours or message.mti != "0420" or not self.chance(REFUSED):
            return message
        if message[90][:4] != "0200" or 37 in message.fields:  # It was held, or had an answer.
            return message
        self.counts["reversal_refused"] += 1
        self.reply(end.other, message.reply(MISMATCH))
        return None

    def _plan(self, sales: int) -> None:
        super()._plan(sales)
        merchants = self.merchants
        for _ in range(CHECKOUTS):
            checkout = Checkout(merchants, merchants.number(), merchants.chance.choice(SHOPS))
            merchants.orders.append(checkout)
            self.at(merchants.chance.uniform(1.0, 60.0), checkout.go_on)


def run(
    seed: int,
    trace: Callable[[str], None] | None = None,
    met: Counter[tuple[str, str]] | None = None,
) -> CheckoutWorld:
    """Let the world of *seed* live, and check it; raises Broken (or what a program raised)."""
    world = CheckoutWorld(seed, faults())
    lived(world, trace, met)
    check_checkouts(world)
    return world


def check_checkouts(world: CheckoutWorld) -> None:
    """Raise Broken if a session or a dispute is not as its payment is."""
    rows = world.gateway_rows.rows()
    legs = legs_of(rows)
    _check_asked(rows, {intent.leg: intent.ref for intent in legs.intents.values()})
    sold = Counter(intent.session for intent in legs.intents.values())
    denied = Counter(r.thing.ref for r in legs.things.values() if isinstance(r.thing, Dispute))
    for id_, record in legs.things.items():
        if isinstance(record.thing, Session):
            if sold[id_] > 1:
                raise Broken(f"{id_} has {sold[id_]} intents")
            intent = legs.intents.get(record.thing.intent or "")
            _check_session(id_, record.thing, intent, world.time_of(world.gateway))
        elif isinstance(record.thing, Dispute):
            times = denied[record.thing.ref]
            _check_dispute(id_, record.thing, legs.intents[record.thing.ref], times)


def _check_asked(rows: Sequence[GatewayRow], refs: Mapping[int, str]) -> None:
    """No money is asked for any more once the session has expired."""
    over: set[str | None] = set()
    for entry, ref in ((read(row), refs.get(row.leg)) for row in rows if row.leg):
        match entry:
            case Became(thing=Session(status=SessionStatus.EXPIRED, intent=intent)):
                over.add(intent)
            case Sent() if ref in over:
                raise Broken(f"{ref} was to be paid when its session had expired")


def _check_session(id_: str, session: Session, intent: Intent | None, now: Seconds) -> None:
    """A session is complete if its order was paid, and else it ends in its time.

    By the clock of the gateway, that is: one that was set back may not be there yet.
    """
    received = intent.received if intent is not None else 0
    if received:
        allowed = {SessionStatus.COMPLETE}
    else:
        allowed = {SessionStatus.EXPIRED}
        if now <= session.expires_at + LATE_S:
            allowed.add(SessionStatus.OPEN)
    if session.status not in allowed or session.is_paid != (received > 0):
        raise Broken(f"{id_} is {session.status}, and {received} were received")


def _check_dispute(id_: str, dispute: Dispute, intent: Intent, times: int) -> None:
    if times > 1 or intent.dispute != id_:
        raise Broken(f"{intent.ref} is denied {times} times, by {id_} too")
    if dispute.amount > intent.received:
        raise Broken(f"{id_} is about more than {intent.received}")


def seen(world: CheckoutWorld) -> Iterator[str]:
    """What has happened in *world* to sessions and disputes, so that a test can ask for all."""
    legs = legs_of(world.gateway_rows.rows())
    for record in legs.things.values():
        if isinstance(record.thing, Session):
            yield f"session {record.thing.status}"
            intent = legs.intents.get(record.thing.intent or "")
            exchanges = intent.exchanges if intent is not None else ()
            if record.thing.is_paid and len(exchanges) > 1:
                yield "second card"
            if any(each.decided == "paid" for each in exchanges):
                yield "found to be paid"
        elif isinstance(record.thing, Dispute):
            yield f"dispute {record.thing.status}"
