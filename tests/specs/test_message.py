"""A message is a value: copies differ, it does not; and it may stand in any log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.masking import OPEN_FIELDS
from cardswitch.specs.message import REPLY_FIELDS, Message, MessageError, reply_mti

PAN = "9999990000000011"
TRACK = f"{PAN}=30121010000012300000"
PIN_BLOCK = "041287FFFFFFFFFE"
CANARIES = [PAN, TRACK, PIN_BLOCK, f"5A08{PAN}", f"9203123{PAN}"]
HIDDEN = st.sampled_from([n for n in range(2, 129) if n not in OPEN_FIELDS])
FIELDS = st.dictionaries(st.integers(2, 128), st.text(max_size=20), max_size=10)
SALE = Message("0200", {2: PAN, 3: "000000", 4: "000000001250", 11: "000007"}, b"\x60\x00")


@given(FIELDS, st.dictionaries(HIDDEN, st.sampled_from(CANARIES)))
def test_a_message_shows_no_secret(fields, secrets):
    harmless = {n: v for n, v in fields.items() if n in OPEN_FIELDS and PAN not in v}
    shown = repr(Message("0200", {**harmless, **secrets}))
    assert not any(canary in shown for canary in CANARIES)
    assert shown.isprintable()


@pytest.mark.parametrize("number", [43, 44])
def test_free_text_shows_no_card_number(number):
    assert repr(Message("0200", {number: f"SHOP {PAN} BONN"})) == (
        f"<0200 {number}=SHOP **************** BONN>"
    )


def test_a_message_is_shown_masked_in_text_and_in_errors():
    shown = "<0200 2=999999******0011, 3=000000, 4=000000001250, 11=000007>"
    assert repr(SALE) == str(SALE) == f"{SALE}" == shown
    assert repr(ValueError(SALE)) == f"ValueError({shown})"


def test_a_field_cannot_split_the_line():
    assert repr(Message("0200", {43: "SHOP\r\nlevel=ERROR\x1b[2J"})) == (
        "<0200 43=SHOP\\r\\nlevel=ERROR\\x1b[2J>"
    )


@given(FIELDS, FIELDS)
def test_changes_make_a_copy(fields, changes):
    before = dict(fields)
    message = Message("0200", fields, b"\x60")
    changed = message.with_fields(changes)
    assert changed.fields == {**before, **changes}
    assert message.without(*changes).fields == {n: before[n] for n in before.keys() - changes}
    assert (changed.mti, changed.header) == (message.mti, message.header)
    assert message.fields == before


def test_a_message_stays_as_it_was_made():
    with pytest.raises(AttributeError):
        SALE.mti = "0210"
    assert (SALE[4], SALE.get(4), SALE.get(5), SALE.get(5, "x")) == (
        "000000001250", "000000001250", "", "x"
    )  # fmt: skip
    with pytest.raises(KeyError):
        SALE[5]


@given(st.dictionaries(st.integers(2, 128), st.sampled_from(CANARIES)))
def test_a_reply_repeats_nothing_of_the_card(fields):
    answer = Message("0200", fields, b"\x60").reply("51", {44: "x"})
    assert answer.fields.keys() == (fields.keys() & REPLY_FIELDS) | {39, 44}
    assert (answer.mti, answer[39], answer.header) == ("0210", "51", b"\x60")
    assert REPLY_FIELDS <= OPEN_FIELDS


@pytest.mark.parametrize(
    ("request_mti", "response"),
    [
        ("0100", "0110"),
        ("0200", "0210"),
        ("0201", "0210"),
        ("0220", "0230"),
        ("0221", "0230"),
        ("0400", "0410"),
        ("0401", "0410"),
        ("0420", "0430"),
        ("0421", "0430"),
        ("0500", "0510"),
        ("0800", "0810"),
        ("0202", "0212"),
        ("0203", "0212"),
        ("0205", "0214"),
        ("1804", "1814"),
        ("1100", "1110"),
    ],
)
def test_a_repeat_is_answered_like_its_first_send(request_mti, response):
    assert reply_mti(request_mti) == response
    assert Message(request_mti).is_request
    assert not Message(response).is_request
    assert Message(request_mti).is_repeat == (request_mti[3] in "135")


@pytest.mark.parametrize(
    ("code", "approved"),
    [(code, True) for code in ("00", "10", "11", "85")]
    + [(code, False) for code in ("", "0", "000", "01", "05", "08", "51", "91", "٠٠")],
)  # fmt: skip
def test_approved(code, approved):
    assert Message("0210", {39: code}).approved is approved
    assert not Message("0210").approved


def test_what_may_be_echoed_is_the_errors_own():
    error = MessageError("a digit", field="4")
    assert error.echo is None
    error.echo = Message("0200", {2: PAN, 11: "000007"})
    assert MessageError.echo is None
    assert PAN not in f"{error}{error!r}{vars(error)}{error.args}"
