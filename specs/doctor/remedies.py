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
from .bases import Base
from .edits import Edit, bitmaps_edit, build, group_edit
from .search import ROUTES_MAX, UNSETTLED, Budget, Plan, Route, Search, Workshop
from .surfaces import Surface
from .trial import Trial, try_dialect

EDITS_MAX: Final = 2  # two faults at once can still be told from chance; three cannot
MESSAGES_MAX: Final = 4  # messages that are searched; the others are read in the trial
TRIALS_MAX: Final = 48  # candidates tried for real: a tenth of a second
FIELDS_MIN: Final = 3  # in one message: of fewer, edits can make anything read
STEP_COST: Final = 3
FINDING_COST: Final = 4
DOUBT_MAX: Final = 12  # a message that was cut is no field of another length
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
        return edits + FINDING_COST * len(self.trial.findings) + self.trial.oddness

    @property
    def doubt(self) -> int:
        """How rare the edits of fields are, and how odd what just these fields hold then; what is
        not as agreed counts wherever it stands."""
        edits = [edit for edit in self.edits if edit.number]
        edited = {str(edit.number) for edit in edits}
        odd = sum(finding.field in edited for finding in self.trial.findings)
        rare = sum(STEP_COST * edit.steps + edit.rarity for edit in edits)
        return rare + FINDING_COST * odd + self.trial.oddness

    @property
    def rank(self) -> tuple[int, str]:
        """The cheapest first; of the same cost, always the same one."""
        return self.cost, " ".join(edit.words for edit in self.edits)


class Outcome(Struct, frozen=True):
    """The remedies found, the best first; *reach* is the place of the fault in the best try."""

    remedies: tuple[Remedy, ...] = ()
    reach: float = 0.0


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
    edits_max: int = EDITS_MAX,
    budget: Budget | None = None,
) -> Outcome:
    """The remedies of at most *edits_max* edits for *bodies*, the cheapest first.

    Behind the header of the dialect, *bodies* begin as *surface* says. Another encoding for a group
    of classes counts as *group_cost* edits. More edits are tried only where fewer do not do, or are
    odd themselves; and as long as *budget* lasts.
    """
    outer = surface_edits(base, surface)
    built = build(base, outer)
    if built is None:
        return Outcome()
    layouts = [_layout(built[1], body) for body in bodies]
    if not any(layout and len(layout.numbers) >= FIELDS_MIN for layout in layouts):
        return Outcome(_tried(base, [outer], bodies))
    failing = [
        layout
        for layout, body in zip(layouts, bodies, strict=True)
        if layout and not try_dialect(built[1], [body], strictly=True).fits
    ]
    workshop = Workshop(base, budget or Budget())
    reach = 0.0
    sets: dict[tuple[Edit, ...], None] = {outer: None}
    remedies: tuple[Remedy, ...] = ()
    for left in range(max(0, edits_max - group_cost * len(outer)) + 1):
        finder = _Finder(workshop, group_cost, left)
        routes = finder.routes(failing[:MESSAGES_MAX])
        reach = max(reach, finder.reach)
        sets.update(dict.fromkeys((*outer, *route.all_edits) for route in routes))
        remedies = _tried(base, sets, bodies)
        if remedies and remedies[0].cost <= _SINGLE_COST_MAX:
            break
    return Outcome(remedies, reach)


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

    def __init__(self, workshop: Workshop, group_cost: int, left: int) -> None:
        self.workshop, self.group_cost, self.left = workshop, group_cost, left
        self.reach = 0.0

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
        plain = self._search(layout, Plan(0, self.group_cost), held)
        found = plain.routes(route.settled)
        self.reach = max(self.reach, plain.reach[1] / len(layout.data))
        if found or not left:
            return found
        at = plain.reach[0]
        first = max(0, at - _PAIR_BEFORE) if left > 1 else 0
        rare = (max(0, at - _RARE_BEFORE), at) if left > 1 else (0, len(layout.numbers))
        plan = Plan(left, self.group_cost, first, *rare)
        return self._search(layout, plan, held).routes(route.settled)

    def _search(self, layout: _Layout, plan: Plan, held: Mapping[int, Edit]) -> Search:
        return Search(self.workshop, layout.numbers, layout.data, layout.offset, plan, held)


def _joined(route: Route, more: Route) -> Route:
    edits = tuple(dict.fromkeys([*route.edits, *more.edits]))
    return Route(more.settled, edits, route.cost + more.cost)


def _tried(
    base: Base, sets: Iterable[tuple[Edit, ...]], bodies: Sequence[bytes]
) -> tuple[Remedy, ...]:
    """Those of the edits that pass the trial, the best first."""
    usual = sorted(sets, key=lambda edits: (len(edits), sum(edit.rarity for edit in edits)))
    remedies: list[Remedy] = []
    for edits in usual[:TRIALS_MAX]:
        # What needs more than another one does, needs it for nothing.
        right = [remedy for remedy in remedies if not remedy.trial.oddities]
        if any(set(edits) > set(remedy.edits) for remedy in right):
            continue
        if built := build(base, edits):
            trial = try_dialect(built[1], bodies)
            remedy = Remedy(edits, built[0], trial)
            if trial.fits and remedy.doubt <= DOUBT_MAX:
                remedies.append(remedy)
    return tuple(sorted(remedies, key=lambda remedy: remedy.rank))


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
