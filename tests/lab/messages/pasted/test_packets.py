"""A dump of a whole packet gives what TCP carries in it."""

from cardswitch.lab.messages.inputs import read_items
from cardswitch.lab.messages.pasted.packets import payloads_of
from cardswitch.lab.messages.pasted.piece import Piece
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.message import Message
from cardswitch.wire.capture.packets import Endpoint
from cardswitch.wire.capture.pcap import write_pcap

POS = load_dialect("pos")
WIRE = POS.pack(Message("0800", {11: "000001", 70: "301"}))
HERE, THERE = Endpoint("192.0.2.1", 50000), Endpoint("192.0.2.2", 8583)
IP = write_pcap([(1.0, HERE, THERE, len(WIRE).to_bytes(2) + WIRE)])[40:]
ETHERNET = bytes.fromhex("aa0000000001 aa0000000002 0800") + IP


def dumped(data):
    rows = range(0, len(data), 16)
    return "\n".join(f"{at:04x}   {data[at : at + 16].hex(' ')}" for at in rows).encode()


def test_a_frame_of_ethernet_and_a_packet_of_ip():
    for data, words in ((ETHERNET, "an Ethernet frame"), (IP, "an IP packet")):
        [item] = read_items(dumped(data), "auto", POS)
        assert words in item.kind
        assert str(item.lead).startswith("a length of 2 bytes")
        assert item.look(POS).message == POS.unpack(WIRE)


def test_what_is_no_packet_carries_nothing():
    assert list(payloads_of(Piece(kind="a dump", data=WIRE))) == []
