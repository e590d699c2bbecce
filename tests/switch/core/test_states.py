"""The table of states: every state is reachable, and money never moves twice."""

from cardswitch.switch.core.states import (
    CAPTURED,
    FOLLOWS,
    OWING,
    UNFINISHED,
    Mark,
    State,
    mermaid,
)


def test_every_state_has_a_row_and_can_be_reached():
    assert set(FOLLOWS) == {None, *State}
    assert set().union(*FOLLOWS.values()) == set(State)


def test_money_is_taken_once_and_undone_only_by_a_reversal():
    takers = {state for state, followers in FOLLOWS.items() if State.APPROVED in followers}
    assert takers == {State.FORWARDED, State.TAKEN}
    for state in CAPTURED - {State.FOLLOWED}:
        assert FOLLOWS[state] - {State.FOLLOWED} == {
            State.REVERSING,
            State.ADJUSTED,
            State.PART_COMPLETED,
            State.COMPLETED,
        }
    assert not FOLLOWS[State.COMPLETED]
    assert FOLLOWS[State.FOLLOWED] == {State.FOLLOWED, State.REVERSING}


def test_what_left_for_upstream_never_ends_without_an_outcome():
    assert FOLLOWS[State.FORWARDED] == {State.APPROVED, State.DECLINED, State.REVERSING}
    assert {State.FORWARDED, State.REVERSING, State.TAKEN} == OWING
    assert FOLLOWS[State.TAKEN] == {State.APPROVED, State.EXCEPTION}


def test_what_is_finished_moves_again_only_if_money_is_captured():
    finished = {state for state in State if state not in UNFINISHED}
    moving = {state for state in finished if FOLLOWS[state] - {state}}
    assert moving == CAPTURED
    assert FOLLOWS[State.ANSWERED] == {State.ANSWERED}  # It undoes later what a person had in hand.


def test_an_exception_is_ended_by_a_person_alone():
    assert FOLLOWS[State.EXCEPTION] == {State.REVERSING, State.TAKEN, State.RESOLVED}
    assert not FOLLOWS[State.RESOLVED]


def test_states_and_marks_stand_in_one_column_and_have_no_name_in_common():
    assert not {*State} & {*Mark}


def test_the_diagram_shows_every_transition():
    lines = mermaid().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert len(lines) - 1 == sum(len(followers) for followers in FOLLOWS.values())
    assert "    [*] --> forwarded" in lines
    assert "    forwarded --> reversing" in lines
