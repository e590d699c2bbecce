"""What the general ledger shows is a table of text, whatever stands in a journal."""

from cardswitch.switch.cli.ledger.screen import show_accounts, show_suspense
from cardswitch.switch.operate.bank.corrections import AccountBalance, Suspended


def test_an_account_that_holds_nothing_has_no_currency(capsys):
    show_accounts([AccountBalance(account="mdr_income", currency="", amount=0, text="x")], False)
    assert capsys.readouterr().out.splitlines()[1] == "mdr_income  -        x"


def test_what_a_journal_holds_cannot_steer_a_terminal(capsys):
    odd = Suspended(
        movement="sale:3", rrn="\x1b[2J", moved_on="2026-11-23", merchant="a\nb", terminal="T",
        currency="978", amount=5, why="none",
    )  # fmt: skip
    show_suspense([odd], False)
    assert "\x1b" not in capsys.readouterr().out
