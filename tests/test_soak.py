"""Garbage at every port, over and over: nothing of it stays in memory."""

import asyncio
import gc
import sys

import pytest

from tests.kit.house_inside import lab_in, ports, ready

# Frames that are whole and cannot be read: the HSM and a host answer, drop, or end the link.
UNREADABLE = [b"\xff" * 30, b"0200" + b"\x00" * 20, b"9999" * 3, b"0001ZZ" + b"\xff" * 9]
A_LINK = 3  # More than these end a link, so each comes on links of its own.
ROUND = 60  # Links in one round at one port.
# Dictionaries grow in steps, counters get a name; 60 links whose frames stay are tens of thousands.
SLACK_BLOCKS = 3_000


async def _say(port, data):
    """One connection that says *data* and reads until nobody answers any more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        writer.write_eof()
        async with asyncio.timeout(5):
            while await reader.read(65_536):
                pass
    except ConnectionError:
        """It was cut off by the other end."""
    finally:
        writer.close()


async def _round(port, framing, header):
    for number in range(ROUND):
        frame = framing.frame(header + UNREADABLE[number % len(UNREADABLE)])
        await _say(port, frame * A_LINK)


async def _blocks():
    """How many blocks of memory are in use once everything has come to rest."""
    await asyncio.sleep(0.1)
    gc.collect()
    return sys.getallocatedblocks()


@pytest.mark.timeout(120)
def test_unreadable_frames_leave_nothing_at_any_port(tmp_path):
    lab = lab_in(tmp_path)

    async def main():
        grown = {}
        async with ready(lab):
            for name, place in ports(lab).items():
                await _round(*place)
                before = await _blocks()
                await _round(*place)
                grown[name] = await _blocks() - before
        return grown

    grown = asyncio.run(main())
    assert all(blocks < SLACK_BLOCKS for blocks in grown.values()), grown
