"""Remedies: sets of edits under which one dialect, for real, reads all of some messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ..dialect import Dialect
from ..dialect.file import DialectFile
from ..grammar.bitmap import IN_FIELD_65, THIRD
from ..grammar.encodings import Encoding, encoding_of
from ..parts.ber import Ber
from ..review.findings import Finding
from .bases import Base
from .edits import Edit, bitmaps_edit, build, group_edit
from .field_edits import as_data_sets, may_be_empty
from .pages import page_edit
from .search import ROUTES_MAX, Budget, Plan, Route, Search
from .surfaces import Surface
from .trial import Trial, try_dialect
from .workshop import UNSETTLED, Workshop, workshop_of

# How many edits are tried, and whether only those in which links differ most, such as the digits of
# a length. Two faults at once can still be told from chance, and three of such.
_ROUNDS: Final = ((0, False), (1, True), (2, True), (3, True), (1, False), (2, False))
MESSAGES_MAX: Final = 4  # messages that are searched; the others are read in the trial
CANDIDATES_MAX: Final = 48  # of one round, tried for real: a tenth of a second
FIELDS_MIN: Final = 3  # in one message: of fewer, edits can make anything read
STEP_COST: Final = 3
FINDING_COST: Final = 4
# A card number, date, amount or currency that is none is worse than any edit.
IMPLAUSIBLE_COST: Final = 12
_TELLING: Final = frozenset(map(str, (2, 4, 7, 12, 13, 14, 35, 49)))
DOUBT_MAX: Final = 12  # of one edit: a message that was cut is no field of another length
_MORE_DOUBT: Final = 4  # for each edit more
ODDNESS_MAX: Final = 16  # what has more that is not as agreed, is something else
# One edit that costs more than this is so odd that two usual ones may be the truth.
_SINGLE_COST_MAX: Final = 7
_PAIR_BEFORE: Final = 8  # of two edits, the first is at most so many fields before the fault
_RARE_BEFORE: Final = 2  # and rare ones so many


class Remedy(Struct, frozen=True):
    """*edits* of a dialect, the file *said* that extends it by them, and the *trial* it passed."""

    edits: tuple[Edit, ...]
    said: DialectFile
    trial: Trial

    @property
    def cost(self) -> int:
        """How much is changed, how rare that is, and how odd what is read then."""
        edits = sum(STEP_COST * edit.steps + edit.rarity for edit in self.edits)
        return (
            edits
            + sum(_cost(each, self.trial) for each in self.trial.findings)
            + self.trial.oddness
        )

    @property
    def count(self) -> int:
        """How many fields are edited."""
        return sum(edit.number > 0 for edit in self.edits)

    @property
    def doubt(self) -> int:
        """How rare the edits of fields are, and how odd what just these fields hold then."""
        edits = [edit for edit in self.edits if edit.number]
        edited = {str(edit.number) for edit in edits}
        odd = sum(_cost(each, self.trial) for each in self.trial.findings if each.field in edited)
        rare = sum(STEP_COST * edit.steps + edit.rarity for edit in edits)
        return rare + odd

    @property
    def rank(self) -> tuple[int, str]:
        """The cheapest first; of the same cost, always the same one."""
        return self.cost, _words(self.edits)


def _cost(finding: Finding, trial: Trial) -> int:
    is_there = any(finding.field == str(n) for message in trial.messages for n in message.fields)
    return IMPLAUSIBLE_COST if is_there and finding.field in _TELLING else FINDING_COST


class Outcome(Struct, frozen=True):
    """The remedies found, the best first; *reach* is how many fields the best try read.

    Without remedies, *partial* is what mends most, though not all.
    """

    remedies: tuple[Remedy, ...] = ()
    reach: int = 0
    partial: Remedy | None = None


class _Layout(Struct, frozen=True):
    """One message as the search needs it."""

    numbers: list[int]
    data: bytes
    offset: int


def find_remedies(
    base: Base,
    bodies: Sequence[bytes],
    surface: Surface,
    *,
    group_cost: int = 1,
    fields: bool = True,
    budget: Budget | None = None,
) -> Outcome:
    """The remedies for *bodies*, the cheapest first; without *fields*, no field is edited.

    Behind the header of the dialect, *bodies* begin as *surface* says. Another encoding for a group
    of classes counts as *group_cost* edits. More edits are tried only where fewer do not do, or are
    odd themselves; and as long as *budget* lasts.
    """
    budget = budget or Budget()
    outer = surface_edits(base, surface)
    built = build(base, outer)
    if built is None:
        return Outcome()
    layouts = [_layout(built[1], body) for body in bodies]
    if not any(layout and len(layout.numbers) >= FIELDS_MIN for layout in layouts):
        return Outcome(_tried(base, [outer], bodies, budget))
    failing = [
        layout
        for layout, body in zip(layouts, bodies, strict=True)
        if layout and not try_dialect(built[1], [body], strictly=True).fits
    ]
    workshop = workshop_of(base)
    reach = 0
    furthest = 0, Route(UNSETTLED)
    tried: set[tuple[Edit, ...]] = set()
    remedies = _tried(base, [outer], bodies, budget)
    spent = group_cost * len(outer)
    for left, plainly in _ROUNDS if fields else _ROUNDS[:1]:
        finder = _Finder(workshop, budget, group_cost, max(0, left - spent), plainly)
        routes = finder.routes(failing[:MESSAGES_MAX])
        reach = max(reach, finder.reach)
        furthest = max(furthest, finder.furthest, key=lambda each: each[0])
        sets = dict.fromkeys((*outer, *route.all_edits) for route in routes)
        remedies = _tried(base, sets.keys() - tried - {outer}, bodies, budget, remedies)
        tried |= sets.keys()
        is_odd = bool(remedies) and bool(remedies[0].trial.oddities)
        if plainly or (is_odd and not left):
            continue  # others may be as good
        if remedies and remedies[0].cost <= _SINGLE_COST_MAX:
            break
    partial = None if remedies else _partial(base, (*outer, *furthest[1].all_edits), bodies)
    return Outcome(remedies, reach, partial)


def _partial(base: Base, edits: tuple[Edit, ...], bodies: Sequence[bytes]) -> Remedy | None:
    """What *edits* make of *base*, though it does not read all."""
    built = build(base, edits)
    return Remedy(edits, built[0], try_dialect(built[1], bodies)) if built else None


def surface_edits(base: Base, surface: Surface) -> tuple[Edit, ...]:
    """The edits that give *base* the encodings and bitmaps of *surface*."""
    dialect = base.dialect
    edits = []
    if _as_bytes(dialect.mti) != _as_bytes(encoding_of(surface.mti)):
        edits.append(group_edit("mti", surface.mti))
    if _as_bytes(dialect.bitmap) != _as_bytes(encoding_of(surface.bitmap)):
        edits.append(group_edit("bitmap", surface.bitmap))
    if replace(dialect.bitmaps, third="") not in surface.bitmaps:
        edits.append(bitmaps_edit(surface.bitmaps[0]))
    return tuple(edits)


def _as_bytes(encoding: Encoding) -> bytes:
    return encoding.encode("0123")


class _Finder:
    """Searches one message after the other; what the first needs holds for the next."""

    def __init__(
        self, workshop: Workshop, budget: Budget, group_cost: int, left: int, plainly: bool
    ) -> None:
        self.workshop, self.budget = workshop, budget
        self.group_cost, self.left, self.plainly = group_cost, left, plainly
        self.reach = 0
        self.furthest = 0, Route(UNSETTLED)

    def routes(self, layouts: Sequence[_Layout]) -> list[Route]:
        """The routes through all *layouts* together."""
        found = [Route(UNSETTLED)]
        for layout in layouts:
            longer = [
                _joined(route, more)
                for route in found
                for more in self.through(layout, route, self.left - route.cost)
            ]
            found = sorted(dict.fromkeys(longer), key=lambda route: route.cost)[:ROUTES_MAX]
        return found

    def through(self, layout: _Layout, route: Route, left: int) -> list[Route]:
        """The routes through one of them that agree with *route*, for the least that it takes."""
        held = {edit.number: edit for edit in route.edits}
        plain = self._search(layout, Plan(left=0, group_cost=self.group_cost), held)
        found = plain.routes(route.settled)
        self.reach = max(self.reach, plain.reach[0])
        self._look(plain)
        if found or not left:
            return found
        at = plain.reach[0]
        first = max(0, at - _PAIR_BEFORE) if left > 1 else 0
        rare = (max(0, at - _RARE_BEFORE), at) if left > 1 else (0, len(layout.numbers))
        plan = Plan(
            left=left,
            group_cost=self.group_cost,
            first=first,
            first_rare=rare[0],
            last_rare=rare[1],
            plainly=self.plainly,
        )
        search = self._search(layout, plan, held)
        routes = search.routes(route.settled)
        self._look(search)
        return routes

    def _look(self, search: Search) -> None:
        """Remember what came furthest: of as far ones, the first, which needs the fewest edits."""
        if search.furthest[0] > self.furthest[0]:
            self.furthest = search.furthest

    def _search(self, layout: _Layout, plan: Plan, held: Mapping[int, Edit]) -> Search:
        return Search(
            self.workshop, self.budget, layout.numbers, layout.data, layout.offset, plan, held
        )


def _joined(route: Route, more: Route) -> Route:
    edits = tuple(dict.fromkeys([*route.edits, *more.edits]))
    return Route(more.settled, edits, route.cost + more.cost)


def _tried(
    base: Base,
    sets: Iterable[tuple[Edit, ...]],
    bodies: Sequence[bytes],
    budget: Budget,
    known: tuple[Remedy, ...] = (),
) -> tuple[Remedy, ...]:
    """Those of the edits that pass the trial, and those *known*, the best first."""
    usual = sorted(
        sets, key=lambda edits: (len(edits), sum(edit.rarity for edit in edits), _words(edits))
    )
    remedies = list(known)
    for edits in usual[:CANDIDATES_MAX]:
        # What needs more than another one does, needs it for nothing.
        right = [remedy for remedy in remedies if not remedy.trial.oddities]
        if any(set(edits) > set(remedy.edits) for remedy in right):
            continue
        remedy = _remedy(base, edits, bodies) if budget.spend_trial() else None
        if remedy is not None:
            remedies.append(remedy)
    return tuple(sorted(remedies, key=lambda remedy: remedy.rank))


def _remedy(base: Base, edits: tuple[Edit, ...], bodies: Sequence[bytes]) -> Remedy | None:
    """What *edits* make of *base*, if that reads all *bodies*; values that are empty may be so, and
    texts with national letters are in a page that has them."""
    built = build(base, edits)
    if built is None:
        return None
    remedy = Remedy(edits, built[0], try_dialect(built[1], bodies))
    empty = {n: base.written.fields.get(f"{n}") for n in remedy.trial.empty if n not in base.keep}
    more = tuple(may_be_empty(n, entry) for n, entry in empty.items() if entry is not None)
    remedy = _better(base, remedy, more, bodies)
    page = page_edit(remedy.trial)
    remedy = _better(base, remedy, (page,) if page else (), bodies)
    remedy = _better(base, remedy, _data_sets(base, remedy.trial), bodies)
    edited = {edit for edit in remedy.edits if edit.number}
    is_usual = remedy.doubt <= DOUBT_MAX + _MORE_DOUBT * (len(edited) - 1)
    is_believed = (is_usual or edited <= set(more)) and remedy.trial.oddness <= ODDNESS_MAX
    return remedy if remedy.trial.fits and is_believed else None


def _data_sets(base: Base, trial: Trial) -> tuple[Edit, ...]:
    """Data sets in the fields that the dialect has as objects one by one, and that are not such."""
    edits = []
    for finding in trial.findings:
        layout = trial.dialect.form.parts.get(finding.field)
        entry = base.written.fields.get(finding.field)
        if isinstance(layout, Ber) and entry is not None and int(finding.field) not in base.keep:
            number = int(finding.field)
            values = [message[number] for message in trial.messages if number in message.fields]
            edits.append(as_data_sets(number, entry, values))
    return tuple(edit for edit in edits if edit)


def _better(base: Base, remedy: Remedy, more: tuple[Edit, ...], bodies: Sequence[bytes]) -> Remedy:
    """*remedy* with *more* edits, if fewer things are odd or implausible then; as it is if not."""
    if not more or not remedy.trial.fits:
        return remedy
    encoded = {key for edit in more for key, _ in edit.encodings}
    edits = (
        *(edit for edit in remedy.edits if encoded.isdisjoint(key for key, _ in edit.encodings)),
        *more,
    )
    built = build(base, edits)
    if built is None:
        return remedy
    trial = try_dialect(built[1], bodies)
    is_better = trial.fits and _odd_count(trial) < _odd_count(remedy.trial)
    return Remedy(edits, built[0], trial) if is_better else remedy


def _odd_count(trial: Trial) -> tuple[int, int]:
    return len(trial.oddities), len(trial.findings)


def _words(edits: Sequence[Edit]) -> str:
    return " ".join(edit.words for edit in edits)


def _layout(dialect: Dialect, body: bytes) -> _Layout | None:
    """The fields that the bitmaps of *body* say, defined or not; None where nobody can tell."""
    data = body[dialect.header_size :]
    try:
        shape = dialect.shape_of(data)
        bits = bytes.fromhex(dialect.bitmap.decode(shape, len(shape) * 2))
    except (LookupError, ValueError):
        return None
    numbers = dialect.bitmaps.numbers_of(bits)
    # A bitmap among the fields moves what follows: too seldom met to be searched.
    if THIRD in numbers and dialect.bitmaps.third == IN_FIELD_65:
        return None
    return _Layout(numbers, data, dialect.mti.size(4) + len(shape))
