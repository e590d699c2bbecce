"""What operators type about keys, and what they read."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.specs.errors import Error
from cardswitch.switch.cli.peers.keys import keys
from cardswitch.switch.operate import keys as operate
from tests.kit.operated import KEY, config_in, keyed_config


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Type a command; the switch says that the keys stand so, one after the other."""
    config_in(tmp_path)

    def run(*words, code=0, stands=(), wanted=None):
        left = [{**KEY, **each} for each in stands]

        def change(config, place, kind, because, within_s, *, theirs):
            if wanted is not None:
                wanted.append((place, kind, because, within_s, theirs))
            return {**left.pop(0), "place": place, "kind": kind}

        monkeypatch.setattr(operate, "change_key", change)
        obj = {"open_vault": lambda path: None}
        line = [*words, "--config", str(tmp_path / "lab.toml")]
        result = CliRunner().invoke(keys, line, obj=obj)
        if isinstance(result.exception, Error):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.stdout

    return run


CHANGED = {"outcome": "changed", "check_value": "A1B2C3"}
KEPT = {"outcome": "kept", "reason": "the peer has refused it with 88"}
WAITING = {"outcome": "waiting", "offered": "A1B2C3", "is_under_way": True}


@pytest.mark.parametrize(
    ("stands", "code", "shown"),
    [
        (CHANGED, 0, "changed, check value A1B2C3"),
        (KEPT, 1, "as it was: the peer has refused it with 88"),
        (WAITING, 4, "offered, check value A1B2C3, no answer yet"),
        ({**WAITING, "is_under_way": False, "reason": "the peer has gone"}, 4, "the peer has gone"),
        ({"outcome": "asked", "reason": "the peer was asked"}, 0, "the peer was asked"),
    ],
)
def test_how_a_change_ended_is_said_and_is_the_exit_code(asked, stands, code, shown):
    said = asked("change", "issuer", "--kind", "pin", code=code, stands=[stands])
    assert said.startswith("issuer, pin: ")
    assert shown in said


def test_all_keys_of_a_place_are_changed_and_the_worst_end_counts(asked, tmp_path):
    wanted = []
    keyed_config(tmp_path)
    said = asked(
        "change", "issuer", "--because", "ticket 4711", "--within", "30", "--theirs", "--json",
        code=4, stands=[WAITING, CHANGED], wanted=wanted,
    )  # fmt: skip
    assert [json.loads(line)["kind"] for line in said.splitlines()] == ["pin", "mac"]
    assert wanted == [("issuer", kind, "ticket 4711", 30.0, True) for kind in ("pin", "mac")]


def test_keys_are_listed(asked, tmp_path):
    keyed_config(tmp_path)
    header, pin, mac = asked("list").splitlines()
    assert header.split() == ["PLACE", "KIND", "CHECK", "VALUE", "OLD", "KEY", "STATE"]
    assert pin.split() == ["issuer", "pin", "as", "configured"]
    assert mac.split()[:2] == ["issuer", "mac"]
    assert json.loads(asked("list", "--json").splitlines()[0])["kind"] == "pin"


def test_without_any_the_list_says_what_is_missing(asked):
    assert "no place has a table `keys`" in asked("list")


def test_what_is_no_kind_and_no_time_is_refused(asked):
    asked("change", "issuer", "--kind", "data", code=2)
    asked("change", "issuer", "--within", "61", code=2)
    asked("change", code=2)


@pytest.mark.parametrize("command", keys.commands.values(), ids=lambda each: each.name)
def test_every_command_has_help_with_examples(command):
    assert "Examples:" in CliRunner().invoke(keys, [command.name, "--help"]).output
