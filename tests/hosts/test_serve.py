"""Acquirer and issuer on real ports: they answer, and a journal survives them."""

from contextlib import asynccontextmanager
from itertools import count

import pytest

from cardswitch.hosts.serve import serve_acquirer, serve_issuer
from cardswitch.lab.house.topology import free_ports
from cardswitch.specs.errors import ConfigError
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.operator.addresses import IsoAddress, IsoListener, Peer
from tests.kit.clients import ask
from tests.kit.hosts import acquirer_config, issuer_config, purchase

PORTS = free_ports()
FRONT = IsoListener(port=PORTS.acquirer)
NETWORK = IsoListener(port=PORTS.issuer, dialect="iso87-binary", framing="binary2")
ACQUIRER = acquirer_config(front=FRONT, network=IsoAddress(port=PORTS.network))
ISSUER = issuer_config(network=NETWORK, hsm=Peer(port=PORTS.hsm))


@asynccontextmanager
async def served(starting):
    """The machine that *starting* gives, while it is served."""
    runtime, machine = await starting
    try:
        yield machine
    finally:
        await runtime.stop()


def test_an_issuer_answers_and_remembers(tmp_path):
    async def main():
        async with served(serve_issuer(ISSUER, tmp_path)) as issuer:
            answer = await ask(NETWORK.port, NETWORK.channel(), purchase(1_250))
            assert (answer.mti, answer[39]) == ("0210", "00")
            held = issuer.held()
            assert sum(held.values()) == 1_250
        async with served(serve_issuer(ISSUER, tmp_path)) as again:
            assert again.held() == held

    run(main())
    assert (tmp_path / "issuer.journal").stat().st_size > 0


def test_papers_of_an_issuer_that_are_not_there_are_named(tmp_path):
    hsm = Peer(port=PORTS.hsm, tls_ca="ca.pem")
    with pytest.raises(ConfigError, match=rf"^issuer\.hsm\.tls_ca: {tmp_path}/ca\.pem"):
        run(serve_issuer(issuer_config(network=NETWORK, hsm=hsm), tmp_path))


def test_an_acquirer_without_a_network_answers_91_and_approves_nothing(tmp_path):
    async def main():
        async with served(serve_acquirer(ACQUIRER, tmp_path)) as acquirer:
            answer = await ask(FRONT.port, FRONT.channel(), purchase())
            assert (answer.mti, answer[39]) == ("0210", "91")
            assert acquirer.approved() == {}

    run(main())


def test_an_acquirer_asks_the_network_and_remembers(tmp_path):
    """Here the network is the issuer itself, in the acquirer's dialect."""
    network = IsoListener(port=PORTS.network)
    issuer = issuer_config(network=network, hsm=Peer(port=PORTS.hsm))

    async def main():
        async with served(serve_issuer(issuer, tmp_path)):
            async with served(serve_acquirer(ACQUIRER, tmp_path)) as acquirer:
                for trace in count(1):  # It may not have signed on yet.
                    request = purchase(2_000, trace)
                    answer = await ask(FRONT.port, FRONT.channel(), request)
                    if answer[39] != "91":
                        break
                approved = acquirer.approved()
            async with served(serve_acquirer(ACQUIRER, tmp_path)) as again:
                assert again.approved() == approved
        assert answer[39] == "00"
        assert [amount for *_, amount in approved.values()] == [2_000]

    run(main())
