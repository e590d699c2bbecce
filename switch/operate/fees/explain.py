"""How a fee came about: by the rate that stands in the books, step by step in words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct

from ...settlement.fees.schedules import MILLION, NO_BOUND, BatchRate
from ...settlement.payouts import amount_text, currency_name
from ...store.fees.reading import MovementFee


class Explained(Struct, frozen=True, kw_only=True):
    """A movement that was charged, and why so much."""

    movement: MovementFee
    before: int  # what was captured of its leg before it
    steps: tuple[str, ...]
    agrees: bool  # whether the steps come to what the books hold


class _Price(Struct, frozen=True, gc=False):
    millionths: int
    fixed: int
    least: int
    most: int


def explain(movement: MovementFee) -> Explained:
    """The fee of *movement* in words; it is computed again, in decimals."""
    rate, code = movement.rate, movement.currency
    is_undone = movement.kind.endswith("-reversal")
    before = movement.rest + abs(movement.amount) if is_undone else 0
    names = ("interchange", "scheme", "fee")
    sums = [_sum(_price(rate, name), movement.rest, before) * rate.sign for name in names]
    paid = sums[2] + (sums[0] + sums[1] if rate.is_plus else 0)
    booked = (movement.interchange, movement.scheme, movement.fee)
    return Explained(
        movement=movement,
        before=before,
        steps=tuple(_steps(movement, before, sums, paid, code)),
        agrees=(sums[0], sums[1], paid) == booked,
    )


def _steps(
    movement: MovementFee, before: int, sums: list[int], paid: int, code: str
) -> Iterator[str]:
    rate = movement.rate
    own = "markup" if rate.is_plus else "fee"
    for name, key, total in zip(
        ("interchange", "scheme fee", own), ("interchange", "scheme", "fee"), sums, strict=True
    ):
        price = _price(rate, key)
        if price == _Price(0, 0, 0, NO_BOUND):
            continue
        yield f"{name}: {_of(price, movement.rest, code)}"
        if before:
            yield f"{name} of before: {_of(price, before, code)}"
            yield f"{name} in all: {amount_text(total, code)}, the difference"
    if rate.sign < 0:
        yield "this kind gives its fee back"
    if rate.is_plus:
        yield f"the merchant pays all three: {amount_text(paid, code)}"


def _price(rate: BatchRate, name: str) -> _Price:
    parts = ("millionths", "fixed", "min", "max")
    return _Price(*(getattr(rate, f"{name}_{part}") for part in parts))


def _sum(price: _Price, rest: int, before: int) -> int:
    return _charged(price, rest) - _charged(price, before)


def _charged(price: _Price, amount: int) -> int:
    if not amount:
        return 0
    return max(min(_rounded(price, amount) + price.fixed, price.most), price.least)


def _rounded(price: _Price, amount: int) -> int:
    return int((Decimal(amount) * price.millionths / MILLION).quantize(Decimal(1), ROUND_HALF_UP))


def _of(price: _Price, amount: int, code: str) -> str:
    """In words, what *price* is for *amount*."""
    shown = f"{amount_text(amount, code)} {currency_name(code)}"
    if not amount:
        return "nothing is captured any more: 0"
    rounded = _rounded(price, amount)
    percent = f"{Decimal(price.millionths) / (MILLION // 100):f}"
    parts = [f"{percent} % of {shown}, half up: {amount_text(rounded, code)}"]
    if price.fixed:
        parts.append(f"and {amount_text(price.fixed, code)}")
    total = rounded + price.fixed
    if total > price.most:
        parts.append(f"at most {amount_text(price.most, code)}")
    if _charged(price, amount) > min(total, price.most):
        parts.append(f"at least {amount_text(price.least, code)}")
    text = ", ".join(parts)
    charged = amount_text(_charged(price, amount), code)
    return text if len(parts) == 1 else f"{text}: {charged}"
