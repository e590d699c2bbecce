"""One connection: what comes whole is read, and each way to fail is told."""

import socket
import time

import pytest

from cardswitch.lab.talk.link import (
    CutShort,
    Link,
    LinkFault,
    Manner,
    NoAnswer,
    connect,
    first_link,
    listening,
)  # fmt: skip
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message
from tests.kit.scripted import free_address

POS = Manner(load_dialect("pos"))
ECHO = Message("0800", {11: "000001", 41: "TERM0001"})
FRAME = POS.channel().framing.frame(POS.channel().encode(ECHO))


@pytest.fixture
def ends():
    """A link, and the socket at its other end."""
    ours, theirs = socket.socketpair()
    with theirs, Link(ours, POS) as link:
        yield link, theirs


def soon():
    return time.monotonic() + 60


def test_what_is_sent_is_read_at_the_other_end(ends):
    link, theirs = ends
    link.send(ECHO)
    with Link(theirs, POS) as other:
        assert other.receive(soon()) == ECHO
    assert "sent" in link.trace.lines()[0]


def test_it_waits_until_it_should_not(ends):
    link, theirs = ends
    theirs.sendall(FRAME[:5])
    with pytest.raises(TimeoutError):
        link.receive(time.monotonic() + 0.01)
    theirs.sendall(FRAME[5:])
    assert link.receive(soon()) == ECHO


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (b"", LinkFault, "ended the connection without a word: does it want TLS"),
        (FRAME[:-1], CutShort, "within a message"),
        (b"\xff\xffgarbage", CutShort, "do both ends frame alike"),
        (b"\x15\x03\x01\x00\x02\x02\x28", CutShort, "the peer speaks TLS"),
        (b"\x00\x03abc", FormatError, "expected"),
    ],
)
def test_what_is_no_message_is_told(ends, said, kind, words):
    link, theirs = ends
    theirs.sendall(said)
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(kind, match=words):
        link.receive(soon())


def test_what_was_whole_before_the_fault_is_read(ends):
    link, theirs = ends
    theirs.sendall(FRAME + b"\xff\xff")
    assert link.receive(soon()) == ECHO
    for _ in range(2):
        with pytest.raises(CutShort):
            link.receive(soon())


def test_nobody_is_there():
    host, port = free_address().split(":")
    with pytest.raises(LinkFault, match="nobody listens"):
        connect(host, int(port))


def test_nobody_comes_and_a_port_is_taken():
    told = []
    with (
        pytest.raises(NoAnswer, match="nobody connected"),
        first_link("127.0.0.1", 0, POS, 0.01, lambda *where: told.append(where)),
    ):
        pytest.fail("nobody is there")
    assert told[0][1] > 0
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(LinkFault, match="cannot be listened at"),
        first_link("127.0.0.1", taken.getsockname()[1], POS, 0.01, lambda *_: None),
    ):
        pytest.fail("the port is taken")


@pytest.mark.skipif(not socket.has_ipv6, reason="there is no IPv6")
def test_ipv6_is_listened_at_and_written_with_brackets():
    with listening("::1", 0) as server:
        port = server.getsockname()[1]
        with connect("::1", port), pytest.raises(LinkFault, match=rf"\[::1\]:{port} cannot"):
            listening("::1", port)
