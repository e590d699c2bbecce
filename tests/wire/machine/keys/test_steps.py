"""A step is whole in the journal, and says whose configured key it stands in for."""

from cardswitch.wire.machine.keys.offers import Offer
from cardswitch.wire.machine.keys.steps import CHANGED, KeySteps, Outcome
from tests.kit.keys import HSM, OLD, PEER, PLAN, Keyed, step


def test_a_step_says_all_that_a_start_must_know():
    machine, written = Keyed(), []
    steps = KeySteps(machine.desk, HSM, {"peer": PLAN}, machine.keys, written.append, 1.0)
    steps.note("changed", "peer", Offer("pin", "A1B2C3"), key="K", by="ann", because="why")
    assert written == [step("changed", key="K", by="ann", because="why")]
    assert steps.state("peer", "pin").current == OLD, "whoever writes it takes it over"


def test_the_record_tells_how_it_ended():
    machine = Keyed()
    steps = KeySteps(machine.desk, HSM, {"peer": PLAN}, machine.keys, print, 1.0)
    machine.keys.apply(step("changed"))
    steps.end("peer", "pin", CHANGED)
    steps.end("peer", "pin", Outcome("kept", "it is full moon"))
    assert machine.lines == [
        ("key_changed", PEER, "the pin key has the check value A1B2C3 now"),
        ("key_kept", PEER, "the pin key stays as it was: it is full moon"),
    ]
    assert steps.outcomes["peer", "pin"].result == "kept"
