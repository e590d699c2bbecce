"""Days closed under fee schedules: what merchants get, what is booked, what a check says."""

import csv

from msgspec.structs import replace

from cardswitch.switch.operate.rebuild import rebuild
from cardswitch.switch.operate.verify_books import verify
from cardswitch.switch.store.books import BooksReader
from tests.kit.charging import BLENDED, PLUS
from tests.kit.settling import amounts, close

EUR = "978"


def balances(lab):
    held = BooksReader(lab.settlement.books).balances()
    return {account: amount for (account, _), amount in held.items() if amount}


def report(lab, day, merchant):
    with (lab.deposits / f"reports-{day}" / f"{merchant}.csv").open(newline="") as text:
        return list(csv.DictReader(text))


def test_gross_funding_deposits_what_was_approved_and_invoices_the_rest(charged):
    charged.history.sale(1250)
    charged.history.sale(333)
    day = charged.history.day
    charged.history.cut_over()
    [closed] = close(charged)
    assert amounts(closed)["SHOP", EUR] == 1583
    # 0.18625 and 0.049617, each rounded by itself.
    assert balances(charged)["fee_receivable:SHOP"] == 19 + 5
    assert balances(charged)["interchange_expense"] == 3 + 1
    assert balances(charged)["scheme_settlement"] == 1583 - 4
    lines = report(charged, day, "SHOP")
    assert [line["fee"] for line in lines] == ["0.19", "0.05"]
    assert [line["net"] for line in lines] == ["12.31", "3.28"]
    assert {line["schedule"] for line in lines} == {"blended-1"}
    assert verify(charged.switch, charged.settlement).findings == ()


def test_net_funding_pays_less_fees_reserve_and_month_and_gives_the_reserve_back(charged):
    history = charged.history
    history.sale(10_000, merchant="CAFE")
    history.cut_over()
    [first] = close(charged)
    # 0.20 + 0.03 (0.0235 %: 2.35 cents) + 0.50; 5 % kept; 2.00 for the month.
    kept, month, costs = 500, 200, 20 + 3 + 50
    assert amounts(first)["CAFE", EUR] == 10_000 - costs - kept - month
    assert balances(charged)["merchant_reserve:CAFE"] == -kept
    history.sale(2_000, merchant="CAFE")
    history.cut_over()
    [second] = close(charged)
    assert amounts(second)["CAFE", EUR] == 2_000 - (4 + 1 + 10) - 100 + kept
    assert balances(charged)["merchant_reserve:CAFE"] == -100
    assert verify(charged.switch, charged.settlement).findings == ()


def test_a_reversal_of_a_day_that_is_closed_gives_back_its_fee_by_the_schedule_of_then(charged):
    history = charged.history
    leg = history.sale(10_000, merchant="CAFE")
    history.cut_over()
    close(charged)
    other = replace(PLUS, version="plus-2", valid_from=history.day, rates=(), reserve=None)
    charged.settlement = replace(charged.settlement, fees=(BLENDED, PLUS, other))
    day = history.day
    history.reverse(leg, stays=4_000)
    history.reverse(leg)
    history.cut_over()
    [closed] = close(charged)
    fees = [line["fee"] for line in report(charged, day, "CAFE")]
    # Of 40.00: 0.08 + 0.02 + 0.20. Then nothing is captured any more.
    assert fees == ["-0.43", "-0.30"]
    assert balances(charged)["mdr_income"] == -200  # the month's alone
    assert closed.charges[0].amount == -73
    assert verify(charged.switch, charged.settlement).findings == ()


def test_what_costs_more_than_was_sold_is_carried_forward(charged):
    history = charged.history
    history.sale(100, merchant="CAFE")
    history.cut_over()
    [first] = close(charged)
    assert ("CAFE", EUR) not in amounts(first)
    history.sale(10_000, merchant="CAFE")
    history.cut_over()
    [second] = close(charged)
    owed = 100 - (0 + 1 + 3) - 5 - 200
    assert amounts(second)["CAFE", EUR] == owed + 10_000 - 73 - 500 + 5


def test_without_schedules_no_byte_is_another(lab, lab_in, tmp_path):
    other = lab_in(tmp_path / "other")
    try:
        later = replace(PLUS, merchants=("SHOP",), valid_from="2099-01-01")
        other.settlement = replace(other.settlement, fees=(later,))
        for each in (lab, other):
            each.history.sale(1250)
            each.history.cut_over()
        [one] = close(lab)
        [two] = close(other)
        assert {**lab.files_below()}.keys() == {**other.files_below()}.keys()
        assert one.charges == two.charges == ()
        content = (lab.deposits / "reports-2026-11-23" / "SHOP.csv").read_bytes()
        assert (other.deposits / "reports-2026-11-23" / "SHOP.csv").read_bytes() == content
        assert b"fee" not in content
    finally:
        other.store.close()


def test_lost_books_are_made_anew_with_their_fees(charged):
    history = charged.history
    leg = history.sale(10_000, merchant="CAFE")
    history.cut_over()
    history.reverse(leg, stays=1)
    history.cut_over()
    before = close(charged)
    for path in charged.folder.glob("books.db*"):
        path.unlink()
    again = rebuild(charged.switch, charged.settlement)
    assert [day.sha256 for day in again] == [day.sha256 for day in before]
    assert [day.charges for day in again] == [day.charges for day in before]


def test_books_whose_fees_rates_or_charges_were_changed_are_found(charged, damage):
    charged.history.sale(1250)
    charged.history.cut_over()
    close(charged)
    for statement in (
        "UPDATE fees SET fee = fee + 1",
        "UPDATE rates SET fee_millionths = fee_millionths + 1",
        "UPDATE charges SET amount = amount + 1",
    ):
        damage(statement)
        assert verify(charged.switch, charged.settlement).findings, statement
        damage(statement.replace("+ 1", "- 1"))
        assert not verify(charged.switch, charged.settlement).findings
