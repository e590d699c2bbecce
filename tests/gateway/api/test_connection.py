"""Connections within their bounds: floods of headers, slow ones, and what is no HTTP."""

import socket

import pytest

POST = b"POST /v1/refunds HTTP/1.1\r\n"


def spoken(shop, data, answers=1):
    """What comes back for *data*, until the connection ends or there are so many *answers*."""
    with (
        socket.create_connection(("127.0.0.1", shop.port), 5) as bare,
        shop.context.wrap_socket(bare, server_hostname="127.0.0.1") as connection,
    ):
        for piece in data:
            try:
                connection.sendall(piece)
            except OSError:
                return b""
        said = b""
        try:
            while said.count(b"HTTP/1.1") < answers and (more := connection.recv(4096)):
                said += more
        except OSError:
            return said
        return said


def test_a_flood_of_headers_ends_the_connection(shop):
    flood = [b"GET /v1/refunds HTTP/1.1\r\n", *[b"X-A: " + b"a" * 4000 + b"\r\n"] * 10]
    assert spoken(shop, flood) == b""


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * 40,
        b"GET / HTTP/9.9\r\n\r\n",
        POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Content-Length: x\r\n\r\n",
    ],
)
def test_what_is_no_http_or_means_two_things_is_refused(shop, data):
    said = spoken(shop, [data])
    assert said == b"" or said.startswith(b"HTTP/1.1 4")


def test_requests_follow_each_other_on_one_connection(shop):
    request = b"GET /v1/refunds HTTP/1.1\r\nHost: x\r\n\r\n"
    assert spoken(shop, [request]).startswith(b"HTTP/1.1 401")
    assert spoken(shop, [request * 2], 2).count(b"HTTP/1.1 401") == 2
