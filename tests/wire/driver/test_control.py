"""A program does what its own user asks, and survives whatever else comes to that socket."""

import asyncio
import json
import os
import socket
import stat
import tempfile
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from cardswitch.specs.errors import Error
from cardswitch.wire.driver.control import ControlLimits, serve_control
from cardswitch.wire.operator import control as client
from cardswitch.wire.operator.control import (
    REQUEST_SIZE_MAX,
    NotRunning,
    ask_control,
    short_path,
)
from cardswitch.wire.store.disk import user_name
from tests.kit.files import is_owners_alone
from tests.kit.wire import PATIENCE_S, until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Unix sockets")
STATUS = b'{"verb":"status"}\n'
WAIT = b'{"verb":"wait"}\n'


class Deeds:
    """Verbs, and what they were told."""

    def __init__(self):
        self.told = []
        self.go_on = asyncio.Event()

    def verbs(self):
        return {
            "status": self.status,
            "refuse": self.refuse,
            "break": self.fail,
            "odd": self.odd,
            "wait": self.wait,
            "long": self.long,
        }

    async def status(self, told):
        self.told.append(dict(told))
        return {"legs": 3}

    async def refuse(self, told):
        raise Error("leg 7 is not in exception")

    async def fail(self, told):
        raise KeyError("4000000000000002")

    async def odd(self, told):
        return {"odd": object()}

    async def wait(self, told):
        self.told.append(dict(told))
        await self.go_on.wait()
        return {}

    async def long(self, told):
        return {"text": "x" * told.get("size", 3_000_000)}


@pytest.fixture
def served(on_loop, tmp_path):
    """Run a story beside a program that is asked in *tmp_path*."""

    def play(story, limits=None):
        async def main():
            deeds = Deeds()
            async with asyncio.timeout(PATIENCE_S):
                control = await serve_control(tmp_path, "switch", deeds.verbs(), limits)
                try:
                    return await story(deeds)
                finally:
                    await control.close()

        return on_loop(main())

    play.ask = partial(asyncio.to_thread, ask_control, tmp_path, "switch")
    play.path = tmp_path / "switch.sock"
    return play


@asynccontextmanager
async def dialled(path):
    with short_path(path) as way:
        reader, writer = await asyncio.open_unix_connection(way)
    try:
        yield reader, writer
    finally:
        writer.close()


async def said(path, data, *, ends=False):
    """All that is answered to *data*, until the program ends the connection."""
    async with dialled(path) as (reader, writer):
        writer.write(data)
        if ends:
            writer.write_eof()
        return [json.loads(line) for line in (await rest(reader)).splitlines()]


async def rest(reader):
    """What comes until the end; one that goes with input unread is cut off after its answer."""
    got = b""
    try:
        while data := await reader.read(65_536):
            got += data
    except ConnectionError:
        pass
    return got


def test_a_deed_is_done_and_who_asked_is_told(served):
    async def story(deeds):
        assert await served.ask("status", {"leg": 7, "who": "mallory"}) == {"legs": 3}
        return deeds.told

    assert served(story) == [{"leg": 7, "who": user_name()}]


def test_what_is_refused_is_said_and_the_connection_goes_on(served):
    async def story(_):
        lines = b'{"verb":"refuse"}\n' + STATUS
        return await said(served.path, lines, ends=True)

    assert served(story) == [
        {"ok": False, "error": "leg 7 is not in exception"},
        {"ok": True, "result": {"legs": 3}},
    ]


@pytest.mark.parametrize(("verb", "kind"), [("break", "KeyError"), ("odd", "TypeError")])
def test_an_error_of_ours_is_named_without_its_text(served, verb, kind):
    async def story(_):
        with pytest.raises(Error) as caught:
            await served.ask(verb)
        assert await served.ask("status")
        return str(caught.value)

    assert served(story) == f"{verb} failed: {kind}"


def test_a_long_answer_comes_whole(served):
    async def story(_):
        return await served.ask("long")

    assert len(served(story)["text"]) == 3_000_000


def test_whoever_has_asked_all_hears_all(served):
    """Whatever part of an answer the system has taken when the asker says that this was all."""

    async def story(_):
        async def heard(size):
            async with dialled(served.path) as (reader, writer):
                line = {"verb": "long", "arguments": {"size": size}}
                writer.write(json.dumps(line).encode() + b"\n")
                writer.write_eof()
                await asyncio.sleep(0.05)
                return len(json.loads(await rest(reader))["result"]["text"])

        sizes = range(10_000, 500_000, 30_000)
        return [await heard(size) - size for size in sizes]

    assert not any(served(story))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\n", "request: "),
        (b"hello\n", "request: JSON is malformed"),
        (b"\xff\xfe\n", "request: "),
        (b'{"verb":"\xff"}\n', "request: "),
        (b'{"arguments":{"a":' + b"[" * 60_000 + b"\n", "request: nested too deeply"),
        (b'{"verb":7}\n', "request: Expected `str`, got `int` - at `$.verb`"),
        (b"{}\n", "request: Object missing required field `verb`"),
        (b'{"verb":"status","args":{}}\n', "unknown field `args`"),
        (b'{"verb":"status","who":"' + b"x" * 65 + b'"}\n', "$.who"),
        (b'{"verb":"st\\u001b[2J"}\n', "verb: st\\x1b[2J is unknown, expected one of break, long"),
        (b"x" * REQUEST_SIZE_MAX + b"\n", f"a line may have {REQUEST_SIZE_MAX} bytes"),
        (b"x" * 200_000, f"a line may have {REQUEST_SIZE_MAX} bytes"),
    ],
)
def test_what_is_no_request_is_located_and_is_the_end(served, data, says):
    async def story(deeds):
        answers = await said(served.path, data + STATUS)
        assert await served.ask("status")  # Others are served.
        return answers, len(deeds.told)

    [answer], count = served(story)
    assert answer["ok"] is False
    assert says in answer["error"]
    assert len(answer["error"]) < 300
    assert count == 1


def test_the_longest_line_is_taken(served):
    async def story(_):
        line = STATUS[:-1] + b" " * (REQUEST_SIZE_MAX - len(STATUS)) + b"\n"
        assert len(line) == REQUEST_SIZE_MAX
        return await said(served.path, line, ends=True)

    assert served(story) == [{"ok": True, "result": {"legs": 3}}]


def test_a_request_byte_by_byte_is_a_request(served):
    async def story(_):
        async with dialled(served.path) as (reader, writer):
            for byte in STATUS * 2:
                writer.write(bytes([byte]))
                await asyncio.sleep(0)
            return [json.loads(await reader.readline()) for _ in range(2)]

    assert served(story) == [{"ok": True, "result": {"legs": 3}}] * 2


def test_every_single_byte_and_every_cut_is_survived(served):
    async def story(deeds):
        for byte in range(256):
            [answer] = await said(served.path, bytes([byte]) + b"\n" * (byte != 10))
            assert answer["ok"] is False
        for cut in range(1, len(STATUS)):
            [answer] = await said(served.path, STATUS[:cut], ends=True)
            assert answer["error"] == f"the line ends after {cut} bytes without a line feed"
        assert await said(served.path, b"", ends=True) == []
        assert deeds.told == []
        return await served.ask("status")

    assert served(story) == {"legs": 3}


@pytest.mark.parametrize(
    ("data", "limits", "says"),
    [
        (b"", ControlLimits(idle_s=0.05), "nothing was asked for 0.05 s"),
        (b'{"verb"', ControlLimits(line_s=0.05), "a line must be whole within 0.05 s"),
    ],
)
def test_whoever_is_slow_is_sent_away(served, data, limits, says):
    async def story(_):
        return await said(served.path, data)

    assert served(story, limits) == [{"ok": False, "error": says}]


def test_whoever_takes_no_answer_is_cut_off(served):
    async def story(_):
        with socket.socket(socket.AF_UNIX) as deaf, short_path(served.path) as way:
            deaf.connect(way)
            deaf.sendall(b'{"verb":"long"}\n')
            await asyncio.sleep(0.2)
            while True:  # Until the one place is free.
                try:
                    await served.ask("status")
                    break
                except Error:
                    await asyncio.sleep(0.01)
            return await asyncio.to_thread(taken, deaf)

    assert served(story, ControlLimits(clients_max=1, line_s=0.1)) < 3_000_000


def taken(connection):
    """How many bytes there are to be taken from *connection* until its end."""
    count = 0
    while data := connection.recv(65_536):
        count += len(data)
    return count


def test_a_flood_leaves_eight_and_they_are_served(served):
    async def story(deeds):
        many = [asyncio.ensure_future(said(served.path, WAIT + b"\n")) for _ in range(60)]
        await until(lambda: sum(task.done() for task in many) == 52)
        assert all(
            task.result() == [{"ok": False, "error": "8 others are connected: try again later"}]
            for task in many
            if task.done()
        )
        deeds.go_on.set()
        answers = await asyncio.gather(*many)
        assert sum(answer["ok"] for answer, *_ in answers) == 8
        return await served.ask("status")

    assert served(story) == {"legs": 3}


def test_what_is_in_work_at_the_end_is_nobodys_to_know(on_loop, tmp_path):
    async def main():
        deeds = Deeds()
        control = await serve_control(tmp_path, "switch", deeds.verbs())
        asked = asyncio.ensure_future(asyncio.to_thread(ask_control, tmp_path, "switch", "wait"))
        await until(lambda: deeds.told)
        await control.close()
        await control.close()
        with pytest.raises(Error, match="ended before it answered wait; it may have done it"):
            await asked

    on_loop(main())


# The place ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777])
def test_the_socket_is_its_owners_alone(served, mask):
    async def story(_):
        assert stat.S_ISSOCK(served.path.stat().st_mode)
        return is_owners_alone(served.path)

    before = os.umask(mask)
    try:
        assert served(story)
    finally:
        os.umask(before)
    assert not served.path.exists()


def test_it_is_its_owners_alone_before_anybody_can_connect(served, monkeypatch):
    seen = []
    chmod = Path.chmod

    def watched(path, mode):
        with socket.socket(socket.AF_UNIX) as early, short_path(path) as way:
            with pytest.raises(ConnectionRefusedError):
                early.connect(way)
            seen.append(mode)
        chmod(path, mode)

    monkeypatch.setattr(Path, "chmod", watched)

    async def story(_):
        return await served.ask("status")

    assert served(story)
    assert seen == [0o600]


def test_the_socket_of_a_dead_program_is_replaced(served):
    with socket.socket(socket.AF_UNIX) as dead, short_path(served.path) as way:
        dead.bind(way)

    async def story(_):
        return await served.ask("status")

    assert served(story) == {"legs": 3}


def test_a_second_program_is_refused_and_the_first_goes_on(served, tmp_path):
    async def story(_):
        with pytest.raises(Error, match="is switch running already"):
            await serve_control(tmp_path, "switch", {})
        other = await serve_control(tmp_path, "issuer", {})
        await other.close()
        return await served.ask("status")

    assert served(story) == {"legs": 3}


def test_the_place_is_free_at_the_end(served):
    async def story(_):
        return await served.ask("status")

    assert served(story) == served(story)
    with pytest.raises(NotRunning):
        ask_control(served.path.parent, "switch", "status")


def test_a_file_that_is_no_socket_is_left_alone(served, tmp_path):
    served.path.write_text("mine")
    with pytest.raises(Error, match="expected no file or a socket there"):
        served(None)
    assert served.path.read_text() == "mine"
    served.path.unlink()

    async def story(_):
        return await served.ask("status")

    assert served(story)


def test_a_folder_that_is_not_there(on_loop, tmp_path):
    with pytest.raises(Error, match="cannot listen there: No such file"):
        on_loop(serve_control(tmp_path / "none", "switch", {}))


def test_a_folder_with_a_long_name(on_loop, tmp_path):
    folder = tmp_path / ("x" * 150)
    folder.mkdir()

    async def main():
        control = await serve_control(folder, "switch", Deeds().verbs())
        try:
            assert is_owners_alone(folder / "switch.sock")
            return await asyncio.to_thread(ask_control, folder, "switch", "status")
        finally:
            await control.close()

    assert on_loop(main()) == {"legs": 3}
    assert [path.name for path in folder.iterdir()] == ["switch.sock.lock"]


def stranger(path):
    """As another user, ask; 0 if that is refused. Nothing but system calls: this is a fork."""
    try:
        os.setuid(65_534)
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(PATIENCE_S)
            asking.connect(str(path))
            with suppress(BrokenPipeError):
                asking.sendall(STATUS)
            return 0 if b"only the user who runs" in asking.recv(1000) else 1
    except BaseException:
        return 2


@pytest.mark.skipif(
    not hasattr(socket, "SO_PEERCRED") or os.getuid() != 0, reason="needs root and SO_PEERCRED"
)
def test_another_user_is_refused_even_if_the_rights_were_changed(on_loop):
    async def main(folder):
        deeds = Deeds()
        control = await serve_control(folder, "switch", deeds.verbs())
        (folder / "switch.sock").chmod(0o666)
        child = os.fork()
        if not child:
            os._exit(stranger(folder / "switch.sock"))
        _, status = await asyncio.to_thread(os.waitpid, child, 0)
        await control.close()
        return status, deeds.told

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        assert on_loop(main(Path(folder))) == (0, [])


# Without Unix sockets -----------------------------------------------------------------------------


def test_on_loopback_with_a_token(on_loop, tmp_path, monkeypatch):
    monkeypatch.setattr(client, "HAS_UNIX_SOCKETS", False)
    file = tmp_path / "switch.token"

    async def main():
        deeds = Deeds()
        control = await serve_control(tmp_path, "switch", deeds.verbs(), on_loopback=True)
        ask = partial(asyncio.to_thread, ask_control, tmp_path, "switch", "status")
        try:
            assert is_owners_alone(file)
            assert await ask() == {"legs": 3}
            with pytest.raises(Error, match="running already"):
                await serve_control(tmp_path, "switch", {}, on_loopback=True)
            right = file.read_bytes()
            file.write_bytes(right.replace(json.loads(right)["token"].encode(), b"guess\xc3\xa9"))
            with pytest.raises(Error, match="not the one that stands in the token file"):
                await ask()
            return len(deeds.told)
        finally:
            await control.close()

    assert on_loop(main()) == 1
    assert not file.exists()
