"""A host for tests: answers as it was told, and tells what came otherwise."""

import socket
import time

import pytest

from cardswitch.lab.talk.client import split_address
from cardswitch.lab.talk.link import Link, Manner, NoAnswer
from cardswitch.lab.talk.peer import LINKS_MAX, IsoPeer
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.message import Message

POS = Manner(load_dialect("pos"))
SALE = Message("0200", {3: "000000", 4: "000000001051", 11: "000007", 41: "TERM0001"})
ECHO = Message("0800", {11: "000008", 41: "TERM0001"})
PATIENCE_S = 60.0


@pytest.fixture
def host():
    with IsoPeer("pos") as host:
        yield host


@pytest.fixture
def client(host):
    with host.client(host.address, timeout_s=PATIENCE_S) as client:
        yield client


def told(host, words):
    """Wait until the host's faults say *words*."""
    ends_at = time.monotonic() + PATIENCE_S
    while not any(words in fault for fault in host.faults()):
        assert time.monotonic() < ends_at, host.faults()
        time.sleep(0.01)


def test_it_answers_as_it_was_told(host, client):
    host.expect("0200", amount=1051).respond("51", {38: "123456", 4: None})
    host.expect("0800", {41: "TERM0001"})
    answer = client.ask(SALE)
    assert (answer.mti, answer[39], answer[38], 4 in answer.fields) == (
        "0210",
        "51",
        "123456",
        False,
    )
    assert client.ask(ECHO)[39] == "00"
    host.check()
    assert "0210" in "\n".join(host.trace.lines())


def test_no_answer_and_a_late_one(host, client):
    host.expect("0200").no_answer()
    host.expect("0800").late(0.2)
    with pytest.raises(NoAnswer):
        client.ask(SALE, 0.1)
    began_at = time.monotonic()
    assert client.ask(ECHO)[39] == "00"
    assert time.monotonic() - began_at >= 0.2
    host.check()


def test_what_nobody_expected_is_told_and_not_answered(host, client):
    host.expect("0200", amount=1000)
    with pytest.raises(NoAnswer):
        client.ask(SALE, 0.05)
    told(host, "4: expected 000000001000, seen 000000001051")
    with pytest.raises(AssertionError, match="did not come: mti=0200 4=000000001000"):
        host.check()


def test_order_matters_only_if_it_is_said(host, client):
    host.expect("0200")
    host.expect("0800")
    client.ask(ECHO)
    client.ask(SALE)
    host.check()
    host.ordered()
    host.expect("0200")
    host.expect("0800")
    with pytest.raises(NoAnswer):
        client.ask(ECHO, 0.05)
    told(host, "came, and nobody expected it")
    client.ask(SALE)


def test_two_clients_at_once_and_another_manner():
    with IsoPeer("iso87-ascii", framing="ascii4", header="tpdu") as host:
        host.expect("0800", {11: "000008"})
        host.expect("0800", {11: "000009"})
        with host.client(host.address) as one, host.client(host.address) as other:
            assert other.ask(Message("0800", {11: "000009"}), PATIENCE_S)[11] == "000009"
            assert one.ask(Message("0800", {11: "000008"}), PATIENCE_S)[11] == "000008"
        host.check()


def test_half_a_message_is_told(host):
    with socket.create_connection(split_address(host.address)) as theirs:
        theirs.sendall(b"\x00\x20half")
    told(host, "within a message")
    with socket.create_connection(split_address(host.address)) as theirs:
        theirs.sendall(b"\x00\x04abcd" + b"\xff\xff")
        assert theirs.recv(1) == b""
    told(host, "came, and is no message")
    told(host, "do both ends frame alike")


def test_connections_may_follow_each_other_without_end(host):
    for _ in range(LINKS_MAX + 2):
        host.expect("0200")
        with host.client(host.address, timeout_s=PATIENCE_S) as client:
            assert client.ask(SALE)[39] == "00"
    host.check()


def test_one_connection_too_many_is_told(host, monkeypatch):
    monkeypatch.setattr("cardswitch.lab.talk.peer.LINKS_MAX", 0)
    with socket.create_connection(split_address(host.address)) as theirs:
        assert theirs.recv(1) == b""
    told(host, "refused: 0 connections stand")


@pytest.mark.parametrize(
    ("dialect", "request_", "code"),
    [
        ("iso93-ascii", Message("1200", {11: "000007"}), "000"),
        ("iso93-ascii", Message("1804", {11: "000007"}), "800"),
        ("iso2003", Message("2200", {11: "000000000007"}), "0000"),
    ],
)
def test_a_yes_is_that_of_the_edition(dialect, request_, code):
    with IsoPeer(dialect) as host, host.client(host.address, timeout_s=PATIENCE_S) as client:
        host.expect(request_.mti)
        assert client.ask(request_)[39] == code
        host.check()


def test_who_has_said_all_is_answered_late_too(host):
    host.expect("0200").late(0.2)
    with socket.create_connection(split_address(host.address), PATIENCE_S) as connection:
        link = Link(connection, POS)
        link.send(SALE)
        connection.shutdown(socket.SHUT_WR)
        assert link.receive(time.monotonic() + PATIENCE_S)[39] == "00"
