"""Connections within their bounds: floods of headers, slow ones, and what is no HTTP."""

import json
import socket
import ssl

import pytest

from cardswitch.lab.house.topology import free_ports, make_lab
from cardswitch.wire.web.connection import CONTINUE, Joined
from tests.kit.shop import Shop

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


def error(said):
    """The JSON of an answer, which says what is wrong and ends the connection."""
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"application/json" in head
    assert b"Request-Id: req_" in head
    told = json.loads(body)["error"]
    assert told["type"] == "invalid_request_error"
    return told["message"]


GET = b"GET /v1/refunds HTTP/1.1\r\n"


@pytest.mark.parametrize(
    "flood",
    [
        [GET + b"X-A: " + b"a" * 16_400],  # one that does not end
        [GET + b"X-A: " + b"a" * 16_400 + b"\r\n\r\n"],
        [GET + (b"X-A: " + b"a" * 100 + b"\r\n") * 156 + b"\r\n"],
    ],
)
def test_a_flood_of_headers_is_refused(shop, flood):
    said = spoken(shop, flood, 2)
    assert said.startswith(b"HTTP/1.1 431 ")
    assert "16384 bytes" in error(said)


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * 40,
        b"GET / HTTP/9.9\r\n\r\n",
        POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Content-Length: x\r\n\r\n",
        POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: xchunked\r\n\r\n",
        POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
        POST + b"X-A: 1\r\n B: folded\r\n\r\n",
        POST + b"Content-Length: 3\n\nabc",
        b"GET /v1/refunds\r\n\r\n",
        b"GET /v1/\xff HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_http_or_means_two_things_is_refused(shop, data):
    said = spoken(shop, [data], 2)
    assert said.startswith(b"HTTP/1.1 400 ")
    assert "one thing" in error(said)


class Transport:
    """Keeps what is written."""

    def __init__(self):
        self.written = []

    def write(self, data):
        self.written.append(bytes(data))

    def close(self):
        self.written.append("closed")

    def is_closing(self):
        return "closed" in self.written


def test_the_head_of_an_answer_leaves_with_its_body():
    transport = Transport()
    joined = Joined(transport)
    joined.write(CONTINUE)
    joined.write(b"HTTP/1.1 200 OK\r\n\r\n")
    assert transport.written == [CONTINUE]
    for part in (b"ab", b"cd", b""):
        joined.write(part)
    assert transport.written[1:] == [b"HTTP/1.1 200 OK\r\n\r\nab", b"cd", b""]
    assert not joined.is_closing()
    joined.close()
    assert transport.written[-1] == "closed"
    assert joined.is_closing()


def test_a_head_that_no_body_follows_leaves_before_the_end():
    transport = Transport()
    joined = Joined(transport)
    joined.write(b"head")
    joined.close()
    assert transport.written == [b"head", "closed"]


def test_who_asks_for_a_head_alone_gets_it(shop):
    said = spoken(shop, [b"HEAD /v1/refunds HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"])
    assert said.startswith(b"HTTP/1.1 401")
    assert said.endswith(b"\r\n\r\n")


def test_who_waits_to_be_told_to_go_on_is_told(shop):
    head = b"POST /v1/refunds HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n"
    key = f"Authorization: Bearer {shop.secret}\r\n\r\n".encode()
    assert spoken(shop, [head + key]) == CONTINUE


def test_requests_follow_each_other_on_one_connection(shop):
    request = b"GET /v1/refunds HTTP/1.1\r\nHost: x\r\n\r\n"
    assert spoken(shop, [request]).startswith(b"HTTP/1.1 401")
    assert spoken(shop, [request * 2], 2).count(b"HTTP/1.1 401") == 2


def test_http_on_the_port_of_tls_is_closed_and_sent_nowhere(shop):
    with socket.create_connection(("127.0.0.1", shop.port), 5) as bare:
        bare.sendall(b"GET /v1/refunds HTTP/1.1\r\nHost: x\r\n\r\n")
        said = b""
        try:
            while more := bare.recv(4096):
                said += more
        except OSError:
            pass
    assert b"HTTP" not in said


@pytest.mark.filterwarnings("ignore:ssl")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_tls_is_refused(shop, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    with (
        socket.create_connection(("127.0.0.1", shop.port), 5) as bare,
        pytest.raises((ssl.SSLError, ConnectionError)),
    ):
        context.wrap_socket(bare)


def impatient(tmp_path):
    """A shop whose gateway waits less for a request."""
    lab = make_lab(tmp_path / "lab", free_ports())[0]
    text = lab.read_text("utf-8")
    lab.write_text(text.replace("[gateway.api]\n", "[gateway.api]\nrequest_s = 0.3\n"), "utf-8")
    return Shop(tmp_path / "lab")


def test_headers_that_do_not_end_are_answered_and_cost_one_connection(tmp_path):
    with impatient(tmp_path) as shop:
        said = spoken(shop, [b"GET /v1/refunds HTTP/1.1\r\nX-A: "], 2)
        assert said.startswith(b"HTTP/1.1 408 ")
        assert "0.3 s" in error(said)
        assert spoken(shop, []) == b""
        head = POST + b"Authorization: Bearer " + shop.secret.encode()
        said = spoken(shop, [head + b"\r\nContent-Length: 9\r\n\r\nab"], 2)
        assert said.startswith(b"HTTP/1.1 408 ")
        assert json.loads(said.partition(b"\r\n\r\n")[2])["error"]["message"]


def test_what_follows_a_request_in_work_is_never_taken_for_its_answer(shop):
    auth = b"Authorization: Bearer " + shop.secret.encode() + b"\r\n"
    body = b"amount=1250&currency=eur&payment_method=pm_card_visa&confirm=true"
    paying = b"POST /v1/payment_intents HTTP/1.1\r\n" + auth
    paying += b"Content-Type: application/x-www-form-urlencoded\r\n"
    paying += b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
    said = spoken(shop, [paying + b"\x00 garbage \r\n\r\n"], 2)
    assert not said.startswith(b"HTTP/1.1 4")
