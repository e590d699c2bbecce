"""Entries come back from disk as they were, but for what must never be there."""

from cardswitch.specs.masking import NEVER_STORED
from cardswitch.specs.message import Message
from cardswitch.switch.core.entry import Entry, from_record, to_record
from cardswitch.switch.core.states import State
from tests.kit.switch import GlassVault

PAN = "9999990000000014"
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
    48: "9203123",
    49: "978",
    52: "0123456789ABCDEF",
}
ENTRY = Entry(
    sequence=3,
    leg=1,
    at=1_795_000_000.5,
    state=State.APPROVED,
    source="pos",
    identity="pos|TERM0001|SHOP|2|000007|1123120000",
    request_digest="000000|000000001250|978|x",
    business_date="2026-11-23",
    upstream="acquirer",
    message=Message("0210", FIELDS),
)


def test_the_columns_say_what_settlement_asks_for():
    record = to_record(ENTRY, GlassVault())
    assert (record.amount, record.currency, record.code) == (1250, "978", "00")
    assert (record.merchant, record.terminal, record.rrn) == ("SHOP", "TERM0001", "632712000001")
    assert record.pan_masked == "999999******0014"


def test_no_column_holds_a_card_number_or_a_secret():
    text = repr(to_record(ENTRY, GlassVault()))
    for secret in (PAN, FIELDS[35], FIELDS[48], FIELDS[52], "3012201"):
        assert secret not in text


def test_an_entry_comes_back_without_what_is_never_stored():
    back = from_record(to_record(ENTRY, GlassVault()), GlassVault())
    kept = {n: v for n, v in FIELDS.items() if n not in NEVER_STORED | {14}}
    assert back.message.fields == kept
    assert back.state is State.APPROVED
    assert (back.sequence, back.leg, back.at, back.identity) == (3, 1, ENTRY.at, ENTRY.identity)


def test_an_entry_without_card_or_amount_is_recorded_too():
    tombstone = Entry(
        sequence=1,
        leg=1,
        at=1.0,
        state=State.REVERSED,
        source="pos",
        identity="who",
        request_digest="",
        business_date="2026-11-23",
        upstream="",
        message=Message("0430", {39: "00"}),
    )
    record = to_record(tombstone, GlassVault())
    assert (record.amount, record.pan_sealed, record.pan_masked) == (0, "", "")
    assert from_record(record, GlassVault()) == tombstone
