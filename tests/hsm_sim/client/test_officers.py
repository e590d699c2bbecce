"""Two officers at hand: their file, and what a new user does with it."""

import pytest
from click.testing import CliRunner

from cardswitch.hsm_sim.cli.main import hsm
from cardswitch.hsm_sim.client.officers import (
    OFFICERS_NAME,
    AttendedHsm,
    ConsoleError,
    read_officers,
    write_officers,
)
from cardswitch.hsm_sim.custody.authority import Credential, enrol
from cardswitch.hsm_sim.custody.store import KeyStore, with_officers, write_store
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.hsm.commands.keys.any_type import generate_key
from tests.kit.hsm.served import answering, run, served_lab, shown, unused_port

SECRETS = {"first": "correct horse", "second": "battery staple"}


@pytest.fixture
def lab(tmp_path):
    """A lab whose module serves; its configuration, and the port of its hosts."""
    officers = tuple(enrol(name, secret, bytes(16)) for name, secret in SECRETS.items())
    write_store(tmp_path / "hsm.keys", with_officers(KeyStore(), officers, "", b""))
    write_officers(tmp_path / OFFICERS_NAME, SECRETS)
    with served_lab(tmp_path) as (config, port):
        yield config, port


def test_a_file_of_officers_is_read_again(tmp_path):
    path = tmp_path / OFFICERS_NAME
    write_officers(path, SECRETS)
    assert read_officers(path) == [Credential(*each) for each in SECRETS.items()]
    assert "correct" not in repr(read_officers(path))


def test_a_file_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / OFFICERS_NAME
    write_officers(path, SECRETS)
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_officers(path)


def test_what_a_new_user_does(lab, tmp_path):
    """The block of the README, as far as keys go across a border."""
    config, port = lab
    where = ("--config", str(config), "--file", str(tmp_path / "keys.toml"))
    shown(port, "keys", "generate", "zmk", "--type", "ZMK", *where)
    made = shown(port, "keys", "generate", "zpk", "--type", "ZPK", "--zmk", "zmk", *where)
    code, _, err = run(port, "keys", "export", "zpk", "--zmk", "zmk", *where)
    assert (code, "--officers" in err) == (1, True)
    sent = shown(port, "keys", "export", "zpk", "--zmk", "zmk", "--officers", *where)
    assert sent == {"key_under_zmk": made["key_under_zmk"], "kcv": made["kcv"]}
    words = ("keys", "import", "theirs", sent["key_under_zmk"], "--type", "ZPK", "--zmk", "zmk")
    assert run(port, *words, *where)[0] == 1
    taken = shown(port, *words, "--officers", *where)
    assert (taken["key"], taken["kcv"]) == (made["key"], made["kcv"])
    as_block = ("keys", "export", "zpk", "--zmk", "zmk", "--zmk-scheme", "R", *where)
    assert shown(port, *as_block)["key_under_zmk"][:2] == "RB"
    text = (tmp_path / "hsm.audit").read_text()
    assert "A8 at the console" in text
    assert "first, second" in text
    assert all(secret not in text for secret in SECRETS.values())


def test_without_the_file_two_officers_type(lab, tmp_path):
    config, _ = lab
    (tmp_path / OFFICERS_NAME).unlink()
    words = ["keys", "generate", "zmk", "--type", "ZMK", "--config", str(config)]
    words += ["--file", str(tmp_path / "keys.toml"), "--officers"]
    typed = "first\ncorrect horse\nsecond\nbattery staple\n"
    result = CliRunner().invoke(hsm, words, input=typed)
    assert (result.exit_code, "zmk" in result.stdout) == (0, True), result.stderr
    wrong = CliRunner().invoke(hsm, [*words, "--replace"], input=typed.replace("horse", "zebra"))
    assert (wrong.exit_code, "wrong passphrase" in wrong.stderr) == (1, True)


def test_a_lab_without_a_console_port_says_what_to_do(tmp_path):
    config = tmp_path / "lab.toml"
    config.write_text("[hsm]\nport = 1\n")
    words = ["keys", "generate", "zmk", "--type", "ZMK", "--officers", "--config", str(config)]
    result = CliRunner().invoke(hsm, words)
    assert isinstance(result.exception, ConfigError)
    assert "console_port" in str(result.exception)


def test_the_rule_of_a_refusal_is_told(lab, tmp_path):
    config, port = lab
    where = ("--config", str(config), "--file", str(tmp_path / "keys.toml"))
    words = ("keys", "generate", "old", "--type", "ZPK", "--scheme", "Z", "--officers", *where)
    code, _, err = run(port, *words)
    assert code == 1
    assert "error 27" in err
    assert "(refused by policy.refuse_single_length)" in err


def test_nobody_there_is_an_error_of_the_system():
    with pytest.raises(OSError, match="refused"):
        AttendedHsm(unused_port(), []).ask(generate_key("001"))


@pytest.mark.parametrize("chunk", [b"", b"\x00\x02{}x", b"\x00\x01x"])
def test_somebody_else_at_that_port_is_told(chunk):
    with answering(chunk) as port, pytest.raises(ConsoleError, match="console port"):
        AttendedHsm(port, []).ask(generate_key("001"))
