"""A gateway on real connections: what is refused at the start, and an end that leaves nothing."""

import asyncio
import socket
import ssl

import pytest
from msgspec.structs import replace

from cardswitch.gateway.serve import serve_gateway
from cardswitch.hosts.vault import open_vault
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab
from cardswitch.specs.errors import ConfigError, Error


@pytest.fixture
def config(tmp_path):
    return read_lab(make_lab(tmp_path / "lab", free_ports())[0]).gateway


def serving(config, scene):
    async def main():
        served = await serve_gateway(config, open_vault(config.vault))
        try:
            await scene(served)
        finally:
            await served.stop()

    asyncio.run(main())


def test_without_a_switch_it_listens_and_is_not_ready(config):
    async def scene(served):
        assert not served.gateway.is_ready
        assert served.port == config.api.port

    serving(config, scene)


def test_a_second_one_is_refused_and_leaves_the_first_alone(config, tmp_path):
    async def scene(served):
        with pytest.raises(Error, match="in use"):
            await serve_gateway(config, open_vault(config.vault))
        other = replace(config, database=f"sqlite:///{tmp_path}/other.db", terminal="GATE0002")
        with pytest.raises(Error, match="cards of the gateway are in use"):
            await serve_gateway(other, open_vault(config.vault))
        other = replace(other, cards=f"sqlite:///{tmp_path}/cards.db", seals=f"{tmp_path}/seals")
        with pytest.raises(Error, match="events of the gateway are in use"):
            await serve_gateway(other, open_vault(config.vault))
        other = replace(other, events=f"sqlite:///{tmp_path}/events.db")
        with pytest.raises(Error, match=r"gateway\.sock\.lock: held by another"):
            await serve_gateway(other, open_vault(config.vault))
        other = replace(other, control=str(tmp_path))
        with pytest.raises(OSError, match="in use"):
            await serve_gateway(other, open_vault(config.vault))

    serving(config, scene)


def test_another_key_than_that_of_the_journal_is_refused(config, tmp_path):
    async def scene(_):
        pass

    serving(config, scene)
    other = tmp_path / "other.vault"
    other.write_text("00" * 32)
    with pytest.raises(ConfigError, match=r"gateway\.vault"):
        serving(replace(config, vault=str(other)), scene)


def test_connections_that_stand_are_closed_at_the_end(config):
    context = ssl.create_default_context(cafile=config.switch.tls_ca)
    address = ("127.0.0.1", config.api.port)

    def connected():
        bare = socket.create_connection(address, 5)
        return context.wrap_socket(bare, server_hostname="localhost")

    async def scene(served):
        connection = await asyncio.to_thread(connected)
        silent = socket.create_connection(address, 5)  # It never ends its handshake.
        try:
            await served.stop()
            assert await asyncio.to_thread(connection.recv, 10) == b""
        finally:
            connection.close()
            silent.close()

    serving(config, scene)
