"""Messages made safe to share: card data replaced by data of the same form, never by stars.

A redacted message packs and reads as before: lengths, classes, Luhn digits and parts stay as they
were, the first six digits of a card number too, so that it is routed alike. The same value always
becomes the same substitute under one key, in every field that holds it; without the key nobody can
tell which number it was.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from string import ascii_lowercase, ascii_uppercase, digits
from typing import TYPE_CHECKING, Final

from ..errors import DecodeError, FormatError
from ..masking import FREE_TEXT, OPEN_TAGS, PAN_RUN, open_fields
from ..message import Message
from ..parts.ber import Ber
from ..tracks import (
    PAN_DIGITS_MAX,
    Track2,
    is_luhn_valid,
    is_pan,
    luhn_digit,
    pack_track2,
    unpack_track2,
)

if TYPE_CHECKING:
    from ..dialect import Dialect
    from ..grammar.fields import Field
    from ..parts.layout import Layout, Part

KEY_SIZE_MIN: Final = 16  # bytes; a card number has too few digits to be hidden by less
BIN_SIZE: Final = 6  # digits of a card number that are kept: they name the issuer, not the card
_PAN: Final = 2
_EXPIRY: Final = 14
_TRACK_2: Final = 35
_TRACK_1: Final = 45
_CHIP: Final = 55
# ISO/IEC 7813: a format letter, the number, the name, the expiry, the service code, and the rest.
_TRACK_1_FORM: Final = re.compile(r"([A-Z])([0-9]{8,19})\^([^^]*)\^([0-9]{4})([0-9]{3})(.*)")
_HEX: Final = "0123456789ABCDEF"
_PAN_TAG: Final = "5A"
_TRACK_TAGS: Final = frozenset(["57", "9F6B"])
_EXPIRY_TAG: Final = "5F24"


class Redactor:
    """Replaces card data under a secret *key* of at least :data:`KEY_SIZE_MIN` bytes."""

    def __init__(self, key: bytes) -> None:
        """ValueError if *key* is too short."""
        if len(key) < KEY_SIZE_MIN:
            raise ValueError(f"a key of at least {KEY_SIZE_MIN} bytes is expected")
        self._key = key
        self._by_number: dict[int, Callable[[str], str]] = {
            _PAN: self.pan,
            _EXPIRY: self.expiry,
            _TRACK_2: self.track2,
            _TRACK_1: self.track1,
            _CHIP: self.chip,
        }
        # By the class of the field, for all others that are not open.
        self._by_kind: dict[str, Callable[[str], str]] = {
            "b": self.bytes_like,
            "z": self._digits_like,
            "x+n": self._digits_like,
        }

    def redact(self, dialect: Dialect, message: Message, doubtful: bool = False) -> Message:
        """*message* of *dialect* without card data; it packs to as many bytes as before.

        Of a *doubtful* one, in which something is not as agreed, a card number may also stand in
        a field that never has one.

        >>> from ..dialect import load_dialect
        >>> shared = Redactor(bytes(16)).redact(load_dialect("pos"), Message("0200", {41: "T1"}))
        >>> shared.fields
        {41: 'T1'}
        """
        fields = {
            number: self._value(dialect, number, value, doubtful)
            for number, value in message.fields.items()
        }
        return Message(message.mti, fields, message.header)

    def pan(self, pan: str) -> str:
        """The substitute of a card number: as long, of the same issuer, Luhn valid if it was.

        >>> substitute = Redactor(bytes(16)).pan("9999990000000014")
        >>> substitute[:6], len(substitute), is_luhn_valid(substitute)
        ('999999', 16, True)
        """
        bare = pan.rstrip("F")  # as which a text is filled up here and there
        if bare.strip(digits):
            return self.like(pan)
        if bare != pan:
            return self.pan(bare) + pan[len(bare) :] if bare else pan
        kept = pan[:BIN_SIZE] if len(pan) > BIN_SIZE + 1 else ""
        was_valid = is_luhn_valid(pan)
        for number in range(10):
            middle = self.like(pan[len(kept) : -1], f"pan {number}")
            right = luhn_digit(kept + middle or "0")
            last = right if was_valid else str((int(right) + 1) % 10)
            if kept + middle + last != pan:
                break
        return kept + middle + last

    def expiry(self, expiry: str) -> str:
        """An expiry YYMM with another month."""
        if len(expiry) != 4 or expiry.strip(digits):
            return self.like(expiry)
        month = next(self._numbers("expiry", expiry)) % 12 + 1
        return f"{expiry[:2]}{month:02d}"

    def like(self, text: str, purpose: str = "text") -> str:
        """Other characters of the same kind in each place: digits, capitals, small letters."""
        numbers = self._numbers(purpose, text)
        return "".join(_other(character, numbers) for character in text)

    def bytes_like(self, text: str) -> str:
        """Other bytes, as many as the hexadecimal *text* has."""
        numbers = self._numbers("bytes", text)
        return "".join(_HEX[next(numbers) % 16] for _ in text)

    def text(self, text: str) -> str:
        """*text* with every card number in it replaced, and nothing else."""
        return PAN_RUN.sub(lambda run: self._run(run[0]), text)

    def track1(self, track: str) -> str:
        """A track 1, its number and expiry replaced as everywhere, its service code kept."""
        read = _TRACK_1_FORM.fullmatch(track)
        if read is None:
            return self._secret(track)
        form, pan, name, expiry, service_code, rest = read.groups()
        expiry = self.expiry(expiry)
        return f"{form}{self.pan(pan)}^{self.like(name)}^{expiry}{service_code}{self.like(rest)}"

    def track2(self, track: str) -> str:
        """A track 2, its number and expiry replaced as everywhere, its service code kept."""
        try:
            read = unpack_track2(track)
        except DecodeError:
            return self.like(track)
        separator = "=" if "=" in track else "D"
        other = Track2(
            self.pan(read.pan),
            self.expiry(read.expiry),
            read.service_code,
            self.like(read.discretionary),
        )
        return pack_track2(other, separator)

    def chip(self, data: str) -> str:
        """Chip data: what is of the card replaced tag by tag; all of it, if it is no TLV."""
        return self._parts(Ber(binary=True), data, True) or self.bytes_like(data)

    def _value(self, dialect: Dialect, number: int, value: str, doubtful: bool) -> str:
        is_open = number in open_fields(dialect.version)
        if number in FREE_TEXT or (is_open and doubtful):
            return self.text(value)
        if is_open:
            return value
        layout = dialect.form.parts.get(str(number))
        if layout and (number == _CHIP or number not in self._by_number):
            shared = self._parts(layout, value, number == _CHIP)
            if shared:
                return shared
        if number in self._by_number:
            return self._by_number[number](value)
        return self._like_kind(dialect.fields[number], value)

    def _like_kind(self, field: Field, value: str) -> str:
        return self._by_kind.get(field.notation.kind, self._secret)(value)

    def _parts(self, layout: Layout, value: str, is_chip: bool) -> str:
        """*value* with each of its parts replaced by one as long; empty if it has not such parts,
        or if what it says between them may be a card number."""
        try:
            octets = layout.octets(value)
            shared = bytearray(octets)
            for part in layout.split(octets):
                if part.key in layout.padding_keys and not part.value.strip("0"):
                    continue
                inner = layout.inner(part.key)
                new = self._parts(inner, part.value, is_chip) if inner and part.value else ""
                raw = layout.make(part.key, new or self._part(layout, part, is_chip)).raw
                if len(raw) != part.end - part.start:
                    return ""
                shared[part.start : part.end] = raw
            text = layout.text(bytes(shared))
        except FormatError:
            return ""
        is_told = not layout.binary and any(run[0] in text for run in PAN_RUN.finditer(value))
        return "" if is_told else text

    def _part(self, layout: Layout, part: Part, is_chip: bool) -> str:
        """The substitute of a part that has none of its own."""
        key, value, field = part.key, part.value, layout.field(part.key)
        if isinstance(layout, Ber):
            bare = value.rstrip("F")
            if is_chip and key in OPEN_TAGS:
                return value
            if key == _PAN_TAG and is_pan(bare):
                return self.pan(value)
            if key in _TRACK_TAGS and is_pan(value.partition("D")[0]):
                return self.track2(bare) + value[len(bare) :]
            if key == _EXPIRY_TAG and len(value) == 6:
                return self.expiry(value[:4]) + value[4:]
        if field is not None:
            return self._like_kind(field, value)
        is_hex = layout.binary or isinstance(layout, Ber)
        return self.bytes_like(value) if is_hex else self._secret(value)

    def _secret(self, value: str) -> str:
        """A value of unknown meaning: card numbers as everywhere, all else as its kind."""
        end = 0
        parts: list[str] = []
        for run in PAN_RUN.finditer(value):
            parts += [self.like(value[end : run.start()]), self.text(run[0])]
            end = run.end()
        return "".join([*parts, self.like(value[end:])])

    def _run(self, run: str) -> str:
        """Digits that may be a card number, in groups or not: the groups stay."""
        bare = "".join(c for c in run if c in digits)
        is_card = len(bare) <= PAN_DIGITS_MAX and is_luhn_valid(bare)
        other = iter(self.pan(bare) if is_card else self.like(bare))
        return "".join(next(other) if c in digits else c for c in run)

    def _digits_like(self, value: str) -> str:
        """Other digits; a sign or a separator stays."""
        bare = iter(self.like("".join(c for c in value if c in digits)))
        return "".join(next(bare) if c in digits else c for c in value)

    def _numbers(self, purpose: str, value: str) -> Iterator[int]:
        """Endless numbers, 0 to 65535, that *value* and the key decide."""
        block = 0
        while True:
            said = f"{purpose}\0{block}\0{value}".encode("utf-8", "surrogatepass")
            digest = hmac.digest(self._key, said, hashlib.sha256)
            yield from (digest[at] << 8 | digest[at + 1] for at in range(0, len(digest), 2))
            block += 1


def _other(character: str, numbers: Iterator[int]) -> str:
    for alphabet in (digits, ascii_uppercase, ascii_lowercase):
        if character in alphabet:
            return alphabet[next(numbers) % len(alphabet)]
    return character
