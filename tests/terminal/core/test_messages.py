"""What the terminal says, field by field, and which answers it believes."""

import pytest

from cardswitch.specs.errors import ConfigError, FormatError
from cardswitch.specs.security.lmk import wrap_key_under_key
from cardswitch.specs.transactions.identity import identity
from cardswitch.specs.transactions.reversals import reference, stays_of
from cardswitch.terminal.core.messages import (
    Order,
    TerminalIdentity,
    fits,
    repeat_request,
    reversal_request,
    sale_request,
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
    return sale_request(PLACE, Order(**order), PAD, NOW).with_fields({11: "000007"})


def test_a_swiped_sale():
    request = sale_request(PLACE, Order(1250, "978", CARD), None, NOW)
    assert request.mti == "0200"
    assert request.fields == {**BASE, 22: "022", 35: CARD.track2}
    assert list(request.fields) == sorted(request.fields)


def test_a_keyed_sale_with_a_pin():
    request = sale_request(PLACE, Order(1250, "EUR", CARD, "manual", "1234"), PAD, NOW)
    block = PAD.encrypt("1234", CARD.pan)
    typed = {2: CARD.pan, 14: "3012", 22: "011", 48: "9203890", 52: block}
    assert request.fields == {**BASE, **typed}


@pytest.mark.parametrize("amount", [0, -1, 10**12])
def test_amounts_out_of_range_are_refused(amount):
    with pytest.raises(FormatError):
        sale(amount=amount)


def test_a_pin_without_a_pin_pad_is_refused():
    with pytest.raises(ConfigError, match="tpk"):
        sale_request(PLACE, Order(1250, "EUR", CARD, pin="1234"), None, NOW)


def test_an_order_shows_no_secret():
    shown = repr(Order(1250, "EUR", CARD, pin="8274"))
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


ANSWERS = [
    ({39: "00"}, True),
    ({39: "00", 4: "000000001249"}, False),
    ({39: "00", 4: "000000001251"}, False),
    ({39: "00", 49: "840"}, False),
    ({39: "00", 7: "0329010001"}, False),
    ({39: "10", 4: "000000000625"}, True),
    ({39: "10", 4: "000000001250"}, True),
    ({39: "10", 4: "000000001251"}, False),
    ({39: "10", 4: "000000000000"}, False),
    ({39: "51"}, True),
    ({39: "51", 4: "000000001251"}, False),
    ({39: "51", 49: "840"}, False),
    ({39: "ZZ"}, True),
    ({39: ""}, False),
    ({39: "0"}, False),
]


@pytest.mark.parametrize(("changes", "expected"), ANSWERS)
def test_which_answers_fit(changes, expected):
    request = sale()
    assert fits(request.reply("00", changes), request) is expected


def test_answers_may_leave_out_what_was_asked():
    request = sale()
    assert fits(request.reply("00").without(4, 7, 49), request)
    assert fits(request.reply("51").without(4, 7, 49), request)
    assert not fits(request.reply("10").without(4), request)
    assert not fits(request.reply("00").without(39), request)
