"""What goes to the switch: channel and condition of the web, and nothing of the card on disk."""

import pytest
from msgspec.structs import replace

from cardswitch.gateway.core.cards import Address, Billing
from cardswitch.gateway.core.entries import Authentication
from cardswitch.gateway.core.messages import (
    Node,
    Order,
    proofs_for,
    request_for,
    reversal_for,
    said_with,
    stored,
)
from cardswitch.specs.transactions.absent import Proofs, channel_of, read_address
from cardswitch.specs.transactions.kinds import KINDS
from tests.kit.gateway import CARD, PAN
from tests.kit.play import START

CAVV = "XVDeTzxBkwEmmEEzKUSo0i9yrLg="
NODE = Node("GATE0001", "Europe/Berlin")


def order(asked="sale", **more):
    return Order(
        asked=asked,
        merchant="SHOP0001",
        amount=1250,
        currency="eur",
        pan=PAN,
        expiry="3012",
        **more,
    )


def test_a_sale_is_one_of_the_web():
    request = request_for(NODE, order(proofs=Proofs(cvc="123")), START)
    assert KINDS.of(request).name == "sale"
    fields = {2: PAN, 4: "000000001250", 14: "3012", 22: "812", 25: "59", 48: "9203123", 49: "978"}
    assert {n: request[n] for n in fields} == fields
    assert (request[41], request[42]) == ("GATE0001", "SHOP0001       ")
    assert (request[7], request[12]) == ("0329010000", "030000")


@pytest.mark.parametrize(
    ("channel", "entry", "condition"),
    [("ecommerce", "812", "59"), ("mail", "012", "08"), ("on_file", "102", "59")],
)
def test_how_a_number_came_in_is_told(channel, entry, condition):
    request = request_for(NODE, order(channel=channel), START)
    assert (request[22], request[25], channel_of(request)) == (entry, condition, channel)


@pytest.mark.parametrize(
    ("line1", "postal", "sent"),
    [
        ("12 Main Street", "SW1A 2AA", "SW1A 2AA|12"),
        ("Hauptstr. 117a", "10115", "10115|117"),
        (None, "10115", "10115|"),
        ("12", None, "|12"),
        ("1234567 Road", "1234567890", ""),
        ("Main Street", "", ""),
        ("Straße 5", "1|2", "12|"),
        (None, None, ""),
    ],
)
def test_an_address_is_sent_as_far_as_it_can_be(line1, postal, sent):
    billing = Billing(address=Address(line1=line1, postal_code=postal))
    proofs = proofs_for(replace(CARD, billing=billing), "", "ecommerce")
    assert (proofs.address, proofs.cvc) == (sent, None)
    read_address(proofs.address)


def test_what_was_not_authenticated_says_so_in_the_words_of_its_brand():
    assert proofs_for(CARD, "123", "ecommerce").tags == {"92": "123", "42": "07"}
    assert proofs_for(replace(CARD, brand="mastercard"), "", "ecommerce").eci == "00"
    assert proofs_for(CARD, "", "mail").tags == {}


def test_a_refund_carries_no_code():
    request = request_for(NODE, order("refund"), START)
    assert KINDS.of(request).name == "refund"
    assert 48 not in request.fields


def test_what_is_stored_has_nothing_of_the_card():
    kept = stored(request_for(NODE, order(proofs=Proofs(cvc="123")), START))
    assert not {2, 14, 48} & set(kept.fields)
    assert PAN not in repr(order(proofs=Proofs(cvc="123")))


def test_a_reversal_names_its_original_and_carries_no_card():
    request = request_for(NODE, order(), START).with_fields({11: "000007"})
    reversal = reversal_for(stored(request), START + 5, "608801000001")
    assert reversal[90][:20] == "0200000007" + "0329010000"
    assert (reversal[37], reversal[4], 2 in reversal.fields) == (
        "608801000001",
        "000000001250",
        False,
    )


@pytest.mark.parametrize(
    ("brand", "eci", "cavv", "sent"),
    [
        ("visa", "05", CAVV, "05"),
        ("visa", "", CAVV, "05"),
        ("mastercard", "", CAVV, "02"),
        ("mastercard", "01", CAVV, "01"),
        ("visa", "05", "", "07"),
        ("mastercard", "02", "", "00"),
        ("visa", "", "", "07"),
        ("visa", "06", "", "06"),
    ],
)
def test_nobody_is_believed_to_be_authenticated_without_a_cavv(brand, eci, cavv, sent):
    known = Authentication(version="2.2.0", transaction="d1", eci=eci)
    card = replace(CARD, brand=brand)
    said = said_with(card, known, cavv)
    assert said.eci == sent
    proofs = proofs_for(card, "", "on_file", said, cavv)
    assert (proofs.eci, proofs.cavv, proofs.ds_transaction, proofs.version) == (
        sent,
        cavv,
        "d1",
        "2.2.0",
    )
