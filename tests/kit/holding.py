"""Authorisations in a journal, as the switch writes them: increments and captures."""

from cardswitch.switch.core.states import State
from tests.kit.histories import History


def hold(history: History, amount: int, **about) -> int:
    """An authorisation that was approved; its leg."""
    return history.sale(amount, mti="0100", **about)


def change(history: History, leg: int, held: int) -> None:
    """An increment was approved, or undone: *held* is what is set aside then."""
    history.add(leg, State.ADJUSTED, stays=held)


def capture(history: History, leg: int, amount: int, left: int = 0) -> int:
    """*amount* of what *leg* holds is captured, *left* is held still; the leg of the capture."""
    done = State.PART_COMPLETED if left else State.COMPLETED
    history.add(leg, done, stays=left, amount=amount)
    held = next(row for row in history.rows if row.leg == leg)
    where = {name: getattr(held, name) for name in ("rrn", "merchant", "terminal", "currency")}
    return history.begin(
        amount, State.TAKEN, kind="completion", mti="0220", original=leg, moved=amount, **where
    )
