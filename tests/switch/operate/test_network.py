"""What an operator says to a peer goes by a switch that runs; how peers stand, one need not run."""

import asyncio

import pytest

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.switch.operate.network import SAY, TELL, issuer_verbs, network_verbs, peers_of, say
from tests.kit.operated import config_in


class Speaker:
    """A machine whose peer answers after a while."""

    def __init__(self, looks=2):
        self.looks = looks
        self.said = []

    def say(self, now, who, place, what, because):
        self.said.append((who, place, what, because))
        return ()

    def tell_issuer(self, now, who, place, what, because, request):
        self.said.append((who, place, what, because, request))
        return ()

    def status(self):
        self.looks -= 1
        answer = "00" if self.looks <= 0 else ""
        peer = {"place": "acquirer", "answer": answer, "is_under_way": not answer}
        return {"network": [peer]}


class Runs:
    """As much of a runtime as verbs need."""

    def call(self, action):
        action(0.0)

    async def durable(self):
        """Everything is."""


def asked(machine, **told):
    verb = network_verbs(Runs(), machine)[SAY]
    return asyncio.run(verb({"who": "ann", "place": "acquirer", "what": "echo", **told}))


def test_it_waits_for_the_answer():
    machine = Speaker()
    assert asked(machine, wait_s=5.0)["answer"] == "00"
    assert machine.said == [("ann", "acquirer", "echo", "")]


def test_but_no_longer_than_it_is_told():
    assert asked(Speaker(looks=1_000), wait_s=0.0)["is_under_way"]


@pytest.mark.parametrize(
    ("told", "match"),
    [({"what": 1}, "say: "), ({"extra": 1}, "say: "), ({"because": "9999990000000014"}, "card")],
)
def test_what_is_wrong_is_named_and_nothing_is_said(told, match):
    machine = Speaker()
    with pytest.raises(Error, match=match):
        asked(machine, **told)
    assert not machine.said


def told(machine, **said):
    verb = issuer_verbs(Runs(), machine)[TELL]
    given = {"who": "ann", "place": "acquirer", "pan": "9999990000000014", **said}
    return asyncio.run(verb(given))


@pytest.mark.parametrize(
    ("said", "what", "mti", "fields"),
    [
        ({"action": "delete"}, "stop-list delete", "0302", {91: "3", 101: "STOPLIST"}),
        ({"text": "left here"}, "report", "0600", {104: "left here"}),
    ],
)
def test_an_issuer_is_told_of_a_card(said, what, mti, fields):
    machine = Speaker()
    assert told(machine, because="why", wait_s=5.0, **said)["answer"] == "00"
    request = Message(mti, {2: "9999990000000014", **fields})
    assert machine.said == [("ann", "acquirer", what, "why", request)]


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ({}, "say something"),
        ({"text": "  "}, "say something"),
        ({"text": "x" * 101}, "text"),
        ({"text": "card 9999990000000014"}, "card"),
        ({"action": "change"}, "action"),
        ({"action": "add", "pan": "99999900000X0014"}, "pan"),
        ({"action": "add", "because": "9999990000000014"}, "card"),
    ],
)
def test_what_no_issuer_is_told(said, match):
    machine = Speaker()
    with pytest.raises(Error, match=match) as caught:
        told(machine, **said)
    assert not machine.said
    assert "99999900000" not in str(caught.value)


def test_a_switch_that_does_not_run_says_nothing(tmp_path):
    config, _ = config_in(tmp_path)
    with pytest.raises(Error, match="needs one that runs"):
        say(config, "acquirer", "echo", "", 1.0)


def test_how_peers_stand_is_known_all_the_same(tmp_path):
    config, _ = config_in(tmp_path)
    assert peers_of(config, None) == []
