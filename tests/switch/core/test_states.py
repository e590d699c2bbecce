"""The table of states: every state is reachable, and money never moves twice."""

from cardswitch.switch.core.states import FOLLOWS, OPEN, State, mermaid


def test_every_state_has_a_row_and_can_be_reached():
    assert set(FOLLOWS) == {None, *State}
    assert set().union(*FOLLOWS.values()) == set(State)


def test_money_is_undone_once_and_never_taken_again():
    for state in (State.DECLINED, State.REVERSED, State.EXCEPTION):
        assert not FOLLOWS[state]
    assert FOLLOWS[State.APPROVED] == {State.REVERSING}
    assert all(State.APPROVED not in FOLLOWS[s] for s in FOLLOWS if s is not State.FORWARDED)


def test_what_left_for_upstream_never_ends_without_an_outcome():
    assert State.DECLINED in FOLLOWS[State.RECEIVED]
    assert FOLLOWS[State.FORWARDED] == {State.APPROVED, State.DECLINED, State.REVERSING}
    assert {State.RECEIVED, State.FORWARDED} == OPEN


def test_the_diagram_shows_every_transition():
    lines = mermaid().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert len(lines) - 1 == sum(len(followers) for followers in FOLLOWS.values())
    assert "    [*] --> received" in lines
    assert "    forwarded --> reversing" in lines
