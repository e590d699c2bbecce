"""The switch on real ports: it answers, and what it decided survives it."""

from contextlib import asynccontextmanager
from time import time

import pytest

from cardswitch.lab.house.topology import free_ports
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.message import Message
from cardswitch.switch.core.settings import Route
from cardswitch.switch.core.states import State
from cardswitch.switch.operate.config import HsmConfig, ListenerConfig, SwitchConfig, UpstreamConfig
from cardswitch.switch.operate.serve import serve
from cardswitch.switch.store.reader import JournalReader
from cardswitch.wire.driver.runtime import run
from tests.kit.clients import ask
from tests.kit.switch import PLAIN, GlassVault

PORTS = free_ports()
LISTENER = ListenerConfig(
    serves="merchants",
    merchants="any",
    port=PORTS.pos,
    dialect="pos",
    framing="binary2",
    header="tpdu",
)


def config(folder, **changes):
    """A switch whose only upstream and whose HSM are not there."""
    values = {
        "database": f"sqlite:///{folder}/switch.db",
        "listeners": {"pos": LISTENER},
        "upstreams": {"acquirer": UpstreamConfig(port=PORTS.acquirer)},
        "routes": (Route("pos", "acquirer"),),
        "hsm": HsmConfig(port=PORTS.hsm),
    }
    return SwitchConfig(**values | changes)


@asynccontextmanager
async def served(settings):
    runtime, machine = await serve(settings, GlassVault())
    try:
        yield machine
    finally:
        await runtime.stop()


def test_a_decision_survives_the_switch(tmp_path):
    sale = PLAIN.with_fields({7: transmission_time(time())})

    async def main():
        async with served(config(tmp_path)):
            answer = await ask(LISTENER.port, LISTENER.channel(), sale)
        async with served(config(tmp_path)) as again:
            repeat = Message("0201", sale.fields)
            assert await ask(LISTENER.port, LISTENER.channel(), repeat) == answer
            assert again.counts["repeat_answered"] == 1
        return answer

    answer = run(main())
    assert (answer.mti, answer[39]) == ("0210", "91")
    rows = JournalReader(config(tmp_path).database).rows()
    assert [row.state for row in rows if row.leg] == [State.DECLINED]


def test_two_switches_cannot_have_one_port(tmp_path):
    other = tmp_path / "other"
    other.mkdir()

    async def main():
        async with served(config(tmp_path)), served(config(other)):
            raise AssertionError("both of them listen")

    with pytest.raises(OSError, match="Address already in use"):
        run(main())


def test_papers_that_are_not_there_are_named_and_nothing_stays(tmp_path):
    hsm = HsmConfig(port=PORTS.hsm, tls_ca=str(tmp_path / "ca.pem"))

    async def main():
        with pytest.raises(ConfigError, match=r"^switch\.hsm\.tls_ca: .*/ca\.pem"):
            await serve(config(tmp_path, hsm=hsm), GlassVault())
        async with served(config(tmp_path)):
            pass

    run(main())


def test_a_database_that_is_none_is_named(tmp_path):
    with pytest.raises(ConfigError):
        run(serve(config(tmp_path, database="no url"), GlassVault()))
