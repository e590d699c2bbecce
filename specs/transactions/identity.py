"""What makes two messages the same request: who sent it, what it is, its number, when it was sent.

A trace number alone is never a key: terminals repeat them every day, and a date and time without
its year every year, so all of that belongs to it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from ..dates import Seconds, transmission_at, utc_date
from ..message import Message

# Older than this, or from further ahead, a request is no purchase of now: a late copy, or a clock
# that is wrong. Its repeat, which is found, gets its answer all the same.
CLOCK_APART_MAX_S: Final[Seconds] = 24 * 3600.0
_SENDERS_KEPT: Final = 4_096  # Terminals that send again and again; less than a megabyte.


class Identity(NamedTuple):
    """What a request and its repeats share, and nothing else has."""

    sent_on: str  # the date YYYY-MM-DD of field 7, with its year
    name: str  # listener, terminal, merchant, class of the MTI, trace number, date and time

    @property
    def mti_class(self) -> str:
        """The second digit of its MTI.

        >>> Identity("2026-11-23", "pos|TERM0001|SHOP|2|000007|20261123120000").mti_class
        '2'
        """
        return self.name.split("|", 4)[3]


def identity(source: str, message: Message, now: Seconds) -> Identity:
    """The identity of a request that came in by the listener *source* at the instant *now*.

    Raises FormatError if field 7 names no date and time.

    >>> request = Message("0201", {7: "1123120000", 11: "000007", 41: "TERM0001", 42: "SHOP"})
    >>> identity("pos", request, 1795435200.0)
    Identity(sent_on='2026-11-23', name='pos|TERM0001|SHOP|2|000007|20261123120000')
    """
    get = message.fields.get
    return identity_of(sender(source, message), message.mti[1], get(11, ""), get(7, ""), now)


def identity_of(sender: str, kind: str, stan: str, sent: str, now: Seconds) -> Identity:
    """The identity with trace number *stan* and field 7 *sent*. Raises FormatError as above."""
    sent_on = utc_date(transmission_at(sent, now))
    return Identity(sent_on, f"{sender}{kind}|{stan}|{sent_on[:4]}{sent}")


def is_of_now(request: Message, now: Seconds, apart_max_s: Seconds = CLOCK_APART_MAX_S) -> bool:
    """Whether field 7 of *request* is near enough to *now* for something new to be performed.

    Raises FormatError if it names no date and time.
    """
    return abs(transmission_at(request.get(7), now) - now) <= apart_max_s


def sender(source: str, message: Message) -> str:
    """How the identity begins of all that one terminal of one merchant sends by *source*.

    >>> sender("pos", Message("0200", {41: "TERM0001", 42: "SHOP           "}))
    'pos|TERM0001|SHOP|'
    """
    get = message.fields.get
    return _sender(source, get(41, ""), get(42, ""))


@lru_cache(_SENDERS_KEPT)
def _sender(source: str, terminal: str, merchant: str) -> str:
    return f"{source}|{_part(terminal)}|{_part(merchant)}|"


def _part(text: str) -> str:
    """*text* so that no two senders look the same, whatever characters their names hold."""
    return text.rstrip(" ").replace("%", "%25").replace("|", "%7C")
