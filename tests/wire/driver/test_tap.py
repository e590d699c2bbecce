"""The tap sees every frame, shows none of its secrets, and stops nothing."""

import json

import pytest

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.hsm import Command
from cardswitch.specs.message import Message
from cardswitch.wire.channel import HsmClientChannel, IsoChannel
from cardswitch.wire.driver import tap as tap_module
from cardswitch.wire.driver.tap import Seen, Tap
from cardswitch.wire.framing import Framing, FramingError
from cardswitch.wire.headers import Tpdu
from cardswitch.wire.ports import LinkId
from tests.kit.files import is_owners_alone

LINK = LinkId("pos/1")
DIALECT = load_dialect("iso87-ascii")
CHANNEL = IsoChannel(DIALECT, Framing("ascii4"))
SALE = Message(
    "0200", {2: "9999990000000011", 3: "000000", 4: "000000001250", 11: "000007", 41: "TERM0001"}
)
PAN = SALE[2]


def test_frames_are_seen_both_ways_and_pass_unchanged():
    tap = Tap()
    watched = tap.watch(CHANNEL, LINK, lambda: 12.5)
    frame = watched.encode(SALE)
    assert frame == CHANNEL.encode(SALE)
    assert watched.decode(frame) == SALE
    assert watched.framing == CHANNEL.framing
    assert list(tap.seen) == [
        Seen(12.5, LINK, "out", len(frame), repr(SALE)),
        Seen(12.5, LINK, "in", len(frame), repr(SALE)),
    ]


def test_nothing_secret_is_shown(tmp_path):
    tap = Tap(tmp_path / "trace")
    iso = tap.watch(CHANNEL, LINK, lambda: 0.0)
    iso.decode(iso.encode(SALE))
    with pytest.raises(FormatError):
        iso.decode(CHANNEL.encode(SALE) + PAN.encode())
    command = Command("0001", "B2", {"data": PAN})
    tap.watch(HsmClientChannel(), LINK, lambda: 0.0).encode(command)
    tap.close()
    assert PAN not in repr(tap.seen) + (tmp_path / "trace").read_text()
    assert [seen.summary[:5] for seen in tap.seen] == ["<0200", "<0200", "refus", "<B2 h"]


def test_a_frame_without_its_header_is_seen_as_refused():
    tap = Tap()
    channel = tap.watch(IsoChannel(DIALECT, Framing("binary2"), Tpdu()), LINK, lambda: 0.0)
    with pytest.raises(FramingError):
        channel.decode(b"0800")
    assert tap.seen[0].summary.startswith("refused: expected a TPDU")


def test_a_file_gets_one_line_a_frame_and_adds_to_what_is_there(tmp_path):
    path = tmp_path / "trace"
    for _ in range(2):
        tap = Tap(path)
        tap.see(Seen(1.5, LINK, "in", 4, "a\nb"))
        tap.close()
        tap.close()
    expected = {"at": 1.5, "link": "pos/1", "direction": "in", "size": 4, "summary": "a\nb"}
    assert [json.loads(line) for line in path.read_text().splitlines()] == [expected] * 2
    assert is_owners_alone(path)


def test_memory_is_bounded():
    tap = Tap(seen_max=2)
    for size in range(5):
        tap.see(Seen(0.0, LINK, "in", size, ""))
    assert [seen.size for seen in tap.seen] == [3, 4]


def test_a_full_disk_is_counted_and_stops_nothing(tmp_path, monkeypatch):
    def full(file, data):
        raise OSError(28, "No space left on device")

    tap = Tap(tmp_path / "trace")
    monkeypatch.setattr(tap_module.os, "write", full)
    tap.see(Seen(0.0, LINK, "in", 1, ""))
    assert (tap.lost, len(tap.seen)) == (1, 1)
    tap.close()


def test_a_file_does_not_grow_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(tap_module, "FILE_SIZE_MAX", 150)
    tap = Tap(tmp_path / "trace")
    for _ in range(4):
        tap.see(Seen(0.0, LINK, "in", 1, "x"))
    tap.close()
    assert (tmp_path / "trace").stat().st_size <= 150
    assert 0 < tap.lost < 4
