"""The load of a module."""

from cardswitch.hsm_sim.custody.windows import FULL_LOAD, CommandLoad, Window


def test_each_second_counts_by_how_busy_it_was() -> None:
    load = CommandLoad()
    for _ in range(FULL_LOAD // 2):
        load.add("CA", 101.5)
    for _ in range(2 * FULL_LOAD):
        load.add("CC", 102.5)
    load.tick(102.9)
    assert load.seconds == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]  # the second of now is not over
    load.tick(105.0)
    assert load.seconds == [2, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    load.tick(50.0)
    assert sum(load.seconds) == 4
    assert load.commands == {"CA": FULL_LOAD // 2, "CC": 2 * FULL_LOAD}


def test_a_window_that_was_long_ago_is_forgotten() -> None:
    window = Window(10.0)
    window.add(5.0)
    window.tick(25.0)
    assert (window.count, window.before) == (0, 0)
