"""Quick disks keep their commits in the turn, slow ones have a thread, and neither is for good."""

import pytest

from cardswitch.wire.driver.pace import (
    QUICK_COUNTS,
    QUICK_S,
    SLOW_MORE_MAX,
    TRIAL_COMMITS,
    TRIES,
    Pace,
)

SLOW_S = 10 * QUICK_S


def paced(*waited_s):
    pace = Pace(may_be_in_turn=True)
    for each in waited_s:
        assert pace.in_turn
        pace.committed_in_turn(each)
    return pace


@pytest.mark.parametrize(
    ("waited_s", "in_turn"),
    [
        ([], True),
        ([QUICK_S], True),
        ([SLOW_S] * (TRIES - 1), True),
        ([SLOW_S] * TRIES, False),  # A start is a trial.
        ([SLOW_S] * (TRIES - 1) + [0.0] + [SLOW_S] * TRIES, True),
        ([0.0] * 1000 + [SLOW_S] * (SLOW_MORE_MAX - 1), True),
        ([0.0] * 1000 + [SLOW_S] * SLOW_MORE_MAX, False),
        ([0.0] * 1000 + [*[SLOW_S] * QUICK_COUNTS, 0.0] * 1000, True),
        ([0.0] * 1000 + [*[SLOW_S] * (QUICK_COUNTS + 1), 0.0] * 8 + [SLOW_S] * 4, False),
    ],
)
def test_what_waits_too_often_goes_to_the_thread(waited_s, in_turn):
    assert paced(*waited_s).in_turn is in_turn


def test_after_so_many_commits_in_the_thread_one_is_tried_in_the_turn():
    pace = paced(*[SLOW_S] * TRIES)
    for _ in range(TRIAL_COMMITS):
        assert not pace.in_turn
        pace.committed_in_thread()
    for _ in range(TRIES):
        assert pace.in_turn
        pace.committed_in_turn(SLOW_S)
    assert not pace.in_turn


def test_a_disk_that_became_quick_keeps_its_commits_in_the_turn():
    pace = paced(*[SLOW_S] * TRIES)
    for _ in range(TRIAL_COMMITS):
        pace.committed_in_thread()
    for _ in range(SLOW_MORE_MAX):
        pace.committed_in_turn(0.0)
    for _ in range(TRIES):
        pace.committed_in_turn(SLOW_S)
    assert pace.in_turn


def test_a_server_always_has_the_thread():
    pace = Pace(may_be_in_turn=False)
    for _ in range(2 * TRIAL_COMMITS):
        assert not pace.in_turn
        pace.committed_in_thread()
