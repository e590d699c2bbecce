"""A lab in clear whose lines lead through proxies, and whose programs may kill themselves."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from bench.programs import allowing, in_clear
from cardswitch.lab.house.topology import Timing, read_lab
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.terminal.config import TerminalConfig, read_cards, with_id
from cardswitch.terminal.customer.card import Card, find_card
from tests.kit.programs import ALONE, House, Program, until

from .books import books_of_lab, require_accounts, require_same
from .proxy import Proxy, between

SWITCH: Final = ("switch", "serve")
KILLED: Final = -9
TERMINALS: Final = "terminals"
ALLOWED: Final = [kind.name for kind in KINDS.all.values() if kind.by_name]
# Long enough that a busy machine answers in time, short enough to wait for.
TIMING: Final = Timing(terminal_s=8.0, front_s=6.0, acquirer_s=5.0, issuer_s=4.0, late_s=8.0)


class FaultyHouse(House):
    """No TLS, every class is let in, and programs can be made to die at a point."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, TIMING)
        text = in_clear(self.config.read_text("utf-8"))
        for name in ("pos", "network"):
            text = allowing(text, name, ALLOWED)
        self.rewrite(text)

    def rewrite(self, text: str) -> None:
        """*text* is the configuration from now on."""
        self.config.write_text(text, "utf-8")
        self.lab = read_lab(self.config)

    def lead(self, upstream: str, port: int) -> None:
        """The switch dials *upstream* at *port*."""
        text = self.config.read_text("utf-8")
        text, count = re.subn(
            rf"(?m)^(\[switch\.upstreams\.{upstream}\]\nport = )\d+", rf"\g<1>{port}", text
        )
        assert count == 1, f"no upstream {upstream}"
        self.rewrite(text)

    def dying(self, point: str, kind: str, words: tuple[str, ...]) -> Program:
        """The program *words*, which kills itself at *point* of a *kind*; it is ready."""
        program = self.dying_command(point, kind, words)
        return program.wait_for(ALONE[words])

    def dying_command(self, point: str, kind: str, words: tuple[str, ...]) -> Program:
        """The command *words*, which kills itself there."""
        said = self.said / f"{len(self.programs)}-dying.txt"
        how = [sys.executable, "-m", "tests.faults.dying", point, kind]
        program = Program([*how, *words, "--config", str(self.config)], said)
        self.programs.append(program)
        return program

    def card(self, kind: str = "") -> Card:
        """It has enough for all that is asked; one that is put on the stop list buys nothing."""
        name = "good" if kind == "file_action" else "rich"
        return find_card(read_cards(self.folder / "cards.toml"), name)

    def terminal(self, number: int, port: int = 0) -> TerminalConfig:
        """The terminal of that *number*, which dials *port*, or the switch itself."""
        config = with_id(self.lab.terminal, f"TERM{number:04d}")
        return replace(config, port=port) if port else config

    def check(self) -> int:
        """All programs have ended: five books agree; how many lines they have."""
        books = books_of_lab(self.lab)
        require_same(books)
        require_accounts(self.lab)
        return len(books["front"])


def require_killed(program: Program) -> None:
    """Return once *program* has killed itself; it must have."""
    until(lambda: program.process.poll() is not None, "a program that kills itself")
    assert program.process.returncode == KILLED, program.said.read_text()


@asynccontextmanager
async def proxies(house: FaultyHouse) -> AsyncIterator[dict[str, Proxy]]:
    """A proxy on each line of the switch, which must not run yet; by name, and "terminals"."""
    async with AsyncExitStack() as stack:
        switch, found = house.lab.switch, {}
        lines = {**switch.upstreams, TERMINALS: switch.listeners["pos"]}
        for name, line in lines.items():
            proxy = between(line.port, line.channel().framing)
            found[name] = await stack.enter_async_context(proxy)
        for name in switch.upstreams:
            house.lead(name, found[name].at)
        yield found
