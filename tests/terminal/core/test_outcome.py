"""How a sale stands, made from what was sent and what was answered."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.terminal.core.outcome import (
    SaleState,
    begun_outcome,
    kind_of,
    line_of,
    outcome_after,
    told,
)

REQUEST = Message(
    "0200",
    {
        3: "000000",
        4: "000000001250",
        7: "0329010000",
        11: "000007",
        12: "030000",
        13: "0329",
        22: "021",
        41: "TERM01  ",
        42: "SHOP           ",
        49: "978",
    },
)
BEGUN = begun_outcome(1.0, REQUEST, "999999******0014", 3)


def test_what_is_sent_stands_as_it_was_asked():
    assert (BEGUN.kind, BEGUN.transaction, BEGUN.amount, BEGUN.asked) == (
        SaleState.BEGUN, "sale", 1250, 1250,
    )  # fmt: skip
    assert (BEGUN.terminal, BEGUN.merchant, BEGUN.is_swipe, BEGUN.batch) == (
        "TERM01", "SHOP", True, 3,
    )  # fmt: skip
    assert line_of(BEGUN) == "sale begun"
    assert line_of(BEGUN, SaleState.REVERSED) == "sale reversed"


@pytest.mark.parametrize(
    ("code", "said", "kind", "amount", "approval_code"),
    [
        ("00", {38: "A1B2C3"}, SaleState.APPROVED, 1250, "A1B2C3"),
        ("10", {4: "000000000600", 38: "A1B2C3"}, SaleState.APPROVED, 600, "A1B2C3"),
        ("51", {}, SaleState.DECLINED, 1250, ""),
    ],
)
def test_an_answer_says_how_much_and_under_which_code(code, said, kind, amount, approval_code):
    answer = REQUEST.reply(code, said)
    assert kind_of(answer) is kind
    after = outcome_after(BEGUN, kind, 2.0, answer)
    assert (after.kind, after.amount, after.approval_code) == (kind, amount, approval_code)
    assert (after.at, after.code) == (2.0, code)


def test_what_was_sent_with_an_approval_code_keeps_it_if_the_answer_has_none():
    sent = begun_outcome(1.0, REQUEST.with_fields({38: "A1B2C3", 37: "608801000001"}), "", 1)
    after = outcome_after(sent, SaleState.APPROVED, 2.0, REQUEST.reply("00"))
    assert (after.approval_code, after.rrn) == ("A1B2C3", "608801000001")


def test_what_is_told_of_it_changes_no_amount():
    after = told(BEGUN, SaleState.REVERSED, 2.0, REQUEST.reply("00", {4: "000000000001"}))
    assert (after.kind, after.amount) == (SaleState.REVERSED, 1250)
