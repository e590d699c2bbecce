"""A message sent once more as a new one: trace number, times and retrieval reference anew. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.dates import local_time, rrn_stem, transmission_time, utc_date
from cardswitch.specs.message import Message
from cardswitch.wire.machine.matching import STAN_MAX
from cardswitch.wire.ports import Seconds

_STAN, _SENT, _TIME, _DATE, _RRN = 11, 7, 12, 13, 37
_LONG_TIME: Final = 12  # digits of field 12 from 1993 on: YYMMDDhhmmss; 2003 has 14, with a century
_STAN_DIGITS: Final[Mapping[str, int]] = {"0": 6, "1": 6, "2": 12}  # by edition
_DATED: Final = "0"  # Only 1987 has a local date in field 13: later it is since when a card is good


def freshened(message: Message, now: Seconds, number: int) -> Message:
    """*message* with trace number *number*, counted round, and of the fields 7, 12, 13 and 37 those
    that it has: at *now*, in UTC.

    >>> freshened(Message("0200", {11: "000001", 13: "0101"}), 1774746000.0, 1_000_007)
    <0200 11=000008, 13=0329>
    """
    edition, stan = message.mti[:1], f"{(number - 1) % STAN_MAX + 1:06d}"
    clock, date = local_time(now, "UTC")
    century = utc_date(now)[:4]
    times = {6: clock, _LONG_TIME: century[2:] + date + clock, 14: century + date + clock}
    anew = {
        _SENT: transmission_time(now),
        _TIME: times.get(len(message.get(_TIME)), message.get(_TIME)),
        _DATE: date if edition == _DATED else message.get(_DATE),
        _RRN: rrn_stem(now) + stan,
    }
    there = {field: value for field, value in anew.items() if field in message.fields}
    return message.with_fields({_STAN: stan.zfill(_STAN_DIGITS[edition]), **there})
