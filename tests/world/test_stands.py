"""world.stands: what is to be held for an authorisation, by its rows and its increments."""

from cardswitch.switch.core.row import Row
from cardswitch.switch.core.states import State

from .stands import legs_of


def row(leg: int, state: State, amount: int = 0, *, stays: int = 0, kind: str = "") -> Row:
    original = 1 if kind == "increment" else 0
    return Row(
        sequence=0, leg=leg, at=0.0, state=state, business_date="", day="", source="pos", serves="",
        link="",
        kind=kind or "authorisation", amount=amount, stays=stays, original=original,
    )  # fmt: skip


def due(*rows: Row) -> tuple[int, int]:
    first = legs_of(rows)[0]
    return first.due, first.held


BEGUN = (row(1, State.FORWARDED, 300), row(1, State.APPROVED, 300))
REDUCED = (row(1, State.REVERSING, 300, stays=100), row(1, State.REDUCED, 300))
ADDED = (
    row(2, State.FORWARDED, 60, kind="increment"),
    row(2, State.APPROVED, 50, kind="increment"),
    row(1, State.ADJUSTED, 50, stays=150),
)


def test_an_increment_is_held_besides_what_stayed() -> None:
    assert due(*BEGUN, *REDUCED, *ADDED) == (150, 150)


def test_an_increment_that_is_undone_is_held_no_more() -> None:
    undone = (
        row(1, State.ADJUSTED, 60, stays=100),
        row(2, State.REVERSING, 60, kind="increment"),
        row(2, State.REVERSED, 60, kind="increment"),
    )
    assert due(*BEGUN, *REDUCED, *ADDED, *undone) == (100, 100)


def test_what_is_captured_is_due_no_more() -> None:
    part = row(1, State.PART_COMPLETED, 30, stays=70)
    assert due(*BEGUN, *REDUCED, part) == (70, 70)
    assert due(*BEGUN, *REDUCED, part, row(1, State.COMPLETED, 20)) == (0, 0)


def test_what_is_wrongly_held_differs() -> None:
    assert due(*BEGUN, *REDUCED, row(1, State.PART_COMPLETED, 30, stays=40)) == (70, 40)
