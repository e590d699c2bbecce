"""The table of states: every state is reachable, and money never moves twice."""

from cardswitch.hosts.acquirer.states import FOLLOWS, HOLDS_MONEY, MAY_HOLD_MONEY, OPEN, State


def test_every_state_has_a_row_and_can_be_reached() -> None:
    assert set(FOLLOWS) == {None, *State}
    assert set().union(*FOLLOWS.values()) == set(State)


def test_what_holds_no_money_is_at_rest() -> None:
    for state in State:
        assert bool(FOLLOWS[state]) == (state in MAY_HOLD_MONEY)


def test_money_is_undone_once_and_never_taken_again() -> None:
    held = {State.REVERSING, State.ADJUSTED, State.PART_COMPLETED, State.COMPLETED}
    for state in HOLDS_MONEY - {State.FOLLOWED}:
        assert FOLLOWS[state] - {State.FOLLOWED} == held
    assert FOLLOWS[State.FOLLOWED] == {State.FOLLOWED, State.REVERSING}
    assert FOLLOWS[State.REVERSING] == {State.UNDONE, State.REDUCED}
    assert all(State.APPROVED not in FOLLOWS[s] for s in FOLLOWS if s is not State.FORWARDED)


def test_what_went_into_the_network_ends_by_what_the_network_says() -> None:
    assert FOLLOWS[State.FORWARDED] == {State.APPROVED, State.DECLINED, State.REVERSING}
    assert {State.FORWARDED, State.REVERSING} == OPEN
