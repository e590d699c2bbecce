"""A new key takes over: it seals new cards at once, and old ones in steps, until the old key goes.

A gateway that ends in the middle goes on at its next start: cards say which key they are sealed
with, and the old one stays in its file until none is sealed with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds

from .cards import SealedCards

PAUSE_S: Final[Seconds] = 0.01  # between two steps, for what else there is to do


class Rotation:
    """Of one gateway that runs. *note* is told of its beginning and end, and of what failed."""

    def __init__(
        self, cards: SealedCards, now: Callable[[], Seconds], note: Callable[[str, str], None]
    ) -> None:
        self._cards = cards
        self._now = now
        self._note = note
        self._task: asyncio.Task[None] | None = None
        self._failed = ""

    def start(self) -> None:
        """Go on, if there is an old key; to be said at the start."""
        if len(self._cards.keys.known) > 1 and self._task is None:
            self._failed = ""
            self._task = asyncio.create_task(self._sealed_anew())
            self._task.add_done_callback(self._done)

    async def stop(self) -> None:
        """Stop after the step that is in work."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def rotate(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        """The operator's verb: a new key from now on. Raises Error while an old one is there."""
        if len(self._cards.keys.known) > 1:
            self.start()  # It may have stopped because of an error.
        key = await asyncio.to_thread(self._cards.begin, self._now())
        self._note("vault_rotated", f"key {key.id} seals from now on")
        self.start()
        return await self.status({})

    async def status(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        """The operator's verb: the keys, and how many cards are sealed with each."""
        counts = await asyncio.to_thread(self._cards.count)
        keys = self._cards.keys
        shown = [
            {
                "id": each.id,
                "made": int(each.made),
                "seals": each.id == keys.current,
                "cards": counts.get(each.id, 0),
            }
            for each in keys.known
        ]
        return {"keys": shown, "is_done": len(shown) == 1, "failed": self._failed}

    async def _sealed_anew(self) -> None:
        while await asyncio.to_thread(self._cards.step):
            await asyncio.sleep(PAUSE_S)
        self._cards.end()
        self._note("vault_rotated", "no card is sealed with an old key: it is gone")

    def _done(self, task: asyncio.Task[None]) -> None:
        self._task = None
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._failed = str(error) if isinstance(error, Error) else type(error).__name__
            self._note("vault_stopped", self._failed)
