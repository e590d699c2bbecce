"""What people may see of a message and what a disk may hold, by allow-lists: the unknown is secret.

The one rule for `repr`, trace, log, views, dissector and journals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from .errors import FormatError
from .tlv import pack_private, unpack_private

# Fields that carry no cardholder data: shown as they are. All others are masked.
OPEN_FIELDS: Final = frozenset(
    [
        *(3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19),
        *(21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 32, 33, 37, 38, 39, 40, 41, 42, 43, 44),
        *(49, 50, 51, 66, 67, 70, *range(74, 91), 95, 97, 99, 100),
    ]
)
# Open, but anybody may write a card number there: all is shown but that.
FREE_TEXT: Final = frozenset([43, 44])
# What later editions put into the same numbers: verification data, or what the issuer likes.
_CLOSED_LATER: Final = {"1": frozenset([95]), "2": frozenset([49, 50, 51, 95])}
_OPEN: Final = {edition: OPEN_FIELDS - closed for edition, closed in _CLOSED_LATER.items()}
PAN_DIGITS_USUAL: Final = 13  # no card in use has a shorter number (ISO/IEC 7812-1 allows 8)
_DIGIT: Final = re.compile("[0-9]")
# What may be a card number in text for people, in groups or not. One that lost a digit, or that ran
# into other digits, is one all the same.
PAN_RUN: Final = re.compile(f"[0-9](?:[ -]?[0-9]){{{PAN_DIGITS_USUAL - 1},}}")
# Additional amounts, ISO 8583:1987: account and amount type, currency, sign, minor units.
_AMOUNTS: Final = 54
_AMOUNT: Final = re.compile("[0-9]{7}[CD][0-9]{12}")
_AMOUNT_SIZE: Final = 20
# Private data: which capture of an authorisation one is. Of the rest a journal keeps nothing.
_PRIVATE: Final = 48
CAPTURE_TAG: Final = "70"
_CAPTURE: Final = re.compile("[0-9]{2}/[0-9]{2}[FP]")
# What an answer to a message that could not be read may repeat.
ECHO_FIELDS: Final = frozenset([3, 4, 7, 11, 12, 13, 37, 41, 42])
# What a chip says of the terminal, the transaction and the application: nothing of the cardholder.
OPEN_TAGS: Final = frozenset(
    [
        *("4F", "82", "84", "95", "9A", "9B", "9C", "5F2A", "5F34", "9F02", "9F03", "9F06", "9F07"),
        *("9F09", "9F1A", "9F1B", "9F21", "9F27", "9F33", "9F34", "9F35", "9F36", "9F39", "9F40"),
        *("9F41", "9F53", "9F66", "9F6C", "DF81"),
    ]
)
# Sensitive authentication data: never stored, not even masked (PCI DSS 3.3.1).
NEVER_STORED: Final = frozenset([35, 36, 45, 48, 52, 53, 55, 64, 96, 128])


def mask_pan(pan: str) -> str:
    """Show the first 6 and last 4 digits; of 13 digits or fewer the last 4 alone (PCI DSS 3.4.1).

    >>> mask_pan("9999990000000014"), mask_pan("4123456789012")
    ('999999******0014', '*********9012')
    """
    if len(pan) > 13:
        return f"{pan[:6]}{'*' * (len(pan) - 10)}{pan[-4:]}"
    return "*" * (len(pan) - 4) + pan[-4:] if len(pan) > 4 else "*" * len(pan)


def holds_pan(text: str) -> bool:
    """Whether *text* may hold a card number in clear.

    >>> holds_pan("refunded 9999 9900 0000 0014"), holds_pan("ticket 4711")
    (True, False)
    """
    return PAN_RUN.search(text) is not None


def star_pans(text: str) -> str:
    """*text* with stars for the digits of whatever may be a card number.

    >>> star_pans("SEE 9999 9900 0000 0014, ROOM 12")
    'SEE **** **** **** ****, ROOM 12'
    """
    return PAN_RUN.sub(lambda run: _DIGIT.sub("*", run[0]), text)


def open_fields(edition: str) -> frozenset[int]:
    """The fields that are shown as they are, by the first digit of the MTI.

    >>> 49 in open_fields("0"), 49 in open_fields("2")
    (True, False)
    """
    return _OPEN.get(edition, OPEN_FIELDS)


def mask_field(number: int, value: str, edition: str = "0") -> str:
    """The value of field *number* of *edition*, a first digit of MTIs, as people may see it.

    >>> mask_field(4, "000000001250"), mask_field(52, "0123456789ABCDEF")
    ('000000001250', '*** (16)')
    """
    if number in FREE_TEXT:
        return star_pans(value)
    if number in open_fields(edition):
        return value
    if number == 2:
        return mask_pan(value)
    return f"*** ({len(value)})"


def kept_fields(fields: Mapping[int, str], edition: str = "0") -> dict[int, str]:
    """What of *fields* a journal may keep: open fields, of free text all but card numbers, of field
    54 the amounts, and of field 48 which capture it is; of the card nothing.

    >>> kept_fields({2: "9999990000000014", 11: "000007", 48: "9203123700601/02P", 126: "CVC 123"})
    {11: '000007', 48: '700601/02P'}
    """
    is_open = open_fields(edition)
    kept = {n: v for n, v in fields.items() if n in is_open}
    for number in FREE_TEXT:
        if number in kept:
            kept[number] = star_pans(kept[number])
    if edition == "0":
        if _AMOUNTS in fields and (amounts := _amounts(fields[_AMOUNTS])):
            kept[_AMOUNTS] = amounts
        if _PRIVATE in fields and (capture := _capture(fields[_PRIVATE])):
            kept[_PRIVATE] = capture
    return kept


def _amounts(value: str) -> str:
    pieces = (value[at : at + _AMOUNT_SIZE] for at in range(0, len(value), _AMOUNT_SIZE))
    return "".join(piece for piece in pieces if _AMOUNT.fullmatch(piece))


def _capture(value: str) -> str:
    try:
        said = unpack_private(value).get(CAPTURE_TAG, "")
    except FormatError:
        return ""
    return pack_private({CAPTURE_TAG: said}) if _CAPTURE.fullmatch(said) else ""


def printable(text: str, length_max: int = 200) -> str:
    """One bounded line of *text*: anything that could steer a terminal or split a log is escaped.

    >>> printable("SHOP\\x1b[2J")
    'SHOP\\\\x1b[2J'
    """
    if len(text) <= length_max and text.isprintable():
        return text
    safe = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[:length_max])
    return safe if len(text) <= length_max else f"{safe}…"
