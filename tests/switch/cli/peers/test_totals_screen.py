"""What is shown of compared totals: what is not said is left empty, the worst is the exit code."""

import pytest

from cardswitch.switch.cli.peers.totals_screen import show_asked, show_list

from .test_totals import COMPARED, OTHER, REFUSED, SILENT


@pytest.mark.parametrize(
    ("compared", "code"), [([COMPARED], 0), ([COMPARED, OTHER], 6), ([REFUSED], 1), ([SILENT], 4)]
)
def test_the_worst_of_them_is_the_exit_code(compared, code, capsys):
    told = {"place": "acquirer", "is_under_way": False, "compared": compared}
    assert show_asked(told, as_json=False) == code
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(compared)


def test_an_upstream_that_gives_no_figures_has_empty_columns(capsys):
    show_list([{"at": 0.0, **SILENT}], {}, as_json=False)
    line = capsys.readouterr().out.splitlines()[1]
    assert line.startswith("1970-01-01 00:00:00  acquirer  2026-11-30  EUR       3: 49.50 ")
    assert line.endswith("no answer")


def test_what_was_mended_since_is_good(capsys):
    rows = [{"at": float(at), **each} for at, each in enumerate((OTHER, COMPARED))]
    assert show_list(rows, {"acquirer": []}, as_json=False)
    assert not show_list(rows[::-1], {}, as_json=True)
    assert len(capsys.readouterr().out.splitlines()) == 5
