"""Security codes between a card's coming in and its one send: in memory alone, for minutes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cardswitch.wire.ports import Seconds

CODES_MAX: Final = 10_000  # The oldest goes first.
LIFETIME_S: Final[Seconds] = 600.0


class Codes:
    """By the id of a payment method or token, its code until it is taken, once."""

    def __init__(self, now: Callable[[], Seconds]) -> None:
        self._now = now
        self._codes: dict[str, tuple[Seconds, str]] = {}

    def __repr__(self) -> str:
        """Without the codes."""
        return f"<{len(self._codes)} codes>"

    def keep(self, id_: str, code: str) -> None:
        """Keep *code*, if there is one, for *id_*."""
        self._drop_old()
        if code:
            while len(self._codes) >= CODES_MAX:
                del self._codes[next(iter(self._codes))]
            self._codes[id_] = self._now(), code

    def take(self, id_: str) -> str:
        """The code for *id_*, which is then forgotten; empty if there is none."""
        return self.pop(id_)[1]

    def pop(self, id_: str) -> tuple[Seconds, str]:
        """The same, and since when it was kept."""
        self._drop_old()
        return self._codes.pop(id_, (0.0, ""))

    def put_back(self, id_: str, kept: tuple[Seconds, str]) -> None:
        """Keep what was popped, and not sent, for *id_*: no longer than it would have been."""
        if kept[1]:
            codes = {**self._codes, id_: kept}
            self._codes = dict(sorted(codes.items(), key=lambda each: each[1][0]))

    def _drop_old(self) -> None:
        """They were kept in the order of their times."""
        before = self._now() - LIFETIME_S
        while self._codes and next(iter(self._codes.values()))[0] <= before:
            del self._codes[next(iter(self._codes))]
