"""`settle fees`: what people and programs see, and exit codes."""

import json

import pytest

from cardswitch.specs.errors import Error

FEES = """
[[settlement.fees]]
version = "plus-1"
plan = "interchange-plus"
funding = "net"
reserve = { percent = "5", days = 180 }

[[settlement.fees.rates]]
currency = "EUR"
interchange = { percent = "0.2" }
scheme = { percent = "0.0235", fixed = "0.01" }
fee = { percent = "0.5", min = "0.10" }
"""


@pytest.fixture
def charged(lab, run):
    """A sale and a part of it that was reversed, closed under a schedule."""
    lab.path.write_text(lab.path.read_text("utf-8") + FEES, "utf-8")
    leg = lab.history.sale(1250)
    lab.history.reverse(leg, stays=1000)
    lab.history.cut_over()
    lab.commit()
    run("close")
    return lab


def test_how_a_fee_came_about(charged, run):
    shown = run("fees", "explain", "000000000001").stdout
    assert shown.splitlines() == [
        "sale 12.50 EUR of SHOP, closed 2026-11-23: fee 0.14 EUR, schedule plus-1, rate 1",
        "  interchange: 0.2 % of 12.50 EUR, half up: 0.03",
        "  scheme fee: 0.0235 % of 12.50 EUR, half up: 0.00, and 0.01: 0.01",
        "  markup: 0.5 % of 12.50 EUR, half up: 0.06, at least 0.10: 0.10",
        "  the merchant pays all three: 0.14",
        "sale-reversal -2.50 EUR of SHOP, closed 2026-11-23: fee -0.01 EUR, schedule plus-1, "
        "rate 1",
        "  captured before 12.50 EUR, then 10.00 EUR",
        "  interchange: 0.2 % of 10.00 EUR, half up: 0.02",
        "  interchange of before: 0.2 % of 12.50 EUR, half up: 0.03",
        "  interchange in all: -0.01, the difference",
        "  scheme fee: 0.0235 % of 10.00 EUR, half up: 0.00, and 0.01: 0.01",
        "  scheme fee of before: 0.0235 % of 12.50 EUR, half up: 0.00, and 0.01: 0.01",
        "  scheme fee in all: 0.00, the difference",
        "  markup: 0.5 % of 10.00 EUR, half up: 0.05, at least 0.10: 0.10",
        "  markup of before: 0.5 % of 12.50 EUR, half up: 0.06, at least 0.10: 0.10",
        "  markup in all: 0.00, the difference",
        "  the merchant pays all three: -0.01",
    ]
    first, _ = run("fees", "explain", "000000000001", "--json").stdout.splitlines()
    assert json.loads(first)["movement"]["fee"] == 14


def test_a_fee_that_is_another_in_the_books_is_told(charged, run, damage):
    damage("UPDATE fees SET fee = fee + 1 WHERE rest = 1250")
    shown = run("fees", "explain", "000000000001", code=6).stdout
    assert "the books hold another fee" in shown


def test_what_was_charged_in_a_month(charged, run):
    head, *lines = run("fees", "list").stdout.splitlines()
    assert head.split() == [
        "MONTH", "MERCHANT", "KIND", "SCHEDULE", "AMOUNT", "INTERCHANGE", "SCHEME", "HOW",
    ]  # fmt: skip
    assert [" ".join(line.split()) for line in lines] == [
        "2026-11 SHOP fees plus-1 0.13 EUR 0.02 EUR 0.01 EUR taken of deposits",
        "2026-11 SHOP reserve plus-1 0.50 EUR 0.00 EUR 0.00 EUR taken of deposits",
    ]
    assert run("fees", "list", "--month", "2026-12").stdout == "nothing was charged\n"
    told = [json.loads(line) for line in run("fees", "list", "--json").stdout.splitlines()]
    assert [(each["kind"], each["amount"]) for each in told] == [("fees", 13), ("reserve", 50)]


def test_a_close_shows_what_it_has_charged(charged, run):
    shown = run("show", "2026-11-23").stdout
    assert "  charged: SHOP fees 0.13 EUR\n" in shown
    assert "  charged: SHOP reserve 0.50 EUR\n" in shown


def test_an_rrn_without_a_fee_is_answered_with_what_to_try(charged, run):
    with pytest.raises(Error, match=r"nothing was charged for RRN 999: it is not closed yet"):
        run("fees", "explain", "999")


@pytest.mark.parametrize("month", ["2026-13", "11/2026", "2026"])
def test_a_month_that_is_none_is_refused(run, charged, month):
    assert (
        "expected a month such as 2026-11" in run("fees", "list", "--month", month, code=2).stderr
    )


def test_of_a_month_without_closes_nothing_was_charged(charged, run):
    assert "nothing was charged" in run("fees", "list", "--month", "2025-12").stdout
