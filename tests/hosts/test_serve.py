"""Acquirer and issuer on real ports: they answer, and a journal survives them."""

import time
from contextlib import asynccontextmanager
from itertools import count

import pytest

from cardswitch.hosts.serve import serve_acquirer, serve_issuer
from cardswitch.lab.house.topology import free_ports
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.errors import ConfigError, Error
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.operator.addresses import IsoAddress, Peer
from tests.kit.clients import ask
from tests.kit.hosts import acquirer_config, issuer_config, purchase

KEY = "a5" * 32  # of the issuer's vault
PORTS = free_ports()
FRONT = IsoAddress(port=PORTS.acquirer)
NETWORK = IsoAddress(port=PORTS.issuer, dialect="iso87-binary", framing="binary2")
ACQUIRER = acquirer_config(front=FRONT, network=IsoAddress(port=PORTS.network))
ISSUER = issuer_config(network=NETWORK, hsm=Peer(port=PORTS.hsm))


@pytest.fixture(autouse=True)
def vault(tmp_path):
    """The key of the issuer's vault, as the lab makes it."""
    (tmp_path / "issuer.vault").write_text(KEY)


def now():
    """Field 7: of another day, a purchase would be refused."""
    return transmission_time(time.time())


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
    assert (tmp_path / "issuer.db").stat().st_size > 0


def test_papers_of_an_issuer_that_are_not_there_are_named(tmp_path):
    hsm = Peer(port=PORTS.hsm, tls_ca="ca.pem")
    with pytest.raises(ConfigError, match=rf"^issuer\.hsm\.tls_ca: {tmp_path}/ca\.pem"):
        run(serve_issuer(issuer_config(network=NETWORK, hsm=hsm), tmp_path))


@pytest.fixture
def vault(tmp_path):
    """The key of the cards of an acquirer whose folder is *tmp_path*."""
    (tmp_path / "acquirer.vault").write_text("a5" * 32)


@pytest.mark.usefixtures("vault")
def test_an_acquirer_without_a_network_answers_91_and_approves_nothing(tmp_path):
    async def main():
        async with served(serve_acquirer(ACQUIRER, tmp_path)) as acquirer:
            answer = await ask(FRONT.port, FRONT.channel(), purchase(f7=now()))
            assert (answer.mti, answer[39]) == ("0210", "91")
            assert acquirer.approved() == {}

    run(main())


@pytest.mark.usefixtures("vault")
def test_an_acquirer_asks_the_network_and_remembers(tmp_path):
    """Here the network is the issuer itself, in the acquirer's dialect."""
    network = IsoAddress(port=PORTS.network)
    issuer = issuer_config(network=network, hsm=Peer(port=PORTS.hsm))

    async def main():
        async with served(serve_issuer(issuer, tmp_path)):
            async with served(serve_acquirer(ACQUIRER, tmp_path)) as acquirer:
                for trace in count(1):  # It may not have signed on yet.
                    request = purchase(2_000, trace, f7=now())
                    answer = await ask(FRONT.port, FRONT.channel(), request)
                    if answer[39] != "91":
                        break
                approved = acquirer.approved()
            async with served(serve_acquirer(ACQUIRER, tmp_path)) as again:
                assert again.approved() == approved
        assert answer[39] == "00"
        assert [amount for *_, amount in approved.values()] == [2_000]

    run(main())


@pytest.mark.usefixtures("vault")
def test_a_journal_of_an_older_acquirer_is_not_forgotten_in_silence(tmp_path):
    (tmp_path / "acquirer.journal").write_text("{}\n")
    with pytest.raises(Error, match="acquirer.journal: .* older version .* start with a new one"):
        run(serve_acquirer(ACQUIRER, tmp_path))
    assert not (tmp_path / "acquirer.db").exists()


def test_an_acquirer_whose_key_is_missing_says_so(tmp_path):
    with pytest.raises(ConfigError, match=r"acquirer\.vault: the vault's key cannot be read"):
        run(serve_acquirer(ACQUIRER, tmp_path))


@pytest.mark.usefixtures("vault")
def test_an_acquirer_with_another_key_lets_go_of_its_journal(tmp_path):
    async def main():
        async with served(serve_acquirer(ACQUIRER, tmp_path)):
            pass
        (tmp_path / "acquirer.vault").write_text("5a" * 32)
        with pytest.raises(ConfigError, match="not the one that the journal was written with"):
            await serve_acquirer(ACQUIRER, tmp_path)
        (tmp_path / "acquirer.vault").write_text("a5" * 32)
        async with served(serve_acquirer(ACQUIRER, tmp_path)):
            pass

    run(main())
