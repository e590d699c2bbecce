"""wire.web.served: opened, waited for, stopped; what cannot be opened is closed."""

import asyncio

import pytest

from cardswitch.wire.ports import LinkId
from cardswitch.wire.record import Record
from cardswitch.wire.web.served import Served, opened


class Counting(Served):
    """Counts what is done to it."""

    def __init__(self, trouble=None):
        self.told = []
        super().__init__(Record("web", [self.told.append], lambda: 0.0), LinkId("web"))
        self.trouble, self.closed = trouble, 0

    async def open(self):
        self.port = 1
        if self.trouble is not None:
            raise self.trouble

    async def close(self):
        self.closed += 1


def test_it_is_waited_for_until_it_is_stopped():
    async def lived():
        served = await opened(Counting())
        served.note("link_refused", "nobody")
        waiting = asyncio.create_task(served.wait())
        await asyncio.sleep(0)
        assert not waiting.done()
        await served.stop()
        await served.stop()
        await waiting
        return served

    served = asyncio.run(lived())
    assert (served.port, served.closed) == (1, 2)
    [noted] = served.told
    assert (noted.kind, noted.link, noted.reason) == ("link_refused", "web", "nobody")


def test_what_cannot_listen_is_closed():
    async def tried():
        served = Counting(OSError("in use"))
        with pytest.raises(OSError, match="in use"):
            await opened(served)
        await served.wait()
        return served

    assert asyncio.run(tried()).closed == 1
