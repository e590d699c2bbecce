"""What a request asks for, and what is refused: one line a case."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Decline, FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import (
    accept,
    card_number,
    no_kind,
    pan_of,
    require_pin,
)
from cardswitch.specs.transactions.additional import pack_cash
from cardswitch.specs.transactions.kinds import KINDS

SALE = KINDS.named("sale")
PAN = "9999990000000014"
GOOD = {
    2: PAN,
    3: "000000",
    4: "000000001250",
    7: "1123120000",
    11: "000007",
    37: "632700000001",
    41: "TERM0001",
    42: "SHOP",
    49: "978",
}
TRACK = f"{PAN}=30122011397876000000"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({35: TRACK}, None),
        ({2: None, 35: TRACK}, None),
        ({2: None}, ("30", "2")),
        ({2: "9999990000000012"}, ("14", "2")),
        ({2: "9999990000000022", 35: TRACK}, ("30", "2")),
        ({35: "no track"}, ("30", "35")),
        ({3: None}, ("30", "3")),
        ({4: None}, ("30", "4")),
        ({7: None}, ("30", "7")),
        ({7: "1323120000"}, ("30", "7")),
        ({7: "0230120000"}, ("30", "7")),
        ({7: "1123240000"}, ("30", "7")),
        ({41: None}, ("30", "41")),
        ({42: None}, ("30", "42")),
        ({42: "SHOP           "}, None),
        ({49: None}, ("30", "49")),
        ({49: "000"}, ("30", "49")),
        ({4: "000000000000"}, ("13", "4")),
    ],
)
def test_the_first_fault_of_a_request(changes, fault):
    fields = {n: v for n, v in {**GOOD, **changes}.items() if v is not None}
    assert fault_of(Message("0200", fields), SALE) == fault


def fault_of(request, kind, also=()):
    try:
        accept(request, kind, also)
    except Decline as declined:
        return declined.code, declined.field
    return None


@pytest.mark.parametrize(
    ("pin", "fields", "fault"),
    [
        ("required", {}, ("70", "52")),
        ("required", {52: "0" * 16}, None),
        ("refused", {52: "0" * 16}, ("30", "52")),
        ("refused", {}, None),
        ("optional", {52: "0" * 16}, None),
    ],
)
def test_a_class_says_whether_a_pin_is_wanted(pin, fields, fault):
    kind = replace(SALE, pin=pin)
    assert fault_of(Message("0200", {**GOOD, **fields}), kind) == fault


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({4: None}, None),
        ({4: "0" * 12, 49: None}, None),
        ({4: None, 49: None}, None),
        ({}, ("13", "4")),
        ({4: None, 49: "000"}, ("30", "49")),
        ({4: None, 41: None}, ("30", "41")),
        ({4: None, 52: None}, ("70", "52")),
    ],
)
def test_there_is_no_amount_where_no_money_moves(changes, fault):
    given = {**GOOD, 3: "310000", 52: "0" * 16, **changes}
    request = Message("0100", {n: v for n, v in given.items() if v is not None})
    assert fault_of(request, KINDS.named("balance")) == fault
    if fault is None:
        accepted = accept(request, KINDS.named("balance"))
        assert (accepted.amount, accepted.currency) == (0, given[49] or "")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({54: None}, ("30", "54")),
        ({54: "x"}, ("30", "54")),
        ({54: pack_cash(500, "840")}, ("30", "54")),
        ({54: pack_cash(500, "978") * 2}, ("30", "54")),
        ({54: pack_cash(1250, "978")}, ("13", "54")),
        ({54: pack_cash(9999, "978")}, ("13", "54")),
        ({52: None}, ("70", "52")),
    ],
)
def test_what_is_paid_out_is_a_part_of_the_amount(changes, fault):
    given = {**GOOD, 3: "090000", 52: "0" * 16, 54: pack_cash(500, "978"), **changes}
    request = Message("0200", {n: v for n, v in given.items() if v is not None})
    kind = KINDS.find(request)
    assert kind is KINDS.named("cashback")
    assert fault_of(request, kind) == fault
    if fault is None:
        terms = accept(request, kind).terms("f")
        assert (terms.amount, terms.cash) == (1250, 500)
        assert terms.digest == "cashback|090000|1250|978|f|500"


def test_a_repeat_needs_no_pin_to_be_known_again():
    kind = replace(SALE, pin="required")
    assert fault_of(Message("0201", GOOD), kind) is None
    with pytest.raises(Decline):
        require_pin(Message("0201", GOOD), kind)
    require_pin(Message("0201", GOOD), SALE)


def test_a_program_may_need_more_than_the_class():
    request = Message("0200", GOOD)
    assert fault_of(request.without(37), SALE, (37,)) == ("30", "37")
    assert fault_of(request, SALE, (37,)) is None


def test_what_is_accepted_says_it_all_once_and_shows_no_card():
    accepted = accept(Message("0200", {**GOOD, 42: "SHOP   ", 35: TRACK}), SALE)
    assert (accepted.pan, accepted.amount, accepted.currency) == (PAN, 1250, "978")
    assert (accepted.merchant, accepted.track.expiry) == ("SHOP", "3012")
    assert PAN not in repr(accepted)
    assert accepted.terms("f").digest == "sale|000000|1250|978|f"


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (Message("0200", {3: "999999"}), ("12", "3")),
        (Message("0200", {}), ("30", "3")),
        (Message("0700", {}), ("12", "")),
        (Message("0202", {3: "000000"}), ("12", "")),
    ],
)
def test_why_there_is_no_row(message, fault):
    assert KINDS.find(message) is None
    declined = no_kind(message)
    assert (declined.code, declined.field) == fault


@pytest.mark.parametrize("pan", ["99999900000000x4", "9" * 20])
def test_a_card_number_is_digits(pan):
    with pytest.raises(FormatError):
        card_number(Message("0420", {2: pan}))


def test_the_card_number_comes_from_field_2_or_from_the_track():
    assert pan_of(Message("0200", {2: PAN})) == pan_of(Message("0200", {35: TRACK})) == PAN
    assert pan_of(Message("0200", {})) == ""
