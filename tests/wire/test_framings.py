"""Every framing that a configuration may name works on live links, whoever dials."""

import asyncio
import re
from typing import get_args

import msgspec
import pytest

from cardswitch.wire.framing import Ending, LengthEncoding
from cardswitch.wire.framings import FramingName, framing_named
from cardswitch.wire.ports import LinkId, Send
from tests.kit.wire import HOST, SmallMachine, Words, running, until

NAMES = [
    f"{encoding}{counts}{ending}"
    for encoding in get_args(LengthEncoding)
    for counts in ("", "-inclusive")
    for ending in ("", *(f"-{each}" for each in get_args(Ending)[1:]))
] + ["etx", "stx-lrc"]


class Framed(Words):
    """Words in frames of a kind."""

    def __init__(self, name):
        self.framing = framing_named(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_configuration_may_say_so(name):
    assert msgspec.convert(name, FramingName) == name


@pytest.mark.parametrize(
    "name", ["binary3", "ascii4-etx-inclusive", "etx-inclusive", "ascii4\n", ""]
)
def test_nothing_else(name):
    with pytest.raises(msgspec.ValidationError, match=re.escape("matching regex")):
        msgspec.convert(name, FramingName)


def test_no_two_names_mean_the_same():
    """Twenty-six bytes and more look different in every way to write a number."""
    assert len({framing_named(name).frame(b"0" * 26) for name in NAMES}) == len(NAMES)


def test_all_of_them_on_live_links_in_both_directions():
    """Every one has a listener that echoes, and a dialler that says two words."""

    async def main():
        client, server = SmallMachine(), SmallMachine()
        client.reactions = {"one": lambda link: [], "two": lambda link: []}
        async with running(server) as listening, running(client) as dialling:
            for name in NAMES:
                port = await listening.listen(name, HOST, 0, Framed(name))
                dialling.dial(name, HOST, port, Framed(name))
            await until(lambda: len(client.events) == len(NAMES))
            for name in NAMES:
                words = [Send(LinkId(name), "one"), Send(LinkId(name), "two")]
                dialling.call(lambda now, words=words: words)
            await until(lambda: len(client.words) == 2 * len(NAMES))
            assert sorted(client.words) == sorted(["one", "two"] * len(NAMES))

    asyncio.run(main())


@pytest.mark.parametrize(
    "name", ["binary2", "ascii4-inclusive", "binary2-etx", "hex4", "bcd2", "vap", "etx", "stx-lrc"]
)
def test_a_keepalive_is_counted_and_is_no_message(name):
    framing = framing_named(name)
    framer = framing.framer()
    assert framer.feed(framing.keepalive + framing.frame(b"0800") + framing.keepalive) == [b"0800"]
    assert (framer.keepalives, framer.is_partial) == (2, False)
