"""What must hold of orders once the world is quiet; the five books are compared by `oracle`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from cardswitch.gateway.core.entries import Called, Sent
from cardswitch.gateway.core.exchanges import Exchange, Stand
from cardswitch.gateway.core.intents import Intent
from cardswitch.gateway.core.row import GatewayRow, read
from cardswitch.gateway.core.states import Status
from cardswitch.gateway.outbox.follow import follow

from ..stands import Broken, line

if TYPE_CHECKING:
    from .people import OrderWorld

LATE_S = 180.0  # What could not be ended is tried again after a minute.
OPEN = (Stand.SENT, Stand.UNKNOWN, Stand.EXCEPTION)
Reference = Callable[[Exchange], str]


def book_of(intents: Iterable[Intent], reference: Reference) -> Counter[str]:
    """What is approved for orders, by `stands.line`.

    By which number the switch has it, *reference* says where only a person found it to be paid.
    """
    book: Counter[str] = Counter()
    for intent in intents:
        for exchange in intent.exchanges:
            for name, amount in _lines(intent, exchange, reference):
                if amount:
                    book[name] += amount
    return book


def _lines(intent: Intent, exchange: Exchange, reference: Reference) -> Iterable[tuple[str, int]]:
    if exchange.answer is not None:
        rrn = exchange.answer.get(37)
    elif exchange.decided == "paid":
        rrn = reference(exchange)
    else:
        return
    match exchange.asked:
        case "sale" | "completion":
            yield rrn, exchange.approved
        case "refund":
            yield rrn, -exchange.approved
        case "authorisation" if exchange.stand is Stand.APPROVED:
            yield line(rrn, "authorisation"), intent.capturable


def check_orders(world: OrderWorld) -> None:
    """Raise Broken if an order is not as it must be."""
    rows = world.gateway_rows.rows()
    for damage in world.gateway_rows.store.verify():
        raise Broken(f"the gateway's journal: {damage}")
    intents = world.intents()
    _check_rest(world, intents)
    _check_keys(rows)
    _check_told(world, intents)
    _check_deposit(world, intents)
    _check_events(world)


def _check_rest(world: OrderWorld, intents: dict[str, Intent]) -> None:
    """Nothing hangs: neither an order, nor a payment, nor what is owed."""
    for order in world.merchants.orders:
        if not order.is_done:
            raise Broken(f"{order.name} of {order.merchant} hangs")
    if world.asked_again:
        raise Broken(f"the gateway has asked again: {world.asked_again[0]}")
    if not world.gateway.machine.is_ready:
        raise Broken("the gateway has not found the switch again")
    if world.gateway.machine.pending:
        raise Broken("the gateway still owes something to the switch")
    now = world.time_of(world.gateway)
    for intent in intents.values():
        if intent.status is Status.PROCESSING:
            raise Broken(f"intent {intent.ref} hangs in processing")
        if intent.is_held and intent.held_until + LATE_S < now:
            raise Broken(f"intent {intent.ref} holds money that is free by now")
        for exchange in intent.exchanges:
            if exchange.stand in OPEN or exchange.reversal is not None:
                raise Broken(f"{exchange.asked} {exchange.number} of {intent.ref} hangs")


def _check_keys(rows: Sequence[GatewayRow]) -> None:
    """Each idempotency key is kept once, has made one thing, and asked the switch for one."""
    kept = Counter(row.identity for row in rows if row.state == "KeyTaken")
    asked: Counter[str] = Counter()
    created: Counter[str] = Counter()
    keys: dict[int, str] = {}
    first: dict[int, str] = {}
    for row in rows:
        first.setdefault(row.leg, row.state)
        entry = read(row) if row.state in (Called.__name__, Sent.__name__) else None
        if isinstance(entry, Called):
            keys[row.leg] = entry.key
            created[entry.key] += first.pop(row.leg, "") == "Created"
        elif isinstance(entry, Sent):
            asked[keys[row.leg]] += 1
    for what, counts in (("kept", kept), ("asked for", asked), ("made", created)):
        for key, count in counts.items():
            if count > 1:
                raise Broken(f"by the key {key!r}, {count} were {what}")


def _check_told(world: OrderWorld, intents: dict[str, Intent]) -> None:
    """What merchants were told was so, and stays so; all copies of a call tell of one order."""
    for order in world.merchants.orders:
        refs = {reply.intent.ref for _, reply in order.replies}
        if len(refs) > 1:
            raise Broken(f"{order.name} has become {len(refs)} intents")
        for _, reply in order.replies:
            known = intents.get(reply.intent.ref)
            if known is None:
                raise Broken(f"{order.name} was told of an intent that nobody has")
            for told in reply.intent.exchanges:
                if told.number > len(known.exchanges):
                    raise Broken(f"{order.name} was told of number {told.number}, never sent")
                now = known.exchange(told.number)
                if told.answer is not None and told.answer != now.answer:
                    raise Broken(f"{order.name} was told {told.answer}, {now.answer} is kept")


def _check_deposit(world: OrderWorld, intents: dict[str, Intent]) -> None:
    """What orders have received, less what they gave back, is what is deposited for them."""
    sources = {row.sequence: row.source for row in world.rows.rows()}
    booked = sum(
        amount
        for bank in world.banks
        for name, amount in bank.booked().items()
        if sources[int(name.partition(":")[2])] == "web"
    )
    received = sum(
        intent.received - sum(e.approved for e in intent.exchanges if e.asked == "refund")
        for intent in intents.values()
    )
    if booked != received:
        raise Broken(f"orders have received {received}, {booked} are deposited")


def _check_events(world: OrderWorld) -> None:
    """Receivers were told of everything that happened, and of nothing else, each the same."""
    if world.post.pending():
        raise Broken("a receiver was not told of everything")
    happened: dict[str, list[str]] = {name: [] for name in world.post.receivers}
    position = 0
    while (found := follow(world.post.reader, position)).last > position:
        position = found.last
        for event in found.events:
            happened[f"we_{event.merchant}"].append(event.id)
    for name, receiver in world.post.receivers.items():
        if set(receiver.heard) != set(happened[name]):
            differ = set(receiver.heard) ^ set(happened[name])
            raise Broken(f"{name} has not heard what happened: {len(differ)} events differ")
        if any(event != events[0] for events in receiver.heard.values() for event in events):
            raise Broken(f"{name} was told of one event in two ways")
