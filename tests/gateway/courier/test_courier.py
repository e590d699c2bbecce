"""The courier: events told until they are taken, whoever is down, and again after a crash."""

import asyncio

import pytest

from cardswitch.gateway.courier.courier import AT_ONCE, Courier, Ways
from cardswitch.gateway.outbox.events import Outbox
from cardswitch.gateway.outbox.follow import Read
from cardswitch.specs.errors import Error
from cardswitch.wire.operator.addresses import address_rule
from tests.kit.events import endpoint, event

PATIENCE_S = 20.0


class Poster:
    """Answers as *script* says: a status, an Error, or None for never."""

    def __init__(self, script, told):
        self.script = script
        self.told = told

    async def post(self, url, name, body, headers):
        self.told.append((url, name, body, headers))
        said = self.script(url)
        if said is None:
            await asyncio.sleep(3_600)
        if isinstance(said, Exception):
            raise said
        return said

    async def close(self):
        self.told.append("closed")


class World:
    """A courier over a real database; *events* are what its journal tells, *clock* its time."""

    def __init__(self, tmp_path, script):
        self.url = f"sqlite:///{tmp_path}/events.db"
        self.events, self.notes, self.told = [], [], []
        self.clock = 200.0
        self.script = script
        self.fails = False

    def begin(self, *endpoints):
        self.outbox = Outbox(self.url)
        for each in endpoints:
            self.outbox.add(each)
        self.courier = Courier(
            self.outbox,
            Ways(
                read=self.read,
                shown=lambda delivery: delivery.event.id.encode(),
                secret_for=lambda label: f"<{label}>",
                allows=address_rule(("127.0.0.0/8",), "x"),
                header="X-Signature",
                poster=lambda: Poster(self.script, self.told),
                now=lambda: self.clock,
                note=lambda kind, text: self.notes.append((kind, text)),
            ),
        )
        self.courier.start()

    def read(self, after):
        if self.fails:
            raise Error("the journal cannot be read")
        some = tuple(each for each in self.events if each.through > after)[:2]
        return Read(some, some[-1].through if some else after)

    async def until(self, holds):
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                self.courier.poke()
                await asyncio.sleep(0.005)

    def bodies(self, port=1):
        return [t[2].decode() for t in self.told if t != "closed" and f":{port}/" in t[0]]


def playing(world, scene, *endpoints):
    async def main():
        world.begin(*endpoints)
        try:
            await scene()
        finally:
            await world.courier.stop()

    asyncio.run(main())


def test_every_event_is_told_once_signed_and_connections_are_closed(tmp_path):
    world = World(tmp_path, lambda url: 200)
    world.events = [event(n) for n in range(1, 8)]

    async def scene():
        await world.until(lambda: len(world.bodies()) == 7)
        await world.until(lambda: world.outbox.next_due("we_1") is None)

    playing(world, scene, endpoint())
    assert sorted(world.bodies()) == [f"evt_{n}" for n in range(1, 8)]
    url, name, _, headers = world.told[0]
    assert (url, name) == ("https://127.0.0.1:1/", "127.0.0.1")
    assert headers["Host"] == "127.0.0.1:1"
    assert headers["X-Signature"].startswith(f"t={int(world.clock)},v1=")
    assert world.told[-1] == "closed"


@pytest.mark.parametrize("said", [500, 302, 400, Error("refused")])
def test_what_is_not_taken_comes_again_later_and_is_given_up_in_the_end(tmp_path, said):
    world = World(tmp_path, lambda url: said)
    world.events = [event(1)]

    async def scene():
        await world.until(lambda: len(world.bodies()) == 1)
        await world.until(lambda: world.outbox.next_due("we_1") == world.clock + 5)
        world.clock += 5
        await world.until(lambda: len(world.bodies()) == 2)
        world.clock += 72 * 3_600
        await world.until(lambda: world.outbox.next_due("we_1") is None)

    playing(world, scene, endpoint())
    assert len(world.bodies()) == 3


def test_who_hangs_keeps_nobody_waiting(tmp_path):
    world = World(tmp_path, lambda url: None if ":9/" in url else 200)
    world.events = [event(n) for n in range(1, 40)]

    async def scene():
        await world.until(lambda: len(world.bodies(1)) == 39)

    playing(world, scene, endpoint(), endpoint("we_2", url="https://127.0.0.1:9/"))
    assert len(world.bodies(9)) <= AT_ONCE


def test_what_was_not_settled_before_the_end_is_told_after_the_start(tmp_path):
    world = World(tmp_path, lambda url: None)
    world.events = [event(1)]

    async def scene():
        await world.until(lambda: len(world.bodies()) == 1)

    playing(world, scene, endpoint())
    world.script = lambda url: 204

    async def again():
        await world.until(lambda: world.outbox.next_due("we_1") is None)

    playing(world, again)
    assert world.bodies() == ["evt_1", "evt_1"]


def test_where_may_not_be_sent_is_a_try_in_vain(tmp_path):
    world = World(tmp_path, lambda url: 200)
    world.events = [event(1)]

    async def scene():
        await world.until(lambda: world.outbox.next_due("we_1") == world.clock + 5)

    playing(world, scene, endpoint(url="https://192.0.2.7/"))
    assert world.bodies() == []


def test_trouble_is_noted_once_and_it_goes_on(tmp_path):
    world = World(tmp_path, lambda url: 200)
    world.fails = True
    world.events = [event(1)]

    async def scene():
        await world.until(lambda: len(world.notes) == 1)
        await asyncio.sleep(0.1)
        world.fails = False
        await world.until(lambda: world.bodies())

    playing(world, scene, endpoint())
    assert world.notes == [("events_failed", "the journal cannot be read")]
