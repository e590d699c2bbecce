"""What operators type to compare a date with an upstream, and what they read."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.switch.cli.peers import totals as module
from tests.kit.operated import config_in

SIDES = {"debits": {"count": 3, "amount": 4950}, "credits": {"count": 1, "amount": 250}}
COMPARED = {
    "place": "acquirer",
    "date": "2026-11-30",
    "currency": "978",
    "mti": "0500",
    "by": "ann",
    "because": "",
    "here": {**SIDES, "inquiries": 1, "authorisations": 1},
    "there": SIDES,
    "open": 0,
    "answer": "00",
    "reason": "",
    "is_balanced": True,
}
OTHER = {
    **COMPARED,
    "answer": "95",
    "is_balanced": False,
    "there": {**SIDES, "debits": {"count": 2, "amount": 3700}},
}
SILENT = {**COMPARED, "answer": "", "is_balanced": False, "there": None}
REFUSED = {**SILENT, "answer": "58", "reason": "refused there"}
UNREAD = {**SILENT, "answer": "00", "reason": "its totals cannot be read: field 97"}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Type a command where *compared* came of it; exit code, and what it says."""

    def run(*words, compared=(COMPARED,), due=(), is_under_way=False):
        told = {"place": "acquirer", "is_under_way": is_under_way, "compared": [*compared]}
        asked = []
        operate = "cardswitch.switch.operate.totals"
        monkeypatch.setattr(f"{operate}.ask_totals", lambda *args: asked.append(args) or told)
        monkeypatch.setattr(f"{operate}.due_of", lambda *_: {"acquirer": [*due]})
        rows = [{"at": 1_795_856_400.0, **each} for each in compared]
        store = "cardswitch.switch.store"
        monkeypatch.setattr(f"{store}.compared.compared", lambda *_: rows)
        monkeypatch.setattr(f"{store}.reader.JournalReader.__init__", lambda *_: None)
        _, path = config_in(tmp_path)
        obj = {"open_vault": lambda _: None}
        result = CliRunner().invoke(module.totals, [*words, "--config", str(path)], obj=obj)
        return result.exit_code, result.output, asked

    return run


@pytest.mark.parametrize(
    ("compared", "is_under_way", "code", "said"),
    [
        ([COMPARED], False, 0, "in balance"),
        ([COMPARED, OTHER], False, 6, "out of balance"),
        ([{**OTHER, "open": 2}], False, 6, "out of balance, 2 open"),
        ([SILENT], False, 4, "no answer"),
        ([], True, 4, "no answer yet"),
        ([REFUSED], False, 1, "58 "),
        ([UNREAD], False, 1, "field 97"),
    ],
)
def test_exit_codes(run, compared, is_under_way, code, said):
    found, text, _ = run("ask", "acquirer", compared=compared, is_under_way=is_under_way)
    assert found == code
    assert said in text


def test_both_sides_are_shown(run):
    _, text, asked = run("ask", "acquirer", "--date", "2026-11-30", "--currency", "EUR",
                         compared=[OTHER])  # fmt: skip
    assert "EUR       3: 49.50     2: 37.00  1: 2.50       1: 2.50" in text
    assert asked[0][1:4] == ("acquirer", "2026-11-30", "978")


def test_as_json(run):
    code, said, _ = run("ask", "acquirer", "--json")
    assert (code, json.loads(said)["compared"]) == (0, [COMPARED])


@pytest.mark.parametrize(("last", "code"), [(COMPARED, 0), (OTHER, 6), (SILENT, 6)])
def test_the_list_ends_with_the_last_word_on_each_date(run, last, code):
    found, text, _ = run("list", compared=[OTHER, last])
    assert found == code
    assert text.splitlines()[0].split()[:3] == ["TIME", "(UTC)", "PLACE"]
    lines = run("list", "--json", compared=[OTHER, last])[1].splitlines()
    assert [json.loads(line)["answer"] for line in lines] == ["95", last["answer"]]


def test_the_list_says_what_is_due_and_when_there_is_nothing(run):
    _, text, _ = run("list", compared=[], due=["2026-11-29", "2026-11-30"])
    assert "no totals were compared yet" in text
    assert "acquirer: still to be told of 2026-11-29, 2026-11-30" in text


def test_the_limit_is_of_what_is_shown_alone(run):
    before = {**OTHER, "date": "2026-11-29"}
    code, text, _ = run("list", "--limit", "1", compared=[before, COMPARED])
    assert code == 6
    assert "these are the newest 1 of 2: --limit shows more" in text


def test_of_an_upstream_that_is_not_there_nothing_is_said_to_be_uncompared(run):
    code, text, _ = run("list", "--place", "acquire", compared=[])
    assert (code, "there is no 'acquire'" in text) == (2, True)
