"""Which rows say something of holds: those of merchants' authorisations and of their captures."""

from cardswitch.switch.core.states import State
from cardswitch.switch.store.holds.rows import hold_name, hold_rows
from cardswitch.switch.store.reader import JournalReader
from cardswitch.switch.store.tables import JOURNAL
from tests.kit.holding import capture, hold


def test_no_others_do(lab):
    history = lab.history
    leg = hold(history, 1000)
    taken = capture(history, leg, 300, left=700)
    history.add(taken, State.EXCEPTION)
    history.add(taken, State.TAKEN, original=leg)  # once more, by a person
    history.sale(1250)
    hold(history, 500, serves="acquirers")
    history.sale(70, kind="increment", mti="0200")
    lab.commit()
    found = [*JournalReader(lab.switch.database).streamed(hold_rows(JOURNAL, 0, 99))]
    assert [(row.leg, row.state, row.amount) for row in found] == [
        (leg, "approved", 1000), (leg, "part_completed", 300), (taken, "taken", 300),
    ]  # fmt: skip
    assert [*JournalReader(lab.switch.database).streamed(hold_rows(JOURNAL, 5, 99))] == []


def test_a_name_cannot_steer_a_terminal():
    assert "\x1b" not in hold_name(1, "\x1b[2J")
