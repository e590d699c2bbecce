"""What switch and acquirer settle with each other by date: counted as journals say, and the same.

Their own counts are kept row by row; here they are made again from whole journals, by other means.
Then an operator asks: whatever befell the links, each date is in balance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from cardswitch.hosts.acquirer.books import books_of
from cardswitch.hosts.acquirer.legs import Booking
from cardswitch.hosts.acquirer.settling import PEER
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.settled import Settled, can_be_said
from cardswitch.specs.transactions.totals import Side, Totals

from .people import World
from .stands import Broken, Stand, direction

UPSTREAM = "acquirer"
CURRENCY = "978"
Dates = Mapping[str, Totals]


def check_settled(world: World, legs: Iterable[Stand]) -> None:
    """Raises Broken where the two differ, from their journals or from each other."""
    switch, acquirer = world.switch.machine, world.acquirer.machine
    ours = _kept(switch.memory.settled, UPSTREAM)
    theirs = _kept(acquirer.books.settled, PEER)
    for name, kept, found in (
        ("switch", ours, _of_legs(legs)),
        ("acquirer", theirs, _of_bookings(world)),
    ):
        for date, totals in kept.items():
            if totals != found.get(date, Totals()):
                raise Broken(
                    f"the {name} counts {totals} on {date}, by its journal {found.get(date)}"
                )
    for date in sorted(ours.keys() & theirs.keys()):
        if can_be_said(date, switch.memory.today.date):
            _ask(world, date)


def _kept(settled: Settled, peer: str) -> Dates:
    dates = {date: settled.account(peer, date, CURRENCY).totals for date in settled.dates(peer)}
    return {date: totals for date, totals in dates.items() if totals != Totals()}


def _of_legs(legs: Iterable[Stand]) -> Dates:
    """By what is held for each leg in the end, whatever its rows say that they move."""
    found: Counter[tuple[str, int]] = Counter()
    numbers: Counter[tuple[str, int]] = Counter()
    for stand in legs:
        sign = KINDS.named(stand.first.kind).sign
        if stand.last.upstream == UPSTREAM and sign and stand.held:
            found[stand.first.business_date[:10], sign] += stand.held
            numbers[stand.first.business_date[:10], sign] += 1
    return _totals(found, numbers)


def _of_bookings(world: World) -> Dates:
    books = books_of(world.acquirer_rows.rows())
    found: Counter[tuple[str, int]] = Counter()
    numbers: Counter[tuple[str, int]] = Counter()
    for name in books.approved():
        booking = books.find(name)
        assert isinstance(booking, Booking)
        assert booking.forwarded
        assert booking.asked
        if KINDS.named(booking.asked.kind).sign:
            key = booking.forwarded.date, direction(booking.asked.kind)
            found[key] += booking.held
            numbers[key] += 1
    return _totals(found, numbers)


def _totals(found: Counter[tuple[str, int]], numbers: Counter[tuple[str, int]]) -> Dates:
    def side(date: str, sign: int) -> Side:
        return Side(numbers[date, sign], found[date, sign])

    return {date: Totals(side(date, 1), side(date, -1)) for date, _ in found}


def _ask(world: World, date: str) -> None:
    """An operator compares *date*, over the links as they are; it must be in balance."""
    node = world.switch
    now = world.time_of(node)
    ask = ("ann", UPSTREAM, date, CURRENCY, "")
    world.call(node, lambda machine: machine.ask_totals(now, *ask))
    world.run(20.0)
    [told] = node.machine.status()["totals"]
    [found] = told["compared"]
    if not found["is_balanced"]:
        raise Broken(f"{date} is not in balance: {found}")
    world.counts["totals_agree"] += 1
