"""Programs kill themselves at every point of every class, and are started again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Final, NamedTuple

from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.terminal.config import TerminalConfig
from cardswitch.terminal.session import Session, open_session
from tests.kit.programs import ALONE, Program

from .lab import SWITCH, FaultyHouse, require_killed
from .points import UNDOING
from .stories import CLASSES, PIN, UNDONE, rest, reverse_last, tell

ACQUIRER: Final = ("host", "serve", "acquirer")
ISSUER: Final = ("host", "serve", "issuer")
HSM: Final = ("hsm", "serve")
TERMINAL: Final = ("terminal",)
AT_ONCE: Final = "at once"  # killed from outside, as something is under way
# What is asked at the terminal, where that is a process of its own.
ORDERS: Final = {
    "sale": "sale 20 --card rich",
    "refund": "refund 20 --card rich",
    "cash": "cash 20 --card rich",
    "cashback": "cashback 20 --cash 5 --card rich",
    "authorisation": "preauth 20 --card rich",
    "balance": "balance --card rich",
    "verification": "verify --card rich",
}
TERMINALS: Final = 4  # that take turns
PAUSE_S: Final = 0.2


class Kill(NamedTuple):
    """One of them: which program, where, and what is under way."""

    words: tuple[str, ...]
    point: str
    kind: str

    def __str__(self) -> str:
        return f"{' '.join(self.words)} at {self.point} of a {self.kind}"


def kills() -> Iterator[Kill]:
    """All that there are, those of one class far apart."""
    for point in ("k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7"):
        for words in (SWITCH, ACQUIRER, ISSUER, TERMINAL):
            for kind in CLASSES:
                if _happens(words, point, kind):
                    yield Kill(words, point, kind)
    for words in (HSM, *ALONE):
        for kind in CLASSES:
            yield Kill(words, AT_ONCE, kind)


def _happens(words: tuple[str, ...], point: str, kind: str) -> bool:
    goes_on = KINDS.named(kind).shape in ("ask", "advise", "reverse")
    if point in UNDOING:
        return words in (SWITCH, ACQUIRER) and kind in UNDONE
    if words == TERMINAL:
        return point in ("k1", "k2", "k3") and kind in ORDERS
    if words == ISSUER:
        return goes_on and point in ("k0", "k4", "k5")
    if words == ACQUIRER:
        return goes_on
    return goes_on or point in ("k0", "k4", "k5")


class Programs:
    """The programs of *house*, each a process of its own; somebody dies, and comes back."""

    def __init__(self, house: FaultyHouse) -> None:
        self._house = house
        self._running = {words: house.alone(*words) for words in ALONE}
        self._turn = 0

    async def kill(self, kill: Kill) -> None:
        """Let *kill* happen, and everybody come to rest again."""
        self._turn = self._turn % TERMINALS + 1
        terminal = self._house.terminal(self._turn)
        if kill.words == TERMINAL:
            await asyncio.to_thread(self._kill_terminal, kill, terminal)
        elif kill.point == AT_ONCE:
            await self._while_told(kill, terminal, self._running[kill.words], is_told=True)
        else:
            self._running[kill.words].stop()
            dying = await asyncio.to_thread(self._house.dying, kill.point, kill.kind, kill.words)
            await self._while_told(kill, terminal, dying, is_told=False)
        async with open_session(terminal) as session:
            await rest(session)

    async def _while_told(
        self, kill: Kill, terminal: TerminalConfig, dying: Program, *, is_told: bool
    ) -> None:
        async with open_session(terminal) as session:
            await rest(session)
            telling = asyncio.create_task(self._tell_until(session, kill, dying))
            if is_told:
                await asyncio.sleep(0)
                dying.kill()
            await asyncio.to_thread(require_killed, dying)
            self._running[kill.words] = await asyncio.to_thread(self._house.alone, *kill.words)
            await telling
            await rest(session)

    async def _tell_until(self, session: Session, kill: Kill, dying: Program) -> None:
        """Links may not stand yet, and then nothing comes to the point: it is told again."""
        while True:
            await tell(session, kill.kind, self._house.card(kill.kind))
            if dying.process.poll() is None and kill.point in UNDOING:
                await reverse_last(session)
            if dying.process.poll() is not None:
                return
            await asyncio.sleep(PAUSE_S)

    def _kill_terminal(self, kill: Kill, terminal: TerminalConfig) -> None:
        order = [*ORDERS[kill.kind].split(), "--terminal", terminal.id]
        os.environ["CARDSWITCH_PIN"] = PIN
        dying = self._house.dying_command(kill.point, kill.kind, ("terminal", *order))
        require_killed(dying)

    def stop(self) -> None:
        """Come to rest and end."""
        self._house.settled()
        for program in self._running.values():
            assert program.stop() == 0, program.said.read_text()


def close_twice(house: FaultyHouse) -> None:
    """Settlement kills itself at k8, and closes the day again: the same files, once."""
    dying = house.dying_command("k8", "", ("settle", "close", "--now"))
    require_killed(dying)
    folder = house.folder / "deposits"
    before = {path.name: path.read_bytes() for path in folder.glob("deposit-*.xml")}
    assert before, "no file was written before the end"
    code, printed = house.run("settle", "close")
    assert code == 0, printed
    after = {path.name: path.read_bytes() for path in folder.glob("deposit-*.xml")}
    # A cut-off may have come meanwhile: then a second day is closed too.
    assert before.items() <= after.items(), "another file, or other bytes"
