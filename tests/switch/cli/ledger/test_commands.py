"""`settle accounts`, `correct` and `suspense`: what people and programs see, and exit codes."""

import json

import pytest

from cardswitch.specs.errors import Error
from tests.kit.holding import capture, hold


@pytest.fixture
def nameless(lab, run):
    """A sale of a shop and one without merchant are closed."""
    lab.history.sale(1250)
    lab.history.sale(700, merchant="", rrn="633221000017")
    lab.history.cut_over()
    lab.commit()
    run("close")
    return lab


def test_a_correction_is_told_and_counts_at_once(nameless, run):
    words = ("--debit", "mdr_income", "--credit", "merchant_payable:SHOP", "--because", "a gift")
    shown = run("correct", "0.05", *words).stdout
    assert shown == "correct: 0.05 EUR from merchant_payable:SHOP to mdr_income\n"
    told = json.loads(run("correct", "5", *words, "--currency", "JPY", "--json").stdout)
    assert (told["amount"], told["currency"], told["because"]) == (5, "392", "a gift")
    shown = run("accounts").stdout.splitlines()
    assert shown[0].split() == ["ACCOUNT", "BALANCE", "WHAT", "IT", "IS"]
    words = "merchant_payable:SHOP -0.05 EUR what a merchant is owed: the next close pays it"
    assert words in [" ".join(line.split()) for line in shown]
    told = [json.loads(line) for line in run("accounts", "--json").stdout.splitlines()]
    in_yen = {each["account"]: each["amount"] for each in told if each["currency"] == "392"}
    assert in_yen == {"mdr_income": 5, "merchant_payable:SHOP": -5}


def test_amount_and_currency_are_looked_at(nameless, run):
    words = ("--debit", "mdr_income", "--credit", "acquirer_cash", "--because", "x")
    assert "Invalid value for AMOUNT" in run("correct", "1.234", *words, code=2).stderr
    assert (
        "Invalid value for '--currency'"
        in run("correct", "1", *words, "--currency", "XXQ", code=2).stderr
    )
    with pytest.raises(Error, match="expected 1 to"):
        run("correct", "0", *words)


def test_holds_are_listed_before_any_close_and_behind_it(lab, run):
    lab.history.cut_over()
    lab.commit()
    result = run("holds")
    assert (result.stdout, result.stderr) == ("", "nothing is held\n")
    leg = hold(lab.history, 1000)
    capture(lab.history, leg, 300, left=700)
    capture(lab.history, hold(lab.history, 500), 500)
    lab.commit()
    shown = run("holds").stdout
    head, line = shown.splitlines()
    assert head.split() == ["STATE", "RRN", "DAY", "MERCHANT", "PLACED", "POSTED", "HELD"]
    assert line.startswith("posted in part  000000000001  2026-11-24  SHOP")
    assert line.endswith("10.00 EUR  3.00 EUR  7.00 EUR")
    lab.history.cut_over()
    lab.commit()
    run("close")
    assert run("holds").stdout == shown
    told = [json.loads(line) for line in run("holds", "--all", "--json").stdout.splitlines()]
    assert [each["state"] for each in told] == ["posted in part", "posted"]


def test_suspense_is_listed_and_cleared(nameless, run):
    head, line = run("suspense", "list").stdout.splitlines()
    assert head.split() == ["MOVEMENT", "RRN", "DAY", "MERCHANT", "TERMINAL", "AMOUNT", "WHY"]
    assert line.startswith("sale:5    633221000017  2026-11-23  (none)    TERM0001  7.00 EUR  fie")
    told = json.loads(run("suspense", "list", "--json").stdout)
    assert (told["movement"], told["amount"]) == ("sale:5", 700)
    words = ("--to", "SHOP", "--because", "ticket 4711")
    assert run("suspense", "clear", "633221000017", *words).stdout == (
        "clear sale:5: 7.00 EUR is owed to SHOP from now on, and the next close pays it\n"
    )
    result = run("suspense", "list")
    assert (result.stdout, result.stderr) == ("", "nothing stands in suspense\n")
