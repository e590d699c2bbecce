"""Receipts as people read them."""

from datetime import UTC, datetime
from textwrap import dedent

import pytest
from msgspec.structs import replace

from cardswitch.specs.transactions.additional import AdditionalAmount
from cardswitch.terminal.core.outcome import Outcome, SaleState
from cardswitch.terminal.face import receipt as face
from cardswitch.terminal.face.paper import COLUMNS, USUAL, printed

APPROVED = Outcome(
    kind=SaleState.APPROVED,
    at=1_774_746_001.0,
    stan="000007",
    amount=1250,
    asked=1250,
    currency="978",
    terminal="TERM01",
    merchant="CORNERSHOP",
    card="999999******0014",
    is_swipe=True,
    batch=1,
    time="030000",
    date="0329",
    code="00",
    approval_code="A1B2C3",
    rrn="608801000001",
)
DECLINED = replace(APPROVED, kind=SaleState.DECLINED, code="51", approval_code="", is_swipe=False)


def receipt(outcome, copy, **how):
    return printed(face.receipt(outcome, copy, **how))


def test_the_merchants_copy():
    assert receipt(APPROVED, "merchant") == dedent("""\
                     MERCHANT COPY

        Merchant                      CORNERSHOP
        Terminal                          TERM01
        2026-03-29                      03:00:00
        Batch                                001
        STAN                              000007
        RRN                         608801000001
        Card                    999999******0014
        Entry                             swiped

        AMOUNT                         EUR 12.50

                    *** APPROVED ***
                  Approval code A1B2C3
        """)


def test_the_customers_copy():
    assert receipt(DECLINED, "customer") == dedent("""\
                     CUSTOMER COPY

        Merchant                      CORNERSHOP
        Terminal                          TERM01
        2026-03-29                      03:00:00
        Batch                                001
        STAN                              000007
        RRN                         608801000001
        Card                    ************0014
        Entry                              keyed

        AMOUNT                         EUR 12.50

                    *** DECLINED ***
                Insufficient funds (51)
        """)


def test_a_partial_approval_says_what_is_left_to_pay():
    text = receipt(replace(APPROVED, amount=625, code="10"), "customer")
    assert "*** APPROVED IN PART ***" in text
    assert [" ".join(line.split()) for line in text.splitlines() if "EUR" in line] == [
        "Asked EUR 12.50",
        "PAID BY CARD EUR 6.25",
        "STILL TO PAY EUR 6.25",
    ]


PART = [("Sold", "12.50"), ("REVERSED", "2.50"), ("STAYS PAID", "10.00")]


@pytest.mark.parametrize(
    ("kind", "changes", "money", "verdict"),
    [
        (SaleState.REDUCED, {"amount": 1000, "reversed": 250}, PART, "REVERSED IN PART"),
        (
            SaleState.PENDING,
            {"amount": 1000, "reversed": 250},
            [PART[0], ("TO REVERSE", "2.50"), PART[2]],
            "REVERSING",
        ),
        (
            SaleState.REVERSED,
            {"amount": 0, "reversed": 1250},
            [PART[0], ("REVERSED", "12.50"), ("STAYS PAID", "0.00")],
            "REVERSED",
        ),
        (SaleState.EXCEPTION, {"code": "64"}, [("AMOUNT", "12.50")], "REVERSAL REFUSED"),
    ],
)
def test_a_reversal_of_a_sale_that_was_paid(kind, changes, money, verdict):
    text = receipt(replace(APPROVED, kind=kind, **changes), "customer")
    shown = [" ".join(line.split()) for line in text.splitlines() if "EUR" in line]
    assert shown == [f"{name} EUR {amount}" for name, amount in money]
    assert f"*** {verdict} ***" in text
    assert "Not paid" not in text


BALANCE = replace(
    APPROVED,
    transaction="balance",
    amount=0,
    asked=0,
    amounts=(
        AdditionalAmount("00", "01", "978", 10_000),
        AdditionalAmount("00", "02", "978", -1_250),
        AdditionalAmount("00", "99", "392", 7),
    ),
)


def test_what_is_paid_out_stands_on_the_receipt():
    text = receipt(replace(APPROVED, transaction="cashback", cash=500), "merchant")
    assert "SALE WITH CASH-BACK" in text
    assert [" ".join(line.split()) for line in text.splitlines() if "EUR" in line] == [
        "Goods EUR 7.50",
        "CASH BACK EUR 5.00",
        "AMOUNT EUR 12.50",
    ]


def test_the_customer_alone_sees_the_balances():
    told = ["LEDGER BALANCE EUR 100.00", "AVAILABLE BALANCE EUR -12.50", "99 JPY 7"]
    text = receipt(BALANCE, "customer")
    assert [" ".join(line.split()) for line in text.splitlines()][-6:-2] == [*told, ""]
    assert "BALANCE INQUIRY" in receipt(BALANCE, "merchant")
    assert "EUR" not in receipt(BALANCE, "merchant")


def test_what_is_left_stands_under_what_was_sold():
    text = receipt(replace(BALANCE, transaction="sale", amount=1250, asked=1250), "customer")
    assert text.index("EUR 12.50") < text.index("EUR 100.00")


@pytest.mark.parametrize(
    ("is_repeat", "words"),
    [(False, ["*** NO ANSWER ***", "Nothing was charged"]), (True, ["NO ANSWER TO THE REPEAT"])],
)
def test_an_inquiry_without_an_answer_charges_nothing(is_repeat, words):
    asked = replace(BALANCE, kind=SaleState.UNANSWERED, amounts=(), approval_code="", code="")
    text = receipt(replace(asked, is_repeat=is_repeat), "customer")
    assert all(word in text for word in words)
    assert "EUR" not in text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (SaleState.PENDING, "NO ANSWER, REVERSING"),
        (SaleState.REVERSED, "Nothing was charged"),
        (SaleState.EXCEPTION, "REVERSAL REFUSED"),
        (SaleState.UNANSWERED, "first receipt stands"),
        (SaleState.BEGUN, "NOT FINISHED"),
    ],
)
def test_every_end_is_said_in_words(kind, words):
    text = receipt(replace(APPROVED, kind=kind, code="", approval_code="", rrn=""), "merchant")
    assert words in text
    assert "*** APPROVED" not in text
    assert "RRN" not in text


def test_a_repeat_says_so():
    assert "REPEAT" in receipt(replace(APPROVED, is_repeat=True), "merchant")


@pytest.mark.parametrize("kind", SaleState)
@pytest.mark.parametrize("code", ["00", "51", "91", "96", "ZZ", "\x1b["])
def test_no_line_is_too_wide_and_none_steers_a_printer(kind, code):
    text = receipt(replace(DECLINED, kind=kind, code=code), "customer")
    assert all(len(line) <= USUAL for line in text.splitlines())
    assert "\x1b" not in text


def test_an_unknown_code_is_declined_without_a_reason():
    assert "Declined (ZZ)" in receipt(replace(DECLINED, code="ZZ"), "merchant")


@pytest.mark.parametrize(
    ("at", "date", "shown"),
    [
        ("2026-12-31T23:59:00", "1231", "2026-12-31"),
        ("2027-01-01T00:01:00", "1231", "2026-12-31"),  # west of UTC, or changed a moment later
        ("2026-12-31T23:59:00", "0101", "2027-01-01"),  # east of it
        ("2027-10-01T00:00:00", "1129", "2026-11-29"),
        ("2027-10-01T00:00:00", "1001", "2027-10-01"),
    ],
)
def test_the_year_is_that_of_the_sale(at, date, shown):
    stamp = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
    assert face.date_of(replace(APPROVED, at=stamp, date=date)) == shown


def test_the_shop_is_at_the_head():
    assert receipt(APPROVED, "merchant", shop=("Corner Shop", "Berlin")).splitlines()[:4] == [
        "              Corner Shop",
        "                 Berlin",
        "",
        "             MERCHANT COPY",
    ]


@pytest.mark.parametrize("columns", COLUMNS)
@pytest.mark.parametrize("outcome", [APPROVED, DECLINED, BALANCE], ids=str)
def test_it_fits_on_every_paper(columns, outcome):
    for copy in face.COPIES:
        lines = printed(face.receipt(outcome, copy), columns).splitlines()
        assert max(map(len, lines)) <= columns
        assert {"STAN", "000007"} <= set(" ".join(lines).split())
