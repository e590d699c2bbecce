"""Kill programs of a selling lab, many times: ``python -m tests.end_to_end --kills 200``.

With ``--gateway`` it is the gateway alone, at each point of its work in turn.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.end_to_end.test_postgres import journal_at
from tests.kit.dying import POINTS
from tests.kit.killing import DyingGateway, sell_while_dying
from tests.kit.postgres import PostgresServer, binaries
from tests.kit.programs import ALONE, PATIENT, House, Program, assert_agree
from tests.kit.selling import SWITCH, sell_while

LONG_S = 600.0  # A run of hundreds may have to share its machine.
ROUND_S = 30.0  # Longer than a kill, a start and a handful of sales take anywhere.


class Lab:
    """The four programs of *house*, one of which dies at a time."""

    def __init__(self, house: House, seed: int, server: PostgresServer | None) -> None:
        self.running: dict[tuple[str, ...], Program] = {}
        self.died: Counter[str] = Counter()
        self._house = house
        self._server = server
        self._chance = random.Random(seed)
        for words in ALONE:
            if words != SWITCH:
                self.running[words] = house.alone(*words)

    def disturb(self, switch: Program) -> Program:
        """Kill one, or cut the power of the server; whatever died is started again."""
        self.running[SWITCH] = switch
        if self._server is not None:
            words = SWITCH
            self._server.stop("immediate")
            switch.process.wait(ROUND_S)
            self._server.start()
        else:
            words = self._chance.choice(list(self.running))
            self.running[words].kill()
        self.running[words] = self._house.alone(*words)
        self.died[" ".join(words)] += 1
        print(f"\r{self.died.total()} kills", end="", file=sys.stderr, flush=True)
        return self.running[SWITCH]


def main() -> None:
    """Sell, kill, settle; then all books must agree."""
    parser = argparse.ArgumentParser(prog="python -m tests.end_to_end", description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="how many programs die (20)")
    parser.add_argument("--seed", type=int, default=1, help="which of them, in which order (1)")
    parser.add_argument(
        "--postgres", action="store_true", help="cut the power of the switch's database instead"
    )
    parser.add_argument(
        "--gateway", action="store_true", help="kill the gateway, at points of its work, instead"
    )
    parser.add_argument("--keep", metavar="FOLDER", help="a new folder for the lab, to look into")
    options = parser.parse_args()
    started = time.monotonic()
    with ExitStack() as stack:
        folder = _folder(stack, options.keep)
        house, server = House(folder, PATIENT, LONG_S), None
        stack.callback(house.end)
        if options.gateway:
            points = _points(options.kills, options.seed)
            received = sell_while_dying(DyingGateway(house), points)
            seconds = time.monotonic() - started
            print(
                f"\r{options.kills} kills: {received} received, three books agree, {seconds:.0f} s"
            )
            return
        if options.postgres:
            server = _server(stack)
            journal_at(house, server.url(server.database()))
        lab = Lab(house, options.seed, server)

        async def disturb(switch: Program) -> Program:
            return await asyncio.to_thread(lab.disturb, switch)

        switch = asyncio.run(
            sell_while(house, options.kills, disturb, patience_s=ROUND_S * options.kills)
        )
        house.settled()
        for program in (switch, *(p for w, p in lab.running.items() if w != SWITCH)):
            assert program.stop() == 0, program.said.read_text()
        books = house.books()
        assert_agree(books)
        sold = len(books["terminals"])
        seconds = time.monotonic() - started
        print(f"\r{dict(lab.died)}: {sold} sales, five books agree, {seconds:.0f} s")


def _points(count: int, seed: int) -> Iterator[str]:
    """So many points, in an order that *seed* decides."""
    chance = random.Random(seed)
    for number in range(count):
        print(f"\r{number} kills", end="", file=sys.stderr, flush=True)
        yield chance.choice(list(POINTS))


def _folder(stack: ExitStack, keep: str | None) -> Path:
    if keep is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crashes-")))
    Path(keep).mkdir(parents=True)
    return Path(keep)


def _server(stack: ExitStack) -> PostgresServer:
    found = binaries()
    if found is None:
        sys.exit("no PostgreSQL server on this machine: apt-get install postgresql")
    folder = stack.enter_context(
        tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True)
    )
    server = PostgresServer(Path(folder), found)
    server.start()
    stack.callback(server.stop, "immediate")
    return server


if __name__ == "__main__":
    main()
