"""The port: TLS alone, old versions refused, and closed whole while requests are in work."""

import asyncio
import socket
import ssl
import warnings

import pytest

from cardswitch.lab.house.papers import make_papers
from cardswitch.wire.web.place import WebPlace
from cardswitch.wire.web.server import WebServer


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


def served(folder, client=None, **more):
    """What a connection of this machine hears from a port that is as *more* says, and the notes.

    *client*: whose certificate it shows.
    """
    notes = []
    place = WebPlace(
        port=0,
        tls_certificate=str(folder / "gateway.pem"),
        tls_key=str(folder / "gateway.key"),
        **more,
    )
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    if client:
        context.load_cert_chain(folder / f"{client}.pem", folder / f"{client}.key")

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def main():
        server = WebServer(app, place, lambda *note: notes.append(note), "gateway.api")
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
    heard, notes = served(tmp_path / "tls", allow=("192.0.2.0/24",))
    assert heard == b""
    assert notes == [("link_refused", "127.0.0.1: it is none of gateway.api.allow")]
    heard, notes = served(tmp_path / "tls", allow=("127.0.0.0/8",))
    assert heard.startswith(b"HTTP/1.1 204")
    assert notes == []


def test_who_has_another_name_in_its_certificate_hears_nothing(tmp_path):
    make_papers(tmp_path)
    wanted = {"tls_ca": str(tmp_path / "tls" / "ca.pem"), "tls_names": ("issuer",)}
    heard, notes = served(tmp_path / "tls", "shop", **wanted)
    assert (heard, notes[0][0]) == (b"", "tls_refused")
    assert "not of issuer" in notes[0][1]
    assert served(tmp_path / "tls", None, **wanted)[0] == b""
    assert served(tmp_path / "tls", "issuer", **wanted)[0].startswith(b"HTTP/1.1 204")


def test_that_nobody_can_come_in_is_told(tmp_path, monkeypatch):
    make_papers(tmp_path)
    notes = []

    async def main():
        async def none_left(listening):
            raise OSError(24, "Too many open files")

        monkeypatch.setattr(asyncio.get_running_loop(), "sock_accept", none_left)
        place = WebPlace(
            port=0,
            tls_certificate=str(tmp_path / "tls" / "gateway.pem"),
            tls_key=str(tmp_path / "tls" / "gateway.key"),
        )
        server = WebServer(None, place, lambda *said: notes.append(said), "gateway")
        await server.open()
        while not notes:
            await asyncio.sleep(0)
        await server.close()

    asyncio.run(main())
    assert notes == [("not_accepted", "gateway: nobody can come in: Too many open files")]


def test_who_takes_no_answer_keeps_no_connection(tmp_path):
    make_papers(tmp_path)
    folder, answered = tmp_path / "tls", []
    place = WebPlace(
        port=0,
        tls_certificate=str(folder / "gateway.pem"),
        tls_key=str(folder / "gateway.key"),
        idle_s=1.0,
    )
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    body = b"x" * (1 << 20)

    async def app(_scope, _receive, send):
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": body})
        answered.append(1)

    def ask(port):
        """Ask again and again, and read nothing, until the connection ends."""
        many = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 500
        with (
            socket.create_connection(("127.0.0.1", port), 10) as bare,
            context.wrap_socket(bare, server_hostname="127.0.0.1") as connection,
        ):
            while True:
                connection.sendall(many)

    async def main():
        server = WebServer(app, place, print, "gateway.api")
        port = await server.open()
        try:
            with pytest.raises((ConnectionError, ssl.SSLError)):  # and no TimeoutError
                await asyncio.to_thread(ask, port)
        finally:
            await server.close()

    asyncio.run(main())
    assert len(answered) < 20
