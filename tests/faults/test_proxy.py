"""faults.proxy: each of its faults, on one line."""

import asyncio

import pytest

from cardswitch.wire.framing import Framing
from tests.kit.listening import HOST, listening

from . import proxy as proxies
from .proxy import FAULTS, between

FRAMING = Framing("binary2")
FRAMES = [FRAMING.frame(bytes((n,)) * 40) for n in range(1, 9)]


async def heard_through(fault):
    """What comes through, in order, of frames that are sent one by one; and how it ended."""
    heard, ended = bytearray(), asyncio.Event()

    async def hear(reader, _):
        while data := await reader.read(4096):
            heard.extend(data)
        ended.set()

    async with listening(hear) as port, between(port, FRAMING) as proxy:
        proxy.fault = fault
        reader, writer = await asyncio.open_connection(HOST, proxy.at)
        for frame in FRAMES:
            writer.write(frame)
        try:
            async with asyncio.timeout(30.0):
                if fault in ("reset", "half-open"):
                    assert await reader.read() == b""
                else:
                    while len(heard) < len(b"".join(FRAMES)) * (2 if fault == "doubles" else 1):
                        await asyncio.sleep(0.01)
        except ConnectionError:
            pass
        assert proxy.done
        writer.transport.abort()
    return bytes(heard)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault(fault, monkeypatch):
    monkeypatch.setattr(proxies, "STANDS_S", 0.1)
    heard, sent = asyncio.run(heard_through(fault)), b"".join(FRAMES)
    match fault:
        case "latency" | "slices":
            assert heard == sent
        case "doubles":
            assert heard == b"".join(2 * frame for frame in FRAMES)
        case "reorder":
            assert heard != sent
            assert sorted(FRAMING.framer().feed(heard)) == [frame[2:] for frame in FRAMES]
        case _:
            assert len(heard) < len(sent)
