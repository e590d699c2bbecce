"""A link turns bytes into events in order, never after its end, and bounds what a peer may do."""

import asyncio
from collections import Counter

import pytest

from cardswitch.specs.errors import EncodeError, FormatError
from cardswitch.wire.driver.links import NEVER, Link, LinkLimits
from cardswitch.wire.framing import Framing, FramingError
from cardswitch.wire.ports import Garbled, LinkDown, LinkId, LinkUp, Received

NAME = LinkId("pos/1")
FRAMING = Framing("binary2")


class Words:
    """A channel of words: some cannot be read, some cannot be said, and two show its defects."""

    framing = FRAMING

    def decode(self, frame):
        if frame == b"bad":
            raise FormatError("a good word")
        if frame == b"foreign":
            raise FramingError("a header")
        if frame == b"defect":
            raise KeyError("4929000000000000")
        return frame.decode()

    def encode(self, message):
        if message == "unspeakable":
            raise EncodeError("a word that can be said")
        if message == "defect":
            raise KeyError("4929000000000000")
        return message.encode()


class Keeper:
    def __init__(self, accepts=True):
        self.counts = Counter()
        self.events = []
        self.unflushed = []
        self.accepts = accepts
        self.is_there = False
        self.noted = []
        self.now_s = 0.0
        self.watched = []

    def note(self, kind, link, reason):
        self.noted.append((kind, link, reason))

    def opened(self, link):
        self.is_there = self.accepts
        return self.accepts

    def take(self, event):
        self.events.append(event)

    def take_all(self, events):
        for event in events:
            self.take(event)

    def written(self, link):
        self.unflushed.append(link)

    def watch(self, link):
        self.watched.append(link.deadline())

    def lost(self, link):
        self.is_there = False


class Transport:
    """What a link did to its connection."""

    def __init__(self):
        self.done = []
        self.written = []

    def get_extra_info(self, name):
        if name == "peercert":
            return {"subject": ((("countryName", "DE"),), (("commonName", "switch\n"),))}
        return ("192.0.2.7", 7100) if name == "peername" else self

    def setsockopt(self, *option):
        self.keep_alive = option

    def set_write_buffer_limits(self, high):
        self.high = high

    def is_closing(self):
        return bool({"close", "abort"} & set(self.done))

    def write(self, data):
        self.written.append(data)

    def __getattr__(self, name):
        return lambda: self.done.append(name)


@pytest.fixture
def keeper():
    return Keeper()


@pytest.fixture
def transport():
    return Transport()


@pytest.fixture
def make(keeper, transport):
    def make(**limits):
        link = Link(keeper, NAME, Words(), LinkLimits(**limits))
        link.connection_made(transport)
        assert keeper.events.pop(0) == LinkUp(NAME, "192.0.2.7 CN=switch\\n", ("switch\n",))
        return link

    return make


@pytest.fixture
def link(make):
    return make()


def pass_time(link, seconds):
    link._keeper.now_s += seconds
    link.look()


def wire(*words):
    return b"".join(FRAMING.frame(word.encode()) for word in words)


def received(*words):
    return [Received(NAME, word) for word in words]


# Frames in --------------------------------------------------------------------------------------


def test_frames_become_events_however_they_come(link, keeper):
    stream = wire("one", "two", "three")
    link.data_received(stream)
    for start in range(len(stream)):
        link.data_received(stream[start : start + 1])
    assert keeper.events == received("one", "two", "three") * 2


def test_what_cannot_be_read_is_garbled_and_the_next_is_served(link, keeper):
    link.data_received(wire("bad", "good"))
    garbled, good = keeper.events
    assert isinstance(garbled, Garbled)
    assert str(garbled.error) == "expected a good word"
    assert [good] == received("good")
    assert link.is_up


def test_a_defect_of_the_codec_is_counted_and_tells_no_secret(link, keeper):
    link.data_received(wire("defect", "good"))
    assert isinstance(keeper.events[0], Garbled)
    assert keeper.events[1:] == received("good")
    assert keeper.counts == {"codec_failed": 1}
    reason = "the codec failed to decode: KeyError"
    assert keeper.noted[1:] == [("codec_failed", NAME, reason)]
    assert "4929" not in repr(keeper.noted) + repr(keeper.events)


@pytest.mark.parametrize("fault", [b"\xff\xff", wire("foreign")])
def test_a_broken_frame_ends_the_link_after_the_good_ones(link, keeper, transport, fault):
    link.data_received(wire("good") + fault + wire("never"))
    assert keeper.events == received("good")
    assert keeper.counts == {"frame_error": 1}
    assert transport.done == ["abort"]
    link.data_received(wire("never"))
    assert keeper.events == received("good")


def test_after_the_end_nothing_comes_any_more(link, keeper):
    link.connection_lost(None)
    link.data_received(wire("never"))
    assert keeper.events == [LinkDown(NAME)]
    assert not keeper.is_there
    assert link.closed.is_set()


def test_half_a_frame_at_the_end_is_counted(link, keeper):
    link.data_received(wire("good")[:-1])
    link.connection_lost(None)
    assert keeper.counts == {"frame_error": 1}


def test_one_peer_has_its_turn_and_then_the_others_have_theirs(make, keeper, transport):
    async def main():
        link = make(frames_per_turn=2)
        link.data_received(wire("1", "2", "3", "4", "5"))
        turns = []
        for _ in range(3):
            turns.append(([event.message for event in keeper.events], list(transport.done)))
            await asyncio.sleep(0)
        return turns

    assert asyncio.run(main()) == [
        (["1", "2"], ["pause_reading"]),
        (["1", "2", "3", "4"], ["pause_reading"]),
        (["1", "2", "3", "4", "5"], ["pause_reading", "resume_reading"]),
    ]


def test_a_link_that_ends_between_two_turns_says_no_more(make, keeper):
    async def main():
        link = make(frames_per_turn=1)
        link.data_received(wire("1", "2"))
        link.connection_lost(None)
        await asyncio.sleep(0)

    asyncio.run(main())
    assert keeper.events == [*received("1"), LinkDown(NAME)]


def test_a_machine_that_closes_the_link_hears_no_more_of_it(make, keeper):
    async def main():
        link = make()
        keeper.take = lambda event: (keeper.events.append(event), link.end("enough"))
        link.data_received(wire("1", "2"))

    asyncio.run(main())
    assert keeper.events == received("1")


# Bytes out --------------------------------------------------------------------------------------


def test_what_was_put_leaves_in_one_write(link, keeper, transport):
    for word in ("one", "two"):
        link.put(link.pack(word))
    assert transport.written == []
    assert keeper.unflushed == [link]
    link.flush()
    link.flush()
    assert transport.written == [wire("one", "two")]


@pytest.mark.parametrize(
    ("word", "counts"), [("unspeakable", {}), ("x" * 5000, {}), ("defect", {"codec_failed": 1})]
)
def test_what_cannot_be_said_is_logged_without_its_secrets(link, keeper, word, counts):
    assert link.pack(word) == b""
    assert keeper.counts == counts
    assert [each[1] for each in keeper.noted[1:]] == [NAME]
    assert "4929" not in repr(keeper.noted)


def test_a_peer_that_does_not_read_is_dropped(make, keeper, transport):
    link = make(write_buffer_max=1000)
    assert transport.high == 1000
    link.pause_writing()
    assert transport.done == ["abort"]
    assert keeper.counts == {"slow_peer": 1}


# The end ----------------------------------------------------------------------------------------


def test_the_last_words_are_said_before_the_end(make, transport):
    async def main():
        link = make()
        link.put(wire("last"))
        link.end("enough")
        link.put(wire("never"))
        link.flush()
        link.end("again")
        link.connection_lost(None)

    asyncio.run(main())
    assert transport.written == [wire("last")]
    assert transport.done == ["close"]


def test_a_peer_that_lets_us_wait_at_the_end_is_cut_off(make, transport, monkeypatch):
    monkeypatch.setattr("cardswitch.wire.driver.links.CLOSE_S", 0.0)

    async def main():
        make().end("enough")
        await asyncio.sleep(0.01)

    asyncio.run(main())
    assert transport.done == ["close", "abort"]


def test_a_link_that_is_refused_was_never_there(transport):
    keeper = Keeper(accepts=False)
    link = Link(keeper, NAME, Words(), LinkLimits())
    link.connection_made(transport)
    link.data_received(wire("never"))
    link.connection_lost(None)
    assert keeper.events == []
    assert transport.done == ["abort"]


# Deadlines --------------------------------------------------------------------------------------


def test_the_first_frame_must_come_in_time(make, keeper, transport):
    link = make(first_frame_s=5.0)
    pass_time(link, 5.0)
    assert link.is_up
    pass_time(link, 0.5)
    assert not link.is_up
    assert transport.done == ["abort"]
    assert keeper.counts == {"frame_late": 1}


def test_a_first_frame_that_begins_late_has_the_time_of_any_frame(make, keeper):
    link = make(intra_frame_s=2.0)
    pass_time(link, 1000.0)
    link.data_received(wire("one")[:1])
    pass_time(link, 2.0)
    link.data_received(wire("one")[1:])
    assert link.is_up
    assert keeper.events[-1:] == received("one")


def test_after_the_first_frame_a_peer_may_be_silent(make):
    link = make(first_frame_s=5.0)
    link.data_received(wire("first"))
    pass_time(link, 1000.0)
    assert link.is_up


def test_a_frame_that_has_begun_must_end_in_time_whatever_drips_in(make, keeper):
    link = make(intra_frame_s=2.0)
    link.data_received(wire("good") + b"\0\5")
    for byte in b"ab":
        pass_time(link, 1.0)
        link.data_received(bytes([byte]))
    assert link.is_up
    pass_time(link, 0.5)
    assert keeper.counts == {"frame_late": 1}


def test_the_deadline_is_the_nearest_and_is_told_when_it_comes_nearer(make, keeper):
    link = make(first_frame_s=5.0, idle_s=300.0, intra_frame_s=2.0)
    assert link.deadline() == 5.0
    keeper.now_s = 1.0
    link.data_received(wire("first"))
    assert (link.deadline(), keeper.watched) == (301.0, [])
    keeper.now_s = 7.0
    link.data_received(wire("ab")[:1])
    assert keeper.watched == [9.0]
    link.data_received(wire("ab")[1:3])
    assert keeper.watched == [9.0]
    link.data_received(wire("ab")[3:] + b"\0")
    assert keeper.watched == [9.0, 9.0]
    link.data_received(wire("ab")[1:])
    assert link.deadline() == 307.0


def test_a_link_without_limits_has_no_deadline(make):
    link = make()
    link.data_received(wire("first"))
    assert link.deadline() == NEVER


def test_every_frame_has_its_own_time(make):
    link = make(intra_frame_s=2.0)
    stream = wire("abc", "abc", "abc")
    for start in range(1, 12, 2):
        link.data_received(stream[start - 1 : start + 1])
        pass_time(link, 0.7)
    assert link.is_up


def test_a_silent_link_is_closed_in_the_end(make, keeper, transport):
    async def main():
        link = make(idle_s=300.0)
        for _ in range(3):
            pass_time(link, 299.0)
            link.data_received(wire("still here"))
        assert link.is_up
        pass_time(link, 301.0)
        link.connection_lost(None)

    asyncio.run(main())
    assert transport.done == ["close"]
    assert keeper.counts == {"link_idle": 1}


def test_time_stands_still_while_we_do_not_read(make, transport):
    link = make(first_frame_s=5.0, idle_s=10.0)
    for _ in range(2):
        link.hold()
    pass_time(link, 1000.0)
    assert link.is_up
    link.resume()
    assert transport.done == ["pause_reading"]
    link.resume()
    assert transport.done == ["pause_reading", "resume_reading"]
    pass_time(link, 5.5)
    assert not link.is_up


def test_a_keep_alive_is_no_end_and_restarts_no_deadline(make, keeper, transport):
    for limits, count in [
        ({"first_frame_s": 5.0}, "frame_late"),
        ({"idle_s": 5.0}, "link_idle"),
        ({"intra_frame_s": 5.0}, "frame_late"),
    ]:
        keeper.counts.clear()
        link = make(**limits)

        async def main(link=link, begun=b"\0" if "intra_frame_s" in limits else b""):
            for _ in range(4):
                link.data_received(b"\0\0" * 3 + begun)
                begun = b""
                pass_time(link, 1.5)

        asyncio.run(main())
        assert keeper.counts[count] == 1
        assert keeper.events == []


# What the record says ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "kind", "reason"),
    [
        (lambda link: None, "link_down", "the peer closed it"),
        (lambda link: link.end("enough"), "link_down", "closed: enough"),
        (lambda link: link.data_received(b"\0\5A"), "frame_error", "the peer ended it within"),
        (lambda link: link.data_received(b"\xff\xff"), "frame_error", "aborted: expected a length"),
        (lambda link: pass_time(link, 9.0), "link_idle", "closed: nothing was received"),
        (lambda link: link.pause_writing(), "slow_peer", "aborted: the peer does not read"),
    ],
)
def test_a_link_is_told_of_twice_when_it_comes_and_when_it_goes(make, keeper, end, kind, reason):
    link = make(idle_s=8.0)

    async def main():
        end(link)

    asyncio.run(main())
    link.connection_lost(None)
    came, went = keeper.noted
    assert came == ("link_up", NAME, "with 192.0.2.7")
    assert went[:2] == (kind, NAME)
    assert went[2].startswith(reason)


def test_a_reset_is_told_by_its_name(link, keeper):
    link.connection_lost(ConnectionResetError())
    assert keeper.noted[-1] == ("link_down", NAME, "it was lost: ConnectionResetError")
