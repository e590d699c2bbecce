"""Track 2 of a card (ISO/IEC 7813) and the check digit of its number (ISO/IEC 7812-1, Annex B)."""

from __future__ import annotations

import re
from string import digits
from typing import Final

from msgspec import Struct

from .dates import is_expiry
from .errors import DecodeError, EncodeError, FormatError
from .masking import mask_pan

TRACK_2_MAX: Final = (
    37  # ISO/IEC 7813: 40 with both sentinels and the LRC, which no message carries
)
PAN_DIGITS_MIN: Final = 8  # ISO/IEC 7812-1
PAN_DIGITS_MAX: Final = 19
PAN12_LENGTH: Final = 12  # ISO 9564-1
SEPARATORS: Final = "=D"  # as a character, and as the nibble it becomes in packed form

_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # twice the digit, its own digits added
_DOUBLED_TEXT: Final = bytes.maketrans(b"0123456789", b"0246813579")


class Track2(Struct, frozen=True, gc=False):
    """*expiry* is ``YYMM``, *service_code* 3 digits, *discretionary* what the issuer put there."""

    pan: str
    expiry: str
    service_code: str
    discretionary: str = ""

    def __repr__(self) -> str:
        """Masked: a track may never stand in a log."""
        return f"<Track2 {mask_pan(self.pan)}>"


# ISO/IEC 7813: card number, separator, expiry YYMM, service code, discretionary data.
_TRACK_2: Final = re.compile("([0-9]{8,19})[=D]([0-9]{2}(?:0[1-9]|1[0-2]))([0-9]{3})([0-9]*)")


def unpack_track2(text: str, field: str = "35") -> Track2:
    """A track 2 without sentinels and LRC, separated by ``=`` or ``D``.

    DecodeError says the place and the part of *field* that is wrong, and none of its digits.

    >>> unpack_track2("9999990000000014=30121010000012300000").expiry
    '3012'
    """
    whole = _TRACK_2.fullmatch(text) if len(text) <= TRACK_2_MAX else None
    if whole is None:
        raise _fault(text, field)
    return Track2(*whole.groups())


def _fault(text: str, field: str) -> DecodeError:
    """What is wrong with a track that does not match, searched part by part."""
    if len(text) > TRACK_2_MAX:
        return DecodeError(
            f"at most {TRACK_2_MAX} characters",
            field=field,
            seen=f"{len(text)}",
            hint="without sentinels and LRC",
        )
    end = next((at for at, c in enumerate(text) if c not in digits), len(text))
    if text[end : end + 1] not in tuple(SEPARATORS):
        return DecodeError("digits, then one separator = or D", field=field, offset=end)
    pan, rest = text[:end], text[end + 1 :]
    if not is_pan(pan):
        return DecodeError("a card number of 8 to 19 digits", field=field, offset=0)
    wrong = next((at for at, c in enumerate(rest) if c not in digits), None)
    if wrong is not None:
        return DecodeError("digits after the separator", field=field, offset=end + 1 + wrong)
    if not is_expiry(rest[:4]):
        return DecodeError("an expiry YYMM", field=field, offset=end + 1)
    return DecodeError("a service code of 3 digits", field=field, offset=end + 5)


def pack_track2(track: Track2, separator: str = "=") -> str:
    """*track* as text; EncodeError if it would not read back the same.

    >>> pack_track2(Track2("9999990000000014", "3012", "101", "0000012300000"), "D")
    '9999990000000014D30121010000012300000'
    """
    text = f"{track.pan}{separator}{track.expiry}{track.service_code}{track.discretionary}"
    try:
        read = unpack_track2(text)
    except DecodeError as error:
        raise EncodeError(error.expected, field="35", offset=error.offset) from None
    if read != track:
        raise EncodeError("each part in its own size, and one separator", field="35")
    return text


def personal_data(track: Track2) -> tuple[str, str, str]:
    """PVKI (1 digit), PVV (4) and CVV (3) in the layout of this lab's own test cards.

    Issuers lay out their discretionary data as they please; ours begins with these eight digits,
    and what follows is filler. FormatError if there are fewer.

    >>> personal_data(unpack_track2("9999990000000014=30121010000012300000"))
    ('0', '0000', '123')
    """
    data = track.discretionary
    if len(data) < 8:
        raise FormatError(
            "PVKI (1), PVV (4) and CVV (3) in the discretionary data",
            field="35",
            seen=f"{len(data)}",
        )
    return data[:1], data[1:5], data[5:8]


def is_pan(text: str) -> bool:
    """Whether *text* has the form of a card number, 8 to 19 digits; says nothing of the last one.

    >>> is_pan("9999990000000014"), is_pan("999999"), is_pan("999999 0000000011")
    (True, False, False)
    """
    return PAN_DIGITS_MIN <= len(text) <= PAN_DIGITS_MAX and not text.strip(digits)


def pan12_of(pan: str) -> str:
    """The 12 digits of *pan* that a PIN is bound to: the rightmost but the check digit.

    Of a shorter number they have zeros in front (ISO 9564-1, format 0).

    >>> pan12_of("9999990000000014"), pan12_of("400012345")
    ('999000000001', '000040001234')
    """
    return pan[-13:-1].zfill(PAN12_LENGTH)


def is_luhn_valid(pan: str) -> bool:
    """Whether *pan* is a card number whose last digit checks the others.

    >>> is_luhn_valid("4242424242424242"), is_luhn_valid("4242424242424241")
    (True, False)
    """
    if not is_pan(pan):
        return False
    text = pan.encode()
    total = sum(text[-1::-2]) + sum(text[-2::-2].translate(_DOUBLED_TEXT))
    return (total - ord("0") * len(text)) % 10 == 0


def luhn_digit(payload: str) -> str:
    """The check digit to write behind *payload*; FormatError if that is not digits.

    >>> luhn_digit("424242424242424"), luhn_digit("7992739871")
    ('2', '3')
    """
    if not payload or payload.strip(digits):
        raise FormatError("digits", hint="without spaces and dashes")
    values = [ord(digit) - 0x30 for digit in payload]
    total = sum(_DOUBLED[value] for value in values[::-2]) + sum(values[-2::-2])
    return str(-total % 10)
