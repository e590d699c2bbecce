"""Takes changed files of rules over while the host runs; a file with a fault changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Effect, Seconds

from .rule import Rule

LOOK_S: Final = 1.0  # between two looks at the files
Stamp = tuple[int, int] | None


class Reload:
    """Looks at *paths* every second; when they have changed, what *read* finds goes to *use*."""

    def __init__(
        self,
        paths: Sequence[Path],
        read: Callable[[], Sequence[Rule]],
        use: Callable[[Sequence[Rule]], None],
        call: Callable[[Callable[[Seconds], Sequence[Effect]]], None],
        tell: Callable[[str, str], None],
        seen: Sequence[Stamp],
    ) -> None:
        """*call*: does something in the turn of the host; Error: it has ended. *tell*: a kind and
        a reason. *seen*: the stamps of *paths* from before they were read first."""
        self._paths = paths
        self._read = read
        self._use = use
        self._call = call
        self._tell = tell
        self._seen = list(seen)

    def begin(self) -> None:
        """Look in a while, and again until the host ends."""
        asyncio.get_running_loop().call_later(LOOK_S, self._again)

    def _again(self) -> None:
        if self.look():
            self.begin()

    def look(self) -> bool:
        """Take over what has changed; false when the host has ended. What is wrong is said once."""
        rules = self._changed()

        def take_over(_: Seconds) -> Sequence[Effect]:
            if rules is not None:
                self._use(rules)
            return ()

        try:
            self._call(take_over)
        except Error:
            return False
        if rules is not None:
            self._tell("rules_loaded", f"rules in use now: {len(rules)}")
        return True

    def _changed(self) -> Sequence[Rule] | None:
        """What the files say now; None if that is nothing new, or cannot be used."""
        stamps = stamps_of(self._paths)
        if stamps == self._seen:
            return None
        self._seen = stamps
        try:
            return self._read()
        except Error as error:
            self._tell("rules_refused", f"{error}: the old rules stay in use")
            return None


def stamps_of(paths: Sequence[Path]) -> list[Stamp]:
    """What tells whether the files *paths* have changed since."""
    return [_stamp(path) for path in paths]


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
