"""Floods at every port: whoever says nothing is sent away, and the next one is served."""

import asyncio
import time

import pytest

from tests.kit.house_inside import lab_in, ports, ready

SILENT = 6  # More than a port lets in.
ALLOWED = 4
SOON_S = 3.0  # A deadline of 0.3 s, looked at twice a second, on a busy machine.


async def _silence(port):
    """How long a connection lasts that says nothing."""
    begun = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(2 * SOON_S):
            await reader.read(1)
    except ConnectionError:
        """Cut off: that is what is waited for."""
    finally:
        writer.close()
    return time.monotonic() - begun


@pytest.mark.timeout(60)
def test_no_port_is_locked_by_silent_connections(tmp_path):
    """All places are taken by peers that say nothing: soon they are free again."""
    lab = lab_in(tmp_path, links_max=ALLOWED, first_frame_s=0.3)

    async def main():
        async with ready(lab):
            for name, (port, *_) in ports(lab).items():
                lasted = await asyncio.gather(*(_silence(port) for _ in range(SILENT)))
                assert max(lasted) < SOON_S, name
                assert await _silence(port) > 0.2, f"{name} let nobody in"

    asyncio.run(main())
