"""`terminal stop-list` and `terminal report`: what is sent, and what is not."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.terminal.face.cli import terminal


@pytest.mark.parametrize(
    ("words", "mti", "said"),
    [
        (["stop-list", "add"], "0302", {91: "1", 101: "STOPLIST"}),
        (["stop-list", "delete"], "0302", {91: "3", 101: "STOPLIST"}),
        (["report", "left here"], "0600", {104: "left here"}),
    ],
)
def test_it_names_the_card_and_no_money(lab, small_switch, words, mti, said):
    run = CliRunner().invoke
    result = run(terminal, [*words, "--card", "good", "--json", "--config", str(lab)])
    assert result.exit_code == 0, result.output
    [asked] = small_switch.seen
    assert (asked.mti, asked[2]) == (mti, "9999990000000014")
    assert {n: asked[n] for n in said} == said
    assert not {3, 4, 35, 49, 52} & asked.fields.keys()
    assert json.loads(result.stdout)["kind"] == "approved"
    text = run(terminal, ["status", "--config", str(lab)])
    assert text.exit_code == 0, text.output


@pytest.mark.parametrize("text", ["", "x" * 101, "two\nlines", "ünïcode"])
def test_words_that_cannot_be_sent_are_no_report(lab, small_switch, text):
    words = ["report", text, "--card", "good", "--config", str(lab)]
    result = CliRunner().invoke(terminal, words)
    assert (result.exit_code, small_switch.seen) == (2, [])
    assert "Invalid value for TEXT: field 104: expected ans...100" in result.stderr


def test_a_report_is_not_kept_and_so_not_repeated(lab, small_switch):
    words = ["--card", "good", "--config", str(lab)]
    assert CliRunner().invoke(terminal, ["report", "left here", *words]).exit_code == 0
    result = CliRunner().invoke(terminal, ["repeat", *words])
    assert "not kept" in str(result.exception)
    assert len(small_switch.seen) == 1
