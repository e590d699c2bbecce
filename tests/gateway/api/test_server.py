"""The port: TLS alone, old versions refused, and closed whole while requests are in work."""

import asyncio
import socket
import ssl
import warnings

import pytest

from cardswitch.gateway.api.server import ApiServer
from cardswitch.gateway.config import ApiConfig
from cardswitch.lab.house.papers import make_papers
from cardswitch.wire.driver.tls import server_tls


def test_plain_http_is_closed_without_a_word(shop):
    with socket.create_connection(("127.0.0.1", shop.port), 5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            said = connection.recv(1000)
        except OSError:
            said = b""
    assert not said.startswith(b"HTTP")


def test_old_tls_is_refused(shop):
    context = ssl.create_default_context(cafile=shop.ca)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", shop.port), 5) as bare,
        pytest.raises(OSError),
    ):
        context.wrap_socket(bare, server_hostname="127.0.0.1")


def test_its_certificate_is_of_the_labs_authority_and_of_this_machine(shop):
    with (
        socket.create_connection(("127.0.0.1", shop.port), 5) as bare,
        shop.context.wrap_socket(bare, server_hostname="localhost") as connection,
    ):
        assert connection.version() in ("TLSv1.2", "TLSv1.3")


def served(allow, folder):
    """What a connection of this machine hears from a port that lets *allow* in, and the notes."""
    notes = []
    place = ApiConfig(
        port=0,
        allow=allow,
        tls_certificate=str(folder / "gateway.pem"),
        tls_key=str(folder / "gateway.key"),
    )
    context = ssl.create_default_context(cafile=folder / "ca.pem")

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def main():
        tls = server_tls(place, "gateway.api.tls_")
        server = ApiServer(app, place, tls, lambda *note: notes.append(note))
        port = await server.open()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            heard = await reader.read()
            writer.close()
        except OSError:
            heard = b""
        finally:
            await server.close()
        return heard

    return asyncio.run(main()), notes


def test_who_is_not_allowed_hears_nothing(tmp_path):
    make_papers(tmp_path)
    heard, notes = served(("192.0.2.0/24",), tmp_path / "tls")
    assert heard == b""
    assert notes == [("link_refused", "127.0.0.1: it is none of gateway.api.allow")]
    heard, notes = served(("127.0.0.0/8",), tmp_path / "tls")
    assert heard.startswith(b"HTTP/1.1 204")
    assert notes == []
