"""What must hold once the world is quiet: five books that agree to the cent, and nothing left open.

The books are the terminals' receipts, the acquirer's, the switch's journal (both of its sides), the
issuer's accounts, and the deposit file of settlement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cardswitch.switch.core.entry import Entry

from cardswitch.hosts.acquirer.machine import Acquirer
from cardswitch.hosts.issuer.machine import Issuer
from cardswitch.specs.message import Message
from cardswitch.switch.core.states import State
from cardswitch.switch.settlement.close import close_day
from cardswitch.switch.settlement.parties import AcquiringBank, MerchantAccount
from cardswitch.terminal.core.state import SaleState, rebuild
from cardswitch.terminal.core.state import outcomes as told
from cardswitch.wire.machine.matching import LATE_S, IsoExchange

from .network import End, Network
from .people import CUT_OFF, SHOPS, World

Book = Mapping[str, int]  # minor units approved and not undone, by RRN
ENDED = frozenset({State.APPROVED, State.DECLINED, State.REVERSED})
IBAN = "DE89370400440532013000"
BANK = AcquiringBank("Acquirer", IBAN, "COBADEFFXXX")


class Broken(AssertionError):
    """An invariant does not hold; the text says which and where."""


class KeyWatch:
    """No two different questions of one link may share a key while either may be answered."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._exchange = IsoExchange()
        self._asked: dict[Any, tuple[float, Any]] = {}
        self.reused: list[str] = []
        network.watch.append(self.see)

    def see(self, what: str, end: End, message: Any) -> None:
        """Called with everything that is sent and received."""
        if not isinstance(message, Message):
            return
        key = (end.node.name, self._exchange.key(end.link, message))
        if what == "received":
            if not message.is_request:
                self._asked.pop(key, None)
            return
        if not message.is_request:
            return
        now = self._network.now
        content = (message.mti[:3], message.get(7), message.get(37), message.get(90))
        before = self._asked.get(key)
        if before and before[1] != content and now - before[0] < LATE_S:
            self.reused.append(f"{end.node.name} asks {message} on {end.link}, as {before[1]}")
        self._asked[key] = (now, content)


def check(world: World, keys: KeyWatch | None = None) -> None:
    """Raise Broken if anything is not as it must be."""
    if keys is not None and keys.reused:
        raise Broken(f"a key was reused while it was alive: {keys.reused[0]}")
    for node in world.nodes.values():
        if node.machine is None:
            raise Broken(f"{node.name} is not alive")
        if getattr(node.machine, "counts", {}).get("flow_failed"):
            raise Broken(f"a flow of {node.name} failed by itself")
    entries = world.entries(world.switch.journal)
    _check_states(entries)
    issuer = _issuer_book(world)
    books = {
        "terminals": _terminal_book(world),
        "switch, front side": _switch_book(entries, "pos"),
        "acquirer": _acquirer_book(world),
        "switch, network side": _switch_book(entries, "network"),
        "issuer": issuer,
    }
    for name, book in books.items():
        if book != issuer:
            raise Broken(f"{name} and issuer differ: {_difference(book, issuer)}")
    _check_deposit(world, entries, sum(issuer.values()))


def _check_states(entries: list[Entry]) -> None:
    last = {entry.leg: entry for entry in entries}
    for entry in last.values():
        if entry.state not in ENDED:
            raise Broken(f"leg {entry.leg} of {entry.source} was left {entry.state}")
    if len({entry.sequence for entry in entries}) != len(entries):
        raise Broken("two entries of the journal have the same number")


def _terminal_book(world: World) -> Book:
    book: dict[str, int] = {}
    for node in world.terminals:
        stand = rebuild(node.journal)
        if stand.unsettled or stand.exceptions:
            raise Broken(f"{node.name} has a reversal pending, or a person must look")
        sales = {o.stan: o for o in told(node.journal) if not o.is_repeat}
        for outcome in sales.values():
            if outcome.kind is SaleState.APPROVED:
                book[outcome.rrn] = book.get(outcome.rrn, 0) + outcome.amount
    return book


def _switch_book(entries: list[Entry], source: str) -> Book:
    last = {entry.leg: entry for entry in entries if entry.source == source}
    book: dict[str, int] = {}
    for entry in last.values():
        if entry.state is State.APPROVED:
            rrn = entry.message[37]
            book[rrn] = book.get(rrn, 0) + int(entry.message[4])
    return book


def _acquirer_book(world: World) -> Book:
    live = world.acquirer.machine
    rebuilt = world._build_acquirer(world.acquirer.journal)[0]
    assert isinstance(live, Acquirer)
    if live.approved() != rebuilt.approved():
        raise Broken("the acquirer's books and its journal differ")
    return {rrn: amount for rrn, (_, _, amount) in live.approved().items()}


def _issuer_book(world: World) -> Book:
    live = world.issuer.machine
    rebuilt = world._build_issuer(world.issuer.journal)[0]
    assert isinstance(live, Issuer)
    if live.held() != rebuilt.held():
        raise Broken("the issuer's accounts and its journal differ")
    return dict(live.held())


def _check_deposit(world: World, entries: list[Entry], expected: int) -> None:
    day = CUT_OFF.business_date(world.started)
    merchants = [MerchantAccount(shop, shop, IBAN, "COBADEFFXXX") for shop in SHOPS]
    now = CUT_OFF.ends_at(day)
    close = close_day(day, entries, merchants, BANK, {}, cut_off=CUT_OFF, now=now)
    deposited = sum(payout.amount for payout in close.payouts)
    if deposited != expected:
        raise Broken(f"the deposit is {deposited}, the issuer holds {expected}")
    again = close_day(day, entries, merchants, BANK, {}, cut_off=CUT_OFF, now=now + 1.0)
    if again.files != close.files:
        raise Broken("closing the same day twice gives different files")


def _difference(book: Book, other: Book) -> str:
    rrns = sorted(set(book.items()) ^ set(other.items()))
    return ", ".join(f"{rrn}: {book.get(rrn)} against {other.get(rrn)}" for rrn, _ in rrns[:3])
