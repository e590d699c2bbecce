"""How what is owed is shown, where there is nothing, or a name that could steer a terminal."""

import json

import pytest

from cardswitch.specs.errors import Error
from cardswitch.switch.cli.saf_screen import owed_of, show_owed, show_steps
from cardswitch.switch.store.reader import Line
from tests.kit.operated import row

LINE = Line(
    leg=7,
    at=1795856400.0,
    source="pos",
    state="taken",
    business_date="2026-11-28",
    rrn="633200000007",
    merchant="SHOP\x1b[2J",
    terminal="TERM0001",
    amount=1250,
    currency="978",
    code="",
    card="999999******0014",
    kind="completion",
    upstream="acquirer",
)


def test_nothing_owed_is_said_and_is_no_data(capsys):
    show_owed([], as_json=False, has_more=False)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "nothing is owed: upstream has acknowledged all\n")
    show_owed([], as_json=True, has_more=False)
    assert capsys.readouterr().out == ""


def test_a_line_says_since_when_what_and_to_whom(capsys):
    show_owed([LINE], as_json=False, has_more=False)
    shown = capsys.readouterr().out
    assert "2026-11-28 " in shown
    assert "advice  acquirer  taken" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("kind", "owed"), [("completion", "advice"), ("sale", "reversal"), ("", "reversal")]
)
def test_what_is_owed_is_what_its_class_says(kind, owed):
    line = Line(**{name: getattr(LINE, name) for name in Line.__struct_fields__} | {"kind": kind})
    assert owed_of(line)["owed"] == owed


def test_who_decided_and_why_is_shown(capsys):
    said = json.dumps({"by": "ann", "because": "it is back", "39": "00"})
    steps = [row(1, 7, "exception"), row(2, 7, "taken", fields=said, amount=1250, currency="978")]
    show_steps(7, steps, as_json=False)
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.endswith("12.50 EUR  ann  it is back")
    show_steps(7, steps, as_json=True)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["fields"]["because"] == "it is back"
    with pytest.raises(Error):
        show_steps(8, [], as_json=False)
