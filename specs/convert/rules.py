"""How two neighbouring editions say the same: fields that stay, and rules that turn the others.

A rule turns both ways, so whatever it makes is turned back at once and compared: what does not come
back as it was has been lost, and is reported. No rule has to say itself what it loses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from ..grammar.fields import DIGITS
from ..grammar.mti import VERSIONS

Fields: TypeAlias = Mapping[int, str]
What = Literal["dropped", "changed", "assumed", "cut", "filled"]

_DIGIT: Final = {edition: digit for digit, edition in VERSIONS.items()}
_ASSUMED: Final = "not in the message: the usual value, in a field that says several things at once"


class Loss(Struct, frozen=True, gc=False):
    """One thing that did not go over: the *field* of the source, what happened, why.

    It never quotes a value: it may be shown to anyone.
    """

    field: str
    what: What
    why: str

    def __str__(self) -> str:
        return f"field {self.field}: {self.what}: {self.why}"


class Context(Struct, frozen=True, gc=False):
    """What a rule may look at besides its own fields: *year* is CCYY, or empty if nobody knows it.

    *is_partial*: the message is about a part of an amount.
    """

    mti: str
    year: str
    fields: Fields
    is_partial: bool


Turn: TypeAlias = Callable[[Fields, Context], dict[int, str]]


class FieldRule(Struct, frozen=True):
    """The fields *older* of one edition and *newer* of the next say the same: *up* and *down*.

    A turn gets those of its fields that are there, and gives nothing for what it cannot turn.
    *why* is for people: what one of the editions cannot say.
    """

    older: tuple[int, ...]
    newer: tuple[int, ...]
    up: Turn
    down: Turn
    why: str


class Step(Struct, frozen=True, kw_only=True):
    """Two neighbouring editions: fields that are the *same* in both, *rules*, and why others go.

    *partial* are the fields, of the older and of the newer one, that say that an amount is a part.
    """

    older: str
    newer: str
    same: frozenset[int]
    rules: tuple[FieldRule, ...]
    gone: Mapping[int, str]
    partial: tuple[int, int]
    # The last three digits of MTIs that change besides the version, older by newer.
    mtis: Mapping[str, str] = {}

    def mti(self, draft: str, upward: bool) -> str:
        """The MTI *draft* in the other edition: the newer one if *upward*."""
        names = self.mtis if upward else {newer: older for older, newer in self.mtis.items()}
        edition = self.newer if upward else self.older
        return _DIGIT[edition] + names.get(draft[1:], draft[1:])


class Draft(Struct, frozen=True):
    """A message on its way: *origins* are the fields of the source that each field is made of."""

    mti: str
    fields: Fields
    origins: Mapping[int, frozenset[int]]
    losses: tuple[Loss, ...] = ()

    def lost(self, number: int, what: What, why: str) -> list[Loss]:
        """The loss of field *number*, under the numbers that the source has for it."""
        return [Loss(str(origin), what, why) for origin in sorted(self.origins.get(number, ()))]


def take_step(step: Step, draft: Draft, upward: bool, year: str) -> Draft:
    """*draft* in the other edition of *step*: the newer one if *upward*."""
    is_partial = step.partial[0 if upward else 1] in draft.fields
    context = Context(draft.mti, year, draft.fields, is_partial)
    fields = {number: draft.fields[number] for number in draft.fields if number in step.same}
    origins = {number: draft.origins.get(number, frozenset()) for number in fields}
    losses: list[Loss] = []
    left = set(draft.fields) - fields.keys()
    for rule in step.rules:
        wanted = rule.older if upward else rule.newer
        taken = {number: draft.fields[number] for number in wanted if number in draft.fields}
        made = (rule.up if upward else rule.down)(taken, context)
        again = (rule.down if upward else rule.up)(made, context)
        fields |= made
        sources = [draft.origins.get(number, frozenset[int]()) for number in taken]
        origins |= dict.fromkeys(made, frozenset[int]().union(*sources))
        losses += _compare(draft, rule, taken, made, again)
        left -= taken.keys()
    edition = step.newer if upward else step.older
    for number in sorted(left):
        why = step.gone.get(number, f"{edition} has no field that says it")
        losses += draft.lost(number, "dropped", why)
    return Draft(step.mti(draft.mti, upward), fields, origins, (*draft.losses, *losses))


def _compare(
    draft: Draft, rule: FieldRule, taken: Fields, made: Fields, again: Fields
) -> Iterable[Loss]:
    """What of *taken* is lost or changed in *made*, which says *again*; what it says besides."""
    for number, value in taken.items():
        if again.get(number) != value:
            survives = made and (number in again or len(taken) == 1)
            yield from draft.lost(number, "changed" if survives else "dropped", rule.why)
    # What stands in a field of its own is no assumption: only what a shared field says as well.
    for number in sorted(again.keys() - taken.keys() if taken else ()):
        yield Loss(str(number), "assumed", _ASSUMED)


def is_digits(text: str, length: int) -> bool:
    """Whether *text* is *length* decimal digits.

    >>> is_digits("0123", 4), is_digits("01x3", 4), is_digits("012", 4)
    (True, False, False)
    """
    return len(text) == length and DIGITS.issuperset(text)


def blocks(text: str, size: int) -> list[str]:
    """*text* in pieces of *size* characters, the last perhaps shorter.

    >>> blocks("abcde", 2)
    ['ab', 'cd', 'e']
    """
    return [text[at : at + size] for at in range(0, len(text), size)]


def moved(older: int, newer: int, why: str) -> FieldRule:
    """The rule of a field that only has another number."""
    return FieldRule(
        (older,),
        (newer,),
        lambda taken, _: {newer: taken[older]} if older in taken else {},
        lambda taken, _: {older: taken[newer]} if newer in taken else {},
        why,
    )


def rewritten(
    older: int,
    newer: int,
    up: Callable[[str], str],
    down: Callable[[str], str],
    why: str,
) -> FieldRule:
    """The rule of one field whose value is only written otherwise; empty text: it cannot be."""

    def turn(source: int, target: int, write: Callable[[str], str]) -> Turn:
        def turned(taken: Fields, _: Context) -> dict[int, str]:
            text = write(taken[source]) if source in taken else ""
            return {target: text} if text else {}

        return turned

    return FieldRule((older,), (newer,), turn(older, newer, up), turn(newer, older, down), why)
