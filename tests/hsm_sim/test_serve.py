"""The simulator on a real port."""

import asyncio

import pytest

from hsm_sim.config import HsmConfig
from hsm_sim.serve import serve
from lab.topology import free_ports
from specs.hsm import echo
from specs.hsm.requests import diagnostics
from tests.clients import ask
from wire.channel import HsmClientChannel
from wire.runtime import run


async def session(*commands):
    """The answers to *commands*, each on a connection of its own."""
    port = free_ports().hsm
    runtime = await serve(HsmConfig(port=port))
    try:
        asked = [command.with_header("0007") for command in commands]
        return [await ask(port, HsmClientChannel(), command) for command in asked]
    finally:
        await runtime.stop()


def test_it_answers_over_tcp():
    echoed, diagnosed = run(session(echo("HELLO"), diagnostics()))
    assert (echoed.header, echoed.code, echoed.error) == ("0007", "B3", "00")
    assert echoed.fields["data"] == "HELLO"
    assert diagnosed.fields["lmk_check"]


def test_a_port_that_is_taken_is_an_error():
    async def twice():
        config = HsmConfig(port=free_ports().hsm)
        first = await serve(config)
        try:
            await serve(config)
        finally:
            await first.stop()

    with pytest.raises(OSError, match="address already in use"):
        asyncio.run(twice())
