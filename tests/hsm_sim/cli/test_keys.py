"""The commands `keys`: made and moved in the module, kept by name."""

import pytest

from cardswitch.hsm_sim.cli.keys import under
from cardswitch.hsm_sim.client.keyfile import read_keys
from cardswitch.hsm_sim.custody.policy import Policy
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.keys.any_type import key_check_value
from cardswitch.specs.security.lmk import wrap_key_under_key
from tests.kit.hsm.module import under_lmk
from tests.kit.hsm.served import run, serving, shown


@pytest.fixture(scope="module")
def port():
    with serving() as (port, _, _):
        yield port


@pytest.fixture(scope="module")
def allowed_port():
    """One that lets hosts do what it takes officers for."""
    with serving(policy=Policy(keys_keep_their_type=False)) as (port, _, _):
        yield port


@pytest.fixture
def file(tmp_path):
    return tmp_path / "keys.toml"


def keys(file, *words):
    return ["keys", *words, "--file", str(file)]


def test_a_key_goes_to_the_other_side_and_comes_back(port, allowed_port, file):
    shown(port, *keys(file, "generate", "zmk", "--type", "ZMK"))
    made = shown(port, *keys(file, "generate", "zpk", "--type", "ZPK", "--zmk", "zmk"))
    sent = shown(allowed_port, *keys(file, "export", "zpk", "--zmk", "zmk"))
    assert sent == {"key_under_zmk": made["key_under_zmk"], "kcv": made["kcv"]}
    words = ("import", "theirs", sent["key_under_zmk"], "--type", "001", "--zmk", "zmk")
    taken = shown(allowed_port, *keys(file, *words))
    assert (taken["key"], taken["kcv"], taken["type"]) == (made["key"], made["kcv"], "001")
    listed = shown(None, *keys(file, "list"))
    assert [*listed] == ["zmk", "zpk", "theirs"]
    assert listed["zpk"] == {"type": "001", "key": made["key"], "kcv": made["kcv"]}


def test_people_read_a_line_for_each_key(port, file):
    run(port, *keys(file, "generate", "zpk", "--type", "ZPK"))
    stored = read_keys(file)["zpk"]
    code, out, err = run(None, *keys(file, "list"))
    assert (code, err) == (0, "")
    assert out.split() == ["zpk", "001", "ZPK", stored.kcv, stored.key]


def test_a_key_block_by_its_attributes(port, file):
    words = ("generate", "block", "--lmk-id", "01", "--attributes", "P0T2B00N00")
    made = shown(port, *keys(file, *words))
    assert made["key"].startswith("S")
    assert "P0T2B00N00" in run(None, *keys(file, "list"))[1]
    code, out, err = run(port, "kcv", "block", "--file", str(file))
    assert (code, out.strip()) == (0, made["kcv"]), err


def test_wrong_parity_is_warned_of(allowed_port, file):
    zmk = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    text = wrap_key_under_key(zmk, "X", bytes.fromhex("1234567890ABCDEF22334455667788AA"))
    words = ("import", "odd", text, "--type", "ZPK", "--zmk", under_lmk("000", zmk))
    code, out, err = run(allowed_port, *keys(file, *words))
    assert code == 0
    assert "parity" in err
    assert "kcv" in out


def test_nothing_is_made_for_a_name_that_is_taken(port, file):
    run(port, *keys(file, "generate", "zpk", "--type", "ZPK"))
    before = read_keys(file)
    code, _, err = run(port, *keys(file, "generate", "zpk", "--type", "ZPK"))
    assert (code, "already" in err) == (2, True)
    assert read_keys(file) == before
    assert run(port, *keys(file, "generate", "zpk", "--type", "ZPK", "--replace"))[0] == 0
    assert read_keys(file) != before


@pytest.mark.parametrize(
    ("words", "exit_code", "expected"),
    [
        (["generate", "zpk"], 2, "--type"),
        (["generate", "zpk", "--type", "XYZ"], 2, "one of ZMK"),
        (["generate", "ZPK", "--type", "ZPK"], 2, "name"),
        (["generate", "zpk", "--type", "ZPK", "--zmk", "none"], 2, "known"),
        (["generate", "zpk", "--type", "00E"], 1, "error"),
        (["export", "none", "--zmk", "none"], 2, "known"),
        (["list", "--oops"], 2, "option"),
    ],
)
def test_what_is_wrong_is_told(port, file, words, exit_code, expected):
    where = None if words[0] == "list" else port
    code, out, err = run(where, *keys(file, *words))
    assert (code, out) == (exit_code, "")
    assert expected in err
    assert not file.exists()


def test_an_empty_list_says_what_to_do(file):
    code, out, err = run(None, *keys(file, "list"))
    assert (code, out) == (0, "")
    assert "keys generate" in err


def test_a_damaged_file_is_an_error(file):
    file.write_text("[")
    with pytest.raises(ConfigError, match="TOML"):
        run(None, *keys(file, "list"))


def test_a_command_is_sent_to_its_lmk():
    command = under(key_check_value("001", "U"), "01", "P0T2B00N00")
    assert (command.fields["lmk_id"], command.fields["attributes"]) == ("01", "P0T2B00N00")
    assert under(Command("", "NC")) == Command("", "NC")
