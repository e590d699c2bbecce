"""A client finds its answer among what comes, and says what came instead."""

import pytest

from cardswitch.lab.talk.client import IsoClient, split_address
from cardswitch.lab.talk.link import CutShort, LinkFault, Manner, NoAnswer
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message
from tests.kit.scripted import free_address, scripted

CHANNEL = Manner(load_dialect("pos")).channel()
SALE = Message("0200", {3: "000000", 11: "000007", 41: "TERM0001"})
ANSWER = SALE.reply("51")
OTHER = ANSWER.with_fields({11: "000008"})


def framed(*messages):
    return b"".join(CHANNEL.framing.frame(CHANNEL.encode(each)) for each in messages)


@pytest.mark.parametrize(
    ("said", "again", "others"),
    [
        ([ANSWER], 0, 0),
        ([OTHER, ANSWER], 0, 1),
        ([ANSWER, ANSWER], 1, 0),
        ([Message("0800", {11: "000007", 41: "TERM0001"}), ANSWER], 0, 1),
    ],
)
def test_the_answer_is_found(said, again, others):
    with scripted(framed(*said)) as address, IsoClient(address, "pos") as client:
        found = client.exchange(SALE, 60, linger_s=60)
    assert found.answer == ANSWER
    assert found.seconds > 0
    assert (len(found.again), len(found.others)) == (again, others)


@pytest.mark.parametrize(
    ("said", "ends", "kind", "words"),
    [
        (b"", False, NoAnswer, "no answer within 0.2 s: is the framing right"),
        (framed(OTHER), False, NoAnswer, "of others: 0210, trace number 000008"),
        (framed(OTHER), True, LinkFault, "the peer ended"),
        (framed(ANSWER)[:-1], True, CutShort, "within a message"),
        (b"HTTP/1.1 400 Bad Request\r\n", True, CutShort, "do both ends frame alike"),
        (b"\x00\x04abcd", False, FormatError, "expected"),
    ],
)
def test_what_comes_instead_of_an_answer_is_told(said, ends, kind, words):
    with (
        scripted(said, ends=ends) as address,
        IsoClient(address, "pos") as client,
        pytest.raises(kind, match=words),
    ):
        client.ask(SALE, 0.2 if kind is NoAnswer else 60)


def test_fields_of_the_match_are_those_that_are_asked_for():
    with scripted(framed(OTHER)) as address, IsoClient(address, "pos", match=(41,)) as client:
        assert client.ask(SALE)[11] == "000008"


def test_nobody_is_there():
    with pytest.raises(LinkFault, match="nobody listens"):
        IsoClient(free_address(), "pos")


@pytest.mark.parametrize("text", ["", "8583", "host:", "host:x", "host:70000", "host:8583x"])
def test_what_is_no_address(text):
    with pytest.raises(ValueError, match="HOST:PORT"):
        split_address(text)
