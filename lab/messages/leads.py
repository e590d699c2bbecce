"""What stands before the MTI of a message in a known dialect: a header, a length, or both. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.review.partial import read_partly
from cardswitch.specs.review.tolerance import read_any_mti

SIZE_MAX: Final = 64  # bytes; no header of a link has been seen that is longer
_FIELDS_MAX: Final = 40  # no message of a bank has more; bits set at random do
_TRACE: Final = 11  # every message that is answered carries a trace number
_DIGITS: Final = frozenset(b"0123456789")


class Lead(Struct, frozen=True):
    """*size* bytes before the MTI, and what they are in *words*; *missing* bytes were cut off."""

    size: int
    words: str
    missing: int = 0

    def __str__(self) -> str:
        cut = f", and {self.missing} bytes are missing at the end" if self.missing else ""
        return f"{self.words} before the MTI{cut}: --skip {self.size} leaves it out"


def find_lead(dialect: Dialect, data: bytes) -> Lead | None:
    """What *data* has before a message of *dialect*; None where no message is seen.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> str(find_lead(load_dialect("iso87-ascii"), b"0136" + b"0800" + b"0020000000000000" + b"0"))
    'a length of 4 ASCII digits before the MTI, and 115 bytes are missing at the end: --skip 4 \
leaves it out'
    """
    found: list[tuple[bool, bool, int, int]] = []
    for size in range(1, min(SIZE_MAX, len(data)) + 1):
        if begins(dialect, data[size:]):
            partial = read_partly(dialect, data[size:])
            is_whole = partial.fault is None
            is_right = is_whole and not partial.oddities
            found.append((is_right, is_whole, size + partial.rest, -size))
    # The best place is the one from which most can be read; of equals the first.
    return _named(data, -max(found)[3]) if found else None


def begins(dialect: Dialect, data: bytes, oddly: bool = False) -> bool:
    """Whether *data* begins with an MTI of *dialect*, or *oddly* of any edition and class, and a
    bitmap of fields that it defines."""
    body = data[dialect.header_size :]
    has_mti = body[: dialect.mti.size(4)] in dialect.mtis
    if not has_mti and not (oddly and read_any_mti(dialect.form, body)):
        return False
    try:
        shape = dialect.shape_of(body)
        text = dialect.bitmap.decode(shape, dialect.bitmap.unit * len(shape))
        fields = dialect.bitmaps.numbers_of(bytes.fromhex(text))
    except (LookupError, ValueError):
        return False
    is_usual = _TRACE in fields and len(fields) <= _FIELDS_MAX
    return is_usual and all(number in dialect.fields for number in fields)


def _binary(head: bytes) -> int:
    return int.from_bytes(head, "big")


def _ascii(head: bytes) -> int:
    return int(head) if _DIGITS.issuperset(head) else 0


def _bcd(head: bytes) -> int:
    return int(head.hex()) if _DIGITS.issuperset(head.hex().encode()) else 0


_LENGTHS: Final[Mapping[str, tuple[int, Callable[[bytes], int]]]] = {
    "2 bytes": (2, _binary),
    "4 ASCII digits": (4, _ascii),
    "4 BCD digits": (2, _bcd),
    "4 bytes": (4, _binary),
}
_FRAME_MAX: Final = 9999  # bytes: a length that says more was meant to be something else


def _named(data: bytes, size: int) -> Lead:
    """The first *size* bytes of *data* by what they say of its length."""
    cut: Lead | None = None
    for words, (width, read) in _LENGTHS.items():
        if width > size:
            continue
        said = read(data[:width])
        header = f", a header of {size - width} bytes" if size > width else ""
        if said in (len(data), len(data) - width):
            return Lead(size, f"a length of {words}{header}")
        if size == width and len(data) < said <= _FRAME_MAX and cut is None:
            cut = Lead(size, f"a length of {words}", said - (len(data) - width))
    return cut or Lead(size, f"a header of {size} bytes")
