"""The load host on a real port: purchases answered on one connection, a taken port told."""

import pytest

from cardswitch.hosts.load.serve import serve_load_host
from cardswitch.specs.message import Message
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.operator.addresses import IsoListener
from tests.kit.clients import ask

PLACE = IsoListener(port=0)
PURCHASE = Message("0200", {3: "000000", 4: "000000001250", 7: "1123120000", 11: "000007"})


def test_it_answers():
    async def main():
        runtime, port = await serve_load_host(PLACE, "00")
        try:
            return await ask(port, PLACE.channel(), PURCHASE)
        finally:
            await runtime.stop()

    answer = run(main())
    assert (answer.mti, answer[39], answer[11]) == ("0210", "00", "000007")


def test_a_port_that_is_taken_is_told():
    async def main():
        runtime, port = await serve_load_host(PLACE, "00")
        try:
            with pytest.raises(OSError, match="in use"):
                await serve_load_host(IsoListener(port=port), "00")
        finally:
            await runtime.stop()

    run(main())
