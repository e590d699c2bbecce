"""A bank of forty lines, in a dialect of its own (bank.toml), for any terminal that speaks it."""

import asyncio
import sys
from pathlib import Path

from cardswitch import DecodeError, Message, load_dialect

BANK = load_dialect(str(Path(__file__).with_name("bank.toml")))
LIMIT = 100_00  # in cents
CODES = {True: "00", False: "51"}


def decide(asked: Message) -> Message:
    """What is answered: a sale up to the limit is approved; what is taken back is always taken."""
    is_good = asked.mti != "0200" or int(asked[4]) <= LIMIT
    answer = asked.reply(CODES[is_good], {62: "Thank you" if is_good else "Over your limit"})
    return answer.with_fields({38: "A1B2C3"}) if asked.mti == "0200" and is_good else answer


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection: two bytes of length before each message."""
    try:
        while head := await reader.read(1):
            length = int.from_bytes(head + await reader.readexactly(1))
            asked = BANK.unpack(await reader.readexactly(length))
            answer = BANK.pack(decide(asked))
            writer.write(len(answer).to_bytes(2) + answer)
            print(asked.mti, asked.get(4), asked.get(41), flush=True)  # never the card
    except (DecodeError, asyncio.IncompleteReadError) as error:
        print(error, flush=True)
    writer.close()


async def main(port: str) -> None:
    """Until it is stopped."""
    async with await asyncio.start_server(talk, "127.0.0.1", int(port)) as server:
        print(f"listens on port {server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
