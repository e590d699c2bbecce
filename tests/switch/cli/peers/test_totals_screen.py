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
    show_list([{"at": 0.0, **SILENT}], {}, as_json=False, limit=9)
    line = capsys.readouterr().out.splitlines()[1]
    assert line.startswith("1970-01-01 00:00:00  acquirer  2026-11-30  EUR       3: 49.50 ")
    assert line.endswith("no answer")


def test_what_was_mended_since_is_good(capsys):
    rows = [{"at": float(at), **each} for at, each in enumerate((OTHER, COMPARED))]
    assert show_list(rows, {"acquirer": []}, as_json=False, limit=9)
    assert not show_list(rows[::-1], {}, as_json=True, limit=9)
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_what_is_not_shown_counts_as_well_and_is_named(capsys):
    before = {**OTHER, "date": "2026-11-29", "at": 0.0}
    mended = {**before, "is_balanced": True}
    rows = [before, *[{**COMPARED, "at": float(at)} for at in range(3)]]
    assert not show_list(rows, {}, as_json=False, limit=3)
    shown = capsys.readouterr()
    assert "2026-11-29" not in shown.out
    assert shown.err.splitlines() == [
        "these are the newest 3 of 4: --limit shows more",
        "acquirer: 2026-11-29, EUR is not in balance by its last word, which is older than these",
    ]
    assert show_list([before, mended, *rows[1:]], {}, as_json=True, limit=3)
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 3
    assert shown.err == "these are the newest 3 of 5: --limit shows more\n"
    assert not show_list(rows, {}, as_json=False, limit=4)
    assert capsys.readouterr().err == ""
