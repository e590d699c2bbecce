"""Mutators: bytes that are nearly right. Each takes a sample and a pick, and makes one fault.

One that does not find its place, such as a length where there is none, changes any byte instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from msgspec import Struct

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.grammar.bitmap import SECOND, THIRD
from cardswitch.specs.grammar.codepages import CODECS
from cardswitch.specs.grammar.encodings import Bcd, Encoding, Signed
from cardswitch.specs.grammar.fields import Field

from .chance import Pick, choose
from .hostile_tlv import make_hostile_tlv
from .seeds import is_octets, size_max
from .spots import BITMAP, LENGTH, MTI, VALUE, Spot, find_spots

STEPS_MAX: Final = 3  # faults in one message; with more, the first hides the others
TAIL_MAX: Final = 16
# What numbers, lengths and hexadecimal digits must not be mistaken for.
WRONG_DIGITS: Final = b"+- :/@AFaf_.\x00\x0a\x80\xb2\xff\x1a\xa1"
# What int() or strip() of careless readers takes for a length.
_WRONG_LENGTHS: Final = (b"+5", b" 5", b"\n5", b"5 ", b"-1", b"A1", b"1_6", b"5\x00", b"\xb2")
_WRONG_MTIS: Final = (b"ABCD", b"0000", b"9999", b"0210", b"0240", b"02 0", b"0299", b"+200")
# What text may not be written to a log as it is, or cannot be read as text.
_HOSTILE: Final = (
    b"\x00",
    b"\x1b[2J",
    b"\r\n",
    b"\x7f",
    b"\xff\xfe",
    b"\xc3",
    b"\xe2\x80\xae",
    b"\xed\xa0\x80",
    b"\x15\x25",
    b"%s%n",
    b"==",
)
_TO_EBCDIC: Final = bytes(range(256)).decode("latin-1").encode(CODECS["ebcdic-500"])
_TO_ASCII: Final = bytes(_TO_EBCDIC.index(byte) for byte in range(256))


class Sample(Struct, frozen=True):
    """*data* of at least one byte, its *dialect*, and what stands where in it."""

    data: bytes
    dialect: Dialect | None = None
    spots: tuple[Spot, ...] = ()

    def some(self, pick: Pick, *kinds: str) -> Spot | None:
        """Any spot of *kinds*, or None."""
        found = [spot for spot in self.spots if spot.kind in kinds]
        return choose(pick, found) if found else None

    def replaced(self, start: int, end: int, new: bytes) -> bytes:
        """The data with *new* in place of the bytes *start* up to *end*."""
        return self.data[:start] + new + self.data[end:]


Mutator: TypeAlias = Callable[[Sample, Pick], bytes]


def mutate(data: bytes, pick: Pick, dialect: Dialect | None = None) -> tuple[bytes, list[str]]:
    """*data* with one to three faults, and the names of these in :data:`MUTATORS`.

    Without a *dialect* nobody knows what stands where: then they are those of :data:`PLAIN`.

    >>> mutate(b"0800", lambda limit: 0)
    (b'+800', ['byte'])
    """
    table = _PLAIN_ITEMS if dialect is None else _ALL_ITEMS
    names = []
    for _ in range(1 + pick(STEPS_MAX)):
        if not data:
            break
        name, mutator = choose(pick, table)
        spots = find_spots(dialect, data) if dialect and name not in PLAIN else ()
        data = mutator(Sample(data, dialect, spots), pick)
        names.append(name)
    return data, names


# What is known of the format ----------------------------------------------------------------------


def wrong_length(sample: Sample, pick: Pick) -> bytes:
    """A length one off, nothing, too much, or written as no length may be."""
    spot = sample.some(pick, LENGTH)
    if spot is None or spot.field is None:
        return wrong_byte(sample, pick)
    counting, size = spot.field.counting, spot.end - spot.start
    seen = spot.field.lengths.get(sample.data[spot.start : spot.end], 0) if spot.field else 0
    said = counting.count(seen)
    most = counting.count(counting.maximum)
    kind = pick(4)
    if kind == 3:
        text = choose(pick, _WRONG_LENGTHS)[:size].rjust(size, b"0")
        new = text.translate(_TO_EBCDIC) if counting.prefix.encoding.startswith("ebcdic") else text
    elif kind == 2:
        new = b"\xff" * size
    else:
        count = said + choose(pick, (-1, 1)) if kind == 0 else choose(pick, (0, most, most + 1))
        legal = 0 <= count <= counting.prefix.maximum
        new = counting.prefix.encode(count) if legal else b"\xff" * size
    return sample.replaced(spot.start, spot.end, new)


def wrong_digit(sample: Sample, pick: Pick) -> bytes:
    """Something else in the place of a digit: a letter, a sign, a nibble above 9, a wrong fill."""
    found = [spot for spot in sample.spots if spot.field and _has_digits(spot)]
    if not found:
        return wrong_byte(sample, pick)
    spot = choose(pick, found)
    at = choose(pick, (spot.start, spot.end - 1, spot.start + pick(spot.end - spot.start)))
    byte = choose(pick, WRONG_DIGITS)
    if spot.field and isinstance(_digits_of(spot.field.encoding), Bcd):
        nibble, seen = 10 + pick(6), sample.data[at]
        byte = choose(pick, (nibble << 4 | seen & 15, seen & 0xF0 | nibble))
    return sample.replaced(at, at + 1, bytes([byte]))


def lying_bitmap(sample: Sample, pick: Pick) -> bytes:
    """A bit without its field, a field without its bit, bits 1 and 65, or a bitmap that is none."""
    spot = sample.some(pick, BITMAP)
    if spot is None or sample.dialect is None:
        return wrong_byte(sample, pick)
    encoding, seen = sample.dialect.bitmap, sample.data[spot.start : spot.end]
    if encoding.size(16) == 16 and pick(8) == 7:  # hexadecimal text
        wrong = choose(pick, (b" ", b"\x00", b"a", b"G", b"\n"))
        at = spot.start + pick(len(seen))
        return sample.replaced(at, at + 1, wrong)
    width = len(seen) * 64 // encoding.size(16)
    number = choose(pick, (SECOND, THIRD if width > 64 else SECOND, 64, 1 + pick(width)))
    mask = choose(pick, (1 << (width - number), 1 << (width - 1 - pick(width))))
    try:
        bits = int.from_bytes(bytes.fromhex(encoding.decode(seen, len(seen))), "big")
    except ValueError:
        return wrong_byte(sample, pick)
    bits = choose(pick, (bits ^ mask, bits ^ mask, bits | mask, bits & ~mask, 0, (1 << width) - 1))
    return sample.replaced(spot.start, spot.end, encoding.encode(f"{bits:0{width // 4}X}"))


def wrong_mti(sample: Sample, pick: Pick) -> bytes:
    """An MTI that is none, or one of another kind, edition or code page."""
    spot = sample.some(pick, MTI)
    if spot is None:
        return wrong_byte(sample, pick)
    text = choose(pick, _WRONG_MTIS)
    size = spot.end - spot.start
    if size == 2:
        new = bytes.fromhex("0" * 4) if text in _WRONG_MTIS[5:] else b"\x02\x10"
        new = choose(pick, (new, b"\xab\xcd", b"\x99\x99", b"\x12\x00", text[:2]))
    else:
        new = choose(pick, (text, text.translate(_TO_EBCDIC)))
    return sample.replaced(spot.start, spot.end, new[:size])


def hostile_chip(sample: Sample, pick: Pick) -> bytes:
    """TLV that nests, repeats or promises too much, in a field whose own length is right."""
    found = [
        (field, prefix.start, value.end)
        for prefix, value in zip(sample.spots, sample.spots[1:], strict=False)
        if prefix.kind == LENGTH and value.kind == VALUE and (field := prefix.field)
        if is_octets(field)
    ]
    if not found:
        return wrong_byte(sample, pick)
    field, start, end = choose(pick, found)
    hostile = make_hostile_tlv(pick, size_max(field))
    return sample.replaced(start, end, _written(field, hostile))


def hostile_text(sample: Sample, pick: Pick) -> bytes:
    """What steers terminals, splits logs or is no text, within a value."""
    spot = sample.some(pick, VALUE)
    if spot is None:
        return wrong_byte(sample, pick)
    new = choose(pick, _HOSTILE)[: spot.end - spot.start]
    at = spot.start + pick(spot.end - spot.start - len(new) + 1)
    return sample.replaced(at, at + len(new), new)


def other_page(sample: Sample, pick: Pick) -> bytes:
    """One part, or all from there on, in EBCDIC instead of ASCII or the other way."""
    spot = choose(pick, sample.spots) if sample.spots else Spot(VALUE, 0, len(sample.data))
    end = choose(pick, (spot.end, len(sample.data)))
    page = choose(pick, (_TO_EBCDIC, _TO_ASCII))
    return sample.replaced(spot.start, end, sample.data[spot.start : end].translate(page))


def lost_part(sample: Sample, pick: Pick) -> bytes:
    """One part that is not there: a length, a value, a bitmap."""
    if not sample.spots:
        return lost_byte(sample, pick)
    spot = choose(pick, sample.spots)
    return sample.replaced(spot.start, spot.end, b"")


def doubled_part(sample: Sample, pick: Pick) -> bytes:
    """One part that is there twice."""
    if not sample.spots:
        return wrong_byte(sample, pick)
    spot = choose(pick, sample.spots)
    return sample.replaced(spot.end, spot.end, sample.data[spot.start : spot.end])


# What needs no knowledge --------------------------------------------------------------------------


def wrong_byte(sample: Sample, pick: Pick) -> bytes:
    """One byte that is another: near it, or of those that are taken for digits."""
    at = pick(len(sample.data))
    byte = choose(pick, (*WRONG_DIGITS, (sample.data[at] + 1) % 256, (sample.data[at] - 1) % 256))
    return sample.replaced(at, at + 1, bytes([byte]))


def wrong_bit(sample: Sample, pick: Pick) -> bytes:
    """One bit that is turned, as likely as not among MTI and bitmap."""
    at = pick(min(len(sample.data), choose(pick, (24, len(sample.data)))))
    return sample.replaced(at, at + 1, bytes([sample.data[at] ^ 1 << pick(8)]))


def lost_byte(sample: Sample, pick: Pick) -> bytes:
    """One byte that is not there."""
    at = pick(len(sample.data))
    return sample.replaced(at, at + 1, b"")


def early_end(sample: Sample, pick: Pick) -> bytes:
    """The message cut anywhere."""
    return sample.data[: pick(len(sample.data))]


def tail(sample: Sample, pick: Pick) -> bytes:
    """Bytes behind the end: any, or what stands before."""
    size = 1 + pick(TAIL_MAX)
    return sample.data + choose(pick, (bytes([pick(256)]) * size, sample.data[-size:]))


PLAIN: Final[Mapping[str, Mutator]] = {
    "byte": wrong_byte,
    "bit": wrong_bit,
    "lost byte": lost_byte,
    "early end": early_end,
    "tail": tail,
}
MUTATORS: Final[Mapping[str, Mutator]] = {
    "length": wrong_length,
    "digit": wrong_digit,
    "bitmap": lying_bitmap,
    "MTI": wrong_mti,
    "chip": hostile_chip,
    "text": hostile_text,
    "code page": other_page,
    "lost part": lost_part,
    "doubled part": doubled_part,
    **PLAIN,
}
_PLAIN_ITEMS: Final = tuple(PLAIN.items())
_ALL_ITEMS: Final = tuple(MUTATORS.items())


def _has_digits(spot: Spot) -> bool:
    return bool(spot.field) and (
        spot.kind == LENGTH or (spot.kind == VALUE and _is_numeric(spot.field))
    )


def _is_numeric(field: Field | None) -> bool:
    return field is not None and field.notation.kind in ("n", "z", "x+n")


def _digits_of(encoding: Encoding) -> Encoding:
    return encoding.digits if isinstance(encoding, Signed) else encoding


def _written(field: Field, octets: bytes) -> bytes:
    """Prefix and value of *field*; the octets alone where it cannot hold them."""
    try:
        return field.write(octets.hex().upper())
    except FormatError:
        return octets
