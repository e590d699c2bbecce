"""`cardswitch send`: what comes of good hosts and bad ones, in words and exit codes."""

import json
import ssl
from threading import Thread

import pytest
from click.testing import CliRunner

from cardswitch.lab.cli.main import cli
from cardswitch.lab.talk.client import IsoClient
from cardswitch.lab.talk.link import Manner
from cardswitch.lab.talk.peer import IsoPeer
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.message import Message
from tests.kit.papers import certificate
from tests.kit.scripted import free_address, scripted

POS = load_dialect("pos")
CHANNEL = Manner(POS).channel()
PAN = "9999990000000014"
SALE = Message("0200", {2: PAN, 3: "000000", 4: "000000001250", 7: "0101000000", 11: "000007",
                        37: "000000000001", 41: "TERM0001"})  # fmt: skip
HEX = POS.pack(SALE).hex()
ANSWER = SALE.reply("51")
PATIENT = ("--timeout", "60")


def framed(*messages):
    return b"".join(CHANNEL.framing.frame(CHANNEL.encode(each)) for each in messages)


def run(*words, stdin=None):
    done = CliRunner().invoke(cli, ["send", *words], input=stdin, catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def send(address, *words):
    return run(address, HEX, "--dialect", "pos", *words)


def test_the_answer_is_shown_timed_and_checked():
    with scripted(framed(ANSWER)) as address:
        code, out, err = send(address, *PATIENT, "--expect", "39=51", "--expect", "mti=0210")
    assert code == 0, err
    assert "Insufficient funds" in out
    assert "answered in " in out


def test_what_differs_is_told():
    with scripted(framed(ANSWER)) as address:
        code, _, err = send(address, *PATIENT, "--expect", "39=00", "--expect", "38~.")
    assert code == 6
    assert "39: expected 00, seen 51" in err
    assert "38: expected what has ., and it is not there" in err


def test_a_line_of_json_has_both_and_no_card_number():
    with scripted(framed(ANSWER)) as address:
        code, out, err = send(address, *PATIENT, "--json", "--expect", "39=00")
    said = json.loads(out)
    assert code == 6
    assert said["answer"]["fields"]["39"] == "51"
    assert said["faults"] == ["39: expected 00, seen 51"]
    assert said["seconds"] > 0
    assert PAN not in out + err


@pytest.mark.parametrize(
    ("said", "ends", "words", "code", "told"),
    [
        (b"", False, ["--timeout", "0.2"], 4, "no answer within 0.2 s"),
        (framed(ANSWER.with_fields({11: "000008"})), False, ["--timeout", "0.2"], 4,
         "of others: 0210, trace number 000008"),
        (framed(ANSWER, ANSWER), True, ["--linger", "60", *PATIENT], 6, "a second answer: 0210"),
        (framed(ANSWER)[:-2], True, PATIENT, 5, "within a message"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", True, PATIENT, 5, "do both ends frame alike"),
        (b"\x00\x04abcd", True, PATIENT, 5, "expected"),
        (b"\x15\x03\x01\x00\x02\x02\x28", True, PATIENT, 5, "the peer speaks TLS"),
        (b"", True, PATIENT, 5, "the peer ended the connection without a word"),
        (b"no TLS here\r\n", True, ["--tls", *PATIENT], 5, "does not speak TLS"),
    ],
    ids=["silent", "another STAN", "two answers", "half a frame", "garbage", "no message", "TLS",
         "ended", "no TLS"],
)  # fmt: skip
def test_bad_hosts(said, ends, words, code, told):
    with scripted(said, ends=ends) as address:
        found, _, err = send(address, *words)
    assert (found, told in err) == (code, True), err
    assert "Traceback" not in err
    assert PAN not in err


def test_nobody_listens():
    code, _, err = send(free_address())
    assert code == 5
    assert "nobody listens" in err


@pytest.mark.parametrize("names", [(), ("--tls-name", "other", "--tls-name", "host")])
def test_tls(tmp_path, names):
    certificate(tmp_path, "host")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "host.pem", tmp_path / "host.key")
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            connection, _ = listening.accept()
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(65_536)
                secure.sendall(framed(ANSWER))
                while secure.recv(65_536):
                    pass

        thread = Thread(target=serve)
        thread.start()
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        ca = str(tmp_path / "host.pem")
        code, out, err = send(address, *PATIENT, "--tls-ca", ca, *names)
        thread.join()
    assert code == 0, err
    assert "0210" in out


def test_what_is_sent_is_fresh_and_changed_and_answers_are_not_sent(tmp_path):
    file = tmp_path / "messages.txt"
    file.write_text(f"{HEX}\n{POS.pack(ANSWER).hex()}\n")
    with IsoPeer("pos") as host:
        for _ in range(4):
            host.expect("0420", amount=1051).respond("00")
        code, _, err = run(
            host.address, "--file", str(file), "--dialect", "pos", "--fresh", "--repeat", "2",
            "--set", "mti=0420", "--set", "4=000000001051", "--delete", "2", *PATIENT,
        )  # fmt: skip
        trace = "\n".join(host.trace.lines())
        assert len(host.faults()) == 2
    assert code == 0, err
    assert "1 of them are answers, which are not sent" in err
    assert "STAN 000007" not in trace
    assert "0101000000" not in trace


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "HOST:PORT is missing"),
        (("nowhere", HEX), "expected HOST:PORT"),
        (("192.0.2.1:1", HEX), "--remote allows that"),
        (("127.0.0.1:1", HEX, "--expect", "39"), "PATH=VALUE or PATH~PATTERN"),
        (("127.0.0.1:1", HEX, "--match", "x"), "numbers of fields"),
        (("127.0.0.1:1", HEX, "--framing", "ascii9"), "expected binary2"),
        (("127.0.0.1:1", HEX, "--listen", "127.0.0.1:1"), "--listen goes without"),
        (("--listen", "127.0.0.1:1", "--tls"), "--listen goes without --tls"),
        (("--listen", "127.0.0.1:1", "--match", "11"), "--listen goes without --match"),
    ],
)
def test_usage(words, told):
    result = CliRunner().invoke(cli, ["send", *words, "--dialect", "pos"])
    assert told in result.stderr + str(result.exception)
    assert result.exit_code == 2 or type(result.exception).__name__ == "ConfigError"


def test_real_cards_stay_here():
    real = POS.pack(SALE.with_fields({2: "4000000000000051"})).hex()
    words = ["send", "192.0.2.1:1", real, "--dialect", "pos", "--remote"]
    result = CliRunner().invoke(cli, words)
    assert "--any-card" in str(result.exception)


def test_a_message_that_cannot_be_read_or_changed():
    assert run("127.0.0.1:1", HEX[:-2], "--dialect", "pos")[0] == 5
    code, _, err = run("127.0.0.1:1", HEX, "--dialect", "pos", "--set", "4=1")
    assert code == 5
    assert "field 4" in err


# The other side -----------------------------------------------------------------------------------


def answering(words, *asked, dialect="pos"):
    """What `send --listen` comes to, and the answers to what is *asked* of it."""
    address, answers = free_address(), []

    def ask():
        while True:
            try:
                client = IsoClient(address, dialect, timeout_s=60)
            except Exception:
                continue
            with client:
                answers.extend(client.ask(each) for each in asked)
            return

    thread = Thread(target=ask, daemon=True)
    thread.start()
    done = run("--listen", address, "--dialect", dialect, *words)
    thread.join(60)
    return done, answers


def test_it_plays_the_other_side():
    words = ["--set", "39=51", "--expect", "mti=0200", "--expect", "4=000000001250", *PATIENT]
    (code, out, err), answers = answering(words, SALE)
    assert code == 0, err
    assert answers[0][39] == "51"
    assert "listening at" in err
    assert "0200" in out
    assert PAN not in out


def test_it_says_yes_in_the_edition_of_its_dialect():
    echo = Message("1804", {7: "1123130500", 11: "000001", 12: "261123130500"})
    (code, _, err), answers = answering(PATIENT, echo, dialect="iso93-ascii")
    assert code == 0, err
    assert answers[0][39] == "800"


def test_what_is_asked_of_it_differs():
    words = ["--expect", "4=000000001051", "--repeat", "2", "--json", *PATIENT]
    (code, out, _), answers = answering(words, SALE, SALE)
    assert code == 6
    assert len(answers) == 2
    assert [len(json.loads(line)["faults"]) for line in out.splitlines()] == [1, 1]


def test_nobody_asks():
    code, _, err = run("--listen", "127.0.0.1:0", "--timeout", "0.05")
    assert code == 4
    assert "nobody connected" in err
