"""Totals of a batch, as 0500 and 0520 carry them: fields 74 to 89 and 97, and field 63 of ours.

What was undone within the batch is in none of the totals that we send. Of those of others, what
was undone is taken off first, so that both ways of counting agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from ..codes import FORMAT_ERROR
from ..errors import Decline, EncodeError
from ..message import Message

BATCH: Final = 60  # its number, digits
BY_DAY: Final = 63  # what the switch has, by bank day: a layout of our own, see `pack_days`
SETTLEMENT_CODE: Final = 66
NET: Final = 97
IN_BALANCE: Final = "1"
OUT_OF_BALANCE: Final = "2"
COUNT_DIGITS: Final = 10
AMOUNT_DIGITS: Final = 16
BATCH_DIGITS: Final = 6
DAYS_MAX: Final = 16  # that field 63 has room for
_LABEL_SIZE: Final = 10  # YYYYMMDD, and which run of that date
_RUN_MAX: Final = 99  # of two digits: later runs of a date are told with that one
_SIDE_SIZE: Final = COUNT_DIGITS + AMOUNT_DIGITS
_DAY_SIZE: Final = _LABEL_SIZE + 2 * _SIDE_SIZE
_FEES: Final = (78, 79, 82, 83, 84, 85)  # transfers and fees: nobody here has any
_DIGITS: Final = frozenset("0123456789")


class Side(NamedTuple):
    """How many, and how much in minor units."""

    number: int = 0
    amount: int = 0

    def plus(self, amount: int, number: int = 1) -> Side:
        """So many more, of *amount* together."""
        return Side(self.number + number, self.amount + amount)


class Totals(NamedTuple):
    """What a batch comes to, in one currency: debits are what cardholders pay."""

    debits: Side = Side()
    credits: Side = Side()

    @property
    def net(self) -> int:
        """Credits less debits, as field 97 counts: below zero where the merchant is owed."""
        return self.credits.amount - self.debits.amount

    def plus(self, owed: int) -> Totals:
        """With one more, for which the merchant is *owed* minor units; a credit is below zero.

        >>> Totals().plus(1250).plus(-750)
        Totals(debits=Side(number=1, amount=1250), credits=Side(number=1, amount=750))
        """
        if owed < 0:
            return Totals(self.debits, self.credits.plus(-owed))
        return Totals(self.debits.plus(owed), self.credits)

    def less(self, other: Totals) -> Totals:
        """Without what is in *other*; may come out below zero."""
        mine, theirs = (self.debits, self.credits), (other.debits, other.credits)
        pairs = zip(mine, theirs, strict=True)
        return Totals(*(one.plus(-two.amount, -two.number) for one, two in pairs))


def total(parts: Iterable[Totals]) -> Totals:
    """All *parts* together."""
    sums = Totals()
    for part in parts:
        pairs = zip(sums, part, strict=True)
        sums = Totals(*(one.plus(two.amount, two.number) for one, two in pairs))
    return sums


def pack_totals(totals: Totals) -> dict[int, str]:
    """The fields of *totals*. EncodeError, naming the field, if one is too large for its digits.

    >>> pack_totals(Totals().plus(1250))[97], pack_totals(Totals().plus(-1250))[97]
    ('D0000000000001250', 'C0000000000001250')
    """
    paid, given = totals
    counts = {74: given.number, 75: 0, 76: paid.number, 77: 0}
    amounts = {86: given.amount, 87: 0, 88: paid.amount, 89: 0}
    fields = {n: pad_total(n, value, COUNT_DIGITS) for n, value in counts.items()}
    fields |= {n: pad_total(n, value, AMOUNT_DIGITS) for n, value in amounts.items()}
    return {**fields, NET: _net(totals.net)}


def read_totals(message: Message) -> Totals:
    """The totals in *message*, without what was undone. Declines, naming the field.

    Fields 74 to 77, 86 to 89 and 97 must be there, and must agree with each other.
    """
    for number in (*range(74, 78), *range(86, 90)):
        if not _DIGITS.issuperset(message.get(number) or "-"):
            raise Decline(FORMAT_ERROR, str(number))
    value = {n: int(message[n]) for n in (*range(74, 78), *range(86, 90))}
    for number in _FEES:
        if message.get(number).strip("0"):
            raise Decline(FORMAT_ERROR, str(number))
    given = Side(value[74] - value[75], value[86] - value[87])
    paid = Side(value[76] - value[77], value[88] - value[89])
    found = Totals(paid, given)
    if message.get(NET) not in _nets(found.net):
        raise Decline(FORMAT_ERROR, str(NET))
    return found


def pack_days(days: Mapping[str, Totals]) -> str:
    """Field 63: *days*, by label such as 2026-11-28-2, 62 digits each; of too many, the oldest
    are one.

    A date of 8 digits and its run of 2, then number (10) and amount (16) of debits, and of credits.
    Runs behind the 99th of a date are told with that.

    >>> pack_days({"2026-11-28-2": Totals().plus(1250)})[:36]
    '202611280200000000010000000000001250'
    """
    by_label: dict[str, Totals] = {}
    for label, totals in days.items():
        packed = _packed_label(label)
        by_label[packed] = total((by_label.get(packed, Totals()), totals))
    labels = sorted(by_label)
    oldest = max(1, len(labels) - DAYS_MAX + 1)
    parts = [(label, by_label[label]) for label in labels[oldest:]]
    if labels:
        merged = total(by_label[label] for label in labels[:oldest])
        parts.insert(0, (labels[oldest - 1], merged))
    return "".join(_packed_day(label, totals) for label, totals in parts)


def read_days(value: str) -> dict[str, Totals]:
    """What :func:`pack_days` has packed; whatever is not that, is nothing.

    >>> read_days(pack_days({"2026-11-28": Totals().plus(1250)}))["2026-11-28"].debits
    Side(number=1, amount=1250)
    """
    if len(value) % _DAY_SIZE or not _DIGITS.issuperset(value):
        return {}
    found: dict[str, Totals] = {}
    for start in range(0, len(value), _DAY_SIZE):
        text = value[start : start + _DAY_SIZE]
        sides = (text[_LABEL_SIZE:][at : at + _SIDE_SIZE] for at in (0, _SIDE_SIZE))
        found[_label(text[:_LABEL_SIZE])] = Totals(*map(_side, sides))
    return found


def pack_batch(number: int) -> str:
    """Field 60 of the batch *number*.

    >>> pack_batch(7)
    '000007'
    """
    return f"{number:0{BATCH_DIGITS}d}"


def is_batch(value: str) -> bool:
    """Whether *value* may stand in field 60 of a batch: one to six digits."""
    return 0 < len(value) <= BATCH_DIGITS and _DIGITS.issuperset(value)


def pad_total(number: int, value: int, size: int) -> str:
    """*value* as a total of field *number*, *size* digits. Raises EncodeError."""
    text = f"{value:0{size}d}"
    if len(text) > size or value < 0:
        raise EncodeError(f"a total of at most {size} digits", field=str(number), seen=text)
    return text


def _packed_label(label: str) -> str:
    year, month, day, *run = label.split("-")
    return f"{year}{month}{day}{min(int(run[0]), _RUN_MAX) if run else 1:02d}"


def _label(packed: str) -> str:
    date, run = f"{packed[:4]}-{packed[4:6]}-{packed[6:8]}", int(packed[8:])
    return date if run == 1 else f"{date}-{run}"


def _packed_day(packed_label: str, totals: Totals) -> str:
    sides = "".join(
        pad_total(BY_DAY, side.number, COUNT_DIGITS) + pad_total(BY_DAY, side.amount, AMOUNT_DIGITS)
        for side in totals
    )
    return packed_label + sides


def _side(text: str) -> Side:
    return Side(int(text[:COUNT_DIGITS]), int(text[COUNT_DIGITS:]))


def _net(net: int) -> str:
    return f"{'D' if net < 0 else 'C'}{pad_total(NET, abs(net), AMOUNT_DIGITS)}"


def _nets(net: int) -> tuple[str, ...]:
    """How field 97 may say *net*: the sign of nothing is either."""
    return (_net(net),) if net else (_net(0), f"D{_net(0)[1:]}")
