"""What operators read after a deed, and after a look through a journal."""

import json

import pytest

from cardswitch.switch.cli.deeds_screen import show_deed, show_verdict
from cardswitch.switch.operate.verify_journal import JournalVerdict

DONE = {"rows": [{"leg": 7, "state": "resolved\x1b[2J", "sequence": 9}]}


@pytest.mark.parametrize(("is_running", "said"), [(True, ""), (False, "the switch does not run")])
def test_a_deed_says_where_it_is_written(capsys, is_running, said):
    show_deed({**DONE, "is_running": is_running}, as_json=False)
    shown = capsys.readouterr()
    assert shown.out == "leg 7: resolved\\x1b[2J, row 9 of the journal\n"
    assert shown.err.startswith(said)
    assert bool(shown.err) == (not is_running)


def test_a_deed_as_json(capsys):
    show_deed({**DONE, "is_running": False}, as_json=True)
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {**DONE, "is_running": False}
    assert shown.err == ""


@pytest.mark.parametrize(("more", "said"), [(True, ", and there may be more"), (False, "")])
def test_findings_are_told_one_a_line_and_how_many(capsys, more, said):
    show_verdict(JournalVerdict(9, "ab", ("row 2", "row 3\n"), more), as_json=False)
    shown = capsys.readouterr()
    assert shown.out == ""
    first, second, last = shown.err.splitlines()
    assert (first, second) == ("row 2", "row 3\\n")
    assert last.startswith(f"of 9 rows 2 are not what was written{said}: keep this journal")


def test_a_journal_without_findings(capsys):
    show_verdict(JournalVerdict(9, "ab", (), False), as_json=False)
    assert capsys.readouterr().out == "9 rows are what was written; the last one is ab\n"
