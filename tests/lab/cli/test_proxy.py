"""`cardswitch proxy`: what it shows, what it writes, how it ends."""

import json
import os
import stat
import subprocess
import sys
from threading import Thread

import pytest
from click.testing import CliRunner

from cardswitch.lab.cli import proxy as module
from cardswitch.lab.cli.main import cli
from cardswitch.lab.cli.proxy import CAPTURED_MAX
from cardswitch.lab.talk.client import IsoClient
from cardswitch.lab.talk.link import LinkFault
from cardswitch.lab.talk.peer import IsoPeer
from cardswitch.specs.message import Message
from tests.kit.scripted import free_address, scripted

PAN = "9999990000000014"
SALE = Message("0200", {2: PAN, 3: "000000", 4: "000000001250", 11: "000007", 41: "TERM0001"})


def talk(target, *words):
    """One question through a proxy that ends after it: what it shows, and the answer."""
    listen, answers = free_address(), []

    def ask():
        while True:
            try:
                client = IsoClient(listen, "pos", timeout_s=60)
            except LinkFault:
                continue
            with client:
                try:
                    answers.append(client.ask(SALE))
                except LinkFault as fault:
                    answers.append(fault)
            return

    thread = Thread(target=ask, daemon=True)
    thread.start()
    words = ["proxy", listen, target, "--dialect", "pos", "--once", *words]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    thread.join(60)
    return done, answers[0]


@pytest.fixture
def host():
    with IsoPeer("pos") as host:
        host.expect("0200").respond("51")
        yield host


def test_both_ways_are_shown_masked(host):
    done, answer = talk(host.address, "--change", "0210:39=05")
    assert done.exit_code == 0, done.stderr
    assert answer[39] == "05"
    lines = done.stdout.splitlines()
    assert [line.split()[1:3] for line in lines if line[:1] == "2"] == [
        ["request", "0200"], ["answer", "0210"],
    ]  # fmt: skip
    assert "changed: 39" in done.stdout
    assert PAN not in done.output


def test_what_cannot_be_shown_passes_and_is_said(host, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    real = module.say
    monkeypatch.setattr(
        module, "say", lambda lines, err=False: real(lines, err=err) if err else full(lines)
    )
    with pytest.raises(OSError, match="No space left"):
        talk(host.address)
    host.check()


def test_sigterm_ends_it_like_ctrl_c(host, tmp_path):
    path = tmp_path / "talk.pcap"
    words = [sys.executable, "-m", "cardswitch", "proxy", "127.0.0.1:0", host.address]
    with subprocess.Popen([*words, "--capture", str(path)], stderr=subprocess.PIPE) as proxy:
        assert b"listening at" in proxy.stderr.readline()
        proxy.terminate()
        said = proxy.stderr.read()
    assert (proxy.returncode, path.exists()) == (0, True)
    assert b"0 messages in" in said


def test_as_json(host):
    done, _ = talk(host.address, "--json")
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["way"] for each in said] == ["request", "answer"]
    assert said[1]["message"]["fields"]["39"] == "51"
    assert PAN not in done.output


def test_the_capture_is_private_and_has_other_cards(host, tmp_path):
    path = tmp_path / "talk.pcap"
    done, _ = talk(host.address, "--capture", str(path))
    assert f"2 messages in {path}, 0 left out" in done.stderr
    assert PAN.encode() not in path.read_bytes()
    assert bytes.fromhex(PAN) not in path.read_bytes()
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    words = ["spec", "decode", "--dialect", "pos", "--file", str(path), "--json", "--unsafe"]
    read = CliRunner().invoke(cli, words)
    messages = [json.loads(line) for line in read.stdout.splitlines()]
    assert [each["mti"] for each in messages] == ["0200", "0210"]
    assert messages[0]["fields"]["2"].startswith("999999")
    assert CAPTURED_MAX > 2


@pytest.mark.parametrize(
    ("said", "told"),
    [(b"GET / HTTP/1.1\r\n", "do both ends frame alike"), (b"\x00\x20abc", "within a message")],
)
def test_bad_hosts(said, told):
    with scripted(said) as target:
        done, fault = talk(target)
    assert (done.exit_code, told in done.stdout) == (5, True), done.output
    assert isinstance(fault, LinkFault)


def test_nobody_there():
    done, fault = talk(free_address())
    assert done.exit_code == 5
    assert "nobody listens" in done.stdout
    assert isinstance(fault, LinkFault)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("127.0.0.1:0", "nowhere"), "expected HOST:PORT"),
        (("127.0.0.1:0", "127.0.0.1:1", "--drop", "x"), "PATH=VALUE"),
        (("127.0.0.1:0", "127.0.0.1:1", "--delay", "0210"), "a rule such as"),
        (("127.0.0.1:0", "192.0.2.1:1"), "--remote allows that"),
        (("0.0.0.0:0", "127.0.0.1:1"), "listens here alone"),
    ],
)
def test_usage(words, told):
    done = CliRunner().invoke(cli, ["proxy", *words])
    assert told in done.stderr + str(done.exception)


def test_a_port_that_is_taken():
    with scripted() as taken:
        done = CliRunner().invoke(cli, ["proxy", taken, "127.0.0.1:1"])
    assert done.exit_code == 5
    assert "cannot be listened at" in done.stderr
