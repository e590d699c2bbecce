"""The load of a module."""

from cardswitch.hsm_sim.custody.windows import CommandLoad, Window


def test_the_load_is_that_of_the_last_ten_seconds() -> None:
    load = CommandLoad()
    for now in (101.0, 102.0, 109.0):
        load.add("CA", now)
    assert load.per_second(109.0) == 0.0
    assert load.per_second(110.0) == 0.3
    assert load.per_second(120.0) == 0.0
    assert load.commands == {"CA": 3}


def test_a_window_that_was_long_ago_is_forgotten() -> None:
    window = Window(10.0)
    window.add(5.0)
    window.tick(25.0)
    assert (window.count, window.before) == (0, 0)
