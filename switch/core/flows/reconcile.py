"""A terminal closes its batch: its totals are compared with what the journal has of it.

If they differ it is told so (95), sends every item of its batch (0320), and asks again: then each
item that differs is known, and the batch is closed out of balance, for people to look at. No money
is moved by it: what the journal has is what is paid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cardswitch.specs.amounts import is_currency
from cardswitch.specs.codes import (
    APPROVED,
    DUPLICATE,
    FORMAT_ERROR,
    INVALID_AMOUNT,
    INVALID_TRANSACTION,
    MISMATCH,
    TOTALS_DIFFER,
    TRY_LATER,
    UNKNOWN_ORIGINAL,
)
from cardswitch.specs.errors import Decline
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import require_fields
from cardswitch.specs.transactions.identity import is_of_now
from cardswitch.specs.transactions.kinds import KINDS, Kind
from cardswitch.specs.transactions.reversals import Reference, reference
from cardswitch.specs.transactions.totals import (
    BATCH,
    BY_DAY,
    IN_BALANCE,
    OUT_OF_BALANCE,
    SETTLEMENT_CODE,
    Totals,
    is_batch,
    pack_days,
    read_totals,
    total,
)
from cardswitch.wire.machine.waits import Flow, NoAnswer
from cardswitch.wire.ports import LinkId, Question, Seconds

from ..access.registry import require_known
from ..checks import require_allowed
from ..desk import SwitchDesk
from ..legs import Leg
from ..row import ANSWERS
from ..settings import ListenerSettings
from ..states import State
from .ask import is_new, require_signed_on, tell_known
from .batches import CURRENCY, Closed, before, by_day, counted, reconciled, told_totals, uploaded
from .reversal import candidates

Begin = Callable[[SwitchDesk, LinkId], Flow]
ORIGINAL: Final = 90
ADVICE: Final = "2"  # the third digit of an MTI: nobody declines it


def batch_flow(
    request: Message, kind: Kind, listener: ListenerSettings, source: str, now: Seconds
) -> Begin:
    """What begins with *request*, which came in by *listener*, called *source*.

    Raises Decline or FormatError for the first fault. It depends on the message alone.
    """
    require_allowed(kind, listener)
    require_fields(request, kind)
    if not is_batch(request[BATCH]):
        raise Decline(FORMAT_ERROR, str(BATCH))
    money = CURRENCY if kind.shape == "reconcile" else 49
    if not is_currency(request[money]):
        raise Decline(FORMAT_ERROR, str(money))
    if kind.shape == "reconcile":
        theirs = read_totals(request)
        return lambda desk, link: reconcile(desk, link, request, theirs)
    names, item = reference(source, request, now), item_of(request)
    return lambda desk, link: upload(desk, link, request, item, names)


def batch_digest(request: Message) -> str:
    """What a repeat of *request* must say too."""
    numbers = (4, 49, CURRENCY, BATCH, 90, *range(74, 90))
    return "|".join(map(request.get, numbers))


async def reconcile(desk: SwitchDesk, link: LinkId, request: Message, theirs: Totals) -> None:
    """Compare *theirs*, which *request* brings, and say how that came out.

    Silence where the journal cannot say, or another 0500 of the same terminal is in work.
    """
    who = desk.leg.sender
    others = [leg for leg in desk.memory.legs.begun_as(who) if leg.kind is desk.leg.kind]
    if len(others) > 1 and others[0] is not desk.leg:
        return desk.forget()
    if not await is_new(desk):
        return None
    batch, currency = int(request[BATCH]), request[CURRENCY]
    try:
        require_known(request, desk.listener)
        require_signed_on(desk, link, request)
        if not is_of_now(request, desk.now, desk.listener.clock_apart_s):
            raise Decline(INVALID_TRANSACTION)
        earlier = await reconciled(desk, who, batch, currency)
        since = before(earlier, batch, currency)
        days = by_day(await counted(desk, who, since), currency)
        ours = total(days.values())
        told = earlier[-1] if earlier else None
        if told is not None and ours == Totals() and is_again(told, request):
            raise Decline(DUPLICATE)
        is_told = ours == theirs or await is_told_of(desk, told, theirs, batch, currency)
    except Decline as declined:
        return decline(desk, request, declined.code)
    except NoAnswer:
        return desk.forget()
    result = IN_BALANCE if ours == theirs else OUT_OF_BALANCE
    is_closed = is_told or request.mti[2] == ADVICE
    said = {SETTLEMENT_CODE: result, **({BY_DAY: pack_days(days)} if days else {})}
    return answer(desk, request, APPROVED if is_closed else TOTALS_DIFFER, said)


def is_again(told: Closed, request: Message) -> bool:
    """Whether *request* has what closed the batch already: number, currency and totals."""
    same = (told.batch, told.currency) == (int(request[BATCH]), request[CURRENCY])
    is_closed = told.code == APPROVED and any(text.strip("0") for text in told.totals)
    return same and is_closed and told.totals == told_totals(request.fields)


async def is_told_of(
    desk: SwitchDesk, told: Closed | None, theirs: Totals, batch: int, currency: str
) -> bool:
    """Whether the terminal was told that totals differ, and has uploaded all that it counts."""
    if told is None or told.code != TOTALS_DIFFER or told.currency != currency:
        return False
    items = await uploaded(desk, desk.leg.sender, batch, told)
    return total(Totals().plus(item.owed) for item in items) == theirs


async def upload(
    desk: SwitchDesk, link: LinkId, request: Message, item: Kind, names: Reference
) -> None:
    """Compare one *item* of a batch, which *request* *names*, with what the journal has of it."""
    try:
        found = await desk.recall(
            Question((desk.leg.key, *names.identities), names.begins, names.rrns)
        )
        require_known(request, desk.listener)
        require_signed_on(desk, link, request)
    except NoAnswer:
        return desk.forget()
    except Decline as declined:
        return decline(desk, request, declined.code)
    if desk.leg.state is not None:
        return tell_known(desk, batch_digest(request))
    legs = [leg for leg in candidates(desk, names, found) if leg.kind.sign and leg.owed]
    code, original = compared(request, item, legs)
    ours = {4: f"{abs(original.owed):012d}"} if original is not None else {}
    return answer(desk, request, code, ours, item=item, original=original)


def compared(request: Message, item: Kind, legs: list[Leg]) -> tuple[str, Leg | None]:
    """How *request*, which tells of *item*, and the *legs* that it names agree."""
    if len(legs) != 1:
        return MISMATCH if legs else UNKNOWN_ORIGINAL, None
    [leg] = legs
    if leg.currency != request[49] or leg.kind.sign != item.sign:
        return MISMATCH, leg
    return APPROVED if leg.owed == item.sign * int(request[4]) else INVALID_AMOUNT, leg


def item_of(request: Message) -> Kind:
    """What class the original of *request*, an uploaded item, is of. Declines with 12."""
    told = {n: request[n] for n in (3, 25) if n in request.fields}
    kind = KINDS.find(Message(f"{request[ORIGINAL][:3]}0", told))
    if kind is None or not kind.sign:
        raise Decline(INVALID_TRANSACTION, str(ORIGINAL))
    return kind


def decline(desk: SwitchDesk, request: Message, code: str) -> None:
    """Refuse *request*: durably, unless it may be taken when it comes again."""
    if code not in TRY_LATER:
        return answer(desk, request, code, {})
    desk.tell_waiters(code)
    return desk.forget()


def answer(
    desk: SwitchDesk,
    request: Message,
    code: str,
    said: Mapping[int, str],
    *,
    item: Kind | None = None,
    original: Leg | None = None,
) -> None:
    """Durably tell *code* and what is *said* besides, to whoever asked and to repeats."""
    beside = {f"{ANSWERS}{number}": text for number, text in said.items()}
    beside["batch"] = request[BATCH]
    if item is not None:
        beside |= {"item": item.name, "names": request[ORIGINAL]}
    number = original.number if original is not None else 0
    kept = desk.decided(request, code)
    desk.record(State.ANSWERED, kept, original=number, beside=beside)
    desk.respond()
