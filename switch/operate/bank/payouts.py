"""How each payout stands at the bank, and what people decide where one did not get there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds

from ...settlement.entries import BankEntry
from ...settlement.formats.orders import Ordered
from ...settlement.formats.reasons import in_words
from ...settlement.matching import OWED_AGAIN
from ...settlement.standing import Bounced, Standing
from ...store.books import BooksReading
from ..config import SettlementConfig
from ..settle import Settling
from .take import decide

NEXT_CLOSE: Final = "the next close pays it"


class PayoutStanding(Struct, frozen=True, gc=False, kw_only=True):
    """One transfer of ours, and how it stands."""

    reference: str  # EndToEndId
    business_date: str
    merchant: str
    currency: str  # ISO 4217 numeric
    amount: int  # minor units
    iban: str
    order_id: str
    execution: str  # the day that it was asked for
    state: str  # ordered, booked, rejected, returned, paid again; or an outcome to look at
    why: str = ""  # the bank's reason in words, and what comes next


class Said(Struct, frozen=True, gc=False, kw_only=True):
    """What a bank has said of a transfer once."""

    at: Seconds  # when we took it
    name: str  # of its file
    outcome: str
    amount: int
    currency: str
    code: str
    reason: str  # the code in words
    text: str


def payouts(
    books: BooksReading, settlement: SettlementConfig, *, has_all: bool
) -> Iterator[PayoutStanding]:
    """The transfers that are not simply booked; *has_all*: those too."""
    yield from _standing(books, settlement, books.unsettled() if not has_all else books.transfers())


def payout(
    books: BooksReading, settlement: SettlementConfig, reference: str
) -> tuple[PayoutStanding, tuple[Said, ...]]:
    """How the transfer *reference* stands, and all that was said of it. Raises Error."""
    found = [*_standing(books, settlement, books.transfers_of(reference))]
    if not found:
        raise Error(f"no order asks for {reference!r}: cardswitch settle payout list --all")
    said = tuple(
        Said(
            at=entry.at,
            name=entry.name,
            outcome=line.outcome,
            amount=line.amount,
            currency=line.currency,
            code=line.code,
            reason=in_words(line.code) if line.code else "",
            text=line.text,
        )
        for entry, line in books.story(reference)
    )
    return found[0], said


def _standing(
    books: BooksReading, settlement: SettlementConfig, transfers: list[Ordered]
) -> Iterator[PayoutStanding]:
    told = books.told({each.reference for each in transfers})
    bounced = {each.reference: each for each in books.bounced()}
    standing = books.standing()
    ibans = {account.id: account.iban for account in settlement.accounts}
    for each in transfers:
        state, why = _state(each, told.get(each.reference, set()), bounced, standing, ibans)
        names = [name for name in PayoutStanding.__struct_fields__ if name not in ("state", "why")]
        about = {name: getattr(each, name) for name in names}
        yield PayoutStanding(**about, state=state, why=why)


def _state(
    each: Ordered,
    told: set[str],
    bounced: dict[str, Bounced],
    standing: Standing,
    ibans: dict[str, str],
) -> tuple[str, str]:
    back = bounced.get(each.reference)
    if back is not None:
        if each.reference not in standing.bounced.get((each.merchant, each.currency), ()):
            return "paid again", f"was {back.outcome}: {back.reason}"
        held = standing.why_held(each.merchant, each.currency, ibans.get(each.merchant, ""))
        own = f"{each.reference} was {back.outcome}: "  # That hold gives the reason by itself.
        if held.startswith(own):
            return back.outcome, held.removeprefix(own)
        return back.outcome, f"{back.reason}; {held or NEXT_CLOSE}"
    strange = sorted(told - {"booked"} - OWED_AGAIN)
    if strange:
        return strange[0], "see what the bank says: cardswitch settle payout show"
    return ("booked" if told else "ordered"), ""


# What people decide -------------------------------------------------------------------------------


def hold(opened: Settling, merchant: str, currency: str, because: str) -> BankEntry:
    """Pay nothing to *merchant*, in *currency* or in none, until that is released."""
    known = {account.id for account in opened.config.accounts}
    if merchant not in known | {name for name, _ in opened.books.owed()}:
        raise Error(f"no merchant {merchant!r} is configured, and nothing is owed to one")
    return decide(
        opened, "hold", merchant=merchant, currency=currency, reference="", because=because
    )


def release(opened: Settling, merchant: str, currency: str, because: str) -> BankEntry:
    """End what a person holds of *merchant*; the next close pays what is owed."""
    holds = opened.books.standing().holds
    held = [code for name, code in holds if name == merchant and currency in ("", code)]
    by_people = [code for code in held if any(not hold.iban for hold in holds[merchant, code])]
    if not by_people and any(not hold.iban for hold in holds.get((merchant, ""), ())):
        raise Error(f"{merchant!r} is held in all currencies: release it without naming one")
    if not by_people:
        remedy = "; what a bank sent back is tried again with retry" if held else ""
        raise Error(f"nobody holds what is owed to {merchant!r}{remedy}")
    return decide(
        opened, "release", merchant=merchant, currency=currency, reference="", because=because
    )


def retry(opened: Settling, reference: str, because: str) -> BankEntry:
    """Pay *reference*, which did not get there, with the next close, to the same account too."""
    bounced = {each.reference: each for each in opened.books.bounced()}
    each = bounced.get(reference)
    if each is None:
        raise Error(f"{reference!r} was not rejected or returned: there is nothing to pay again")
    if reference not in opened.books.standing().bounced.get((each.merchant, each.currency), ()):
        raise Error(f"{reference!r} was paid again already")
    if any(deed.kind == "retry" and deed.reference == reference for deed in opened.books.deeds()):
        raise Error(f"{reference!r} is to be paid again already: {NEXT_CLOSE}")
    return decide(opened, "retry", merchant="", currency="", reference=reference, because=because)
