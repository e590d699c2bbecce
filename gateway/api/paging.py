"""Lists: a page of what a merchant has, newest first, as stable under inserts as the journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from msgspec import Raw, Struct
from msgspec.structs import replace

from cardswitch.wire.ports import Seconds

from ..core.entries import Sent
from ..core.exchanges import Exchange
from ..core.ids import parts_of
from ..core.intents import Intent
from ..core.problems import MISSING, invalid
from ..core.row import CHARGE, REFUND, GatewayRow, Legs, merged, read
from ..core.row import INTENT as INTENTS
from ..core.things import Record
from ..store import GatewayReader, Wanted
from .endpoints import Asked, limit_of
from .faults import Fault, bad
from .objects import Object, list_object
from .params import CreatedParams, ListParams

T = TypeVar("T")
LOOKED_AT: Final = 200  # rows of a further piece, where not all are wanted
Fits = Callable[[Intent | Record], bool]  # whether what begins in a row is wanted
# Of an id: the kind and the name of its leg, and the number in it.
Locate = Callable[[str], tuple[str, str, int] | None]


class Page(Struct, frozen=True):
    """The rows of a page, what stands in their legs, and whether there are more."""

    rows: Sequence[GatewayRow]
    legs: Legs
    has_more: bool

    def intents(self) -> list[Intent]:
        """Those that begin in the rows."""
        by_leg = {intent.leg: intent for intent in self.legs.intents.values()}
        return [by_leg[leg] for leg in dict.fromkeys(row.leg for row in self.rows)]

    def exchanges(self) -> list[tuple[Intent, Exchange]]:
        """Charges or refunds that begin in the rows, each with its intent."""
        by_leg = {intent.leg: intent for intent in self.legs.intents.values()}
        return [(by_leg[row.leg], by_leg[row.leg].exchange(_number_of(row))) for row in self.rows]

    def things(self) -> list[Record]:
        """Those that begin in the rows."""
        return [self.legs.things[row.identity] for row in self.rows]

    def shown(self, url: str, objects: Sequence[Object | Raw]) -> Object:
        """The page as it is answered."""
        return list_object(url, list(objects), self.has_more)


async def page_of(
    asked: Asked,
    given: ListParams,
    kinds: tuple[str, ...],
    locate: Locate,
    customer: str | None = None,
    fits: Fits | None = None,
) -> Page:
    """The page of *kinds* that is asked for, of what *fits*; *locate* says where an id begins.

    Intents of a *customer* come in the order in which he was given them. Raises Fault.
    """
    size = limit_of(given)
    refuse_both(given)
    above, below = await _between(asked, given, locate, customer)
    since, until = times_of(given.created)
    if customer is not None and kinds == (INTENTS,):
        # Given to him later, they were made before; and he may have none of them any more.
        since, until, fits = 0.0, None, _of_customer(customer, given.created)
    wanted = Wanted(
        merchant=asked.key.merchant,
        kinds=kinds,
        size=size + 1,
        above=above,
        below=below,
        since=since,
        until=until,
        customer=customer or "",
    )
    return await asked.services.front.reading(read_page, asked.services.reader, wanted, fits)


def _of_customer(customer: str, created: CreatedParams) -> Fits:
    def fits(intent: Intent | Record) -> bool:
        assert isinstance(intent, Intent)
        return intent.customer == customer and is_between(created, intent.at)

    return fits


def cut(items: Sequence[T], ids: Sequence[str], given: ListParams) -> tuple[list[T], bool]:
    """The page of *items*, few and newest first, whose *ids* are these; whether there are more."""
    size, found = limit_of(given), list(items)
    if given.starting_after is not None:
        found = found[_place(ids, given.starting_after, "starting_after") + 1 :]
    if given.ending_before is not None:
        before = found[: _place(ids, given.ending_before, "ending_before")]
        return before[-size:], len(before) > size
    return found[:size], len(found) > size


def refuse_both(given: ListParams) -> None:
    """Raise Fault if a page is to lie behind one thing and before another."""
    if given.starting_after is not None and given.ending_before is not None:
        raise bad("Give starting_after or ending_before, not both", "ending_before")


def is_between(created: CreatedParams, at: Seconds) -> bool:
    """Whether what was made at the instant *at* is asked for."""
    since, until = times_of(created)
    return since <= at and (until is None or at < until)


def _place(ids: Sequence[str], id_: str, param: str) -> int:
    if id_ not in ids:
        raise unknown(id_, param)
    return ids.index(id_)


def read_page(reader: GatewayReader, wanted: Wanted, fits: Fits | None) -> Page:
    """A page of one less than is *wanted*; where not all fits, it is looked for piece by piece."""
    size, found, known = wanted.size, list[GatewayRow](), list[Legs]()
    while True:
        rows = reader.page(wanted)
        legs = reader.legs({row.leg for row in rows})
        known.append(legs)
        if fits is None:
            some = rows
        else:
            begun: dict[int, Intent | Record] = {}
            begun |= {each.leg: each for each in legs.intents.values()}
            begun |= {each.leg: each for each in legs.things.values()}
            some = [row for row in rows if fits(begun[row.leg])]
        found = [*some, *found] if wanted.above else [*found, *some]
        if len(rows) < wanted.size or len(found) >= size:
            break
        wanted = replace(wanted, size=max(size, LOOKED_AT))
        if wanted.above:
            wanted = replace(wanted, above=rows[0].sequence)
        else:
            wanted = replace(wanted, below=rows[-1].sequence)
    chosen = found[1 - size :] if wanted.above else found[: size - 1]
    return Page(chosen, merged(known), len(found) >= size)


async def _between(
    asked: Asked, given: ListParams, locate: Locate, customer: str | None
) -> tuple[int, int]:
    """The rows above which, and below which, the page lies; 0 where nothing is said."""
    named = {"ending_before": given.ending_before, "starting_after": given.starting_after}
    found = dict.fromkeys(named, 0)
    for param, id_ in named.items():
        if id_ is None:
            continue
        row = await asked.services.front.reading(_row_of, asked, locate(id_), customer)
        if row is None:
            raise unknown(id_, param)
        found[param] = row.sequence
    return found["ending_before"], found["starting_after"]


def _row_of(
    asked: Asked, named: tuple[str, str, int] | None, customer: str | None
) -> GatewayRow | None:
    """The row in which what is *named* begins, or is *customer*'s, if it is the caller's."""
    if named is None:
        return None
    kind, name, number = named
    rows = asked.services.reader.named(kind, name)
    if not rows or rows[0].owner != asked.key.merchant:
        return None
    if not number:
        given = [row for row in rows if row.customer and row.customer == customer]
        return given[-1] if given and kind == INTENTS else rows[0]
    begun = [row for row in rows if row.sent_on in (CHARGE, REFUND)]
    return next((row for row in begun if _number_of(row) == number), None)


def _number_of(row: GatewayRow) -> int:
    entry = read(row)
    assert isinstance(entry, Sent)
    return entry.number


def times_of(created: CreatedParams) -> tuple[Seconds, Seconds | None]:
    """From which instant on, and before which. Whole seconds that are meant count to their end."""
    low = max(created.gte or 0, 0 if created.gt is None else created.gt + 1)
    ends = [created.lt, None if created.lte is None else created.lte + 1]
    high = [each for each in ends if each is not None]
    return float(low), float(min(high)) if high else None


def unknown(id_: str, param: str) -> Fault:
    """There is nothing that a page could lie behind or before."""
    return Fault(invalid(f"No such object: {id_[:200]}", param, MISSING))


def part_of(kind: str, prefix: str) -> Locate:
    """How an id of *prefix* leads to a leg of *kind*, and to a part of it."""

    def locate(id_: str) -> tuple[str, str, int] | None:
        parts = parts_of(prefix, id_)
        return None if parts is None else (kind, *parts)

    return locate


def thing_of_kind(kind: str) -> Locate:
    """How an id leads to a thing of *kind*."""
    return lambda id_: (kind, id_, 0)
