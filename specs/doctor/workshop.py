"""The workshop: the ways to read one field of a dialect, under edits of it and of its class.

What is made once is kept with the dialect: at every place of a message, and for every reading of
what was pasted, the same is asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ..dialect.fields import build_field
from ..dialect.file import FieldEntry, Source, lay_fields_over
from ..errors import DialectError
from ..grammar.fields import Field, parse_notation
from .bases import Base
from .edits import GROUPS, Edit
from .field_edits import (
    ENCODINGS,
    LENGTH_ENCODINGS,
    TEXT_ENCODINGS,
    definitions,
    rare_edits,
    usual_edits,
)

_OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "length": LENGTH_ENCODINGS,
    "n": ENCODINGS["n"],
    "text": TEXT_ENCODINGS,
    "b": ENCODINGS["b"],
    "z": ENCODINGS["z"],
}
NAMES: Final = tuple(GROUPS)
_KEYS: Final = {"x+n": ("n", "a", "length")}  # whose default encodings a class is read by
# Fields that are kept, whatever their number and dialect: a search makes some thousands.
FIELDS_KEPT_MAX: Final = 1 << 15
_NOWHERE: Final = Source(Path(), ())  # nobody asks on which line stands what cannot be built
# For each group: None while no field has needed it, "" for the dialect's own, or another encoding.
Settled = tuple[str | None, ...]
UNSETTLED: Final[Settled] = (None,) * len(NAMES)


class Choice(Struct, frozen=True):
    """One way to read a field: *field*, made by *edit* under *settled*, for *cost* edits.

    *groups* is how many groups were given another encoding here.
    """

    field: Field
    edit: Edit | None
    settled: Settled
    cost: int
    groups: int


class Workshop:
    """The fields of one dialect under edits, each made once: see :func:`workshop_of`."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self._names = {group: _names(base.written.encodings, group) for group in NAMES}
        self._choices: dict[tuple[int, Settled, str], list[Choice]] = {}
        self._encodings: dict[Settled, dict[str, str]] = {}

    def choices(self, number: int, settled: Settled, kind: str) -> list[Choice]:
        """The ways to read field *number*: *kind* is ``own``, ``usual`` or ``rare``."""
        key = number, settled, kind
        if key not in self._choices:
            made = [
                choice
                for edit in self._edits(number, settled, kind)
                for choice in self.made(number, edit, settled)
            ]
            own = [] if kind == "own" else self.choices(number, settled, "own")
            self._choices[key] = _different(made, own)
        return self._choices[key]

    def made(self, number: int, edit: Edit | None, settled: Settled) -> Iterator[Choice]:
        """What *edit* makes of field *number*, with each encoding its groups may have."""
        entry = self.base.written.fields.get(str(number))
        if edit is not None:
            old = {"": entry} if entry else {}
            entry = lay_fields_over(old, {"": edit.entry})[""]
        if entry is None:
            return
        bare = replace(entry, name="", values="")  # which say nothing about reading
        for option in self._options(entry, settled):
            field = _field(bare, self._said(bare, option))
            if field is not None:
                cost = edit.steps if edit else 0
                yield Choice(field, edit, option, cost, _changed(settled, option))

    def _said(self, entry: FieldEntry, settled: Settled) -> tuple[tuple[str, str], ...]:
        """The default encodings under *settled* that *entry* is read by."""
        encodings = self.encodings(settled)
        kind = parse_notation(entry.format).kind
        return tuple((key, encodings.get(key, "")) for key in _KEYS.get(kind, (kind, "length")))

    def _edits(self, number: int, settled: Settled, kind: str) -> Iterable[Edit | None]:
        entry = self.base.written.fields.get(str(number))
        if kind == "own":
            return [None]
        if number in self.base.keep:
            return []
        if entry is None:
            return definitions(number, self.base.written.version) if kind == "usual" else []
        edits = usual_edits if kind == "usual" else rare_edits
        return edits(number, entry, self.encodings(settled))

    def encodings(self, settled: Settled) -> dict[str, str]:
        """The default encodings under *settled*."""
        if settled not in self._encodings:
            self._encodings[settled] = dict(self.base.written.encodings)
            for group, name in zip(NAMES, settled, strict=True):
                if name:
                    self._encodings[settled].update(dict.fromkeys(GROUPS[group], name))
        return self._encodings[settled]

    def _options(self, entry: FieldEntry, settled: Settled) -> Iterable[Settled]:
        """*settled*, with every encoding for the groups that *entry* is the first to need."""
        notation = parse_notation(entry.format)
        needed = _groups_of(notation.kind) if not entry.encoding else []
        if notation.prefix_digits and not entry.length:
            needed.append("length")
        return product(
            *(
                self._names[group] if group in needed and said is None else (said,)
                for group, said in zip(NAMES, settled, strict=True)
            )
        )


def workshop_of(base: Base) -> Workshop:
    """The one workshop of *base*: what it has made is needed again at every place."""
    if "workshop" not in base.kept:
        base.kept["workshop"] = Workshop(base)
    workshop: Workshop = base.kept["workshop"]
    return workshop


@lru_cache(FIELDS_KEPT_MAX)
def _field(entry: FieldEntry, encodings: tuple[tuple[str, str], ...]) -> Field | None:
    """A field of any number that is read as *entry* says; None if there is none such."""
    try:
        return build_field(_NOWHERE, "fields", "2", entry, dict(encodings))
    except DialectError:
        return None


def _names(encodings: Mapping[str, str], group: str) -> tuple[str, ...]:
    """The encodings that *group* may have, ``""`` for its own one in *encodings* first."""
    own = {encodings.get(key, "") for key in GROUPS[group]}
    return ("", *(name for name in _OPTIONS[group] if own != {name}))


def _different(made: list[Choice], own: list[Choice]) -> list[Choice]:
    """Those of *made* that read otherwise than *own* ones do, and than one before them."""
    seen = {_form(choice) for choice in own}
    different = []
    for choice in made:
        if _form(choice) not in seen:
            seen.add(_form(choice))
            different.append(choice)
    return different


def _form(choice: Choice) -> tuple[object, ...]:
    """What decides how a field is read."""
    field = choice.field
    return choice.settled, field.notation, field.encoding, field.counting, field.padding


def _groups_of(kind: str) -> list[str]:
    if kind == "x+n":
        return ["n", "text"]
    return [kind] if kind in GROUPS else ["text"]


def _changed(settled: Settled, option: Settled) -> int:
    """How many groups *option* gives another encoding than their own, beyond *settled*."""
    return sum(1 for old, new in zip(settled, option, strict=True) if new and old is None)
