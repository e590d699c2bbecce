"""Somebody of a test's own who listens, and leaves no connection behind when it ends."""

import asyncio
import gc
from contextlib import asynccontextmanager, suppress

HOST = "127.0.0.1"
TURNS = 3  # of the loop, from a connection that the system took in to the one who talks with it


@asynccontextmanager
async def listening(talk, ssl=None):
    """The port where *talk*, given a reader and a writer, meets everybody; *ssl* is spoken, if any.

    A connection ends with the talk on it, and all do at the end; what was found wrong is raised.
    """
    talks = {}

    def meet(reader, writer):
        task = asyncio.get_running_loop().create_task(_to_the_end(talk, reader, writer))
        talks[task] = writer

    server = await asyncio.start_server(meet, HOST, 0, ssl=ssl)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await _turns()  # Whoever was let in is met, and every talk has begun.
        server.close()
        for task in talks:
            task.cancel()
        ends = await asyncio.gather(*talks, return_exceptions=True)
        for writer in talks.values():
            writer.transport.abort()
        await _turns()
    for end in ends:
        if isinstance(end, AssertionError):
            raise end


async def pass_on(reader, writer, port, asked, answered=None):
    """Carry what comes at *reader* to *port*, and what comes back to *writer*, until one ends.

    *asked* is awaited with all that goes there before it goes on, *answered* (if it is another)
    with all that comes back.
    """
    there, back = await asyncio.open_connection(HOST, port)
    try:
        await asyncio.gather(_carry(reader, back, asked), _carry(there, writer, answered or asked))
    finally:
        back.transport.abort()


def left_open(before=()):
    """The connections of this process that nobody closed, but for those of *before*."""
    gc.collect()
    known = set(map(id, before))
    return [
        each
        for each in gc.get_objects()
        if isinstance(each, asyncio.Transport) and not each.is_closing() and id(each) not in known
    ]


async def _carry(reader, writer, told):
    while data := await reader.read(65_536):
        await told(data)
        writer.write(data)
    writer.close()


async def _to_the_end(talk, reader, writer):
    try:
        with suppress(OSError, EOFError):
            await talk(reader, writer)
    finally:
        writer.close()


async def _turns():
    for _ in range(TURNS):
        await asyncio.sleep(0)
