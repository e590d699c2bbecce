"""The port: TLS alone, old versions refused, and closed whole while requests are in work."""

import socket
import ssl
import warnings

import pytest


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
