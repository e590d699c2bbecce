"""What a request brings of a card that is not there, and how an answer says what was found."""

import pytest

from cardswitch.specs.codes import REASONS
from cardswitch.specs.errors import DecodeError
from cardswitch.specs.message import Message
from cardswitch.specs.tlv import pack_private, unpack_private
from cardswitch.specs.transactions.absent import (
    NAMES_A_FIELD,
    CardAddress,
    Checks,
    Proofs,
    address_result,
    cavv_result,
    channel_of,
    read_address,
    read_checks,
    read_proofs,
)

FULL = Proofs(
    cvc="123", address="10115|12", eci="05", cavv="A" * 28, ds_transaction="d1", version="2.2.0"
)


@pytest.mark.parametrize(
    "proofs", [FULL, Proofs(), Proofs(cvc=""), Proofs(cvc="1234"), Proofs(address="|12", eci="07")]
)
def test_what_is_packed_is_read_again(proofs):
    text = pack_private(proofs.tags)
    assert read_proofs(Message("0200", {48: text} if text else {})) == proofs


def test_other_tags_of_the_field_are_no_affair_of_ours():
    assert read_proofs(Message("0200", {48: "700601/02F9203123"})) == Proofs(cvc="123")


def test_proofs_are_never_shown():
    assert repr(FULL) == "<proofs 92, 82, 42, 43, 66, 67>"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("9203", "48"),
        ("920312x", "48.92"),
        ("920512345", "48.92"),
        ("820512345", "48.82"),
        ("82101234567890", "48.82"),
        ("82111234567890|", "48.82"),
        ("8207|123456", "48.82"),
        ("82051|2|3", "48.82"),
    ],
)
def test_what_cannot_be_read_is_located(text, field):
    with pytest.raises(DecodeError) as caught:
        read_proofs(Message("0200", {48: text}))
    assert caught.value.field == field
    assert "12345" not in str(caught.value)


def test_blanks_fill_an_address_up():
    assert read_address("10115    |   12") == CardAddress("10115", "12")
    assert read_address("") is None


# What is on file, what is sent, the letter.
@pytest.mark.parametrize(
    ("on_file", "sent", "result"),
    [
        ("10115|12", "10115|12", "Y"),
        ("sw1a 2aa|10", "SW1A2AA|10", "Y"),
        ("1011-5123|12", "10115123|12", "Y"),
        ("10115|12", "10115|13", "Z"),
        ("10115|12", "10115|", "P"),
        ("10115|12", "20095|12", "A"),
        ("10115|12", "|12", "B"),
        ("10115|12", "20095|13", "N"),
        ("10115|12", "20095|", "N"),
        ("10115|12", "|13", "N"),
        ("10115|", "10115|12", "P"),
        ("|12", "10115|12", "B"),
        ("|", "10115|12", "U"),
        ("10115|12", "|", "U"),
    ],
)
def test_addresses(on_file, sent, result):
    assert address_result(read_address(on_file), read_address(sent)) == result


@pytest.mark.parametrize(
    ("eci", "cavv", "result"),
    [
        ("05", "good", "2"),
        ("02", "bad", "1"),
        ("06", "good", "3"),
        ("01", "good", "3"),
        ("06", "bad", "4"),
        ("07", "good", "2"),
    ],
)
def test_cavvs(eci, cavv, result):
    assert cavv_result(Proofs(eci=eci, cavv=cavv), "good") == result


@pytest.mark.parametrize("code", REASONS)
def test_checks_are_said_where_no_field_is_named(code):
    checks = Checks(cvc="N", address="Z", cavv="2")
    said = checks.said(code)
    assert bool(said) == (code not in NAMES_A_FIELD)
    assert read_checks(Message("0210", {39: code, **said})) == (checks if said else Checks())
    assert len(said.get(44, "")) <= 25


def test_nothing_that_was_found_is_no_field():
    assert Checks().said("00") == {}
    assert unpack_private(Checks(cvc="M").said("00")[44]) == {"87": "M"}


@pytest.mark.parametrize("text", ["", "48", "M", "870", "9999M"])
def test_what_others_write_there_is_no_check(text):
    assert read_checks(Message("0210", {39: "00", 44: text})) == Checks()


@pytest.mark.parametrize(
    ("mode", "condition", "channel"),
    [
        ("812", "59", "ecommerce"),
        ("012", "08", "mail"),
        ("102", "59", "on_file"),
        ("011", "00", "typed"),
        ("", "", "typed"),
    ],
)
def test_channels(mode, condition, channel):
    assert channel_of(Message("0200", {22: mode, 25: condition})) == channel
