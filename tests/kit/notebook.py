"""A journal in memory: it answers look-ups as the store does, and knows what a start needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from cardswitch.wire.ports import Effect, Found, LookUp, Question
from tests.kit.play import Playbook

CHECKPOINT = "checkpoint"


class Notebook:
    """The rows *before*, and all that the machine of *play* has appended since."""

    def __init__(self, play: Playbook, before: Iterable[Any] = ()) -> None:
        self._before = list(before)
        self._play = play

    @property
    def rows(self) -> list[Any]:
        """Every row, in their order."""
        return [*self._before, *self._play.entries]

    def __call__(self, question: Question) -> list[Any]:
        """All rows of the legs that *question* names."""
        rows = self.rows
        legs = {row.leg for row in rows if row.identity and _names(question, row)}
        return [row for row in rows if row.leg in {*legs, *question.legs}]

    def recent(self) -> list[Any]:
        """The last checkpoint, the legs that it names or that move again later, what followed."""
        rows = self.rows
        marks = [row for row in rows if row.leg == 0 and row.state == CHECKPOINT]
        if not marks:
            return rows
        last = marks[-1]
        behind = [row for row in rows if row.sequence > last.sequence]
        legs = {row.leg for row in behind} | set(msgspec.json.decode(last.fields)["legs"])
        opened = [row for row in rows if row.sequence < last.sequence and row.leg in legs - {0}]
        return [last, *opened, *behind]


def _names(question: Question, first: Any) -> bool:
    def begins(asked: Sequence[tuple[str, str]], value: str) -> bool:
        return any(value == want and first.identity.startswith(begin) for want, begin in asked)

    return (
        (first.sent_on, first.identity) in question.identities
        or begins(question.begins, first.sent_on)
        or begins(question.rrns, first.rrn)
    )


# In a playbook ------------------------------------------------------------------------------------


class looked_up:
    """The journal is asked; only a playbook whose `journal` is None sees it."""

    def matches(self, effect: Effect) -> bool:
        return isinstance(effect, LookUp)

    def __repr__(self) -> str:
        return "looked_up()"


class found:
    """The journal says *rows* to the last look-up, or to one that was *ago* before it."""

    def __init__(self, rows: Sequence[Any] | None, *, ago: int = 1) -> None:
        self.rows = rows
        self.ago = ago

    def __call__(self, play: Playbook) -> None:
        asked = [effect for effect in play.effects if isinstance(effect, LookUp)]
        play.do(play.machine.handle(Found(asked[-self.ago].number, self.rows), play.now))

    def __repr__(self) -> str:
        return f"found({self.rows!r})"
