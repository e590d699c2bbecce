"""switch.core.memory: numbers go up, legs are found, and a link that is gone leaves nothing."""

import pytest

from cardswitch.specs.transactions.identity import Identity
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.switch.core.memory import Memory, budget_of, by_leg
from cardswitch.switch.core.states import State
from cardswitch.wire.machine.budget import Budget
from cardswitch.wire.machine.matching import WAITERS_MAX
from cardswitch.wire.ports import LinkId
from tests.kit.rows import first_row, next_row
from tests.kit.switch import PLAIN, POS, REVERSAL, SETTINGS, GlassVault, with_settings

OTHER = LinkId("pos/2")


@pytest.fixture
def memory():
    return Memory(SETTINGS, GlassVault())


def opened(memory, name="me", kind="sale"):
    which = KINDS.named(kind)
    who = Identity("2026-03-29", f"pos|T|{name}|{which.mti[0][1]}|000007|20260329010000")
    return memory.open_leg(who, which, source="pos", serves="merchants", link="pos/1")


def test_numbers_go_up_and_legs_are_found(memory):
    assert [memory.next_sequence(), memory.next_sequence()] == [1, 2]
    first, second = opened(memory), opened(memory, "you")
    assert (first.number, second.number) == (1, 2)
    assert memory.legs.find(first.identity) is first


def test_what_has_begun_here_becomes_the_leg_that_the_journal_knows(memory):
    here = opened(memory)
    first = first_row(leg=70, identity=here.identity)
    adopted = memory.adopt([first, next_row(first, State.APPROVED, code="00")])
    assert adopted is here
    assert (here.number, here.state, here.held) == (70, State.APPROVED, 1250)
    assert memory.adopt([first]) is here
    assert here.state is State.APPROVED  # What is here is not older than what was read.


def test_what_is_not_finished_is_in_memory_whoever_moved_it():
    memory = Memory(with_settings(legs_max=1), GlassVault())
    first = first_row(leg=1)
    leg = memory.adopt([first, next_row(first, State.APPROVED, code="00")])
    opened(memory, "other")
    assert memory.legs.find(leg.identity) is None
    memory.apply(leg, next_row(first, State.REVERSING, mti="0420"))
    assert memory.legs.find(leg.identity) is leg
    assert (memory.unfinished, memory.owed) == ({1: leg}, 1)


def test_what_has_no_row_is_forgotten_and_what_has_one_is_not(memory):
    began, known = opened(memory), memory.adopt([first_row(leg=9)])
    for leg in (began, known):
        memory.wait(leg, POS, PLAIN)
        memory.forget(leg)
        assert not leg.waiters
    assert memory.legs.find(began.identity) is None
    assert memory.legs.find(known.identity) is known


# Links --------------------------------------------------------------------------------------------


def test_what_is_in_work_is_counted_by_link_and_by_what_it_is_for(memory):
    sale, reversal = opened(memory), opened(memory, kind="reversal")
    for leg, request in ((sale, PLAIN), (reversal, REVERSAL)):
        for link in (POS, POS, OTHER):
            memory.wait(leg, link, request)
    assert memory.in_flight == {
        Budget.DOING: {POS: 1, OTHER: 1},
        Budget.UNDOING: {POS: 1, OTHER: 1},
    }
    assert list(memory.release(sale)) == [POS, OTHER]
    assert memory.in_flight[Budget.DOING] == {POS: 0, OTHER: 0}
    assert memory.in_flight[Budget.UNDOING] == {POS: 1, OTHER: 1}


def test_whoever_is_pushed_out_no_longer_counts(memory):
    leg = opened(memory)
    for number in range(WAITERS_MAX + 1):
        memory.wait(leg, LinkId(f"pos/{number}"), PLAIN)
    assert memory.in_flight[Budget.DOING].total() == len(leg.waiters) == WAITERS_MAX


def test_a_link_that_is_gone_leaves_nothing(memory):
    leg = opened(memory)
    memory.ready.add(POS)
    memory.sessions.sign(POS, "TERM0001", on=False)
    memory.wait(leg, POS, PLAIN)
    memory.link_down(POS)
    assert not memory.ready
    assert memory.sessions.is_on(POS, "TERM0001", unsaid=True)
    assert not memory.in_flight[Budget.DOING]
    memory.release(leg)
    assert memory.in_flight[Budget.DOING][POS] == 0


def test_so_many_reversals_of_the_unknown_are_noted_in_a_second():
    memory = Memory(with_settings(unknown_per_s_max=2), GlassVault())
    noted = [memory.may_note_unknown(POS, now) for now in (1.0, 1.5, 1.9)]
    assert noted == [True, True, False]
    assert memory.may_note_unknown(OTHER, 1.9), "one link's flood is no other's"
    assert memory.may_note_unknown(POS, 2.0)


def test_a_reversal_is_for_undoing():
    assert (budget_of(KINDS.named("reversal")), budget_of(KINDS.named("sale"))) == (
        Budget.UNDOING,
        Budget.DOING,
    )


def test_rows_are_told_apart_by_their_leg():
    one, other = first_row(leg=1), first_row(leg=2)
    last = next_row(one, State.APPROVED)
    assert by_leg([one, other, last]) == [[one, last], [other]]
