"""Whoever listens in a test leaves nothing behind, whatever happens to those who come."""

import asyncio
import socket
import ssl

import pytest

from tests.kit.cable import Cable
from tests.kit.listening import HOST, left_open, listening
from tests.kit.papers import certificate


async def _nothing(reader, writer):
    await asyncio.Event().wait()


async def _refused(reader, writer):
    raise ConnectionRefusedError


async def _leaves(reader, writer):
    """It is never waited for."""


def _closed_port():
    with socket.create_server((HOST, 0)) as listening_once:
        return listening_once.getsockname()[1]


@pytest.mark.parametrize("turns", range(6))
@pytest.mark.parametrize("talk", [_nothing, _refused, _leaves, "cable to nobody", "pulled out"])
def test_no_connection_is_left(talk, turns):
    """Whenever the end comes: the one who dialled is met, or not yet."""

    async def main():
        theirs = talk
        if isinstance(talk, str):
            between = Cable(_closed_port())
            theirs = between.talk
            if talk == "pulled out":
                between.pull()
        with socket.socket() as dialling:
            async with listening(theirs) as port:
                dialling.connect((HOST, port))
                for _ in range(turns):
                    await asyncio.sleep(0)

    before = left_open()
    asyncio.run(main())
    assert not left_open(before)


def test_nor_one_that_is_in_its_handshake(tmp_path):
    certificate(tmp_path, "here")
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(tmp_path / "here.pem", tmp_path / "here.key")

    async def main():
        with socket.socket() as dialling:
            async with listening(_nothing, theirs) as port:
                dialling.connect((HOST, port))
                await asyncio.sleep(0.01)

    before = left_open()
    asyncio.run(main())
    assert not left_open(before)


def test_what_a_talk_found_wrong_is_raised():
    async def finds(reader, writer):
        raise AssertionError("the MAC is wrong")

    async def main():
        async with listening(finds) as port:
            _, writer = await asyncio.open_connection(HOST, port)
            writer.close()
            await asyncio.sleep(0)

    with pytest.raises(AssertionError, match="the MAC is wrong"):
        asyncio.run(main())
