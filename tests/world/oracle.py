"""What must hold once the world is quiet: five books that agree to the cent, and nothing left open.

The books are the terminals' receipts, the acquirer's, the switch's journal (both of its sides), the
issuer's accounts, and the deposit file of settlement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cardswitch.hosts.acquirer.books import books_of
from cardswitch.hosts.acquirer.legs import Booking
from cardswitch.hosts.issuer.legs import Purchase
from cardswitch.specs.dates import utc_date
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.reversals import stays_of
from cardswitch.switch.core.day import acquirer_of
from cardswitch.switch.core.row import Vault, message_of
from cardswitch.switch.core.states import State
from cardswitch.terminal.core.entries import SaleReversing
from cardswitch.terminal.core.outcome import SET_ASIDE, Outcome, SaleState
from cardswitch.terminal.core.state import rebuild
from cardswitch.wire.machine.matching import LATE_S, IsoExchange

from .captured import check_captures, check_expiry, check_refunds
from .network import Network
from .parts import End, Node
from .people import World
from .settled import check_settled
from .stands import Broken, Stand, direction, legs_of, line
from .stranger import TERMINAL, Stranger

# Minor units approved and not undone, by `stands.line`; what the cardholder gets is below zero.
Book = Mapping[str, int]
ENDED = frozenset(
    {
        State.APPROVED,
        State.DECLINED,
        State.REVERSED,
        State.REDUCED,
        State.FOLLOWED,
        State.ADJUSTED,
        State.PART_COMPLETED,
        State.COMPLETED,
        State.ANSWERED,
        State.RESOLVED,
    }
)


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
        if not isinstance(message, Message) or end.node.name == "stranger":
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
    if world.signing.broken:
        raise Broken(world.signing.broken[0])
    if problem := world.locksmith.disagreement():
        raise Broken(problem)
    legs = legs_of(world.rows.rows())
    _check_journal(world, legs)
    if problem := world.cashiers.disagreement(_seen_by_people(world, legs)):
        raise Broken(problem)
    ours = [stand for stand in legs if f"|{TERMINAL}|" not in stand.first.identity]
    issuer = _issuer_book(world)
    acquirer = _acquirer_book(world)
    direct = _switch_book(legs, "merchants", "issuer")
    books = {
        "sellers": (_sellers_book(world, legs), _switch_book(ours, "merchants")),
        "acquirer": (acquirer, _switch_book(legs, "merchants", "acquirer")),
        "network side": (_switch_book(legs, "acquirers"), acquirer),
        "issuer": (issuer, _sum(acquirer, direct)),
    }
    over = check_expiry(world)
    for name, (book, other) in books.items():
        book, other = (_without(one, over) for one in (book, other))
        if book != other:
            raise Broken(f"{name} and next book differ: {_difference(book, other)}")
    _check_reversals(world.vault, legs)
    check_captures(legs, world.vault)
    check_refunds(legs)
    if world.stranger is not None:
        _check_told(world.stranger, legs)
    if world.lot.terminal_macs.is_used:
        _check_let_in(legs)
    check_settled(world, legs)
    _check_accounts(world, sum(issuer.values()))
    _check_deposits(world, legs)


def _check_journal(world: World, legs: Sequence[Stand]) -> None:
    for damage in world.rows.store.verify():
        raise Broken(f"the journal: {damage}")
    for stand in legs:
        if stand.last.state not in ENDED:
            raise Broken(
                f"leg {stand.last.leg} of {stand.first.source} was left {stand.last.state}"
            )
    for row in world.rows.rows():
        if row.state == State.REVERSING and not KINDS.named(row.kind).moves_money:
            raise Broken(f"leg {row.leg}, a {row.kind}, is reversed, and moves no money")
    names = Counter((stand.first.sent_on, stand.first.identity) for stand in legs)
    for name, count in names.items():
        if count > 1:
            raise Broken(f"{name} is {count} legs")


def _check_reversals(vault: Vault, legs: Sequence[Stand]) -> None:
    """What is told to be undone is undone, and nothing that was approved is undone otherwise."""
    by_number = {stand.first.leg: stand for stand in legs}
    stays: dict[int, int] = {}
    for stand in legs:
        row = stand.last
        is_undoing = KINDS.named(stand.first.kind).shape == "reverse"
        if is_undoing and row.state == State.ANSWERED and row.code == "00" and row.original:
            left = stays_of(message_of(row, vault))
            stays[row.original] = min(left, stays.get(row.original, left))
    for number, left in stays.items():
        original = by_number[number]
        if original.last.state in (State.ADJUSTED, State.PART_COMPLETED, State.COMPLETED):
            continue  # What stayed of it was captured, or increased: see `check_captures`.
        if original.held != (left if original.was_approved else 0):
            raise Broken(f"leg {number} holds {original.held}, {left} was to stay")
    for number, stand in by_number.items():
        stays_done = (
            State.APPROVED,
            State.DECLINED,
            State.FOLLOWED,
            State.ADJUSTED,
            State.PART_COMPLETED,
            State.COMPLETED,
        )
        is_undone = (
            stand.last.state not in stays_done and not KINDS.named(stand.first.kind).is_for_good
        )
        if stand.was_approved and is_undone and number not in stays:
            raise Broken(f"leg {number} was approved, and nobody asked to undo it")


def _check_let_in(legs: Sequence[Stand]) -> None:
    """Where terminals have MACs, the stranger has no key, and nothing of what it says is done."""
    for stand in legs:
        if stand.first.serves == "merchants" and f"|{TERMINAL}|" in stand.first.identity:
            raise Broken(f"leg {stand.first.leg} is the stranger's, who cannot make a MAC")


def _check_told(stranger: Stranger, legs: Sequence[Stand]) -> None:
    """An approval that the stranger has heard was one; what it has heard refused holds nothing."""
    by_name: dict[str, list[Stand]] = {}
    for stand in legs:
        # What the acquirer makes of its sales bears numbers of the acquirer's own.
        if stand.first.serves == "merchants" and f"|{TERMINAL}|" in stand.first.identity:
            # The year of the row, since what the identity says of it is what is looked at.
            kind, stan, sent = stand.first.identity.split("|")[3:]
            name = f"{kind}|{stan}|{utc_date(stand.first.at)[:4]}{sent[4:]}"
            by_name.setdefault(name, []).append(stand)
    for now, answer in stranger.told:
        if answer.mti[1] not in "12" or answer.get(41).rstrip(" ") != TERMINAL:
            continue
        name = f"{answer.mti[1]}|{answer[11]}|{utc_date(now)[:4]}{answer[7]}"
        found = by_name.get(name, [])
        if answer.approved and not any(stand.was_approved for stand in found):
            raise Broken(f"the stranger was told that {name} is approved, and it never was")
        if not answer.approved and answer[39] != "94" and any(stand.held for stand in found):
            raise Broken(f"the stranger was told {answer[39]} for {name}, which is held")


def _is_stuck(terminal: str, legs: Iterable[Stand]) -> bool:
    """Whether a reversal of *terminal* was refused, since a person had to look at its sale."""
    return any(
        stand.last.state == State.ANSWERED
        and stand.last.code == "64"
        and f"|{terminal}|" in stand.first.identity
        for stand in legs
    )


def _seen_by_people(world: World, legs: Sequence[Stand]) -> set[str]:
    """The terminals of which something was refused, or set aside for people."""
    terminals = {node.machine.place.terminal for node in world.terminals}
    excepted = {row.terminal for row in world.rows.rows() if row.state == State.EXCEPTION}
    return excepted | {each for each in terminals if _is_stuck(each, legs)}


def _terminal_book(world: World, legs: Sequence[Stand]) -> Book:
    book: Counter[str] = Counter()
    # While one was an exception, a repeat of its reversal was told so, whatever became of it.
    excepted = {row.terminal for row in world.rows.rows() if row.state == State.EXCEPTION}
    reduced = {
        (stand.first.terminal, stand.last.rrn, stand.first.kind)
        for stand in legs
        if stand.first.serves == "merchants" and stand.last.state == State.REDUCED
    }
    for node in world.terminals:
        stand = rebuild(node.journal.entries)
        is_left = stand.unsettled or stand.exceptions
        terminal = node.machine.place.terminal
        if is_left and terminal not in excepted and not _is_stuck(terminal, legs):
            raise Broken(f"{node.name} has a reversal pending, or a person must look")
        for outcome in (sale.outcome for sale in stand.sales.values()):
            is_part = outcome.kind is SaleState.APPROVED and outcome.amount < outcome.asked
            if is_part and not node.machine.place.takes_part:
                raise Broken(f"{node.name} holds STAN {outcome.stan} as approved in part")
            kind = outcome.transaction
            is_reduced = (terminal, outcome.rrn, kind) in reduced
            if not outcome.moves_money:
                _check_inquiry(outcome)
            elif outcome.kind in SET_ASIDE and not KINDS.named(kind).adds:
                book[line(outcome.rrn, kind)] += outcome.amount * direction(kind)
            elif outcome.kind is SaleState.EXCEPTION and is_reduced:
                book[line(outcome.rrn, kind)] += _to_stay(node, outcome) * direction(kind)
    return book


def _to_stay(node: Node, outcome: Outcome) -> int:
    """What the terminal asked to stay of a sale, before it was told that a person must look."""
    *_, stays = (
        entry.stays
        for entry in node.journal.entries
        if isinstance(entry, SaleReversing)
        and (entry.reversal.get(37), entry.reversal[90][4:10]) == (outcome.rrn, outcome.stan)
    )
    return stays


def _sellers_book(world: World, legs: Sequence[Stand]) -> Book:
    return _sum(_terminal_book(world, legs), world.other_book())


def _check_inquiry(outcome: Outcome) -> None:
    """It has an answer, or none; and whoever was told an approval of it was told all of it."""
    if outcome.kind not in (SaleState.APPROVED, SaleState.DECLINED, SaleState.UNANSWERED):
        raise Broken(f"STAN {outcome.stan}, a {outcome.transaction}, is {outcome.kind}")
    is_told = outcome.kind is SaleState.APPROVED and outcome.transaction == "balance"
    if bool(outcome.amounts) != is_told:
        raise Broken(f"STAN {outcome.stan}, {outcome.kind}, was told {outcome.amounts}")


def _switch_book(legs: Iterable[Stand], serves: str, upstream: str = "") -> Book:
    book: Counter[str] = Counter()
    for stand in legs:
        at_upstream = upstream in ("", stand.last.upstream)
        if stand.first.serves == serves and stand.held and at_upstream:
            kind, rrn = stand.first.kind, stand.last.rrn or stand.first.rrn
            book[line(rrn, kind)] += stand.held * direction(kind)
    return book


def _acquirer_book(world: World) -> Book:
    for damage in world.acquirer_rows.store.verify():
        raise Broken(f"the acquirer's journal: {damage}")
    book: Counter[str] = Counter()
    books = books_of(world.acquirer_rows.rows())
    if books.open:
        raise Broken(f"the acquirer waits for something: {books.open}")
    for name, approved in books.approved().items():
        booking = books.find(name)
        assert isinstance(booking, Booking)
        assert booking.asked
        book[line(approved.rrn, booking.asked.kind)] += approved.amount
    return book


def _issuer_book(world: World) -> Book:
    for damage in world.issuer_rows.store.verify():
        raise Broken(f"the issuer's journal: {damage}")
    book: Counter[str] = Counter()
    for leg in world.everything().legs:
        if isinstance(leg, Purchase) and leg.held and leg.terms:
            book[line(leg.rrn, leg.terms.kind)] += leg.held * direction(leg.terms.kind)
    return book


def _without(book: Book, over: set[str]) -> Book:
    return {name: amount for name, amount in book.items() if name not in over}


def _check_accounts(world: World, expected: int) -> None:
    """What is set aside in accounts, less what is coming, is what the issuer has promised."""
    accounts = world.issuer.machine.books.accounts.values()
    held = sum(account.held - account.coming for account in accounts)
    if held != expected:
        raise Broken(f"the accounts of the issuer hold {held}, its decisions {expected}")


def _check_deposits(world: World, legs: Sequence[Stand]) -> None:
    """Every capture that stands is booked once, by its acquirer; closing again says no more."""
    world.end_day()
    world.close_days()
    booked = [bank.booked() for bank in world.banks]
    of_leg: Counter[int] = Counter()
    legs_of = {row.sequence: row.leg for row in world.rows.rows()}
    days = {stand.first.leg: stand.first.business_date for stand in legs}
    for bank, movements in zip(world.banks, booked, strict=True):
        for name, amount in movements.items():
            leg = legs_of[int(name.partition(":")[2])]
            of_leg[leg] += amount
            if acquirer_of(days[leg]) != bank.name:
                raise Broken(f"leg {leg} of {days[leg]} is booked by {bank.name or 'the first'}")
    for stand in legs:
        is_ours = stand.first.serves == "merchants"
        expected = KINDS.named(stand.first.kind).sign * stand.held if is_ours else 0
        if of_leg[stand.first.leg] != expected:
            raise Broken(
                f"leg {stand.first.leg} is booked with {of_leg[stand.first.leg]}, "
                f"it holds {expected}"
            )
    world.close_days()
    if [bank.booked() for bank in world.banks] != booked:
        raise Broken("closing again books something else")


def _sum(*books: Book) -> Book:
    """All *books* in one; unlike that of Counters, also what is below zero."""
    total: Counter[str] = Counter()
    for book in books:
        total.update(book)
    return total


def _difference(book: Book, other: Book) -> str:
    rrns = sorted(set(book.items()) ^ set(other.items()))
    return ", ".join(f"{rrn}: {book.get(rrn)} against {other.get(rrn)}" for rrn, _ in rrns[:3])
