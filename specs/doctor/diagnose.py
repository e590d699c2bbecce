"""The diagnosis: envelope, header, MTI, bitmap and dialect of unknown messages of one link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from ..dialect.file import DialectFile
from .bases import Base
from .edits import build
from .headers import HeaderPart, describe_header, header_cost
from .places import Place, find_places
from .remedies import FIELDS_MIN, STEP_COST, Remedy, find_remedies, surface_edits
from .search import Budget
from .trial import Trial, try_dialect

DIAGNOSES_MAX: Final = 8  # told; who gets more compares none
MESSAGES_MAX: Final = 64  # of one link: a few are enough
# Places of an MTI, the most plausible first, behind which dialects are derived without edits of
# fields, and with them: a few seconds of work if none of it fits.
PLACES_MAX: Final = 12
PLACES_EDITED_MAX: Final = 3
BASES_EDITED_MAX: Final = 3  # dialects whose fields are edited: those that came furthest
_PLACE_SHARE: Final = 0.5  # of what is left: to edit behind the most promising one, and so on
_BASE_SHARE: Final = 0.6  # of that: for the first dialect, and of the rest for the next
_PLACES_SHARE: Final = 0.3  # of the work: to see behind which places anything can be read
_REACH_WEIGHT: Final = 4  # of the cost of a place: what a field outweighs, where it may be edited
_FIELD_WEIGHT: Final = 10  # of the cost of a place: what another field that is read outweighs
_OWN_HEADER_COST: Final = 3
_CUT_MAX: Final = 8  # of a score: of a message that was cut, all else must be in order
# Of a remedy's cost: encodings of classes that read so well need no edits of fields beside them.
_CONTENT: Final = 6
_DOUBTFUL: Final = 40  # of a score: of what is so odd, edits may be the better explanation


class Diagnosis(Struct, frozen=True, kw_only=True):
    """At *place*, *base* with the edits of *remedy* reads all; unless :attr:`fits` is not so.

    *header* are the parts of what stands before the messages of the dialect, *bodies* are those.
    The lower the *score*, the better.
    """

    place: Place
    base: Base
    remedy: Remedy
    header: tuple[HeaderPart, ...]
    bodies: tuple[bytes, ...]
    score: int

    @property
    def fits(self) -> bool:
        """Whether all messages are whole, were read to the end and are the same written again."""
        return self.remedy.trial.fits and not self.place.envelope.missing

    @property
    def is_cut(self) -> bool:
        """Whether nothing is wrong with the messages but that the end of one is missing."""
        trial = self.remedy.trial
        is_short = trial.error is not None and trial.error.code == "message-short"
        has_fields = trial.partial is not None and len(trial.partial.fields) >= FIELDS_MIN
        is_usual = self.score <= _CUT_MAX and not trial.oddities
        return bool(self.place.envelope.missing) and is_short and has_fields and is_usual

    @property
    def is_settled(self) -> bool:
        """Whether no edits need be looked for: all is as agreed, or was cut, and not too odd."""
        is_found = self.is_cut or (self.fits and not self.remedy.trial.oddities)
        return is_found and self.score <= _DOUBTFUL

    @property
    def progress(self) -> float:
        """The same as :attr:`fields_read`, less what a place costs that is seldom met."""
        return self.fields_read - self.place.cost / _FIELD_WEIGHT

    @property
    def fields_read(self) -> int:
        """How many fields were read of all messages; what is implausible was not."""
        trial = self.remedy.trial
        read = (*trial.messages, trial.partial) if trial.partial is not None else trial.messages
        return sum(len(message.fields) for message in read) - len(trial.findings)

    @property
    def header_size(self) -> int:
        """Bytes of the header that is not the dialect's own."""
        return self.place.size - self.base.dialect.header_size


def diagnose(
    data: Sequence[bytes],
    bases: Sequence[Base],
    *,
    edits: bool = True,
    budget: Budget | None = None,
) -> list[Diagnosis]:
    """How *data*, messages of one link, are written, the most likely first.

    Where no dialect of *bases* reads all of them, one is edited until it does, unless *edits* is
    false. Where none can be, the one that came furthest is told, and does not fit. Empty if there
    is no MTI in the first bytes. Of two that are as likely, one that the other extends is first.

    >>> from .bases import load_bases
    >>> wire = bytes.fromhex("0014 6000010000 0800 0020010000000000 000001 0001")
    >>> best = diagnose([wire], load_bases())[0]
    >>> best.base.name, best.header_size, best.place.envelope.kind
    ('iso87-binary', 5, 'binary')
    """
    places = find_places(data[:MESSAGES_MAX])
    return _diagnosed(places, bases, 0 if edits else None, budget or Budget())


def diagnose_with(
    data: Sequence[bytes], base: Base, *, edits: bool = True, budget: Budget | None = None
) -> list[Diagnosis]:
    """As :func:`diagnose`, for a *base* that is known to be right or nearly so.

    Edits are few here: another encoding for a class of fields counts as one, too.
    """
    places = [place for place in find_places(data[:MESSAGES_MAX]) if _may_read(place, base)]
    return _diagnosed(places, [base], 1 if edits else None, budget or Budget())


def _diagnosed(
    places: Sequence[Place], bases: Sequence[Base], group_cost: int | None, budget: Budget
) -> list[Diagnosis]:
    """The best; nothing is edited if *group_cost*, of another encoding for a class, is None."""
    found = _whole(places, bases)
    if _best(found) > _DOUBTFUL:
        found += _cut(places, bases)
    if _best(found) > _DOUBTFUL and group_cost is not None:
        whole = [place for place in places if not place.envelope.missing]
        found += _derived(whole, bases, group_cost, budget)
    good = [told for told in found if told.fits or told.is_cut]
    if not good:
        tried = _furthest(places, bases)
        tried += [told for told in found if told.place == tried[0].place]
        return sorted(tried, key=lambda told: told.remedy.cost / STEP_COST - told.progress)[:1]
    return sorted(good, key=lambda told: (told.score, told.base.depth))[:DIAGNOSES_MAX]


def _whole(places: Sequence[Place], bases: Sequence[Base]) -> list[Diagnosis]:
    """The dialects that read all as they are."""
    tried = [
        _diagnosis(place, base, _strictly(place, base))
        for place in places
        for base in bases
        if _may_read(place, base)
        and not place.envelope.missing
        and not surface_edits(base, place.surface)
    ]
    return [diagnosis for diagnosis in tried if diagnosis.fits]


def _best(found: Sequence[Diagnosis]) -> int:
    """The score of the best that is known; without any, more than every doubtful one."""
    good = (told.score for told in found if told.fits or told.is_cut)
    return min(good, default=_DOUBTFUL + 1)


def _cut(places: Sequence[Place], bases: Sequence[Base]) -> list[Diagnosis]:
    """The messages that end before their lengths say, and read well until there."""
    found: list[Diagnosis] = []
    for place in places:
        if not place.envelope.missing or place.cost > _CUT_MAX:
            continue
        for base in filter(lambda base: _may_read(place, base), bases):
            found += [told for told in _furthest([place], [base]) if told.is_cut]
    return sorted(found, key=lambda told: told.score)[:1]


def _strictly(place: Place, base: Base) -> Trial:
    return try_dialect(base.dialect, place.bodies(base.dialect.header_size), strictly=True)


def _derived(
    places: Sequence[Place], bases: Sequence[Base], group_cost: int, budget: Budget
) -> list[Diagnosis]:
    """The dialects that read all once they are edited: first by encodings of classes alone."""
    found: list[Diagnosis] = []
    reaches: list[list[tuple[int, Base]]] = []
    first = budget.part(_PLACES_SHARE)
    for place in places[:PLACES_MAX]:
        reaches.append([])
        for base in filter(lambda base: _may_read(place, base), bases):
            reach, fitting = _edited(place, base, first, group_cost, fields=False)
            reaches[-1].append((reach, base))
            found += fitting
    if min((told.remedy.cost for told in found), default=_CONTENT + 1) <= _CONTENT:
        return found
    furthest = [max((reach for reach, _ in here), default=0) for here in reaches]
    mended: list[Diagnosis] = []
    for place in _promising(places, furthest):
        here = reaches[places.index(place)]
        share = budget.part(_PLACE_SHARE)
        here.sort(key=lambda each: (len(surface_edits(each[1], place.surface)), -each[0]))
        for base in _distinct([base for _, base in here])[:BASES_EDITED_MAX]:
            if _best(mended) > _DOUBTFUL:
                # None takes the turn of the next.
                part = share.part(_BASE_SHARE)
                mended += _edited(place, base, part, group_cost)[1]
    return [*found, *mended]


def _promising(places: Sequence[Place], reaches: Sequence[int]) -> list[Place]:
    """The *places* behind which reading comes far, and that are plausible: where to edit."""
    pairs = zip(places, reaches, strict=False)
    ranked = sorted(pairs, key=lambda pair: pair[0].cost - _REACH_WEIGHT * pair[1])
    return [place for place, _ in ranked][:PLACES_EDITED_MAX]


def _distinct(bases: Sequence[Base]) -> list[Base]:
    """The first of those that have the same fields: their encodings are searched anyway."""
    seen: list[Base] = []
    for base in bases:
        if all(base.written.fields != other.written.fields for other in seen):
            seen.append(base)
    return seen


def _edited(
    place: Place, base: Base, budget: Budget, group_cost: int, fields: bool = True
) -> tuple[int, list[Diagnosis]]:
    """How far *base* came, and what it becomes; without *fields*, no field is edited."""
    outcome = find_remedies(
        base,
        place.bodies(base.dialect.header_size),
        place.surface,
        group_cost=group_cost,
        fields=fields,
        budget=budget,
    )
    if outcome.partial is not None and fields:
        return outcome.reach, [_told(place, base, outcome.partial)]
    return outcome.reach, [_told(place, base, remedy) for remedy in outcome.remedies]


def _furthest(places: Sequence[Place], bases: Sequence[Base]) -> list[Diagnosis]:
    """The one that came furthest, at the most plausible place."""
    tried: list[tuple[float, int, Diagnosis]] = []
    for place in places[:PLACES_MAX]:
        for base in bases:
            outer = surface_edits(base, place.surface)
            built = build(base, outer) if _may_read(place, base) else None
            if built is not None:
                bodies = place.bodies(base.dialect.header_size)
                trial = try_dialect(built[1], bodies)
                told = _told(place, base, Remedy(outer, built[0], trial))
                tried.append((-told.progress, len(outer), told))
    return [min(tried, key=lambda each: each[:2])[2]] if tried else []


def _may_read(place: Place, base: Base) -> bool:
    dialect = base.dialect
    return dialect.version == place.surface.version and dialect.header_size <= place.size


def _diagnosis(place: Place, base: Base, trial: Trial) -> Diagnosis:
    """That of a dialect as it is."""
    return _told(place, base, Remedy((), DialectFile(extends=base.name), trial))


def _told(place: Place, base: Base, remedy: Remedy) -> Diagnosis:
    own = base.dialect.header_size
    headers, bodies = place.headers(own), place.bodies(own)
    score = place.envelope.cost + header_cost(headers) + place.surface.implausibilities
    score += _own_header_cost(base, bodies) + remedy.cost
    header = describe_header(headers, bodies) if headers[0] else ()
    return Diagnosis(
        place=place, base=base, remedy=remedy, header=header, bodies=bodies, score=score
    )


def _own_header_cost(base: Base, bodies: Sequence[bytes]) -> int:
    """A dialect's own header is believed the more, the more it is like the default."""
    default = base.dialect.form.header_default
    if not default:
        return 0
    pairs = zip(bodies[0], default, strict=False)
    return _OWN_HEADER_COST + 2 * sum(seen != said for seen, said in pairs)
