"""Messages as bytes that other tools read: lines of hex or base64, raw, or a capture. Pure."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Final

from cardswitch.wire.capture.packets import Endpoint
from cardswitch.wire.capture.pcap import write_pcap
from cardswitch.wire.framing import Framing
from cardswitch.wire.framings import AnyFraming

_FRAMING: Final = Framing("binary2", frame_size_max=0xFFFF)
_HERE: Final = Endpoint("127.0.0.1", 50000)
_THERE: Final = Endpoint("127.0.0.1", 8583)


def write_messages(messages: Sequence[bytes], form: str, framing: AnyFraming = _FRAMING) -> bytes:
    """*messages* in *form*: ``hex`` and ``base64`` a line each, ``raw``; ``pcap`` in *framing*.

    >>> write_messages([b"\\x02\\x00", b"\\x02\\x10"], "hex")
    b'0200\\n0210\\n'
    """
    if form == "pcap":
        return write_pcap(
            (float(second), _HERE, _THERE, framing.frame(message))
            for second, message in enumerate(messages)
        )
    return b"".join(write_bytes(message, form) for message in messages)


def write_bytes(data: bytes, form: str) -> bytes:
    """*data* as a line of ``hex`` or ``base64``, or ``raw``.

    >>> write_bytes(b"\\x02\\x00", "hex"), write_bytes(b"\\x02\\x00", "base64")
    (b'0200\\n', b'AgA=\\n')
    """
    if form == "raw":
        return data
    return (data.hex().upper().encode() if form == "hex" else b64encode(data)) + b"\n"
