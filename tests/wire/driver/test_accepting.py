"""Whoever comes is met or refused, and is closed at the end wherever his meeting is."""

import asyncio
import socket

import pytest

from cardswitch.wire.driver import accepting
from cardswitch.wire.driver.accepting import IN_A_ROW, Accepting
from cardswitch.wire.driver.tls import server_tls
from cardswitch.wire.operator.addresses import Address
from tests.kit.listening import left_open
from tests.kit.papers import certificate
from tests.kit.wire import HOST, SmallMachine, Words, running, until


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    folder = tmp_path_factory.mktemp("papers")
    certificate(folder, "here")
    place = Address(port=0, tls_certificate="here.pem", tls_key="here.key").placed(folder)
    return lambda: server_tls(place, "front.tls_")


@pytest.mark.parametrize("turns", range(7))
@pytest.mark.parametrize("secure", [False, True])
def test_a_program_that_ends_leaves_no_connection(on_loop, tls, turns, secure):
    """However far it has come with the one who dials: a warning would be an error."""

    async def main():
        with socket.socket() as dialling:
            async with running(SmallMachine()) as runtime:
                port = await runtime.listen("pos", HOST, 0, Words(), tls=tls() if secure else None)
                dialling.connect((HOST, port))
                for _ in range(turns):
                    await asyncio.sleep(0)

    before = left_open()  # by whatever test was here before
    on_loop(main())
    assert not left_open(before)


def test_a_meeting_has_its_connection_and_what_fails_in_it_is_told():
    met, failures = [], []

    async def fails(peer, address):
        met.append(address)
        peer.close()
        raise ValueError("a defect")

    async def main():
        accepted = Accepting(fails, failures.append)
        port = await accepted.open(HOST, 0)
        with socket.create_connection((HOST, port)):
            await until(lambda: failures)
        accepted.close()
        await accepted.closed()
        assert not accepted.tasks

    asyncio.run(main())
    assert met == [HOST]
    assert [str(error) for error in failures] == ["a defect"]


def test_who_is_refused_is_closed_and_others_have_their_turn(monkeypatch):
    turns = []
    monkeypatch.setattr(accepting, "IN_A_ROW", 2)

    async def main():
        accepted = Accepting(lambda peer, address: turns.append("refused"), turns.append)
        port = await accepted.open(HOST, 0)
        asked = [socket.create_connection((HOST, port)) for _ in range(4)]

        async def other():
            while len(turns) < 6:
                turns.append("other")
                await asyncio.sleep(0)

        await other()
        for each in asked:
            each.setblocking(False)
            assert await asyncio.get_running_loop().sock_recv(each, 1) == b""
            each.close()
        accepted.close()
        await accepted.closed()

    asyncio.run(main())
    refused = [number for number, turn in enumerate(turns) if turn == "refused"]
    assert len(refused) == 4
    assert "other" in turns[refused[1] : refused[2]]
    assert IN_A_ROW > 2


def test_without_a_file_descriptor_it_says_so_once_and_tries_again(monkeypatch):
    monkeypatch.setattr(accepting, "RETRY_S", 0.01)
    met, tries, told = [], [], []

    async def meets(peer, address):
        met.append(address)
        peer.close()

    async def main():
        loop = asyncio.get_running_loop()
        accept = loop.sock_accept

        async def none_left(listening):
            tries.append(listening)
            if len(tries) < 3:
                raise OSError(24, "Too many open files")
            return await accept(listening)

        monkeypatch.setattr(loop, "sock_accept", none_left)
        accepted = Accepting(meets, pytest.fail, told.append)
        port = await accepted.open(HOST, 0)
        with socket.create_connection((HOST, port)):
            await until(lambda: met)
        accepted.close()
        await accepted.closed()

    asyncio.run(main())
    assert len(tries) >= 3
    assert [error.strerror for error in told] == ["Too many open files"]  # once for all of it
