"""Messages from one dialect to another, across editions: nothing is lost without being reported.

`rules` is the machine: it walks from edition to edition, 1987 - 1993 - 2003, in either direction.
`edition93` and `edition2003` are the tables of what differs, `service` is the one difference that
needs tables of its own, `fitting` makes the values fit the formats of the target. Pure: no clock
knows the year that 1987 leaves out, so it comes in as an argument.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ..dialect import Dialect
from ..errors import FormatError
from ..message import Message
from ..parts.datasets import Datasets
from .edition93 import STEP_93
from .edition2003 import STEP_2003
from .fitting import fit
from .rules import Draft, Loss, is_digits, take_step

__all__ = ["Converted", "Loss", "convert"]

# From the oldest on: the version digit of an edition is its place between two steps.
_STEPS: Final = (STEP_93, STEP_2003)
_PAIRS_KEPT: Final = 16  # of dialects


class Converted(Struct, frozen=True, gc=False):
    """*message* in its new dialect, and all that did not come over as it was."""

    message: Message
    losses: tuple[Loss, ...]


def convert(message: Message, source: Dialect, target: Dialect, year: str = "") -> Converted:
    """*message* of *source* as *target* says it; *year*, CCYY, is that of its local date.

    Between dialects of one edition only the formats of the target count; a MAC goes along, though
    it is over the bytes of *source*. Losses name the fields of *source* and never quote a value.
    FormatError if *year* is no year.

    >>> from ..dialect import load_dialect
    >>> iso87, iso93 = load_dialect("iso87-ascii"), load_dialect("iso93-ascii")
    >>> answer = Message("0210", {11: "000007", 39: "51", 64: "0123456789ABCDEF"})
    >>> done = convert(answer, iso87, iso93)
    >>> done.message, done.losses[0].what
    (<1210 11=000007, 39=116>, 'dropped')
    """
    if year and not is_digits(year, 4):
        raise FormatError("a year of four digits", hint="such as 2026")
    origins = {number: frozenset([number]) for number in message.fields}
    draft = _without_data_sets(Draft(message.mti, message.fields, origins), source, target)
    old, new = int(source.version), int(target.version)
    for step in _STEPS[old:new]:
        draft = take_step(step, draft, True, year)
    for step in reversed(_STEPS[new:old]):
        draft = take_step(step, draft, False, year)
    draft = _without_data_sets(draft, target, source)
    fields, losses = fit(draft, target)
    header, lost = _header(message, source, target)
    converted = Message(draft.mti, dict(sorted(fields.items())), header)
    return Converted(converted, (*draft.losses, *losses, *lost))


def _without_data_sets(draft: Draft, one: Dialect, other: Dialect) -> Draft:
    """*draft* without the fields that are data sets in *one* dialect, and in the *other* are not.

    Their bytes as text, or a text as bytes, would be taken for what they are not.
    """
    apart = _data_sets_of_one(one, other) & draft.fields.keys()
    if not apart:
        return draft
    losses = list(draft.losses)
    for number in sorted(apart):
        why = f"field {number} holds data sets in {one.name}, and none in {other.name}"
        losses += draft.lost(number, "dropped", why)
    fields = {number: value for number, value in draft.fields.items() if number not in apart}
    return replace(draft, fields=fields, losses=tuple(losses))


@lru_cache(_PAIRS_KEPT)
def _data_sets_of_one(one: Dialect, other: Dialect) -> frozenset[int]:
    """The fields of both that hold data sets in *one* alone."""
    return _data_sets(one) & (other.fields.keys() - _data_sets(other))


def _data_sets(dialect: Dialect) -> frozenset[int]:
    """The fields of *dialect* that hold data sets."""
    layouts = dialect.form.parts
    return frozenset(n for n in dialect.fields if isinstance(layouts.get(f"{n}"), Datasets))


def _header(message: Message, source: Dialect, target: Dialect) -> tuple[bytes, list[Loss]]:
    """The header of a link goes along; that of a dialect is dropped where the other has its own."""
    if not message.header or source is target or not source.header_size + target.header_size:
        return message.header, []
    return b"", [Loss("header", "dropped", "it belongs to the dialect that the message came in")]
