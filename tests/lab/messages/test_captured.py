"""The messages of captures, whatever their framing; what is cut or strange is named."""

import shutil
import subprocess

import pytest

from cardswitch.lab.messages.captured import FRAMINGS, is_capture, read_captured
from cardswitch.lab.messages.inputs import read_items
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message
from cardswitch.wire.capture.packets import Endpoint
from cardswitch.wire.capture.pcap import write_pcap
from cardswitch.wire.framing import Framing

POS = load_dialect("pos")
HERE, THERE, WEB = (Endpoint("192.0.2.1", port) for port in (50000, 8583, 80))
WIRES = [POS.pack(Message("0800", {11: f"{n:06d}", 70: "301"})) for n in range(3)]
FRAMED = {
    "binary2": lambda m: len(m).to_bytes(2) + m,
    "binary2-inclusive": lambda m: (len(m) + 2).to_bytes(2) + m,
    "binary2-little": lambda m: len(m).to_bytes(2, "little") + m,
    "ascii4": lambda m: b"%04d" % len(m) + m,
    "ascii4-inclusive": lambda m: b"%04d" % (len(m) + 4) + m,
    "ascii5": lambda m: b"%05d" % len(m) + m,
    "hex4": lambda m: b"%04X" % len(m) + m,
    "bcd2": lambda m: bytes.fromhex(f"{len(m):04d}") + m,
    "vap": lambda m: len(m).to_bytes(2) + bytes(2) + m,
    "stx-etx": lambda m: b"\x02" + m + b"\x03",
    "none": lambda m: m,
}


def capture(name="binary2"):
    return write_pcap((float(n), HERE, THERE, FRAMED[name](m)) for n, m in enumerate(WIRES))


def is_right(data):
    return data[:2] == b"\x08\x00"


def test_every_framing_has_a_sample():
    assert FRAMED.keys() == FRAMINGS.keys()


@pytest.mark.parametrize("name", FRAMED)
def test_every_framing_is_found_and_can_be_said(name):
    for said in ("auto", name):
        seen = read_captured(capture(name), is_right, framing=said)
        assert [one.data for one in seen] == WIRES
        assert all(one.fault is None for one in seen)


@pytest.mark.parametrize("name", ["binary2", "binary2-little", "ascii4", "hex4", "bcd2", "vap"])
def test_longer_messages_than_most_are_read_too(name):
    sizes = {"binary2": "binary2", "binary2-little": "little2"}
    long = Framing(sizes.get(name, name), frame_size_max=9000)
    said = [b"\x08\x00" + b"x" * size for size in (20, 5000, 8000)]
    written = write_pcap((float(n), HERE, THERE, long.frame(one)) for n, one in enumerate(said))
    for framing in ("auto", name):
        assert [seen.data for seen in read_captured(written, is_right, 0, framing)] == said


def cut_packet(data, number, size):
    """Packet *number* of the classic capture *data* as if only *size* bytes of it had been kept."""
    at = 24
    for _ in range(number):
        at += 16 + int.from_bytes(data[at + 8 : at + 12])
    end = at + 16 + int.from_bytes(data[at + 8 : at + 12])
    head = data[at : at + 8] + size.to_bytes(4) + data[at + 12 : at + 16]
    return data[:at] + head + data[at + 16 : at + 16 + size] + data[end:]


def test_a_packet_that_the_capture_cut_is_named_and_stepped_over():
    seen = read_captured(cut_packet(capture(), 1, 50), is_right)
    assert [one.data for one in seen if one.fault is None] == [WIRES[0], WIRES[2]]
    [cut] = [one for one in seen if one.fault is not None]
    assert "not whole" in str(cut.fault)
    assert any("packets cut by the capture: 1, the first is packet 2" in n for n in seen[0].notes)


def test_other_streams_are_passed_over_with_a_note():
    talk = [(float(n), HERE, THERE, FRAMED["binary2"](m)) for n, m in enumerate(WIRES)]
    seen = read_captured(write_pcap([*talk, (9.0, HERE, WEB, b"GET / HTTP/1.1\r\n")]), is_right)
    assert [one.data for one in seen] == WIRES
    assert seen[0].notes == ("streams without a message of this dialect: 1",)


def test_a_frame_of_which_nothing_is_left_is_a_fault():
    bodies = [b"\x60\x00\x00\x00\x00" + WIRES[0], b"\x60\x00\x00\x00\x00", b"\x60", b""]
    talk = [(float(n), HERE, THERE, FRAMED["binary2"](m)) for n, m in enumerate(bodies)]
    seen = read_captured(write_pcap(talk), is_right, skip=5, framing="binary2")
    assert [(one.time, one.data) for one in seen if one.fault is None] == [(0.0, WIRES[0])]
    faults = {one.time: str(one.fault) for one in seen if one.fault is not None}
    assert list(faults) == [1.0, 2.0]  # an empty frame keeps a link alive and is no message
    assert all("a message of more than 5 bytes" in fault for fault in faults.values())


def test_a_capture_without_messages_says_what_may_help():
    assert is_capture(write_pcap([]))
    with pytest.raises(FormatError, match="--framing"):
        read_captured(write_pcap([]), is_right)


@pytest.mark.skipif(not shutil.which("editcap"), reason="editcap, of Wireshark, is not installed")
@pytest.mark.parametrize("form", ["modpcap", "pcapng", "nsecpcap"])
def test_what_wireshark_writes_is_read(form, tmp_path):
    path = tmp_path / "a.pcap"
    path.write_bytes(capture())
    subprocess.run(["editcap", "-F", form, path, tmp_path / "b"], check=True)
    items = read_items((tmp_path / "b").read_bytes(), "auto", POS)
    assert [item.data for item in items] == WIRES


@pytest.mark.parametrize("name", FRAMED)
def test_a_probe_whether_the_link_lives_is_no_byte_of_the_first_frame(name):
    said = [b"\0", *(FRAMED[name](m) for m in WIRES)]
    written = write_pcap((float(n), HERE, THERE, one) for n, one in enumerate(said))
    for framing in ("auto", name):
        seen = read_captured(written, is_right, framing=framing)
        assert [(one.data, one.fault) for one in seen] == [(wire, None) for wire in WIRES]


@pytest.mark.parametrize("name", sorted(FRAMED.keys() - {"stx-etx", "none"}))
def test_a_peer_that_sends_byte_by_byte_sends_no_probe(name):
    bytewise = [bytes([byte]) for wire in WIRES for byte in FRAMED[name](wire)]
    written = write_pcap((float(n), HERE, THERE, one) for n, one in enumerate(bytewise))
    assert [one.data for one in read_captured(written, is_right)] == WIRES
