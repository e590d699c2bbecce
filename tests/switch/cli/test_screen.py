"""What the switch's commands show: for people and for programs, and never more than may be seen."""

import json

import pytest

from cardswitch.switch.cli.screen import columns, show_closed, show_journal, show_preview
from cardswitch.switch.operate.settle import Preview
from cardswitch.switch.settlement.totals import BatchTotals
from cardswitch.switch.store.books import ClosedDay, Deposit
from cardswitch.switch.store.journal import Line

DAY = "2026-11-23"
ENDS = 1_795_471_200.0
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
BATCH = BatchTotals(DAY, "SHOP0001", "TERM0001", "978", 2, 4250, 1, 1250)
DEPOSIT = Deposit("SHOP0001", "978", 3000, "20261123-SHOP0001-EUR")
CLOSED = ClosedDay(DAY, ENDS - 86_400, ENDS, (BATCH,), (DEPOSIT,), {"deposit.csv": b"x"})


def test_a_leg_is_a_row(capsys):
    show_journal([LINE], as_json=False)
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["LEG", "TIME"]
    assert row.split()[0] == "7"
    for shown in ("approved", "12.50 EUR", "632700000007", "999999******0014"):
        assert shown in row


def test_a_leg_is_a_line_of_json(capsys):
    show_journal([LINE, LINE], as_json=True)
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["amount"] for line in lines] == [1250, 1250]


def test_an_empty_journal_says_so_beside_the_data(capsys):
    show_journal([], as_json=False)
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "no such legs\n")


def test_a_closed_day_shows_sums_deposits_and_files(capsys):
    show_closed(CLOSED, "deposits", as_json=False)
    out = capsys.readouterr().out
    assert out.startswith(f"{DAY}  closed")
    for shown in ("42.50 EUR", "30.00 EUR", "deposits/deposit.csv", "20261123-SHOP0001-EUR"):
        assert shown in out


def test_a_closed_day_is_one_document(capsys):
    show_closed(CLOSED, "deposits", as_json=True)
    day = json.loads(capsys.readouterr().out)
    assert day["files"] == ["deposits/deposit.csv"]
    assert day["payouts"][0]["amount"] == 3000


@pytest.mark.parametrize(("open_legs", "told"), [(0, False), (2, True)])
def test_a_preview_tells_what_it_does_not_count(capsys, open_legs, told):
    show_preview(Preview(DAY, ENDS, (), open_legs, (BATCH,), (DEPOSIT,)), as_json=False)
    assert ("no outcome yet: 2" in capsys.readouterr().out) is told


def test_columns_cannot_be_steered_from_the_wire():
    assert "\x1b" not in columns([("NAME",), ("\x1b[2J",)])
