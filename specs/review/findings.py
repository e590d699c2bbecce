"""What is wrong with a message that can be read: checks one by one, told without secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from ..amounts import currency
from ..dates import (
    is_day,
    is_expiry,
    is_local_time,
    is_month_day,
    is_time_of_day,
    is_transmission_time,
)
from ..errors import FormatError
from ..message import Message
from ..tracks import is_luhn_valid, is_pan, unpack_track2

if TYPE_CHECKING:
    from ..dialect import Dialect

# DE3, digits 1-2, of what moves money: purchase, cash, cashback, refund, deposit.
_MOVES_MONEY: Final = frozenset(["00", "01", "09", "20", "21"])
# By edition: number, what may stand there, and how that is written.
_Dates = tuple[tuple[int, Callable[[str], bool], str], ...]
_LATER: Final[_Dates] = (
    (7, is_transmission_time, "MMDDhhmmss"),
    (14, is_expiry, "YYMM"),
    (16, is_month_day, "MMDD"),
    (17, is_month_day, "MMDD"),
)
_DATES: Final[Mapping[str, _Dates]] = {
    "0": (
        (7, is_transmission_time, "MMDDhhmmss"),
        (12, is_time_of_day, "hhmmss"),
        (13, is_month_day, "MMDD"),
        (14, is_expiry, "YYMM"),
    ),
    "1": (
        *_LATER,
        (12, is_local_time, "YYMMDDhhmmss"),
        (13, is_expiry, "YYMM"),
        (15, is_day, "YYMMDD"),
        (28, is_day, "YYMMDD"),
    ),
    "2": (
        *_LATER,
        (12, is_local_time, "CCYYMMDDhhmmss"),
        (13, lambda month: is_day(f"{month}01"), "CCYYMM"),
        (15, is_day, "CCYYMMDD"),
    ),
}


class Finding(Struct, frozen=True):
    """*field* is a number, or nothing where the whole message is meant."""

    field: str
    text: str

    def __str__(self) -> str:
        return f"field {self.field}: {self.text}" if self.field else f"message: {self.text}"


def find_faults(dialect: Dialect, message: Message, data: bytes) -> list[Finding]:
    """All that is wrong with *message*, which *data* stands for in *dialect*; empty if nothing.

    >>> from cardswitch.specs.dialect import load_dialect
    >>> pos, late = load_dialect("pos"), Message("0810", {11: "000001", 39: "00"})
    >>> [str(finding) for finding in find_faults(pos, late, pos.pack(late))]
    ['field 70: mandatory in 0810, and missing']
    """
    return [*_written_again(dialect, message, data), *find_implausible(dialect, message)]


def find_implausible(dialect: Dialect, message: Message) -> list[Finding]:
    """What is wrong with the values of *message*, however they are written."""
    return [
        *(
            Finding(str(number), f"mandatory in {message.mti}, and missing")
            for number in dialect.missing(message)
        ),
        *_card(message),
        *(_amount(message) if dialect.version != "2" else ()),
        *_dates(dialect, message),
        *_track(message),
    ]


def _written_again(dialect: Dialect, message: Message, data: bytes) -> Iterator[Finding]:
    try:
        same = dialect.pack(message) == data
    except FormatError as error:
        yield Finding(error.field, f"cannot be written again: {error}")
        return
    if not same:
        yield Finding("", "is not the same bytes when it is written again")


def _card(message: Message) -> Iterator[Finding]:
    pan = message.get(2)
    if not pan:
        return
    if not is_pan(pan):
        yield Finding("2", f"a card number has 8 to 19 digits, not {len(pan)}")
    elif not is_luhn_valid(pan):
        yield Finding("2", "the last digit does not check the others (Luhn)")


def _amount(message: Message) -> Iterator[Finding]:
    amount, code = message.get(4), message.get(49)
    moves_money = message.mti[1] in "12" and message.get(3)[:2] in _MOVES_MONEY
    if amount and not amount.strip("0") and moves_money and message.is_request:
        yield Finding("4", "nothing is to be paid, though field 3 asks to move money")
    if code:
        try:
            currency(code)
        except FormatError as error:
            yield Finding("49", str(error))
    elif amount and message.is_request:
        yield Finding("4", "its currency, field 49, is missing")


def _dates(dialect: Dialect, message: Message) -> Iterator[Finding]:
    for number, is_right, form in _DATES[dialect.version]:
        if message.get(number) and not is_right(message[number]):
            yield Finding(str(number), f"is no {form} of any calendar or clock")


def _track(message: Message) -> Iterator[Finding]:
    if not message.get(35):
        return
    try:
        track = unpack_track2(message[35])
    except FormatError as error:
        at = "" if error.offset is None else f", at character {error.offset + 1}"
        yield Finding("35", f"expected {error.expected}{at}")
        return
    if not is_luhn_valid(track.pan):
        yield Finding("35", "the last digit of the card number does not check the others (Luhn)")
    if (message.get(2) or track.pan) != track.pan:
        yield Finding("35", "has another card number than field 2")
    if (message.get(14) or track.expiry) != track.expiry:
        yield Finding("35", "has another expiry than field 14")
