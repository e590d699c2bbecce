"""The search: the fewest edits under which the fields of a message can be read to its very end.

It walks from field to field. At the first field of each group of classes it tries every encoding
that the group may have; and at every field, while edits are left, every edit. Where the rest of a
message did not read from one place it is not tried again. Nothing here is believed: :mod:`.trial`
decides, with a real dialect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ..grammar.encodings import BadFill, National, Text
from ..grammar.fields import CLASSES, Field, first_wrong
from .edits import GROUPS, Edit, group_edit
from .pages import page_of
from .workshop import NAMES, UNSETTLED, Choice, Settled, Workshop

# Fields read and dialects tried in one diagnosis: some three seconds together; what usually is
# wrong is found in some thousands, and some dozens.
READS_MAX: Final = 100_000
TRIALS_MAX: Final = 600
THOROUGH: Final = 20  # times as many, for whoever asks for it: a minute
WATCH_READS: Final = 500
ROUTES_MAX: Final = 48  # ways to read the rest of a message that are kept; more nobody compares
# Where not all is mended: an edit must make two fields more readable, and a rare one three.
_FIELD_GAIN: Final = 10
_MENDED: Final = 20
_ASCII: Final = Text("ascii")


class Route(Struct, frozen=True):
    """A way to read to the end: the encodings of the groups, the edits of fields, their cost."""

    settled: Settled
    edits: tuple[Edit, ...] = ()
    cost: int = 0

    @property
    def all_edits(self) -> tuple[Edit, ...]:
        """Those of groups as well."""
        pairs = zip(NAMES, self.settled, strict=True)
        return (*(group_edit(group, name) for group, name in pairs if name), *self.edits)


class Plan(Struct, frozen=True, kw_only=True):
    """What a search may do: *group_cost* of another encoding for a group, *left* to spend.

    A field may be edited from place *first* on, in rare ways from *first_rare* to *last_rare*;
    *plainly*: only in those ways in which links differ most.
    """

    left: int
    group_cost: int = 1
    first: int = 0
    first_rare: int = 0
    last_rare: int = 999
    plainly: bool = False


class Budget:
    """How many *reads* of a field and *trials* of a dialect are left, for one search or many.

    *watch*, if any, is told each time that some hundreds of reads more were spent.
    """

    def __init__(
        self,
        reads: int = READS_MAX,
        trials: int = TRIALS_MAX,
        whole: Budget | None = None,
        watch: Callable[[int], object] | None = None,
    ) -> None:
        self.reads, self.trials, self._whole, self._watch = reads, trials, whole, watch

    def part(self, share: float) -> Budget:
        """That *share* of what is left, which is spent from the whole."""
        return Budget(int(self.reads * share), int(self.trials * share), self)

    def spend(self) -> bool:
        """Take a read; False if none is left."""
        self.reads = max(0, self.reads - 1)
        if self._watch is not None and self.reads % WATCH_READS == 0:
            self._watch(WATCH_READS)
        return self.reads > 0 and (self._whole is None or self._whole.spend())

    def spend_trial(self) -> bool:
        """Take a trial; False if none is left."""
        self.trials = max(0, self.trials - 1)
        return self.trials > 0 and (self._whole is None or self._whole.spend_trial())


class Search:
    """Looks for routes through one message: *numbers* are its fields, the first at *offset*.

    *held* are edits that other messages need already. *reach* is how far the best try came without
    edits, and *reach_settled* the encodings it had; *furthest* the route that gained most, and
    what: each edit must make more fields readable.
    """

    def __init__(
        self,
        workshop: Workshop,
        budget: Budget,
        numbers: list[int],
        data: bytes,
        offset: int,
        plan: Plan,
        held: Mapping[int, Edit] | None = None,
    ) -> None:
        self.workshop, self.budget = workshop, budget
        self.numbers, self.data, self.plan = numbers, data, plan
        self.offset = offset
        self.held = held or {}
        self.reach = (0, 0)
        self.reach_settled = UNSETTLED
        self.furthest = 0, Route(UNSETTLED)
        self._path: list[Edit] = []
        self._known: dict[tuple[int, int, Settled, int], list[Route]] = {}

    def routes(self, settled: Settled = UNSETTLED) -> list[Route]:
        """The routes through the whole message, at most ROUTES_MAX."""
        return self._from(0, self.offset, settled, self.plan.left)

    def _from(self, at: int, offset: int, settled: Settled, left: int) -> list[Route]:
        if left == self.plan.left and (at, offset) > self.reach:
            self.reach, self.reach_settled = (at, offset), settled
        gained = _FIELD_GAIN * at - sum(_MENDED + edit.rarity for edit in self._path)
        if gained > self.furthest[0]:
            self.furthest = gained, Route(settled, tuple(self._path))
        if at == len(self.numbers):
            return [Route(settled)] if offset == len(self.data) else []
        key = at, offset, settled, left
        if key not in self._known:
            self._known[key] = self._search(at, offset, settled, left)
        return self._known[key]

    def _search(self, at: int, offset: int, settled: Settled, left: int) -> list[Route]:
        found: list[Route] = []
        for choice in self._choices(at, settled, left):
            cost = choice.cost + self.plan.group_cost * choice.groups
            if cost > left or not self.budget.spend():
                continue
            if end := end_of(choice.field, self.data, offset, nationally=True):
                self._path += [choice.edit] if choice.edit else []
                rest = self._from(at + 1, end, choice.settled, left - cost)
                del self._path[len(self._path) - (choice.edit is not None) :]
                found += [_before(choice.edit, cost, route) for route in rest]
            if len(found) >= ROUTES_MAX:
                break
        return sorted(found, key=lambda route: route.cost)[:ROUTES_MAX]

    def _choices(self, at: int, settled: Settled, left: int) -> Iterator[Choice]:
        """How the field at place *at* may be read: as it is first."""
        number, plan, workshop = self.numbers[at], self.plan, self.workshop
        if number in self.held:
            for choice in workshop.made(number, self.held[number], settled):
                yield replace(choice, cost=0)
            return
        yield from workshop.choices(number, settled, "own")
        if left and at >= plan.first:
            usual = workshop.choices(number, settled, "usual")
            if plan.plainly:
                usual = [each for each in usual if each.edit and not each.edit.rarity]
            yield from usual
            if not plan.plainly and plan.first_rare <= at <= plan.last_rare:
                yield from workshop.choices(number, settled, "rare")


def end_of(field: Field, data: bytes, offset: int, nationally: bool = False) -> int:
    """Where *field* ends if it stands at *offset* of *data*; 0 if it cannot. Quicker than errors.

    *nationally*: a text in ASCII may be one that has national letters, in another page.

    >>> from ..dialect import load_dialect
    >>> end_of(load_dialect("pos").fields[2], bytes.fromhex("04 4242 00"), 0)
    3
    """
    start, length = offset + field.prefix.size, field.notation.characters
    try:
        length = length if field.is_fixed else field.lengths[data[offset:start]]
        end = start + field.encoding.size(length)
        text = field.encoding.decode(data[start:end], length) if end <= len(data) else ""
    except (KeyError, BadFill):
        return 0
    kind = field.notation.kind
    good = CLASSES[kind].issuperset(text) and (kind != "x+n" or first_wrong(kind, text) is None)
    if not good and isinstance(field.encoding, National):
        good = field.first_wrong(text) is None
    if nationally and not good and kind in GROUPS["text"] and field.encoding == _ASCII:
        plain = (character for character in text if character.isascii())
        good = not text.isascii() and CLASSES[kind].issuperset(plain) and bool(page_of([text]))
    return end if good and (text or start == end) else 0


def _before(edit: Edit | None, cost: int, route: Route) -> Route:
    if edit is None and not cost:
        return route
    edits = route.edits if edit is None else (edit, *route.edits)
    return Route(route.settled, edits, route.cost + cost)
