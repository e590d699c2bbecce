"""Which keys are in use: those of the configuration, until a change in traffic took their place.

All are cryptograms under the LMK of the HSM; what a key is, nobody here knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, get_args

import msgspec
from msgspec import Struct

from ...ports import Seconds

KeyKind = Literal["pin", "mac"]
KEY_KINDS: Final[tuple[KeyKind, ...]] = get_args(KeyKind)
# Check values of former keys, and of refused ones, that are remembered for each kind: a message
# that brings one of them was recorded once. Older messages have a time that is too old.
SPENT_MAX: Final = 64
OLDS_MAX: Final = 4  # Former ones that are still accepted.
HANDED_MAX: Final = 4  # Of those that were handed out and lost again and again, the last few.


class KeyStep(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """One step of a change, as a journal keeps it."""

    step: Literal["offered", "changed", "kept"]  # kept: the peer, or we, refused the new key
    place: str  # the name of a listener or upstream
    kind: KeyKind
    configured: str  # the key in the configuration that this stands in for
    key: str = ""  # the new one; of one that was refused nothing is kept
    kcv: str
    by: str = ""  # who wanted it: a user, "clock" or "peer"
    because: str = ""


class KeyState(Struct, kw_only=True):
    """The keys of one place, of one kind; ``""`` where there is none."""

    place: str
    kind: KeyKind
    configured: str
    current: str  # what we use
    kcv: str = ""  # of the current one, as far as it is not that of the configuration
    olds: list[str] = []  # accepted too, until the current one is in use; the newest first
    offered: str = ""  # ours, which the peer has not answered yet; accepted too
    offered_kcv: str = ""
    # Handed out before that one, with check values, and not used yet: the terminal may have any of
    # them. The newest first.
    handed: list[tuple[str, str]] = []
    spent: list[str] = []  # check values that must not come again, the newest last

    @property
    def waiting(self) -> list[tuple[str, str]]:
        """Keys that wait for their first use, with check values, the newest first."""
        return [(self.offered, self.offered_kcv), *self.handed] if self.offered else self.handed


class WorkingKeys:
    """The keys in use at all places of a program."""

    def __init__(self, overlaps: Mapping[str, Seconds]) -> None:
        """*overlaps*: how long, by place, an old key is accepted after the new one was in use."""
        self._overlaps = overlaps
        self._states: dict[tuple[str, KeyKind], KeyState] = {}
        self._old_until: dict[tuple[str, KeyKind], Seconds] = {}

    def state(self, place: str, kind: KeyKind, configured: str) -> KeyState:
        """How it stands at *place*, where the configuration has the key *configured*."""
        known = self._states.get((place, kind))
        if known is not None and known.configured == configured:
            return known
        return KeyState(place=place, kind=kind, configured=configured, current=configured)

    def sending(self, place: str, kind: KeyKind, configured: str) -> str:
        """The key that we use there."""
        known = self._states.get((place, kind))
        if known is None or known.configured != configured:
            return configured
        return known.current

    def accepted(self, place: str, kind: KeyKind, configured: str, now: Seconds) -> tuple[str, ...]:
        """The keys that the peer may use there, the likeliest first; none if there is none."""
        known = self._states.get((place, kind))
        if known is None or known.configured != configured:
            return (configured,) if configured else ()
        self._retire(known, now)
        waiting = [key for key, _ in known.waiting]
        return tuple(key for key in (known.current, *waiting, *known.olds) if key)

    def seen(self, place: str, kind: KeyKind, key: str, now: Seconds) -> None:
        """The peer has used *key*: if it is the current one, the days of the old are numbered."""
        known = self._states.get((place, kind))
        if known is not None and known.olds and known.current == key:
            self._old_until.setdefault(
                (place, kind), now + self._overlaps.get(_listener(place), 0.0)
            )

    def _retire(self, state: KeyState, now: Seconds) -> None:
        name = state.place, state.kind
        if state.olds and self._old_until.get(name, now) < now:
            state.olds = []
            del self._old_until[name]

    def places(self) -> list[str]:
        """Where a key was ever changed, each once, in order."""
        return sorted({place for place, _ in self._states})

    # What is durable ------------------------------------------------------------------------------

    def apply(self, step: KeyStep) -> None:
        """Take over what a journal says, or will say."""
        name = step.place, step.kind
        state = self._states[name] = self.state(step.place, step.kind, step.configured)
        if step.step == "offered":
            state.handed = state.waiting[:HANDED_MAX]
            state.offered, state.offered_kcv = step.key, step.kcv
            return
        if step.step == "changed":
            state.spent = _with(state.spent, state.kcv)
            waiting = state.waiting
            values = [kcv for _, kcv in waiting]
            at = values.index(step.kcv) if step.kcv in values else len(values)
            older = [key for key, _ in waiting[at + 1 :]]
            state.olds = [key for key in (state.current, *older, *state.olds) if key][:OLDS_MAX]
            state.handed = [each for each in waiting[:at] if each[0] != state.offered]
            state.current, state.kcv = step.key, step.kcv
            self._old_until.pop(name, None)
        else:
            state.spent = _with(state.spent, step.kcv)
        if state.offered_kcv == step.kcv:
            state.offered = state.offered_kcv = ""

    def told(self) -> list[Any]:
        """All that must be known again without the steps before."""
        told: list[Any] = msgspec.to_builtins(list(self._states.values()))
        return told

    def restore(self, told: Iterable[Any]) -> None:
        """Begin with what :meth:`told` said."""
        states = msgspec.convert(told, list[KeyState])
        self._states = {(state.place, state.kind): state for state in states}
        self._old_until.clear()


def _listener(place: str) -> str:
    return place.partition("/")[0]


def _with(spent: list[str], kcv: str) -> list[str]:
    return [*spent, kcv][-SPENT_MAX:] if kcv else spent
