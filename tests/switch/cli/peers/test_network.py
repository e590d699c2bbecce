"""What operators type to speak to a peer, and what they read."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.switch.cli.peers import network as module
from tests.kit.operated import config_in

PEER = {
    "place": "acquirer",
    "is_up": True,
    "is_ready": True,
    "is_signed_off": False,
    "said": "echo",
    "answer": "00",
    "is_under_way": False,
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Type a command about *peer*; exit code, and what it says."""

    def run(*words, **peer):
        shown = {**PEER, **peer}
        monkeypatch.setattr("cardswitch.switch.operate.network.say", lambda *_: shown)
        monkeypatch.setattr("cardswitch.switch.operate.network.peers_of", lambda *_: [shown])
        _, path = config_in(tmp_path)
        obj = {"open_vault": lambda _: None}
        result = CliRunner().invoke(module.network, [*words, "--config", str(path)], obj=obj)
        return result.exit_code, result.stdout

    return run


@pytest.mark.parametrize("what", module.TEXTS)
def test_a_peer_that_agrees(run, what):
    assert run(what, "acquirer") == (0, f"acquirer: {what}, 00 Approved\n")


@pytest.mark.parametrize(
    ("peer", "code", "said"),
    [
        ({"answer": "12"}, 1, "12 Invalid transaction"),
        ({"answer": ""}, 4, "no answer"),
        ({"answer": "", "is_up": False, "is_signed_off": True}, 0, "nobody is there to hear it"),
    ],
)
def test_exit_codes(run, peer, code, said):
    found, text = run("sign-off", "acquirer", **peer)
    assert found == code
    assert said in text


def test_as_json(run):
    code, said = run("echo", "acquirer", "--json")
    assert (code, json.loads(said)) == (0, PEER)


@pytest.mark.parametrize(
    ("peer", "state"),
    [
        ({}, "ready"),
        ({"is_ready": False}, "up"),
        ({"is_ready": False, "is_up": False}, "down"),
        ({"is_signed_off": True}, "signed off"),
    ],
)
def test_the_list(run, peer, state):
    header, line = run("list", **peer)[1].splitlines()
    assert header.split() == ["PLACE", "STATE", "LAST", "SAID", "ANSWER"]
    assert state in line
    assert json.loads(run("list", "--json", **peer)[1])["place"] == "acquirer"
