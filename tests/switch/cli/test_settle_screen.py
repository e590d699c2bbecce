"""What is left of a day is said in words that a person can act on, and JSON has all of it."""

import json

import pytest
from msgspec.structs import replace

from cardswitch.switch.cli.settle_screen import show_closed, show_preview, show_verdict
from cardswitch.switch.operate.show import DayReport, Preview
from cardswitch.switch.operate.verify_books import Verdict
from cardswitch.switch.settlement.totals import BatchTotals
from cardswitch.switch.store.books import ClosedDay, Deposit, Suspense
from cardswitch.switch.store.reader import Line

DAY = "2026-11-23"
ENDS = 1_795_471_200.0
LINE = Line(
    leg=7,
    at=1_795_442_021.2,
    source="pos",
    state="forwarded",
    business_date=DAY,
    rrn="632700000007",
    merchant="SHOP0001",
    terminal="TERM0001",
    amount=1250,
    currency="978",
    code="",
    card="999999******0014",
)
EXCEPTION = replace(LINE, state="exception")
RESOLVED = replace(LINE, state="resolved", by="olga", because="the bank \x1b[2J confirmed")
BATCH = BatchTotals(
    number=1,
    business_date=DAY,
    moved_on=DAY,
    merchant="SHOP0001",
    channel="pos",
    terminal="TERM0001",
    currency="978",
    kind="sale",
    count=2,
    amount=4250,
)
DEPOSIT = Deposit("SHOP0001", "978", 3000, "20261123-SHOP0001-EUR")
OWED = (
    Suspense("SHOP2", "978", 1200, "name its account under [[merchants]]"),
    Suspense("", "978", 5, "field 42 of these sales is empty"),
    Suspense("SHOP", "999", 7),
)
CLOSED = ClosedDay(
    business_date=DAY,
    starts_at=ENDS - 86_400,
    ends_at=ENDS,
    read_to=7,
    closed_at=ENDS,
    sha256="a",
    books_head="b",
    batches=(BATCH,),
    payouts=(DEPOSIT,),
    suspense=OWED,
    files={"deposit.csv": b"x"},
)
REPORT = DayReport(CLOSED, (LINE,), (EXCEPTION, RESOLVED))
PREVIEW = Preview(
    business_date=DAY,
    ends_at=ENDS,
    unclosed=("2026-11-21", "2026-11-22"),
    undecided=(LINE,),
    left_to_people=(EXCEPTION, RESOLVED),
    batches=(BATCH,),
    payouts=(DEPOSIT,),
    suspense=OWED,
)
LEFT = [
    "in suspense: SHOP2 12.00 EUR; name its account under [[merchants]]\n",
    "in suspense: no merchant 0.05 EUR; field 42 of these sales is empty",
    "in suspense: SHOP 7 999; the next close pays it",
    "no outcome yet, the next close books it: leg 7 of 2026-11-23, RRN 632700000007, "
    "SHOP0001/TERM0001, 12.50 EUR",
    "exception: leg 7 of 2026-11-23, RRN 632700000007, SHOP0001/TERM0001, 12.50 EUR; "
    "cardswitch switch exceptions",
    ", by olga: the bank \\x1b[2J confirmed",
]


def test_a_closed_day_shows_sums_deposits_files_and_what_is_left(capsys):
    show_closed(REPORT, "deposits", as_json=False)
    out = capsys.readouterr().out
    assert out.startswith(f"{DAY}  closed")
    for shown in ("42.50 EUR", "30.00 EUR", "deposits/deposit.csv", "20261123-SHOP0001-EUR", *LEFT):
        assert shown in out


MANY = tuple(
    replace(BATCH, terminal=f"TERM{n:04d}", amount=n, currency=("978", "392")[n % 2])
    for n in range(1, 26)
)


def test_totals_come_first_and_then_the_ten_largest(capsys):
    deposits = tuple(Deposit(f"SHOP{n}", "978", n, f"id-{n}") for n in range(12))
    many = replace(REPORT, closed=replace(CLOSED, batches=MANY, payouts=deposits))
    show_closed(many, "deposits", as_json=False)
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[1:5] == [
        "TOTAL OF COUNT AMOUNT", "sale 26 169 JPY", "sale 24 1.56 EUR", "deposit 12 0.66 EUR",
    ]  # fmt: skip
    shown = [line.split()[3] for line in lines if line.startswith(f"{DAY} SHOP0001")]
    assert shown == [f"TERM{n:04d}" for n in range(16, 26)]
    assert "… the 10 largest of 25 batches; --all shows them" in lines
    assert "… the 10 largest of 12 deposits; --all shows them" in lines
    show_closed(many, "deposits", as_json=False, has_all=True)
    out = capsys.readouterr().out
    assert out.count(f"{DAY}  SHOP0001") == 25
    assert "--all" not in out
    show_closed(many, "deposits", as_json=True)
    assert len(json.loads(capsys.readouterr().out)["batches"]) == 25


def test_a_past_day_does_not_ask_for_what_may_be_done_since(capsys):
    show_closed(REPORT, "deposits", as_json=False, is_past=True)
    out = capsys.readouterr().out
    for shown in ("30.00 EUR", "was in suspense: SHOP2 12.00 EUR\n", "by olga", "deposit.csv"):
        assert shown in out
    assert not any(words in out for words in ("name its account", "no outcome", "exception"))


def test_a_closed_day_is_one_document(capsys):
    show_closed(REPORT, "deposits", as_json=True)
    day = json.loads(capsys.readouterr().out)
    assert day["files"] == ["deposits/deposit.csv"]
    assert day["payouts"][0]["amount"] == 3000
    assert [owed["merchant"] for owed in day["suspense"]] == ["SHOP2", "", "SHOP"]
    assert [line["state"] for line in day["left_to_people"]] == ["exception", "resolved"]
    assert day["undecided"][0]["leg"] == 7


def test_a_preview_tells_what_it_counts_and_what_it_does_not(capsys):
    show_preview(PREVIEW, as_json=False)
    out = capsys.readouterr().out
    for shown in (f"{DAY}  open until", "30.00 EUR", "not closed: 2026-11-21, 2026-11-22", *LEFT):
        assert shown in out


def test_a_preview_is_one_document(capsys):
    show_preview(PREVIEW, as_json=True)
    day = json.loads(capsys.readouterr().out)
    assert (day["state"], day["unclosed"]) == ("open", ["2026-11-21", "2026-11-22"])


@pytest.mark.parametrize(("undecided", "told"), [((), True), ((LINE,), False)])
def test_a_day_without_a_sale_says_what_to_try(capsys, undecided, told):
    nothing = replace(PREVIEW, batches=(), payouts=(), suspense=(), undecided=undecided)
    show_preview(nothing, as_json=False)
    out = capsys.readouterr().out
    assert ("nothing was sold on it yet: try cardswitch terminal sale" in out) is told
    assert "no deposit" in out


VERDICTS = [
    (Verdict(0, (), ()), "no day is closed yet\n", ""),
    (Verdict(2, (), ("a.csv",)), "2 closes in the books: they agree", "a.csv was taken away"),
    (Verdict(2, ("this", "\x1bthat"), ()), "this\n\\x1bthat\n", ""),
]


@pytest.mark.parametrize(("verdict", "out", "err"), VERDICTS)
def test_a_verdict(capsys, verdict, out, err):
    show_verdict(verdict, as_json=False)
    told = capsys.readouterr()
    assert told.out.startswith(out)
    assert told.err.startswith(err)
    show_verdict(verdict, as_json=True)
    assert json.loads(capsys.readouterr().out)["closes"] == verdict.closes
