"""Which answers are believed: one line a case, the verdict last."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.answers import fits
from cardswitch.specs.transactions.kinds import KINDS

SALE = KINDS.named("sale")

ASKED = {4: "000000001250", 37: "632700000001", 49: "978"}


@pytest.mark.parametrize(
    ("changes", "believed"),
    [
        ({39: "00"}, True),
        ({39: "51"}, True),
        ({39: "00", 4: None, 49: None, 37: None}, True),
        ({39: "10", 4: "000000000600"}, True),
        ({39: "10", 4: "000000001251"}, False),
        ({39: "10", 4: None}, False),
        ({39: "10", 4: "000000000000"}, False),
        ({39: "00", 4: "000000000000"}, False),
        ({39: "00", 4: "000000001249"}, False),  # An approval of less is one in part, 10.
        ({39: "11", 4: "000000001249"}, False),
        ({39: "51", 4: "000000001249"}, True),
        ({39: "51", 4: "000000001251"}, False),
        ({39: "51", 4: "000000000000"}, True),
        ({39: "51", 4: None}, True),
        ({39: "00", 49: "840"}, False),
        ({39: "00", 37: "632700000002"}, False),
        ({39: "85"}, False),  # No reason to decline is no approval of money.
        ({39: "0"}, False),
        ({}, False),
    ],
)
def test_which_answers_are_believed(changes, believed):
    fields = {n: v for n, v in {**ASKED, **changes}.items() if v is not None}
    assert fits(Message("0210", fields), Message("0200", ASKED), SALE) is believed


def test_what_was_not_asked_may_be_told():
    assert fits(
        Message("0210", {37: "632700000001", 39: "00"}), Message("0200", {4: ASKED[4]}), SALE
    )


def test_an_approval_must_bring_what_its_class_says():
    inquiry, asked = replace(SALE, answer=(39, 54)), Message("0200", ASKED)
    assert not fits(asked.reply("00"), asked, inquiry)
    assert fits(asked.reply("00", {54: "0" * 20}), asked, inquiry)
    assert fits(asked.reply("05"), asked, inquiry)


@pytest.mark.parametrize(
    ("asked", "changes", "believed"),
    [
        ({4: "0" * 12}, {39: "85"}, True),
        ({4: "0" * 12}, {39: "00"}, True),
        ({}, {39: "85"}, True),
        ({}, {39: "85", 4: "0" * 12}, True),
        ({}, {39: "00", 4: "000000000001"}, False),
        ({}, {39: "10", 4: "0" * 12}, False),
        ({}, {39: "41"}, True),
    ],
)
def test_where_no_money_moves_no_amount_is_approved(asked, changes, believed):
    answer, request = Message("0110", changes), Message("0100", asked)
    assert fits(answer, request, KINDS.named("verification")) is believed


@pytest.mark.parametrize(
    ("changes", "believed"),
    [({39: "00"}, True), ({39: "51"}, True), ({39: "10", 4: "000000000600"}, False)],
)
def test_what_is_approved_as_a_whole_or_not_at_all(changes, believed):
    asked = Message("0200", ASKED)
    assert fits(Message("0210", changes), asked, KINDS.named("cashback")) is believed


def test_who_asks_may_want_more_to_agree():
    asked = Message("0200", {**ASKED, 7: "1123120000"})
    answer = asked.reply("00", {7: "1123120001"})
    assert fits(answer, asked, SALE)
    assert not fits(answer, asked, SALE, (7, 37, 49))
