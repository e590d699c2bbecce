"""What operators type to tell an issuer something of a card, and what they read."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.switch.cli.peers import issuers as module
from tests.kit.operated import config_in

from .test_network import PEER


class Vault:
    def open(self, sealed):
        return sealed.removeprefix("sealed:")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Type a command about *peer*; exit code, what it says, and what the switch was asked."""

    def run(command, *words, given="", **peer):
        shown, asked = {**PEER, "said": "stop-list add", **peer}, []
        operate = "cardswitch.switch.operate.network"
        monkeypatch.setattr(f"{operate}.tell_issuer", lambda *args: asked.append(args) or shown)
        _, path = config_in(tmp_path)
        obj = {"open_vault": lambda _: Vault()}
        words = [*words, "--config", str(path)]
        result = CliRunner().invoke(command, words, obj=obj, input=given)
        return result.exit_code, result.output, asked

    return run


@pytest.mark.parametrize(
    ("peer", "code", "words"),
    [
        ({}, 0, "00 Approved"),
        ({"answer": "25"}, 1, "25 "),
        ({"answer": ""}, 4, "no answer"),
    ],
)
def test_exit_codes(run, peer, code, words):
    given = "9999990000000014\n"
    found, text, asked = run(
        module.stop_list, "add", "issuer", "--card", "-", "--because", "why", given=given, **peer
    )
    assert (found, words in text) == (code, True)
    assert asked[0][1:] == (
        "issuer", "9999990000000014", {"action": "add", "because": "why"}, module.WITHIN_S
    )  # fmt: skip
    assert "9999990000000014" not in text


def test_the_card_of_a_leg_is_read_from_the_journal(run, monkeypatch):
    class Row:
        def __init__(self, sealed):
            self.pan_sealed = sealed

    rows = {17: [Row(""), Row("sealed:9999990000000022")], 18: [Row("")], 19: []}
    reader = "cardswitch.switch.store.reader.JournalReader"
    monkeypatch.setattr(f"{reader}.__init__", lambda *_: None)
    monkeypatch.setattr(f"{reader}.steps_of", lambda _, leg: rows[leg])
    _, text, asked = run(module.report, "issuer", "left in the shop", "--leg", "17", "--json")
    assert json.loads(text)["answer"] == "00"
    assert asked[0][2:4] == ("9999990000000022", {"text": "left in the shop", "because": ""})
    for leg in ("18", "19"):
        assert run(module.report, "issuer", "x", "--leg", leg)[::2] == (1, [])


@pytest.mark.parametrize("words", [(), ("--card", "9999990000000014")])
def test_a_number_is_never_an_argument(run, words):
    code, text, asked = run(module.stop_list, "add", "issuer", *words)
    assert (code, asked) == (2, [])
    assert "expected --leg LEG, or --card -" in text


@pytest.mark.parametrize("given", ["", "123", "9999 9900 0000 0014", "99999900000000141234"])
def test_what_is_no_card_number_is_a_usage_error(run, given):
    code, text, asked = run(module.stop_list, "add", "issuer", "--card", "-", given=given)
    assert (code, asked, "12 to 19 digits" in text) == (2, [], True)
    assert not given or given not in text
