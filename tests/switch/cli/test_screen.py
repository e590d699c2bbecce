"""What the switch's commands show: for people and for programs, and never more than may be seen."""

import json

from msgspec.structs import replace

from cardswitch.switch.cli.screen import money, show_journal
from cardswitch.switch.store.reader import Line

DAY = "2026-11-23"
LINE = Line(
    leg=7,
    at=1_795_442_021.2,
    source="pos",
    state="approved",
    business_date=DAY,
    rrn="632700000007",
    merchant="SHOP0001",
    terminal="TERM0001",
    amount=1250,
    currency="978",
    code="00",
    card="999999******0014",
)


def test_a_leg_is_a_row(capsys):
    show_journal([LINE], as_json=False)
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["LEG", "TIME"]
    assert row.split()[0] == "7"
    for shown in ("approved", "12.50 EUR", "632700000007", "999999******0014"):
        assert shown in row


def test_a_reversal_in_part_says_what_stays_and_of_what(capsys):
    reduced = replace(LINE, state="reduced", kind="sale", mti="0200", stays=1000)
    answered = replace(LINE, leg=8, state="answered", mti="0420")
    show_journal([answered, reduced], as_json=False)
    _, first, second = capsys.readouterr().out.splitlines()
    assert ("reversal" in first, "of" in first.split()) == (True, False)
    assert "sale      reduced   00    10.00 of 12.50 EUR" in second


def test_a_leg_is_called_by_its_class(capsys):
    balance = replace(LINE, kind="balance", mti="0100")
    show_journal([balance, replace(LINE, mti="0600")], as_json=False)
    _, first, second = capsys.readouterr().out.splitlines()
    assert " balance " in first
    assert " 0600 " in second


def test_a_leg_is_a_line_of_json(capsys):
    show_journal([LINE, LINE], as_json=True)
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["amount"] for line in lines] == [1250, 1250]


def test_an_empty_journal_says_so_beside_the_data(capsys):
    show_journal([], as_json=False)
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "no such legs\n")


def test_money_of_a_currency_that_is_none_is_shown_as_it_came():
    assert [money(1250, code) for code in ("978", "999", "")] == ["12.50 EUR", "1250 999", "1250"]
