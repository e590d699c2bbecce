"""A proxy passes on what both sides say, and tells of all of it."""

import socket
import time
from contextlib import contextmanager
from threading import Thread

import pytest

from cardswitch.lab.talk import proxy as module
from cardswitch.lab.talk.client import IsoClient, split_address
from cardswitch.lab.talk.link import Link, LinkFault, Manner, NoAnswer
from cardswitch.lab.talk.peer import IsoPeer
from cardswitch.lab.talk.proxy import Proxy
from cardswitch.lab.talk.rules import read_rule
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import ConfigError, FormatError
from cardswitch.specs.message import Message
from tests.kit.scripted import free_address, scripted

POS = Manner(load_dialect("pos"))
SALE = Message("0200", {3: "000000", 11: "000007", 41: "TERM0001"})
PATIENCE_S = 60.0


@contextmanager
def standing(target, *rules, **how):
    """A client behind a proxy before *target*, and what the proxy tells."""
    told = []
    proxy = Proxy(("127.0.0.1", 0), split_address(target), POS, told.append,
                  rules=tuple(read_rule(*rule) for rule in rules), **how)  # fmt: skip
    thread = Thread(target=proxy.serve, kwargs={"once": True})
    thread.start()
    try:
        with IsoClient(f"127.0.0.1:{proxy.port}", "pos", timeout_s=PATIENCE_S) as client:
            yield client, told, proxy
    finally:
        proxy.close()
        thread.join()


def test_both_ways_pass_and_are_told():
    with IsoPeer("pos") as host:
        host.expect("0200")
        with standing(host.address) as (client, told, proxy):
            assert client.ask(SALE)[39] == "00"
        host.check()
    assert [(each.way, each.message.mti) for each in told] == [
        ("request", "0200"),
        ("answer", "0210"),
    ]
    assert not proxy.failed


def test_rules_change_delay_and_drop():
    rules = [("change", "0200:4=000000001051"), ("delay", "0200:0.05"), ("change", "0210:39=05"),
             ("drop", "0430")]  # fmt: skip
    with IsoPeer("pos") as host, standing(host.address, *rules) as (client, told, _):
        host.expect("0200", amount=1051)
        host.expect("0420")
        assert client.ask(SALE)[39] == "05"
        with pytest.raises(NoAnswer):
            client.ask(Message("0420", SALE.fields), 0.3)
    assert [each.told for each in told][:2] == [
        ("changed: 4", "delayed by 0.05 s"),
        ("changed: 39",),
    ]
    assert told[-1].told == ("dropped",)


@pytest.mark.parametrize(
    ("said", "words"),
    [(b"HTTP/1.1 400\r\n\r\n", "do both ends frame alike"), (b"\x00\x09abc", "within a message")],
)
def test_what_are_no_messages_ends_it_on_both_sides(said, words):
    with (
        scripted(said) as target,
        standing(target) as (client, told, proxy),
        pytest.raises(LinkFault),
    ):
        client.ask(SALE)
    assert words in told[-1].told[0]
    assert proxy.failed


def test_a_frame_that_is_no_message_passes_as_it_is():
    with (
        scripted(b"\x00\x03abc") as target,
        standing(target) as (client, told, _),
        pytest.raises(FormatError),
    ):
        client.ask(SALE)
    assert client.link.frame == b"abc"
    assert "passed on unread" in told[1].told[0]


def test_nobody_to_pass_on_to():
    with standing(free_address()) as (client, told, proxy), pytest.raises(LinkFault):
        client.ask(SALE)
    assert "nobody listens" in told[0].told[0]
    assert proxy.failed


def test_what_cannot_be_told_passes_all_the_same():
    def tell(_):
        raise OSError(28, "No space left on device")

    with IsoPeer("pos") as host:
        host.expect("0200")
        proxy = Proxy(("127.0.0.1", 0), split_address(host.address), POS, tell)
        thread = Thread(target=proxy.serve, kwargs={"once": True})
        thread.start()
        with IsoClient(f"127.0.0.1:{proxy.port}", "pos", timeout_s=PATIENCE_S) as client:
            assert client.ask(SALE)[39] == "00"
        thread.join()
    assert (proxy.untold.errno, proxy.failed) == (28, False)


def test_a_connection_too_many_is_told(monkeypatch):
    monkeypatch.setattr(module, "LINKS_MAX", 0)
    told = []
    proxy = Proxy(("127.0.0.1", 0), ("127.0.0.1", 1), POS, told.append)
    thread = Thread(target=proxy.serve)
    thread.start()
    with socket.create_connection(("127.0.0.1", proxy.port)) as client:
        assert client.recv(1) == b""
    proxy.close()
    thread.join()
    assert [each.told for each in told] == [("refused: 0 connections stand",)]


def test_it_listens_on_this_machine_alone():
    with pytest.raises(ConfigError, match="listens here alone"):
        Proxy(("0.0.0.0", 0), ("127.0.0.1", 1), POS, print)
    with scripted() as taken, pytest.raises(LinkFault, match="cannot be listened at"):
        Proxy(split_address(taken), ("127.0.0.1", 1), POS, print)


def test_keepalives_pass_both_ways_and_are_not_told():
    told = []
    with scripted(b"\0\0") as target:
        proxy = Proxy(("127.0.0.1", 0), split_address(target), POS, told.append)
        thread = Thread(target=proxy.serve, kwargs={"once": True})
        thread.start()
        with socket.create_connection(("127.0.0.1", proxy.port), PATIENCE_S) as asking:
            asking.sendall(b"\0\0")
            assert asking.recv(2, socket.MSG_WAITALL) == b"\0\0"
        proxy.close()
        thread.join()
    assert told == []
    assert not proxy.failed


def half_closed(proxy):
    """A sale from a client that then has said all, and listens."""
    with socket.create_connection(("127.0.0.1", proxy.port), PATIENCE_S) as connection:
        link = Link(connection, POS)
        link.send(SALE)
        connection.shutdown(socket.SHUT_WR)
        return link.receive(time.monotonic() + PATIENCE_S)


@contextmanager
def serving(target):
    proxy = Proxy(("127.0.0.1", 0), split_address(target), POS, lambda told: None)
    thread = Thread(target=proxy.serve, kwargs={"once": True})
    thread.start()
    yield proxy
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def test_who_has_said_all_is_answered():
    with IsoPeer("pos") as host, serving(host.address) as proxy:
        host.expect("0200").late(0.2)
        assert half_closed(proxy)[39] == "00"


def test_a_target_that_says_nothing_to_who_has_said_all_is_left(monkeypatch):
    monkeypatch.setattr(module, "ANSWER_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"127.0.0.1:{deaf.getsockname()[1]}"
        with serving(address) as proxy, pytest.raises(LinkFault):
            half_closed(proxy)
