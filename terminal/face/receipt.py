"""What receipts say: one copy for the merchant, one for the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple

from cardswitch.specs.amounts import currency, format_amount
from cardswitch.specs.codes import AMOUNT_TYPES, reason
from cardswitch.specs.masking import printable
from cardswitch.specs.transactions.captures import OF_UNKNOWN
from cardswitch.specs.transactions.kinds import KINDS, Kind

from ..core.outcome import Outcome, SaleState
from ..core.state import Book
from .paper import BLANK, Left, Middle, Pair, Row

PAN_DIGITS_SHOWN: Final = 4  # On the customer's copy; the merchant's also shows the first six.

Copy = Literal["merchant", "customer"]
COPIES: Final[tuple[Copy, ...]] = ("merchant", "customer")
_VERDICTS: Final = {
    SaleState.BEGUN: "NOT FINISHED",
    SaleState.APPROVED: "APPROVED",
    SaleState.DECLINED: "DECLINED",
    SaleState.PENDING: "REVERSING",
    SaleState.REVERSED: "REVERSED",
    SaleState.REDUCED: "REVERSED IN PART",
    SaleState.EXCEPTION: "REVERSAL REFUSED",
    SaleState.PART_COMPLETED: "COMPLETED IN PART",
    SaleState.COMPLETED: "COMPLETED",
    SaleState.ABANDONED: "REVERSAL ABANDONED",
    SaleState.UNANSWERED: "NO ANSWER",
}


class Words(NamedTuple):
    """What a receipt says, by the way that money goes."""

    done: str  # in whole, before some of it was undone
    by_card: str
    rest: str
    stays: str
    advice: Mapping[SaleState, str]
    # Of what was approved, and of which some or all was to be taken back.
    advice_if_approved: Mapping[SaleState, str]


_PAID: Final = Words(
    done="Sold",
    by_card="PAID BY CARD",
    rest="STILL TO PAY",
    stays="STAYS PAID",
    advice={
        SaleState.PENDING: "Not paid. Nothing will be charged.",
        SaleState.REVERSED: "Not paid. Nothing was charged.",
        SaleState.EXCEPTION: "Not paid. Ask your bank about a hold.",
        SaleState.ABANDONED: "The card may stay charged.",
        SaleState.UNANSWERED: "The first receipt stands.",
    },
    advice_if_approved={
        SaleState.PENDING: "Not acknowledged yet: to be sent again.",
        SaleState.REVERSED: "Nothing is charged any more.",
        SaleState.EXCEPTION: "Not reversed: the sale stands.",
        SaleState.ABANDONED: "The card may stay charged.",
        SaleState.UNANSWERED: "The first receipt stands.",
    },
)
_CREDITED: Final = Words(
    done="Credited",
    by_card="CREDITED TO CARD",
    rest="STILL TO GIVE BACK",
    stays="STAYS CREDITED",
    advice={
        SaleState.PENDING: "Not credited. Please wait.",
        SaleState.REVERSED: "Not credited.",
        SaleState.EXCEPTION: "Not credited. Ask whoever runs the switch.",
        SaleState.ABANDONED: "The card may have been credited.",
        SaleState.UNANSWERED: "The first receipt stands.",
    },
    advice_if_approved={
        SaleState.PENDING: "Not acknowledged yet: to be sent again.",
        SaleState.REVERSED: "Nothing is credited any more.",
        SaleState.EXCEPTION: "Not reversed: the credit stands.",
        SaleState.ABANDONED: "The card may stay credited.",
        SaleState.UNANSWERED: "The first receipt stands.",
    },
)


# Of what moves no money nothing is done, and nothing undone.
_INQUIRED: Final = Words(
    done="",
    by_card="",
    rest="",
    stays="",
    advice={SaleState.UNANSWERED: "Nothing was charged."},
    advice_if_approved={SaleState.UNANSWERED: "The first receipt stands."},
)


def receipt(outcome: Outcome, copy: Copy, shop: Sequence[str] = ()) -> list[Row]:
    """What is printed for *outcome*, at its head the lines of the *shop*."""
    return [
        *(Middle(printable(line)) for line in shop),
        *([BLANK] if shop else []),
        Middle(f"{copy} copy".upper()),
        *([Middle(title)] if (title := kind_of(outcome).receipt) else []),
        BLANK,
        Pair("Merchant", printable(outcome.merchant)),
        Pair("Terminal", printable(outcome.terminal)),
        Pair(date_of(outcome), _clock(outcome.time)),
        Pair("Batch", f"{outcome.batch:03d}"),
        Pair("STAN", outcome.stan),
        *([Pair("RRN", printable(outcome.rrn))] if outcome.rrn else []),
        Pair("Card", card_shown(outcome.card, copy)),
        Pair("Entry", "swiped" if outcome.is_swipe else "keyed"),
        *([Pair("Completion", _which(outcome.capture))] if outcome.capture else []),
        BLANK,
        *_amounts(outcome, copy),
        *_verdict(outcome),
    ]


def totals(terminal: str, merchant: str, book: Book) -> list[Row]:
    """The report of a terminal: numbers, batch totals, a pending reversal, what is in doubt."""
    rows: list[Row] = [
        Pair("Merchant", printable(merchant)),
        Pair("Terminal", printable(terminal)),
        Pair("Batch", f"{book.batch.number:03d}"),
        Pair("Last STAN", f"{book.stan:06d}"),
    ]
    for code, tallies in book.batch.totals.items():
        rows += [BLANK, Left(f"Totals in {currency(code).alpha}")]
        rows += [
            Pair(f"{tally.count:>5} {kind}", format_amount(tally.amount, code))
            for kind, tally in tallies.items()
        ]
    if (pending := book.unsettled) is not None:
        what = kind_of(pending).receipt if is_advice(pending) else "REVERSAL"
        rows += [BLANK, Left(f"{what} PENDING FOR STAN {pending.stan}"), *_reversed(pending)]
    if book.settling is not None:
        rows += [BLANK, Left("THE BATCH IS BEING SETTLED")]
    for outcome in book.exceptions:
        rows += [BLANK, *_doubt(outcome)]
    return rows


def date_of(outcome: Outcome) -> str:
    """The day of *outcome* at the terminal, with its year, which no field of a message has.

    It is not after the last change, but for a zone that is ahead of UTC.
    """
    latest = datetime.fromtimestamp(outcome.at, UTC) + timedelta(days=1)
    month_day = f"{outcome.date[:2]}-{outcome.date[2:]}"
    year = latest.year - (month_day > f"{latest:%m-%d}")
    return f"{year}-{month_day}"


def kind_of(outcome: Outcome) -> Kind:
    """The class of the transaction."""
    return KINDS.named(outcome.transaction)


def is_advice(outcome: Outcome) -> bool:
    """Whether it is told until somebody keeps it, and never undone for want of an answer."""
    return kind_of(outcome).shape == "advise"


def words_of(outcome: Outcome) -> Words:
    """The words for the way that its money goes."""
    kind = kind_of(outcome)
    if not kind.moves_money:
        return _INQUIRED
    return _CREDITED if kind.money == "credit" else _PAID


def card_shown(masked: str, copy: Copy) -> str:
    """The card number on a *copy*: the customer's shows the last four digits alone.

    >>> card_shown("999999******0014", "merchant"), card_shown("999999******0014", "customer")
    ('999999******0014', '************0014')
    """
    if copy == "merchant":
        return masked
    hidden = max(0, len(masked) - PAN_DIGITS_SHOWN)
    return "*" * hidden + masked[hidden:]


def money(minor: int, code: str) -> str:
    """*minor* units of the currency *code*, with its name; of none, nothing.

    >>> money(1250, "978")
    'EUR 12.50'
    """
    return f"{currency(code).alpha} {format_amount(minor, code)}" if code else ""


def _amounts(outcome: Outcome, copy: Copy) -> list[Row]:
    """What moved, and for the customer alone what the issuer told of the account."""
    moved = [*_money(outcome), BLANK] if outcome.moves_money else []
    if copy == "merchant" or not outcome.amounts:
        return moved
    told = [
        Pair(AMOUNT_TYPES.get(one.kind, one.kind).upper(), money(one.amount, one.currency))
        for one in outcome.amounts
    ]
    return [*moved, *told, BLANK]


def _money(outcome: Outcome) -> list[Row]:
    if outcome.reversed:
        return _reversed(outcome)
    if outcome.offered:
        return [
            Pair("Asked", money(outcome.asked, outcome.currency)),
            Pair("Approved, not taken", money(outcome.offered, outcome.currency)),
        ]
    if outcome.sold:
        return [
            Pair("Sale", money(outcome.sold, outcome.currency)),
            Pair("TIP", money(outcome.amount, outcome.currency)),
            Pair("TOTAL", money(outcome.sold + outcome.amount, outcome.currency)),
        ]
    if outcome.kind is not SaleState.APPROVED or outcome.amount == outcome.asked:
        return [*_cash(outcome), Pair("AMOUNT", money(outcome.amount, outcome.currency))]
    rest, words = outcome.asked - outcome.amount, words_of(outcome)
    return [
        Pair("Asked", money(outcome.asked, outcome.currency)),
        Pair(words.by_card, money(outcome.amount, outcome.currency)),
        Pair(words.rest, money(rest, outcome.currency)),
    ]


def _which(capture: str) -> str:
    """Which of several completions *capture*, as in field 48.70, is.

    >>> _which("01/99P"), _which("02/03P"), _which("03/03F")
    ('1, more follow', '2 of 3', '3, the last')
    """
    sequence, of, is_final = int(capture[:2]), int(capture[3:5]), capture[5] == "F"
    if is_final:
        return f"{sequence}, the last"
    return f"{sequence}, more follow" if of == OF_UNKNOWN else f"{sequence} of {of}"


def _cash(outcome: Outcome) -> list[Row]:
    """What was sold, and what is paid out besides."""
    if not outcome.cash:
        return []
    return [
        Pair("Goods", money(outcome.amount - outcome.cash, outcome.currency)),
        Pair("CASH BACK", money(outcome.cash, outcome.currency)),
    ]


def _reversed(outcome: Outcome) -> list[Row]:
    """What was sold, what of it was or will be taken back, and what stays."""
    if not outcome.reversed:
        return []
    is_pending, words = outcome.kind is SaleState.PENDING, words_of(outcome)
    return [
        Pair(words.done, money(outcome.amount + outcome.reversed, outcome.currency)),
        Pair("TO REVERSE" if is_pending else "REVERSED", money(outcome.reversed, outcome.currency)),
        Pair(words.stays, money(outcome.amount, outcome.currency)),
    ]


def _doubt(outcome: Outcome) -> list[Row]:
    """Why nobody at the till knows what is charged."""
    ask = "Ask whoever runs the switch."
    if outcome.kind is SaleState.ABANDONED:
        why, words = "abandoned", f"{printable(outcome.because)}. It may stay charged. {ask}"
    else:
        why = f"refused with {printable(outcome.code)}"
        words = f"{reason(outcome.code).text}. {ask}"
    return [Left(f"IN DOUBT: STAN {outcome.stan}, {why}"), Left(words)]


def _verdict(outcome: Outcome) -> list[Row]:
    rows: list[Row] = [Middle(f"*** {_in_words(outcome)} ***")]
    if outcome.approval_code:
        rows.append(Middle(f"Approval code {printable(outcome.approval_code)}"))
    if outcome.kind in (SaleState.DECLINED, SaleState.EXCEPTION):
        rows.append(Middle(f"{reason(outcome.code).text} ({printable(outcome.code)})"))
    words = words_of(outcome)
    was_approved = outcome.reversed or outcome.approval_code
    advice = words.advice_if_approved if was_approved else words.advice
    if outcome.kind in advice:
        rows.append(Middle(advice[outcome.kind]))
    if outcome.is_repeat:
        rows.append(Middle("REPEAT OF AN EARLIER RECEIPT"))
    return rows


def _in_words(outcome: Outcome) -> str:
    if outcome.kind is SaleState.APPROVED and outcome.amount < outcome.asked:
        return "APPROVED IN PART"
    if outcome.kind is SaleState.PENDING and not outcome.code:
        return "NO ANSWER, REVERSING"
    if outcome.kind is SaleState.UNANSWERED and outcome.is_repeat:
        return "NO ANSWER TO THE REPEAT"
    return _VERDICTS[outcome.kind]


def _clock(time: str) -> str:
    return f"{time[:2]}:{time[2:4]}:{time[4:]}"
