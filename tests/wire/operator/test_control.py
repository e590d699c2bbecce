"""Asking a program that runs: what it says, that it is not there, or that nobody knows."""

import os
import socket
import threading
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from cardswitch.specs.errors import Error
from cardswitch.wire.operator import control
from cardswitch.wire.operator.control import (
    ANSWER_SIZE_MAX,
    REQUEST_SIZE_MAX,
    NotRunning,
    TokenFile,
    ask_control,
    short_path,
    token_path,
)
from cardswitch.wire.store.disk import user_name
from tests.kit.wire import PATIENCE_S

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Unix sockets")
OK = b'{"ok":true,"result":{"rows":1}}\n'


@pytest.fixture
def answering(tmp_path):
    """Have a stand-in for the program answer one request with these bytes; it keeps what it got."""
    threads = []

    def start(answer, is_reading=True):
        listening = socket.socket(socket.AF_UNIX)
        with short_path(tmp_path / "switch.sock") as way:
            listening.bind(way)
        listening.listen(1)
        got = []

        def serve():
            with listening, listening.accept()[0] as connection:
                if is_reading:
                    got.append(connection.recv(REQUEST_SIZE_MAX))
                if answer is None:
                    hold.wait(PATIENCE_S)
                else:
                    with suppress(BrokenPipeError):
                        connection.sendall(answer)

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return got

    hold = threading.Event()
    yield start
    hold.set()
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def test_what_is_asked_and_what_is_answered(answering, tmp_path):
    got = answering(OK)
    assert ask_control(tmp_path, "switch", "retry", {"leg": 7}) == {"rows": 1}
    assert msgspec.json.decode(got[0]) == {
        "verb": "retry",
        "arguments": {"leg": 7},
        "who": user_name(),
        "token": "",
    }
    assert got[0].endswith(b"\n")


def test_nobody_is_there(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(NotRunning, match="switch is not running in"):
            ask_control(folder, "switch", "status")


def test_nobody_is_behind_the_socket(tmp_path):
    with socket.socket(socket.AF_UNIX) as dead, short_path(tmp_path / "switch.sock") as way:
        dead.bind(way)
    with pytest.raises(NotRunning):
        ask_control(tmp_path, "switch", "status")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b'{"ok":false,"error":"leg 7 is not in exception"}\n', "leg 7 is not in exception"),
        (b'{"ok":false}\n', "switch refused status"),
        (b"", "ended before it answered status; it may have done it"),
        (b"hello\n", "something that is no answer"),
        (b"\xff\xfe\n", "something that is no answer"),
        (OK[:-5], "something that is no answer"),
        (b"[]\n", "something that is no answer"),
    ],
)
def test_what_is_no_success_is_an_error(answering, tmp_path, answer, says):
    answering(answer)
    with pytest.raises(Error, match=says) as caught:
        ask_control(tmp_path, "switch", "status")
    assert not isinstance(caught.value, NotRunning)


def test_an_answer_that_does_not_come(answering, tmp_path):
    answering(None)
    with pytest.raises(Error, match=r"within 0\.1 s; it may still do it") as caught:
        ask_control(tmp_path, "switch", "status", timeout_s=0.1)
    assert not isinstance(caught.value, NotRunning)


def test_an_answer_without_end_is_not_read_for_ever(answering, tmp_path, monkeypatch):
    assert ANSWER_SIZE_MAX > 1_000_000
    monkeypatch.setattr(control, "ANSWER_SIZE_MAX", 1000)
    answering(b"x" * 3000)
    with pytest.raises(Error, match="something that is no answer"):
        ask_control(tmp_path, "switch", "status")


def test_what_was_said_before_anything_was_read_is_heard(answering, tmp_path):
    answering(b'{"ok":false,"error":"8 others are connected"}\n', is_reading=False)
    with pytest.raises(Error, match="8 others are connected"):
        ask_control(tmp_path, "switch", "status")


def test_a_request_that_is_too_long_is_not_sent(answering, tmp_path):
    got = answering(OK)
    with pytest.raises(Error, match="limit 65536"):
        ask_control(tmp_path, "switch", "status", {"because": "x" * REQUEST_SIZE_MAX})
    assert got in ([], [b""])


def test_a_short_path_is_left_as_it_is(tmp_path):
    with short_path(tmp_path.parent.parent / "a.sock") as way:
        assert way == str(tmp_path.parent.parent / "a.sock")


def test_the_way_to_a_long_path_is_short_and_goes_away(tmp_path):
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    (folder / "a").write_text("here")
    with short_path(folder / "a") as way:
        assert len(way) <= 100
        assert Path(way).read_text() == "here"
    assert not os.path.lexists(way)
    assert (folder / "a").exists()


# Without Unix sockets -----------------------------------------------------------------------------


@pytest.fixture
def _without_unix_sockets(monkeypatch):
    monkeypatch.setattr(control, "HAS_UNIX_SOCKETS", False)


@pytest.mark.usefixtures("_without_unix_sockets")
def test_a_token_file_that_is_none(tmp_path):
    with pytest.raises(NotRunning):
        ask_control(tmp_path, "switch", "status")
    for content in (b"", b"\xff", b'{"port":"x"}'):
        token_path(tmp_path, "switch").write_bytes(content)
        with pytest.raises(Error, match="not a token file"):
            ask_control(tmp_path, "switch", "status")


@pytest.mark.usefixtures("_without_unix_sockets")
def test_a_token_file_that_a_dead_program_left(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    token_path(tmp_path, "switch").write_bytes(msgspec.json.encode(TokenFile(port, "t")))
    with pytest.raises(NotRunning):
        ask_control(tmp_path, "switch", "status")
