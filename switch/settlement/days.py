"""Bank days, as the cut-over rows of the journal say them: where each begins, and what it follows.

No clock has a part in it: a day begins where the one before it ended, row after row.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds

from ..core.day import OF, acquirer_of

_DATE_LENGTH = len("YYYY-MM-DD")


class BankDay(Struct, frozen=True, gc=False, kw_only=True):
    """One bank day. Days follow each other as their rows do, which their labels cannot show."""

    label: str  # "2026-11-28"; a second one of that date "2026-11-28-2"; another's "2026-11-28.nyc"
    follows: str  # the label of the day before; "" for the first one of the journal
    sequence: int  # of the row that began it: what comes behind that row belongs to it
    starts_at: Seconds
    ends_at: Seconds  # when it ended; of the day that runs, when it is to end
    has_ended: bool


class CutOver(Struct, frozen=True, kw_only=True):
    """What a cut-over row says, as far as settlement asks."""

    starts_at: Seconds
    ends_at: Seconds


def bank_days(cut_overs: Iterable[tuple[int, str, str]]) -> tuple[BankDay, ...]:
    """The days, from the *cut_overs*: sequence, label, and fields of each row, in their order.

    Raises Error if one of them does not say when its day begins and ends.
    """
    rows = [(sequence, label, _said(sequence, fields)) for sequence, label, fields in cut_overs]
    days = []
    for number, (sequence, label, said) in enumerate(rows):
        after = rows[number + 1][2] if number + 1 < len(rows) else None
        days.append(
            BankDay(
                label=label,
                follows=rows[number - 1][1] if number else "",
                sequence=sequence,
                starts_at=said.starts_at,
                ends_at=after.starts_at if after else said.ends_at,
                has_ended=after is not None,
            )
        )
    return tuple(days)


def _said(sequence: int, fields: str) -> CutOver:
    try:
        return msgspec.json.decode(fields, type=CutOver)
    except msgspec.MsgspecError:
        raise Error(f"row {sequence} of the journal is damaged: it begins no bank day") from None


def date_of(label: str) -> str:
    """The date of a day, ``YYYY-MM-DD``, without its run number.

    >>> date_of("2026-11-28-2")
    '2026-11-28'
    """
    return label[:_DATE_LENGTH]


def run_of(label: str) -> int:
    """The how many-th day of its date it is.

    >>> run_of("2026-11-28"), run_of("2026-11-28-2"), run_of("2026-11-28-2.nyc")
    (1, 2, 2)
    """
    return int(label.partition(OF)[0][_DATE_LENGTH + 1 :] or 1)


def option_of(label: str) -> str:
    """What a `settle` command needs to be about that day, where it needs anything.

    >>> option_of("2026-11-28.nyc"), option_of("2026-11-28")
    (' --acquirer nyc', '')
    """
    acquirer = acquirer_of(label)
    return f" --acquirer {acquirer}" if acquirer else ""


def short_label(label: str) -> str:
    """A day in the identifiers of a bank's file, which are short: there is no room for whose it is.

    The run number stands behind a point: a merchant's id that follows cannot be taken for it.

    >>> short_label("2026-11-28"), short_label("2026-11-28-2.nyc")
    ('20261128', '20261128.2')
    """
    run = run_of(label)
    return date_of(label).replace("-", "") + (f".{run}" if run > 1 else "")


def message_id(label: str) -> str:
    """What a bank's file of that day is called, MsgId: no other acquirer has one of that name.

    >>> message_id("2026-11-28-2"), message_id("2026-11-28.nyc")
    ('DEPOSIT-20261128.2', 'DEPOSIT-20261128.nyc')
    """
    acquirer = acquirer_of(label)
    return f"DEPOSIT-{short_label(label)}" + (f"{OF}{acquirer}" if acquirer else "")
