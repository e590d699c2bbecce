"""What the acquirer settles with the front, by date: counted row by row, compared when it is asked.

A checkpoint has all that was counted before it; a start counts what the rows behind it change.
"""

from __future__ import annotations

from typing import Final

from cardswitch.specs.amounts import is_currency
from cardswitch.specs.codes import (
    APPROVED,
    FORMAT_ERROR,
    INVALID_TRANSACTION,
    MALFUNCTION,
    NOT_PERMITTED_HERE,
    TOTALS_DIFFER,
)
from cardswitch.specs.dates import is_month_day
from cardswitch.specs.errors import Decline, EncodeError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import require_fields
from cardswitch.specs.transactions.kinds import KINDS, SETTLES_WITH, Kind
from cardswitch.specs.transactions.settled import (
    CURRENCY,
    SETTLES_ON,
    Settled,
    pack_account,
    settlement_date,
)
from cardswitch.specs.transactions.totals import (
    IN_BALANCE,
    OUT_OF_BALANCE,
    SETTLEMENT_CODE,
    read_totals,
)
from cardswitch.wire.ports import Seconds

from .legs import Booked, Booking, Leg

PEER: Final = "front"
_ADVICE: Final = "2"  # the third digit of an MTI: nobody declines it


def booked_of(leg: Leg) -> Booked | None:
    """What is counted of *leg* now."""
    return leg.booked if isinstance(leg, Booking) else None


def count(settled: Settled, before: Booked | None, now: Booked | None) -> None:
    """Count what a row has changed of what is booked for its leg."""
    known = now or before
    if known is None or now == before:
        return
    kind, number = KINDS.named(known.kind), (now is not None) - (before is not None)
    moved = (now.amount if now else 0) - (before.amount if before else 0)
    settled.note(PEER, known.date, known.currency, kind, kind.sign * moved, number)


def compared(
    settled: Settled, institution: str, request: Message, kind: Kind, now: Seconds
) -> Message:
    """The answer of *institution* to *request*, which brings the totals of a date: with our own.

    Whether they agree, field 66 says. A request that differs is declined (95), an advice never.
    Raises Decline for what cannot be compared.
    """
    if SETTLES_WITH not in kind.requires:
        raise Decline(INVALID_TRANSACTION)  # the batch of a terminal: the front compares those
    require_fields(request, kind)
    if not is_month_day(request[SETTLES_ON]):
        raise Decline(FORMAT_ERROR, str(SETTLES_ON))
    if not is_currency(request[CURRENCY]):
        raise Decline(FORMAT_ERROR, str(CURRENCY))
    theirs = read_totals(request)
    if request[SETTLES_WITH].strip(" ") != institution:
        raise Decline(NOT_PERMITTED_HERE, str(SETTLES_WITH))
    ours = settled.account(PEER, settlement_date(request, now), request[CURRENCY])
    agree = ours.totals == theirs
    said = {
        CURRENCY: request[CURRENCY],
        SETTLEMENT_CODE: IN_BALANCE if agree else OUT_OF_BALANCE,
        SETTLES_WITH: institution,
    }
    try:
        said |= pack_account(ours)
    except EncodeError:
        raise Decline(MALFUNCTION) from None  # No field has room for what we have.
    return request.reply(APPROVED if agree or request.mti[2] == _ADVICE else TOTALS_DIFFER, said)
