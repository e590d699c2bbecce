"""Between API and machine: a reply is told once all before it is durable, and always told."""

import asyncio

import pytest
from msgspec.structs import replace

from cardswitch.gateway.core.calls import Create, Pay, Read
from cardswitch.gateway.front import Front
from cardswitch.specs.errors import Error
from cardswitch.wire.driver.runtime import Runtime
from tests.kit.gateway import REF, gateway

ORDER = Create(secret="s", amount=1, currency="eur")


class Journal:
    """Keeps rows in memory; a commit may fail."""

    is_local = True

    def __init__(self):
        self.rows = []
        self.fails = False

    def commit(self, entries):
        if self.fails:
            raise Error("the disk is full")
        self.rows += entries

    def look_up(self, questions):
        return [
            [
                row
                for row in self.rows
                if row.leg
                in {r.leg for r in self.rows if (r.sent_on, r.identity) in question.identities}
            ]
            for question in questions
        ]

    def require_held(self):
        pass

    def close(self):
        pass


def playing(scene):
    async def main():
        journal, front = Journal(), Front(gateway())
        runtime = Runtime(front, journal=journal)
        front.driven_by(runtime)
        try:
            await scene(front, journal, runtime)
        finally:
            front.end()
            await runtime.stop()

    asyncio.run(main())


def test_a_reply_comes_after_the_commit():
    async def scene(front, journal, _):
        reply = await front.call("SHOP", REF, ORDER)
        assert reply.intent.amount == 1
        assert [row.state for row in journal.rows] == ["Created"]
        assert (await front.call("SHOP", REF, Read())).intent == reply.intent

    playing(scene)


def test_what_is_not_durable_is_told_to_nobody():
    async def scene(front, journal, runtime):
        journal.fails = True
        with pytest.raises(Error, match="has ended"):
            await front.call("SHOP", REF, ORDER)
        with pytest.raises(Error, match="ended"):
            await front.call("SHOP", REF, ORDER)
        with pytest.raises(Error, match="full"):
            await runtime.wait()

    playing(scene)


def test_who_still_waits_at_the_end_is_told_so():
    async def scene(front, journal, runtime):
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(_refused(front))
            await asyncio.sleep(0)
            front.end()
        assert waiting.result() == "the gateway has ended"

    async def _refused(front):
        with pytest.raises(Error) as error:
            await front.call("SHOP", REF, replace(ORDER, pay=Pay()))
        return str(error.value)

    playing(scene)
