"""Somebody who asks a program that listens, over a real connection."""

import asyncio


async def ask(port, channel, message, tls=None):
    """The first message that comes back for *message*; *tls* is spoken, if any."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    try:
        writer.write(channel.framing.frame(channel.encode(message)))
        framer, frames = channel.framing.framer(), []
        while not frames:
            data = await reader.read(65_536)
            assert data, "the connection was closed without an answer"
            frames = framer.feed(data)
        return channel.decode(frames[0])
    finally:
        writer.close()
        await writer.wait_closed()
