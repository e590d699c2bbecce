"""The form of a card: what is taken, and which field is told that it is wrong."""

import pytest

from cardswitch.gateway.pages.entry import FIELDS, read_entry
from tests.gateway.pages.fakes import NOW, SafeVault

GOOD = {"number": "4242 4242 4242 4242", "expiry": "12 / 30", "cvc": "123"}


def read(**typed):
    return read_entry(GOOD | typed, SafeVault(), NOW)


@pytest.mark.parametrize("expiry", ["12/30", "1230", "12 / 2030", " 12/30 "])
def test_a_card_is_read_however_it_is_typed(expiry):
    entry = read(expiry=expiry, name="A. Visitor", postal_code="1010")
    assert entry.errors == {}
    assert (entry.card.masked, entry.card.exp_month, entry.card.exp_year) == (
        "424242******4242",
        12,
        2030,
    )
    assert (entry.card.billing.name, entry.card.billing.address.postal_code) == (
        "A. Visitor",
        "1010",
    )
    assert entry.cvc == "123"


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"number": ""}, ["number"]),
        ({"number": "4242424242424241"}, ["number"]),
        ({"number": "\uff14242424242424242"}, ["number"]),
        ({"number": "4242 4242 4242 4242 OR 1=1"}, ["number"]),
        ({"expiry": ""}, ["expiry"]),
        ({"expiry": "13/30"}, ["expiry"]),
        ({"expiry": "12/3"}, ["expiry"]),
        ({"expiry": "01/20"}, ["expiry"]),
        ({"cvc": ""}, ["cvc"]),
        ({"cvc": "12"}, ["cvc"]),
        ({"cvc": "1234"}, ["cvc"]),
        ({"number": ["4242"]}, ["number"]),
        ({"number": "", "expiry": "", "cvc": ""}, ["number", "expiry", "cvc"]),
    ],
)
def test_a_field_that_is_wrong_is_named_in_the_order_of_the_form(typed, fields):
    entry = read(**typed)
    assert entry.card is None
    assert list(entry.errors) == fields
    assert set(fields) <= set(FIELDS)
    assert all(text.endswith(".") for text in entry.errors.values())


def test_an_entry_does_not_show_its_code():
    assert "123" not in repr(read())
