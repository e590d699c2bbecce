"""Receipts as text, 40 columns: one copy for the merchant, one for the customer."""

from __future__ import annotations

from textwrap import wrap
from typing import Final, Literal

from cardswitch.specs.amounts import currency, format_amount
from cardswitch.specs.codes import reason
from cardswitch.specs.masking import printable

from ..core.state import Book, Outcome, SaleState

WIDTH: Final = 40  # What a roll of 57 mm holds.
PAN_DIGITS_SHOWN: Final = 4  # On the customer's copy; the merchant's also shows the first six.

Copy = Literal["merchant", "customer"]
_VERDICTS: Final = {
    SaleState.BEGUN: "NOT FINISHED",
    SaleState.APPROVED: "APPROVED",
    SaleState.DECLINED: "DECLINED",
    SaleState.PENDING: "REVERSING",
    SaleState.REVERSED: "REVERSED",
    SaleState.REDUCED: "REVERSED IN PART",
    SaleState.EXCEPTION: "REVERSAL REFUSED",
    SaleState.ABANDONED: "REVERSAL ABANDONED",
    SaleState.UNANSWERED: "NO ANSWER TO THE REPEAT",
}
_ADVICE: Final = {
    SaleState.PENDING: "Not paid. Nothing will be charged.",
    SaleState.REVERSED: "Not paid. Nothing was charged.",
    SaleState.EXCEPTION: "Not paid. Ask your bank about a hold.",
    SaleState.ABANDONED: "The card may stay charged.",
    SaleState.UNANSWERED: "The first receipt stands.",
}
# Of a sale that was paid, and of which some or all was to be taken back.
_ADVICE_IF_PAID: Final = {
    SaleState.PENDING: "Not acknowledged yet: to be sent again.",
    SaleState.REVERSED: "Nothing is charged any more.",
    SaleState.EXCEPTION: "Not reversed: the sale stands.",
    SaleState.ABANDONED: "The card may stay charged.",
    SaleState.UNANSWERED: "The first receipt stands.",
}


def receipt(outcome: Outcome, copy: Copy) -> str:
    """What is printed for *outcome*; every line ends in a line break."""
    lines = [
        f"{copy} copy".upper().center(WIDTH),
        "",
        _pair("Merchant", printable(outcome.merchant)),
        _pair("Terminal", printable(outcome.terminal)),
        _pair(f"{outcome.date[:2]}-{outcome.date[2:]}", _clock(outcome.time)),
        _pair("Batch", f"{outcome.batch:03d}"),
        _pair("STAN", outcome.stan),
        *([_pair("RRN", printable(outcome.rrn))] if outcome.rrn else []),
        _pair("Card", card_shown(outcome.card, copy)),
        _pair("Entry", "swiped" if outcome.is_swipe else "keyed"),
        "",
        *_money(outcome),
        "",
        *_verdict(outcome),
    ]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def totals(terminal: str, merchant: str, book: Book) -> str:
    """The report of a terminal: numbers, batch totals, a pending reversal, what is in doubt."""
    lines = [
        _pair("Merchant", printable(merchant)),
        _pair("Terminal", printable(terminal)),
        _pair("Batch", f"{book.batch.number:03d}"),
        _pair("Last STAN", f"{book.stan:06d}"),
    ]
    for code, tallies in book.batch.totals.items():
        lines += ["", f"Totals in {currency(code).alpha}"]
        lines += [
            _pair(f"{tally.count:>5} {kind}", format_amount(tally.amount, code))
            for kind, tally in tallies.items()
        ]
    if (pending := book.unsettled) is not None:
        lines += ["", f"REVERSAL PENDING FOR STAN {pending.stan}", *_reversed(pending)]
    for outcome in book.exceptions:
        lines += ["", *_doubt(outcome)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


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
    """*minor* units of the currency *code*, with its name.

    >>> money(1250, "978")
    'EUR 12.50'
    """
    return f"{currency(code).alpha} {format_amount(minor, code)}"


def _money(outcome: Outcome) -> list[str]:
    if outcome.reversed:
        return _reversed(outcome)
    if outcome.kind is not SaleState.APPROVED or outcome.amount == outcome.asked:
        return [_pair("AMOUNT", money(outcome.amount, outcome.currency))]
    rest = outcome.asked - outcome.amount
    return [
        _pair("Asked", money(outcome.asked, outcome.currency)),
        _pair("PAID BY CARD", money(outcome.amount, outcome.currency)),
        _pair("STILL TO PAY", money(rest, outcome.currency)),
    ]


def _reversed(outcome: Outcome) -> list[str]:
    """What was sold, what of it was or will be taken back, and what stays."""
    if not outcome.reversed:
        return []
    is_pending = outcome.kind is SaleState.PENDING
    return [
        _pair("Sold", money(outcome.amount + outcome.reversed, outcome.currency)),
        _pair(
            "TO REVERSE" if is_pending else "REVERSED", money(outcome.reversed, outcome.currency)
        ),
        _pair("STAYS PAID", money(outcome.amount, outcome.currency)),
    ]


def _doubt(outcome: Outcome) -> list[str]:
    """Why nobody at the till knows what is charged."""
    ask = "Ask whoever runs the switch."
    if outcome.kind is SaleState.ABANDONED:
        why, words = "abandoned", f"{printable(outcome.because)}. It may stay charged. {ask}"
    else:
        why = f"refused with {printable(outcome.code)}"
        words = f"{reason(outcome.code).text}. {ask}"
    return [f"IN DOUBT: STAN {outcome.stan}, {why}", *wrap(words, WIDTH)]


def _verdict(outcome: Outcome) -> list[str]:
    lines = [f"*** {_in_words(outcome)} ***".center(WIDTH)]
    if outcome.approval_code:
        lines.append(f"Approval code {printable(outcome.approval_code)}".center(WIDTH))
    if outcome.kind in (SaleState.DECLINED, SaleState.EXCEPTION):
        lines.append(_fitted(f"{reason(outcome.code).text} ({printable(outcome.code)})"))
    was_paid = outcome.reversed or outcome.approval_code
    advice = _ADVICE_IF_PAID if was_paid else _ADVICE
    if outcome.kind in advice:
        lines.append(advice[outcome.kind].center(WIDTH))
    if outcome.is_repeat:
        lines.append("REPEAT OF AN EARLIER RECEIPT".center(WIDTH))
    return lines


def _in_words(outcome: Outcome) -> str:
    if outcome.kind is SaleState.APPROVED and outcome.amount < outcome.asked:
        return "APPROVED IN PART"
    if outcome.kind is SaleState.PENDING and not outcome.code:
        return "NO ANSWER, REVERSING"
    return _VERDICTS[outcome.kind]


def _pair(name: str, value: str) -> str:
    return f"{name} {value:>{WIDTH - len(name) - 1}}"


def _fitted(text: str) -> str:
    return "\n".join(line.center(WIDTH).rstrip() for line in wrap(text, WIDTH))


def _clock(time: str) -> str:
    return f"{time[:2]}:{time[2:4]}:{time[4:]}"
