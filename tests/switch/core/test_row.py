"""Rows come back from disk as they were, but for what must never be there."""

from cardswitch.specs.message import Message
from cardswitch.switch.core.row import (
    Row,
    card_columns,
    columns_of,
    message_of,
    said,
    storable,
)
from tests.kit.rows import first_row
from tests.kit.switch import PAN, GlassVault

FIELDS = {
    2: PAN,
    3: "000000",
    4: "000000001250",
    7: "1123120000",
    11: "000007",
    14: "3012",
    35: f"{PAN}=30122011",
    37: "632712000001",
    39: "00",
    41: "TERM0001",
    42: "SHOP           ",
    43: f"SHOP {PAN}",
    48: "9203123",
    49: "978",
    52: "0123456789ABCDEF",
    55: "9F2608AABBCCDDEEFF0011",
    61: "POSTCODE 10115",
    104: PAN,
    123: "1 MAIN STREET",
    126: "CVC 123",
}
MESSAGE = Message("0210", FIELDS)
VAULT = GlassVault()


def row_of(message: Message, deed: dict[str, str] | None = None) -> Row:
    pan = message.get(2)
    return first_row(**columns_of(storable(message, pan), deed), **card_columns(pan, VAULT))


def test_the_columns_say_what_settlement_asks_for():
    row = row_of(MESSAGE)
    assert (row.mti, row.amount, row.currency, row.code) == ("0210", 1250, "978", "00")
    assert (row.merchant, row.terminal, row.rrn) == ("SHOP", "TERM0001", "632712000001")
    assert row.pan_masked == "999999******0014"


def test_no_column_holds_a_card_number_or_a_secret():
    text = repr(row_of(MESSAGE))
    for number in (2, 35, 43, 48, 52, 55, 61, 104, 123, 126):
        assert FIELDS[number] not in text
    assert "3012201" not in text


def test_a_message_comes_back_without_what_is_never_stored():
    kept = {n: FIELDS[n] for n in (2, 3, 4, 7, 11, 37, 39, 41, 42, 49)}
    kept[43] = f"SHOP {'*' * 16}"
    assert message_of(row_of(MESSAGE), VAULT) == Message("0210", kept)


def test_who_had_it_written_stands_beside_the_message_and_is_no_field_of_it():
    row = row_of(MESSAGE, {"by": "ann", "because": "ticket 4711"})
    assert message_of(row, VAULT) == message_of(row_of(MESSAGE), VAULT)
    assert (said(row)["by"], said(row)["because"]) == ("ann", "ticket 4711")


def test_a_message_without_card_or_amount_is_a_row_too():
    row = row_of(Message("0430", {39: "00"}))
    assert (row.amount, row.pan_sealed, row.pan_masked) == (0, "", "")
    assert message_of(row, VAULT) == Message("0430", {39: "00"})


def test_the_card_number_of_a_track_is_kept_and_the_track_is_not():
    kept = storable(MESSAGE.without(2), PAN)
    assert kept[2] == PAN
    assert not {14, 35, 48, 52, 55} & set(kept.fields)
