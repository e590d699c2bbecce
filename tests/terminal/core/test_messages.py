"""What the terminal says, field by field, and which answers it believes."""

import pytest

from cardswitch.specs.errors import ConfigError, FormatError
from cardswitch.specs.security.lmk import wrap_key_under_key
from cardswitch.specs.transactions.identity import identity
from cardswitch.specs.transactions.reversals import reference, stays_of
from cardswitch.terminal.core.messages import (
    Order,
    TerminalIdentity,
    repeat_request,
    request_for,
    reversal_request,
    stored,
)
from cardswitch.terminal.customer.card import Card
from cardswitch.terminal.pinpad.pad import TEST_TMK, PinPad

NOW = 1_774_746_000.0  # 2026-03-29T01:00:00Z, an hour after clocks in Berlin went forward
PLACE = TerminalIdentity("TERM01", "SHOP", "Europe/Berlin")
CARD = Card(
    pan="9999990000000014",
    expiry="3012",
    service_code="201",
    pvki="1",
    pvv="1234",
    cvv="567",
    cvv2="890",
)
PAD = PinPad(wrap_key_under_key(TEST_TMK, "U", bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")))
BASE = {
    3: "000000",
    4: "000000001250",
    7: "0329010000",
    12: "030000",
    13: "0329",
    25: "00",
    41: "TERM01  ",
    42: "SHOP           ",
    49: "978",
}


def sale(**changes):
    order = {"amount": 1250, "currency": "EUR", "card": CARD, **changes}
    return request_for(PLACE, Order(**order), PAD, NOW).with_fields({11: "000007"})


def test_a_swiped_sale():
    request = request_for(PLACE, Order(amount=1250, currency="978", card=CARD), None, NOW)
    assert request.mti == "0200"
    assert request.fields == {**BASE, 22: "022", 35: CARD.track2}
    assert list(request.fields) == sorted(request.fields)


def test_a_keyed_sale_with_a_pin():
    request = request_for(
        PLACE, Order(amount=1250, currency="EUR", card=CARD, entry="manual", pin="1234"), PAD, NOW
    )
    block = PAD.encrypt("1234", CARD.pan)
    typed = {2: CARD.pan, 14: "3012", 22: "011", 48: "9203890", 52: block}
    assert request.fields == {**BASE, **typed}


@pytest.mark.parametrize("amount", [0, -1, 10**12])
def test_amounts_out_of_range_are_refused(amount):
    with pytest.raises(FormatError):
        sale(amount=amount)


def test_a_pin_without_a_pin_pad_is_refused():
    with pytest.raises(ConfigError, match="tpk"):
        request_for(PLACE, Order(amount=1250, currency="EUR", card=CARD, pin="1234"), None, NOW)


def test_an_order_shows_no_secret():
    shown = repr(Order(amount=1250, currency="EUR", card=CARD, pin="8274"))
    assert "8274" not in shown
    assert CARD.pan not in shown


def test_what_is_stored_holds_nothing_of_the_card():
    kept = stored(sale(entry="manual", pin="1234"))
    assert set(kept.fields) == {*BASE, 11, 22}
    assert set(stored(sale()).fields) == {*BASE, 11, 22}


@pytest.mark.parametrize("entry", ["swipe", "manual"])
def test_a_repeat_is_the_same_request_without_the_pin(entry):
    request = sale(entry=entry, pin="1234")
    repeat = repeat_request(stored(request), CARD)
    assert repeat.mti == "0201"
    assert repeat.fields == request.without(52).fields
    assert identity("pos", repeat, NOW) == identity("pos", request, NOW)


def test_a_reversal_names_its_original_and_not_the_card():
    request = sale(pin="1234")
    reversal = reversal_request(stored(request), NOW + 10)
    assert reversal.mti == "0420"
    assert reference("pos", reversal, NOW).identities == (identity("pos", request, NOW),)
    assert reversal[7] == "0329010010"
    assert reversal[90] == "0200" + "000007" + "0329010000" + "0" * 22
    assert not {2, 14, 35, 48, 52} & set(reversal.fields)


def test_a_reversal_carries_what_is_known_and_what_is_to_stay():
    whole = reversal_request(sale(), NOW + 10)
    assert not {37, 95} & set(whole.fields)
    in_part = reversal_request(sale(), NOW + 10, "608801000001", 1000)
    assert in_part.fields == {**whole.fields, 37: "608801000001", 95: in_part[95]}
    assert stays_of(in_part) == 1000
    assert list(in_part.fields) == sorted(in_part.fields)
