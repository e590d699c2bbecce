"""Envelopes: the length in front of a message, and a byte ETX behind it; frames that were cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

FRAMES_MAX: Final = 64  # frames in one paste; a few are enough to see how they are written
# Of a message that was cut: what says more was meant to be something else than a length.
_SAID_MAX: Final = 9999
_CUT_COST: Final = 3
ETX: Final = b"\x03"
_DIGITS: Final = frozenset(b"0123456789")


class Envelope(Struct, frozen=True, kw_only=True):
    """A length of *size* bytes in front, which counts itself if *inclusive*, and perhaps an ETX.

    *kind* is empty where there is no length; *counts_etx*: the length counts the ETX as well.
    *missing* is how many bytes fewer than it says there are.
    """

    kind: str = ""
    size: int = 0
    inclusive: bool = False
    etx: bool = False
    counts_etx: bool = False
    missing: int = 0

    def __str__(self) -> str:
        if not self.kind:
            return "none, an ETX (03) behind" if self.etx else "none"
        counts = "itself and the message" if self.inclusive else "the message"
        etx = ", the ETX too" if self.counts_etx else ""
        behind = "; an ETX (03) behind" if self.etx else ""
        behind += f"; {self.missing} bytes are missing at the end" if self.missing else ""
        return f"a length of {self.size} bytes in {self.kind}, which counts {counts}{etx}{behind}"

    @property
    def cost(self) -> int:
        """How much is assumed: the fewer, the better."""
        return bool(self.kind) + self.etx + (_CUT_COST if self.missing else 0)

    def cut(self, data: bytes) -> list[bytes] | None:
        """The messages in *data*, one behind the other; None if it is not cut like this.

        >>> binary = Envelope(kind="binary", size=2)
        >>> binary.cut(b"\\0\\2AB\\0\\1C"), binary.cut(b"\\0\\3AB")
        ([b'AB', b'C'], None)
        """
        tail = len(ETX) if self.etx else 0
        if not self.kind:
            return [data[: len(data) - tail]] if data.endswith(ETX[:tail]) and data[tail:] else None
        own = self.size * self.inclusive + tail * self.counts_etx
        messages: list[bytes] = []
        while data:
            length = _READERS[self.kind](data[: self.size]) - own
            end = self.size + length
            if length <= 0 or end + tail > len(data) or len(messages) == FRAMES_MAX:
                return None
            if not data[end:].startswith(ETX[:tail]):
                return None
            messages.append(data[self.size : end])
            data = data[end + tail :]
        return messages or None


def _bcd(data: bytes) -> int:
    digits = data.hex().encode()
    return int(digits) if _DIGITS.issuperset(digits) else 0


def _ascii(data: bytes) -> int:
    return int(data) if data and _DIGITS.issuperset(data) else 0


_READERS: Final[dict[str, Callable[[bytes], int]]] = {
    "binary": lambda data: int.from_bytes(data, "big"),
    "binary, low byte first": lambda data: int.from_bytes(data, "little"),
    "ASCII digits": _ascii,
    "BCD": _bcd,
}
_LENGTHS: Final = (
    ("binary", 2),
    ("ASCII digits", 4),
    ("BCD", 2),
    ("binary, low byte first", 2),
    ("binary", 4),
)
ENVELOPES: Final = (
    Envelope(),
    *(
        Envelope(kind=kind, size=size, inclusive=own)
        for kind, size in _LENGTHS
        for own in (False, True)
    ),
    *(
        Envelope(kind=kind, size=size, inclusive=own, etx=True, counts_etx=counts)
        for kind, size in _LENGTHS
        for own in (False, True)
        for counts in (True, False)
    ),
    Envelope(etx=True),
)


def open_envelopes(data: Sequence[bytes]) -> list[tuple[Envelope, tuple[bytes, ...]]]:
    """Every envelope that all of *data* may be in, and the messages inside; the plain one first.

    >>> [str(envelope) for envelope, _ in open_envelopes([b"00040800"])][1]
    'a length of 4 bytes in ASCII digits, which counts the message'
    """
    found = []
    for envelope in ENVELOPES:
        cuts = [envelope.cut(each) for each in data]
        messages = [message for cut in cuts for message in cut or ()]
        if all(cuts) and len(messages) <= FRAMES_MAX:
            found.append((envelope, tuple(messages)))
    return found


def cut_envelopes(data: Sequence[bytes]) -> list[tuple[Envelope, tuple[bytes, ...]]]:
    """Every envelope whose length says more than there is in *data*, one message that was cut.

    >>> cut_envelopes([b"00240800" + b"0" * 9])[0][0].missing
    11
    """
    if len(data) != 1:
        return []
    found: list[tuple[Envelope, tuple[bytes, ...]]] = []
    for kind, size in _LENGTHS:
        said, rest = _READERS[kind](data[0][:size]), data[0][size:]
        if rest and len(rest) < said <= _SAID_MAX:
            envelope = Envelope(kind=kind, size=size, missing=said - len(rest))
            found.append((envelope, (rest,)))
    return found
