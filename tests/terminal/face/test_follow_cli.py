"""`terminal refund --stan` and `terminal tip`: what is given, what is sent, and the receipts."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.terminal.face.cli import terminal


@pytest.fixture
def run(lab, small_switch):
    def run(*words, code=0):
        result = CliRunner().invoke(terminal, [*words, "--config", str(lab)])
        assert result.exit_code == code, result.output
        return result

    return run


def test_a_sale_is_refunded_by_its_number(run, small_switch):
    stan = json.loads(run("sale", "12.50", "--card", "good", "--json").stdout)["stan"]
    told = json.loads(run("refund", "5", "--stan", stan, "--json").stdout)
    assert (told["kind"], told["transaction"], told["amount"]) == ("approved", "linked_refund", 500)
    assert run("refund", "--stan", stan).stdout.count("REFUND") == 2
    assert [m.get(4) for m in small_switch.seen[1:]] == ["000000000500", "000000000750"]
    assert all(90 in m.fields and 2 not in m.fields for m in small_switch.seen[1:])


def test_nothing_is_not_all(run, small_switch):
    sold = json.loads(run("sale", "12.50", "--card", "good", "--json").stdout)
    run("preauth", "80", "--card", "good", "--entry", "manual")
    for words in (("refund", "0", "--stan", sold["stan"]), ("complete", "0.00")):
        assert "above zero" in run(*words, code=2).output
    assert len(small_switch.seen) == 2


def test_a_refund_of_no_sale_wants_a_card_and_an_amount(run, small_switch):
    told = json.loads(run("refund", "7.50", "--card", "good", "--json").stdout)
    assert (told["transaction"], 90 in small_switch.seen[0].fields) == ("refund", False)
    for words in ([], ["7.50"], ["--card", "good"], ["7", "--card", "good", "--stan", "000001"]):
        assert "--stan" in run("refund", *words, code=2).output


def test_a_tip_is_on_the_receipt_with_the_sale_and_the_sum(run):
    run("sale", "12.50", "--card", "good")
    lines = [" ".join(line.split()) for line in run("tip", "2.50").stdout.splitlines()]
    assert [
        lines.count(line) for line in ("Sale EUR 12.50", "TIP EUR 2.50", "TOTAL EUR 15.00")
    ] == [
        2,
        2,
        2,
    ]
