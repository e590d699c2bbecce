"""What the tests give to tshark: captures of talk in every shape, and how its answer is read."""

import shutil
import struct
import subprocess
from collections import defaultdict
from ipaddress import ip_address

import pytest
from defusedxml import ElementTree

TSHARK = shutil.which("tshark")
needs_tshark = pytest.mark.skipif(TSHARK is None, reason="tshark is not installed")
IPV4 = ip_address("192.0.2.1"), ip_address("192.0.2.2")
IPV6 = ip_address("2001:db8::1"), ip_address("2001:db8::2")
_TCP, _PUSH_ACK, _ETHERNET = 6, 0x18, 1


def packet(source, destination, sequence, data, ends=IPV4, vlan=None):
    """An Ethernet frame with *data* from port *source* to port *destination*."""
    header = struct.pack(">HHII", source, destination, sequence, 1)
    tcp = header + struct.pack(">BBHHH", 0x50, _PUSH_ACK, 8192, 0, 0) + data
    addresses = b"".join(end.packed for end in ends)
    if ends[0].version == 4:
        ip = struct.pack(">BxHHHBBH", 0x45, 20 + len(tcp), 0, 0x4000, 64, _TCP, 0) + addresses
        kind = 0x0800
    else:
        ip = struct.pack(">IHBB", 0x60000000, len(tcp), _TCP, 64) + addresses
        kind = 0x86DD
    tag = b"" if vlan is None else struct.pack(">HH", 0x8100, vlan)
    return bytes.fromhex("02000000000102000000000a") + tag + struct.pack(">H", kind) + ip + tcp


def stream(source, destination, chunks, **how):
    """*chunks* as packets of one direction of a connection."""
    at, packets = 1, []
    for chunk in chunks:
        packets.append(packet(source, destination, at, chunk, **how))
        at += len(chunk)
    return packets


def capture(packets):
    """A classic pcap file of Ethernet frames, a millisecond from one to the next."""
    written = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 0xFFFF, _ETHERNET)
    for number, data in enumerate(packets):
        written += struct.pack("<IIII", 1, number * 1000, len(data), len(data)) + data
    return written


def dissect(folder, scripts, packets, *preferences):
    """What tshark with *scripts* (names to Lua) reads in *packets*: messages by client port.

    Each message is a pair: the name of its protocol, and a list of (name, text, inner) for every
    line below it. Whatever tshark says on standard error about Lua is an error.
    """
    words = [TSHARK, "-n", "-r", "-", "-T", "pdml", "-J", " ".join(["tcp", *scripts])]
    for name, text in scripts.items():
        path = folder / f"{name}.lua"
        path.write_text(text, "utf-8")
        words += ["-X", f"lua_script:{path}"]
    for one in preferences:
        words += ["-o", one]
    ran = subprocess.run(words, input=capture(packets), capture_output=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert b"Lua" not in ran.stderr, ran.stderr.decode()
    found = defaultdict(list)
    for one in ElementTree.fromstring(ran.stdout).iter("packet"):
        ports = [
            int(port.get("show")) for port in one.iter("field") if port.get("name") == "tcp.port"
        ]
        for protocol in one.findall("proto"):
            if protocol.get("name") in scripts:
                found[max(ports)].append((protocol.get("name"), _lines(protocol)))
    return found


def _lines(element):
    return [
        (field.get("name"), field.get("show") or field.get("showname"), _lines(field))
        for field in element.findall("field")
    ]
