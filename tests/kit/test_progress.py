"""kit.progress: a bar at a terminal, lines in a log."""

import io

from .progress import EVERY_S, Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def told(to, count, seconds):
    now = [0.0]
    progress = Progress(count, "worlds", to, clock=lambda: now[0])
    for number in range(count):
        now[0] += seconds
        progress.step(is_broken=number == 1)
    return to.getvalue()


def test_at_a_terminal_every_step_is_seen():
    drawn = told(Terminal(), 4, 60.0).split("\r")[1:]
    assert drawn[1] == (
        "[############............] 2/4 worlds, 1 broken, 0.0 a second, 2 min left\x1b[K"
    )
    assert len(drawn) == 4


def test_a_log_has_a_line_now_and_then_and_the_last():
    lines = told(io.StringIO(), 10, EVERY_S / 4).splitlines()
    assert [line.split()[1] for line in lines] == ["4/10", "8/10", "10/10"]
    assert "\r" not in "".join(lines)
