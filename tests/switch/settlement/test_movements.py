"""Which legs move money, on which day, and which day cannot be closed yet."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.switch.core.states import OPEN, State
from cardswitch.switch.settlement.check import check_close
from cardswitch.switch.settlement.movements import MovementKind, movements
from tests.kit.histories import CUT, CUT_OFF, DAYS, ENDINGS, NOON, History, close


def moved(history, day=DAYS[0]):
    found = movements(day, history.entries(), CUT_OFF.business_date)
    return [(m.kind, m.amount, m.business_date) for m in found]


@pytest.mark.parametrize("ending", ENDINGS)
def test_only_what_was_approved_is_captured(ending):
    history = History()
    history.sale(700, states=ENDINGS[ending])
    expected = [(MovementKind.CAPTURE, 700, DAYS[0])] if ending == "approved" else []
    assert moved(history) == expected


def test_an_authorisation_moves_no_money_and_needs_no_check():
    history = History()
    history.sale(700)
    entries = [
        replace(entry, message=Message(f"01{entry.message.mti[2:]}", entry.message.fields))
        for entry in history.entries()
    ]
    assert movements(DAYS[0], entries, CUT_OFF.business_date) == ()
    assert check_close(close(entries), entries) == ()


def test_the_approved_amount_counts_and_names_are_without_padding():
    history = History()
    history.sale(400, merchant="CAFE", terminal="T1      ", currency="392")
    (capture,) = movements(DAYS[0], history.entries(), CUT_OFF.business_date)
    assert (capture.merchant, capture.terminal, capture.currency) == ("CAFE", "T1", "392")
    assert (capture.amount, capture.signed, capture.journal_id) == (400, 400, "capture:1")


# Accepted and reversed, in seconds after the first cut-off; then what each day holds.
C, R = "capture", "reversal"
REVERSALS = [
    (-3600, None, [C], [], []),
    (-0.000_001, None, [C], [], []),
    (0, None, [], [C], []),
    (-3600, -60, [C, R], [], []),
    (-3600, -0.000_001, [C, R], [], []),
    (-3600, 0, [C], [R], []),
    (-0.5, 86_400, [C], [], [R]),
    (0.5, 86_399, [], [C, R], []),
]


@pytest.mark.parametrize(("accepted", "reversed_at", "first", "second", "third"), REVERSALS)
def test_each_movement_belongs_to_its_own_day(accepted, reversed_at, first, second, third):
    history = History()
    leg = history.sale(at=CUT + accepted)
    if reversed_at is not None:
        history.reverse(leg, CUT + reversed_at)
    found = [[str(kind) for kind, _, _ in moved(history, day)] for day in DAYS]
    assert found == [first, second, third]


def test_a_refused_reversal_still_takes_the_money_back_from_the_merchant():
    history = History()
    history.reverse(history.sale(), NOON + 60, State.EXCEPTION)
    assert [kind for kind, _, _ in moved(history)] == [MovementKind.CAPTURE, MovementKind.REVERSAL]


def test_the_other_side_of_the_switch_is_not_counted_again():
    history = History()
    history.sale(source="acquirer")
    assert moved(history) == []


@pytest.mark.parametrize("last", sorted(OPEN))
def test_an_open_leg_keeps_its_day_open_and_no_other(last):
    history = History()
    states = (State.RECEIVED, State.FORWARDED)[: 1 + (last is State.FORWARDED)]
    history.sale(at=CUT + 5, states=states)
    assert moved(history, DAYS[0]) == []
    with pytest.raises(Error, match=f"leg 1 .RRN 000000000001. is still {last}"):
        moved(history, DAYS[1])


@pytest.mark.parametrize(
    ("number", "value"), [(4, ""), (4, "00000000-100"), (42, " " * 15), (49, "")]
)
def test_an_approval_without_owner_or_size_is_named(number, value):
    history = History()
    history.sale(fields={number: value})
    with pytest.raises(Error, match=f"entry 3 of the journal.*field {number} "):
        moved(history)
