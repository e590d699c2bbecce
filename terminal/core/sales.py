"""A sale of the terminal as it was sent and stands, and the reversal of one that is pending."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import Final

from msgspec import Struct

from cardswitch.specs.dates import utc_date
from cardswitch.specs.message import Message, reply_mti
from cardswitch.specs.transactions.followed import Followed
from cardswitch.specs.transactions.kinds import KINDS, Kind
from cardswitch.specs.transactions.reversals import can_be_named
from cardswitch.wire.ports import Seconds

from .entries import SaleBegun
from .outcome import PAID, SET_ASIDE, Outcome, words_for

SALES_MAX: Final = 100  # Of older ones no answer comes any more, late as it may be.
KEPT_MAX: Final = 5_000  # with older ones that a person can act on: more than a till sells in a day


class Sale(Struct, frozen=True):
    """A sale as it was sent, and how it stands."""

    begun: SaleBegun
    outcome: Outcome


class Pending(Struct, frozen=True):
    """A reversal that the switch must still acknowledge, and the sale that it undoes."""

    reversal: Message
    sale: str  # its key
    stays: int
    before: Outcome  # how the sale stood


def key_of(stan: str, sent: str) -> str:
    """What names a sale at its terminal: its trace number and field 7.

    >>> key_of("000007", "1123120000")
    '000007 1123120000'
    """
    return f"{stan} {sent}"


def original_key(request: Message) -> str:
    """The key of the sale that *request*, a reversal or a completion, names."""
    named = request[90]
    return key_of(named[4:10], named[10:20])


def with_newest(
    sales: Mapping[str, Sale], key: str, sale: Sale, not_at_rest: Collection[str], batch: int
) -> dict[str, Sale]:
    """*sales* with *sale*, the newest; the one that is now too old goes, if nobody needs it.

    *not_at_rest*: the keys of those that may not go. *batch*: the number of the open one.
    """
    # To copy many is cheap, to look at each is not: only the one that is now too old is.
    kept = {**sales}
    kept.pop(key, None)
    kept[key] = sale
    if len(kept) > SALES_MAX:
        leaving = next(islice(reversed(kept), SALES_MAX, None))
        if leaving not in not_at_rest and not _can_be_acted_on(kept[leaving], batch, sale.begun.at):
            del kept[leaving]
    if len(kept) > KEPT_MAX:
        del kept[next(other for other in kept if other not in not_at_rest)]
    return kept


def at_batch_close(
    sales: Mapping[str, Sale], not_at_rest: Collection[str], batch: int, now: Seconds
) -> dict[str, Sale]:
    """The last of *sales*, and those older ones that are needed still; *batch* is the next one."""
    older = len(sales) - SALES_MAX
    return {
        key: sale
        for number, (key, sale) in enumerate(sales.items())
        if number >= older or key in not_at_rest or _can_be_acted_on(sale, batch, now)
    }


def _can_be_acted_on(sale: Sale, batch: int, now: Seconds) -> bool:
    """Whether a person can still undo, complete or follow *sale*, old as it is."""
    outcome = sale.outcome
    row = KINDS.named(outcome.transaction)
    if row.money == "hold":
        return outcome.kind in SET_ASIDE and can_be_named(utc_date(sale.begun.at), now)
    return row.moves_money and outcome.kind in PAID and outcome.batch == batch


def to_complete(sales: Iterable[Sale], stan: str = "") -> Sale | None:
    """The first of *sales* that sets something aside, or that of the number *stan*.

    None if nothing of it is set aside now: without a number, another customer's is not meant.
    """
    for sale in sales:
        outcome = sale.outcome
        row = KINDS.named(outcome.transaction)
        if row.money != "hold" or row.adds or stan not in ("", outcome.stan):
            continue
        if outcome.kind in SET_ASIDE:
            return sale
        if not stan:
            return None
    return None


def to_follow(sales: Iterable[Sale], kind: Kind, stan: str, batch: int) -> Sale | None:
    """The first of *sales* that a transaction of the class *kind* is about, or that of *stan*.

    A refund, of what some is left of; or a tip, on a sale of the open *batch* that has none yet. If
    it is none of these, None: without a number, another customer's sale is not meant.
    """
    for sale in sales:
        outcome = sale.outcome
        if outcome.transaction not in kind.original or stan not in ("", outcome.stan):
            continue
        refunded, tipped = outcome.followed
        is_open = not outcome.is_owed and outcome.kind in PAID
        is_refund = kind.money == "credit"
        if is_open and (refunded < outcome.amount if is_refund else not tipped):
            return sale if is_refund or outcome.batch == batch else None
        if not stan:
            return None
    return None


def amount_undone(pending: Pending) -> int:
    """What of the sale a reversal takes back; of one without an approval, all that was asked."""
    before = pending.before
    return before.amount - pending.stays if before.kind in SET_ASIDE else before.asked


def answered_by(sales: dict[str, Sale], answer: Message) -> str | None:
    """The key of that of *sales* which *answer* answers, or ``None``: it is none of the last ones.

    Its retrieval reference number may be another: of two copies each may have got its own.
    """
    for key, sale in islice(reversed(sales.items()), SALES_MAX):
        request = sale.begun.request
        if reply_mti(request.mti) != answer.mti:
            continue
        if all(answer.get(n, request[n]) == request[n] for n in (7, 11, 41, 42)):
            return key
    return None


def why_not_reversed(sale: Sale, batch: int, now: Seconds, *, in_part: bool) -> str:
    """Why a person cannot have *sale* undone, or ``""``; *batch* is the number of the open one."""
    outcome = sale.outcome
    row = KINDS.named(outcome.transaction)
    if outcome.kind not in (SET_ASIDE if row.money == "hold" else PAID):
        return f"nothing to reverse: {words_for(outcome.kind)}"
    if not row.moves_money:
        return f"nothing to reverse: a {row.name} moves no money"
    if row.is_for_good:
        return f"nothing to reverse: this {row.name} is paid back by a refund"
    if outcome.followed != Followed():
        return "nothing to reverse: it was refunded, or has a tip; refund what is left"
    if row.bucket and outcome.batch != batch:
        return f"nothing to reverse: the batch of STAN {outcome.stan} is closed; refund it"
    if not can_be_named(utc_date(sale.begun.at), now):
        return f"nothing to reverse: STAN {outcome.stan} is too long ago; refund it"
    if in_part and (row.adds or outcome.captures):
        return "nothing was sent: an increment, or what is completed in part, is undone as a whole"
    return ""
