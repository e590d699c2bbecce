"""`terminal settle` and its old name: what people see, JSON, and exit codes."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.specs.transactions.totals import Totals
from cardswitch.terminal.core.batch import Difference, Settlement
from cardswitch.terminal.face.cli import terminal
from cardswitch.terminal.face.settle_screen import lines_of, settlement_shown


@pytest.fixture
def run(lab):
    """Run one command of the terminal of this lab; its exit code, and what it says."""

    def run(*words):
        result = CliRunner().invoke(terminal, [*words, "--config", str(lab)])
        return result.exit_code, result.stdout, result.stderr

    return run


def sold(run):
    assert run("sale", "1", "--card", "good")[0] == 0


def test_in_balance(run):
    sold(run)
    code, said, _ = run("settle")
    assert code == 0
    assert "1 sale approved" in said
    assert said.endswith("\nBatch closed, in balance.\n")
    assert json.loads(run("status", "--json")[1])["batch"]["number"] == 2


def test_the_old_name_says_so_and_does_the_same(run):
    sold(run)
    code, said, told = run("close-batch")
    assert (code, told) == (0, "close-batch is called settle now\n")
    assert "Batch closed, in balance." in said


def test_out_of_balance_is_exit_6_and_names_what_differs(run, small_switch):
    small_switch.differs = 1
    sold(run)
    code, said, _ = run("settle")
    assert code == 6
    assert "STAN 000001: 1.00 here, not there (25)" in said
    assert "cardswitch switch batches" in said
    assert [m.mti for m in small_switch.seen] == ["0200", "0500", "0320", "0500"]


def test_as_json(run, small_switch):
    small_switch.differs = 1
    sold(run)
    code, said, _ = run("settle", "--json")
    shown = json.loads(said)
    assert code == 6
    assert shown["news"] == "closed, out of balance"
    [settled] = shown["settled"]
    assert settled["is_balanced"] is False
    [difference] = settled["differences"]
    assert (difference["stan"], difference["here"], difference["there"]) == ("000001", 100, 0)


def test_a_switch_that_does_not_settle(run, small_switch):
    small_switch.closes = "12"
    sold(run)
    code, said, _ = run("settle")
    assert code == 1
    assert "refused with 12: the batch stays open" in said
    assert json.loads(run("status", "--json")[1])["batch"]["number"] == 1


def test_without_an_answer_the_next_command_goes_on(run, small_switch):
    sold(run)
    small_switch.is_mute = True
    code, said, told = run("settle", "--within", "0.3")
    assert (code, said) == (4, "")
    assert "the switch has not answered yet" in told
    assert "BEING SETTLED" in run("status")[1]
    assert run("sale", "1", "--card", "good", "--within", "0.3")[0] == 4
    small_switch.is_mute = False
    assert run("sale", "1", "--card", "good")[0] == 0
    assert "0501" in [m.mti for m in small_switch.seen]
    assert json.loads(run("status", "--json")[1])["batch"]["number"] == 2


def test_offline_nothing_is_compared_and_a_settlement_that_is_stuck_ends(run, small_switch):
    sold(run)
    small_switch.is_mute = True
    run("settle", "--within", "0.2")
    code, said, _ = run("settle", "--offline")
    assert code == 0
    assert "Batch closed here alone, not compared." in said
    assert json.loads(run("status", "--json")[1])["batch"]["number"] == 2


def test_nobody_there_is_exit_5(run, lab):
    text = lab.read_text("utf-8")
    lab.write_text(text.replace(text.split("port = ")[1].split()[0], "1"), "utf-8")
    assert run("settle")[:2] == (5, "")


# The lines --------------------------------------------------------------------------------------


def settlement(**changes):
    here = Totals().plus(663).plus(663)
    there = {"2026-11-28": Totals().plus(663), "2026-11-28-2": Totals().plus(663)}
    told = {"batch": 1, "currency": "978", "is_balanced": True, "here": here, "there": there}
    return Settlement(**{**told, **changes})


def test_the_halves_of_a_batch_on_two_bank_days():
    assert list(lines_of(settlement())) == [
        "Its bank days, EUR 13.26 together:",
        "2026-11-28                          6.63",
        "2026-11-28-2                        6.63",
    ]
    shown = settlement_shown(settlement())["by_bank_day"]
    assert shown["2026-11-28-2"]["debits"] == {"count": 1, "amount": 663}


def test_what_the_switch_alone_has():
    there = {"2026-11-28": Totals().plus(663).plus(700).plus(-50)}
    other = Difference(stan="000002", transaction="sale", here=663, there=700, code="13")
    one = settlement(is_balanced=False, there=there, differences=(other,))
    assert list(lines_of(one)) == [
        "Debits here                      2 13.26",
        "Debits at the switch             2 13.63",
        "Credits here                      0 0.00",
        "Credits at the switch             1 0.50",
        "STAN 000002: 6.63 here, 7.00 there",
        "At the switch alone: 1, -0.50",
        "Ask whoever runs the switch: cardswitch switch batches",
    ]
