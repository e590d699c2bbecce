"""Seeds: values and messages that a dialect can carry, as right as random ones can be."""

from __future__ import annotations

from functools import lru_cache
from itertools import cycle, islice
from typing import Final

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.grammar.fields import CLASSES, Field
from cardswitch.specs.grammar.mti import legal_mtis
from cardswitch.specs.message import Message
from cardswitch.specs.tlv import Tlv, pack_tlv
from cardswitch.specs.tracks import Track2, luhn_digit, pack_track2

from .chance import Pick, choose

BINS: Final = ("999999", "400000", "520000")  # of test cards
FIELDS_MAX: Final = 12  # optional fields of one message: more find nothing new
_CHUNK: Final = 12  # characters drawn; longer values repeat them, which is quick and finds as much
_PAN, _TRACK_2, _CHIP = "2", "35", "55"
# What requests of chips carry (EMV Book 3, Annex A); 70 and E1 are templates, 5A is a card number.
_TAGS: Final = ("82", "84", "95", "9A", "9C", "5A", "9F02", "9F10", "9F26", "9F36", "DF8129")
_TEMPLATES: Final = ("70", "E1", "BF0C")
_DEPTH_MAX: Final = 3
_OBJECTS_MAX: Final = 4


def make_pan(pick: Pick, bins: tuple[str, ...] = BINS) -> str:
    """A card number of 13 to 19 digits under *bins*, with a right Luhn digit.

    >>> make_pan(lambda limit: 0)
    '9999990000006'
    """
    digits = 6 + pick(7)
    payload = choose(pick, bins) + f"{pick(10**digits):0{digits}}"
    return payload + luhn_digit(payload)


def make_track2(pick: Pick) -> Track2:
    """A track 2 that any message can carry: 24 to 37 characters with its separator."""
    pan = make_pan(pick)
    expiry = f"{pick(100):02}{1 + pick(12):02}"
    digits = pick(37 - len(pan) - 8 + 1)
    discretionary = f"{pick(10**digits):0{digits}}" if digits else ""
    return Track2(pan, expiry, f"{pick(1000):03}", discretionary)


def make_tlv(pick: Pick, depth: int = 0) -> tuple[Tlv, ...]:
    """One to four objects of BER-TLV, templates among them, whose lengths are right."""
    return tuple(_tlv(pick, depth) for _ in range(1 + pick(_OBJECTS_MAX)))


def _tlv(pick: Pick, depth: int) -> Tlv:
    if depth < _DEPTH_MAX and pick(4) == 3:
        return Tlv(choose(pick, _TEMPLATES), children=make_tlv(pick, depth + 1))
    tag = choose(pick, _TAGS)
    if tag == "5A":
        pan = make_pan(pick)
        return Tlv(tag, bytes.fromhex(pan + "F" * (len(pan) % 2)))
    size = pick(12)
    return Tlv(tag, pick(256**size).to_bytes(size, "big"))


def make_value(field: Field, pick: Pick) -> str:
    """A value that *field* can carry; lengths lean to the shortest and the longest."""
    kind, longest = field.notation.kind, field.notation.characters
    if field.path == _PAN and longest == 19:
        return make_pan(pick)
    if kind == "x+n":
        return choose(pick, "CD") + f"{pick(10 ** (longest - 1)):0{longest - 1}}"
    if field.path == _TRACK_2 and kind == "z" and longest == 37 and pick(2):
        return pack_track2(make_track2(pick))
    if field.path == _CHIP and kind == "b" and pick(2):
        chip = pack_tlv(make_tlv(pick))
        if len(chip) in field.legal_lengths:
            return chip
    length = _length(field, pick)
    alphabet = _alphabet(kind)
    text = "".join(islice(cycle(_chunk(pick, alphabet)), length))
    return field.padding.strip(text) if field.padding else text


def make_message(dialect: Dialect, pick: Pick, mti: str = "") -> Message:
    """A message of *dialect*, of *mti* or of any: the mandatory fields and some others."""
    mti = mti or choose(pick, sorted(dialect.messages) or legal_mtis(dialect.version))
    rule = dialect.messages.get(mti)
    numbers = set(rule.mandatory if rule else ())
    known = sorted(dialect.fields)
    numbers.update(choose(pick, known) for _ in range(1 + pick(FIELDS_MAX)))
    return Message(mti, {n: make_value(dialect.fields[n], pick) for n in sorted(numbers)})


def _length(field: Field, pick: Pick) -> int:
    if field.is_fixed:
        return field.notation.characters
    legal = field.legal_lengths
    ends: list[int] = [*legal[:20], *legal[-3:]]
    return choose(pick, ends)


def _chunk(pick: Pick, alphabet: str) -> str:
    """Some characters of *alphabet*, all from one number: quick to draw and to shrink."""
    number = pick(len(alphabet) ** _CHUNK)
    characters = []
    for _ in range(_CHUNK):
        number, at = divmod(number, len(alphabet))
        characters.append(alphabet[at])
    return "".join(characters)


@lru_cache(maxsize=len(CLASSES))
def _alphabet(kind: str) -> str:
    # A packed D reads as =, so only that separator comes back as it went.
    return "".join(sorted(CLASSES[kind] - ({"D"} if kind == "z" else set())))


def is_octets(field: Field) -> bool:
    """Whether *field* is binary data, in bytes or in hexadecimal text, of no fixed length."""
    return field.notation.kind == "b" and not field.is_fixed


def size_max(field: Field) -> int:
    """How many bytes of binary data *field* can hold at most."""
    return field.notation.length
