"""The recount sees what befell the legs, and names every movement that is booked otherwise."""

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from cardswitch.switch.core.states import State
from cardswitch.switch.store.tables import BATCHES, MOVEMENTS
from tests.kit.booked import Ledger
from tests.kit.derivations import batched, day_of, days_of, expected, totals_of
from tests.kit.histories import DAYS, histories


class Recounted:
    """What a recount of the day *label* finds, asked before its close is recorded."""

    def __init__(self, ledger, label=DAYS[0], *spoil):
        self._ledger, self._label, self._spoil = ledger, label, spoil
        ledger.close_day(label, then=self)

    def __call__(self, booking):
        writer, rows = booking._writer, self._ledger.history.rows
        for statement in self._spoil:
            for table in (MOVEMENTS, BATCHES):
                _allow(writer, table.name)
            assert writer.exec_driver_sql(statement).rowcount, "nothing was spoilt"
        days = days_of(rows)
        with booking.recount(days, day_of(rows, self._label), len(rows)) as counted:
            self.batches = counted.batches
            self.movements = list(booking.movements(self._label))
            self.findings = list(counted.findings())


def _allow(writer, table):
    """Have the database take what no program does: past the triggers."""
    if writer.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            writer.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
    else:
        writer.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_never_changed ON {table}")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=histories())
def test_it_comes_to_what_plain_python_does_whenever_a_day_is_closed(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("day")
    ledger = Ledger(f"sqlite:///{folder}/books.db", f"sqlite:///{folder}/switch.db")
    try:
        before, number = set(), 0
        cuts = [day.sequence for day in days_of(rows)][1:]
        for day, cut in zip(days_of(rows), cuts, strict=False):
            ledger.history.rows = rows[:cut]
            seen = Recounted(ledger, day.label)
            wanted = [m for m in expected(rows[:cut], day.label) if m.name not in before]
            totals = totals_of(day.label, wanted, number)
            assert (seen.batches, seen.findings) == (totals, [])
            assert seen.movements == batched(wanted, totals)
            before |= {m.name for m in wanted}
            number += len(totals)
    finally:
        ledger.end()


def test_reversals_in_parts_behind_the_close_of_the_capture(ledger):
    leg = ledger.history.sale(2000)
    ledger.history.cut_over()
    assert [m.amount for m in Recounted(ledger).movements] == [2000]
    ledger.history.reverse(leg, stays=1500)
    ledger.history.reverse(leg, State.EXCEPTION, stays=300)
    ledger.history.reverse(leg, stays=300)
    ledger.history.cut_over()
    seen = Recounted(ledger, DAYS[1])
    assert ([m.amount for m in seen.movements], seen.findings) == ([-500, -1200], [])


def test_what_came_too_late_is_of_the_day_that_its_leg_began_on(ledger):
    late = ledger.history.begin(700)
    ledger.history.cut_over()
    Recounted(ledger)
    ledger.history.add(late, State.APPROVED)
    ledger.history.cut_over()
    seen = Recounted(ledger, DAYS[1])
    assert ([(m.moved_on, m.amount) for m in seen.movements], seen.findings) == (
        [(DAYS[0], 700)],
        [],
    )


# The rows of `two` move money in rows 3, 5 and 6.
SPOILT = {
    "one cent": ("UPDATE movements SET amount = 1251 WHERE sequence = 3", "amount 1251, expected"),
    "leg": ("UPDATE movements SET leg = 9 WHERE sequence = 3", "/leg 1 has leg 9, expected 1"),
    "RRN": (
        "UPDATE movements SET rrn = 'x' WHERE sequence = 3",
        "has rrn x, expected 0000",
    ),
    "another batch": (
        "UPDATE movements SET batch = 2 WHERE sequence = 3",
        "movement sale:3/RRN 000000000001/leg 1 has merchant SHOP, expected CAFE",
    ),
    "missing": (
        "DELETE FROM movements WHERE sequence = 3",
        "movement sale:3/RRN 000000000001/leg 1 is missing",
    ),
    "twice": (
        "INSERT INTO movements SELECT 4, leg, batch, amount, rrn FROM movements WHERE sequence = 3",
        "movement sale:4/RRN 000000000001/leg 1 does not belong there",
    ),
    "swapped": (
        "UPDATE movements SET leg = 3 - leg, amount = 2000 - amount WHERE sequence IN (3, 5)",
        "movement sale:5/RRN 000000000002/leg 2 has leg 1",
    ),
} | {
    name: (f"UPDATE batches SET {name} = 'X' WHERE number = 1", f"{name} X, expected")
    for name in ("moved_on", "merchant", "channel", "terminal", "currency", "kind")
}


@pytest.fixture
def two(ledger):
    ledger.history.sale(1250, merchant="CAFE")
    ledger.history.reverse(ledger.history.sale(750))
    ledger.history.cut_over()
    return ledger


@pytest.mark.parametrize(("statement", "named"), SPOILT.values(), ids=SPOILT)
def test_whatever_is_booked_otherwise_is_named(two, statement, named):
    findings = Recounted(two, DAYS[0], statement).findings
    assert any(named in finding for finding in findings), findings


def test_what_an_earlier_close_has_booked_is_looked_at_again_when_its_leg_moves_on(two):
    Recounted(two, DAYS[0])
    two.history.reverse(1)
    two.history.cut_over()
    late = Recounted(two, DAYS[1], "UPDATE movements SET amount = 1249 WHERE sequence = 3")
    assert late.findings == [
        "movement sale:3/RRN 000000000001/leg 1 has amount 1249, expected 1250"
    ]


@pytest.mark.parametrize(
    ("lie", "named"),
    [
        ({"moved": 0}, "movement sale:3/RRN 000000000001/leg 1 is missing"),
        ({"moved": 1251}, "/leg 1 has amount 1251, expected 1250"),
        ({"business_date": DAYS[1]}, "movement sale:3/RRN 000000000001/leg 1 is missing"),
        ({"serves": "acquirers"}, "movement sale:3/RRN 000000000001/leg 1 is missing"),
    ],
)
def test_a_row_that_says_other_of_money_than_its_states_do_is_named(two, lie, named):
    two.history.rows[2] = replace(two.history.rows[2], **lie)
    findings = Recounted(two).findings
    assert any(named in finding for finding in findings), findings
