"""Which original a reversal names, what must agree between the two, and how much is to stay.

By field 90 as far as it is filled; else by the retrieval reference number; else, where a link says
so, by trace number on the same bank day. Terminal, merchant and listener must be the original's.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from ..dates import Seconds, transmission_time, utc_date
from ..errors import DecodeError, FormatError
from ..message import Message
from .identity import Identity, identity_of, sender
from .kinds import KINDS

ORIGINAL_LENGTH: Final = 42  # MTI 4, trace number 6, date and time 10, two institutions 11.
REPLACEMENT_LENGTH: Final = 42  # Field 95: what stays of the amounts 4 and 5, 12 each; two fees.
MONEY_CLASSES: Final = KINDS.undone()  # What can be undone, by the second digit of its MTI.
REVERSAL: Final = "4"  # The class of an MTI that asks to undo.
# Field 90 has no year: who is asked takes the one nearest to now. What is older cannot be named.
NAMED_FOR_S: Final[Seconds] = 180 * 86_400.0
_SAID: Final = (4, 37, 90, 95)
_DIGITS: Final = frozenset("0123456789")
_DAY_S: Final = 86_400.0
_BLANK: Final = "0"

Way = Literal["original_data", "rrn", "trace"]
WAYS: Final[tuple[Way, ...]] = ("original_data", "rrn")  # what every link understands


class Reference(NamedTuple):
    """What a reversal says of its original: exact are `identities`, the rest may fit several."""

    identities: tuple[Identity, ...] = ()
    begins: tuple[tuple[str, str], ...] = ()  # (sent_on, how the identity begins)
    rrns: tuple[tuple[str, str], ...] = ()  # (field 37, how the identity begins)
    same_day: bool = False  # of those found, only one of the present bank day counts

    @property
    def is_exact(self) -> bool:
        """Whether it can name one request alone."""
        return bool(self.identities)


def reference(
    source: str, reversal: Message, now: Seconds, ways: tuple[Way, ...] = WAYS
) -> Reference:
    """What *reversal*, which came in by *source* at *now*, names as its original.

    Raises DecodeError, naming field 90, if that is no field 90 or nothing names an original.

    >>> asked = Message("0420", {41: "T1", 42: "SHOP", 90: "0200000007" + "1123120000" + "0" * 22})
    >>> reference("pos", asked, 1795435200.0).identities
    (Identity(sent_on='2026-11-23', name='pos|T1|SHOP|2|000007|20261123120000'),)
    """
    who = sender(source, reversal)
    original = reversal.get(90)
    if original and (len(original) != ORIGINAL_LENGTH or not _DIGITS.issuperset(original)):
        raise DecodeError(f"{ORIGINAL_LENGTH} digits naming the original", field="90")
    stan, sent = original[4:10], original[10:20]
    if "original_data" in ways and stan.strip(_BLANK):
        classes = (original[1],) if original[:4].strip(_BLANK) else MONEY_CLASSES
        if not set(classes) <= set(MONEY_CLASSES):
            raise DecodeError("a request that moves money, class 1 or 2", field="90")
        if sent.strip(_BLANK):
            return Reference(identities=_exact(who, classes, stan, sent, now))
        return Reference(begins=_around(who, classes, stan, now))
    if "rrn" in ways and reversal.get(37).strip(" "):
        return Reference(rrns=((reversal[37], who),))
    if "trace" in ways and reversal.get(11):
        return Reference(begins=_around(who, MONEY_CLASSES, reversal[11], now), same_day=True)
    raise DecodeError("the original's number and time, or its field 37", field="90")


def reversal_identity(source: str, reversal: Message, now: Seconds) -> Identity:
    """The identity of *reversal* itself; without field 7 it is that of the day.

    Raises FormatError if it has no trace number, or field 7 is no date and time.
    """
    if 11 not in reversal.fields:
        raise FormatError("a trace number", field="11")
    sent = reversal.get(7) or f"{transmission_time(now)[:4]}000000"
    return identity_of(sender(source, reversal), REVERSAL, reversal[11], sent, now)


def reversal_digest(reversal: Message, card: str) -> str:
    """What a repeat of *reversal*, which names the *card* of this fingerprint, must say too."""
    return "|".join([*map(reversal.get, _SAID), card])


def can_be_named(sent_on: str, now: Seconds) -> bool:
    """Whether field 90 of a reversal sent *now* can mean a request of the date *sent_on*.

    >>> can_be_named("2026-06-30", 1795435200.0), can_be_named("2025-11-23", 1795435200.0)
    (True, False)
    """
    return sent_on >= utc_date(now - NAMED_FOR_S)


def original_data(message: Message) -> str:
    """Field 90 for the reversal of *message*; institutions that are not known are zeros.

    >>> original_data(Message("0200", {7: "1123120000", 11: "000007", 32: "123456"}))
    '020000000711231200000000012345600000000000'
    """
    parts = [f"{message.mti[:3]}0", message.get(11).zfill(6), message.get(7).zfill(10)]
    return "".join(parts) + message.get(32).zfill(11) + message.get(33).zfill(11)


def stays_of(reversal: Message) -> int:
    """What of the amount *reversal* leaves as it was (field 95), in minor units; 0: nothing.

    Raises DecodeError if field 95 does not begin with two amounts of twelve digits.

    >>> stays_of(Message("0420", {95: "000000001500" + "0" * 12 + "D00000000" * 2}))
    1500
    """
    amounts = reversal.get(95)
    if not amounts:
        return 0
    if len(amounts) != REPLACEMENT_LENGTH or not _DIGITS.issuperset(amounts[:24]):
        raise DecodeError("two amounts of 12 digits, then two fees", field="95")
    return int(amounts[:12])


def replacement_amounts(stays: int) -> str:
    """Field 95 of a reversal after which *stays* minor units remain.

    >>> replacement_amounts(1500)
    '000000001500000000000000D00000000D00000000'
    """
    return f"{stays:012d}{0:012d}{'D00000000' * 2}"


def agrees(
    reversal: Message,
    card_agrees: bool,
    amounts: tuple[int, ...],
    currency: str,
    approval_code: str = "",
) -> bool:
    """Whether what *reversal* carries is what is known of its original.

    *amounts*, in minor units, are those that it may name: asked for, and approved. What it leaves
    out agrees, and so does what is not known: "" for *currency* and *approval_code*.
    """
    fields = reversal.fields
    approval = reversal.get(38).strip(" ")
    return (
        card_agrees
        and approval in ("", approval_code or approval)
        and (4 not in fields or int(fields[4]) in amounts)
        and currency in ("", fields.get(49, currency))
    )


def _exact(
    who: str, classes: tuple[str, ...], stan: str, sent: str, now: Seconds
) -> tuple[Identity, ...]:
    try:
        return tuple(identity_of(who, kind, stan, sent, now) for kind in classes)
    except FormatError:
        raise DecodeError("a date and time MMDDhhmmss of the original", field="90") from None


def _around(
    who: str, classes: tuple[str, ...], stan: str, now: Seconds
) -> tuple[tuple[str, str], ...]:
    """The day of *now*, and its neighbours: a bank day is not a day of UTC."""
    days = [utc_date(now + shift * _DAY_S) for shift in (-1, 0, 1)]
    return tuple((day, f"{who}{kind}|{stan}|") for day in days for kind in classes)
