"""Real processes: each class on lines that fail, and a kill at each point; five books agree."""

import asyncio
import sys

import pytest

from cardswitch.terminal.session import open_session

from .kills import Kill, Programs, close_twice, kills
from .lab import TERMINALS, FaultyHouse, proxies
from .points import POINTS, UNDOING
from .proxy import FAULTS
from .stories import CLASSES, rest, tell

WITHIN_S = 120.0


@pytest.fixture
def house(tmp_path):
    made = FaultyHouse(tmp_path)
    yield made
    made.end()


@pytest.mark.timeout(600)
def test_every_class_on_lines_that_fail(house):
    asyncio.run(asyncio.wait_for(_told_through_proxies(house), 500.0))
    assert house.check()


async def _told_through_proxies(house):
    async with proxies(house) as lines:
        up = await asyncio.to_thread(house.up)
        for fault in FAULTS:
            for line in lines.values():
                line.fault = fault
            await _all_told(house, lines[TERMINALS].at)
            assert all(line.done for line in lines.values())
        for line in lines.values():
            line.fault = ""
            line.cut()
        for number in range(len(CLASSES)):
            async with open_session(house.terminal(number + 1, lines[TERMINALS].at)) as session:
                await rest(session, WITHIN_S)
        await asyncio.to_thread(house.settled)
        assert await asyncio.to_thread(up.stop) == 0


async def _all_told(house, port):
    """Every class, each at a terminal of its own, all at once."""

    async def told(number, kind):
        async with open_session(house.terminal(number, port)) as session:
            await tell(session, kind, house.card(kind), WITHIN_S)

    async with asyncio.TaskGroup() as group:
        for number, kind in enumerate(CLASSES, start=1):
            group.create_task(told(number, kind))


def few():
    """One for each point, each of another class."""
    chosen, seen = {}, set()
    for kill in sorted(kills(), key=lambda kill: kill.point not in UNDOING):  # few can be undone
        if kill.point not in chosen and kill.kind not in seen:
            chosen[kill.point] = kill
            seen.add(kill.kind)
    return [chosen[point] for point in sorted(chosen)]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no signal that nobody can catch")
@pytest.mark.timeout(600)
def test_a_kill_at_each_point(house):
    programs, chosen = Programs(house), few()
    assert [kill.point for kill in chosen] == ["at once", *POINTS[:-1]]

    async def all_killed():
        for kill in chosen:
            await programs.kill(kill)

    asyncio.run(all_killed())
    close_twice(house)
    programs.stop()
    assert house.check()


def test_a_kill_names_itself():
    kill = Kill(("switch", "serve"), "k3", "refund")
    assert str(kill) == "switch serve at k3 of a refund"
