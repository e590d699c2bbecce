"""Track 2 is read strictly, written back the same, and never shown."""

import traceback

import pytest
from cardutil.card import calculate_check_digit
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import DecodeError, EncodeError, FormatError
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.tracks import (
    TRACK_2_MAX,
    Track2,
    is_luhn_valid,
    is_pan,
    luhn_digit,
    pack_track2,
    personal_data,
    unpack_track2,
)

PAN = "9999990000000011"
TRACK = f"{PAN}=30121010000012300000"
DIGITS = "0123456789"
EXPIRIES = st.builds("{:02}{:02}".format, st.integers(0, 99), st.integers(1, 12))
TRACKS = st.builds(
    Track2,
    st.text(DIGITS, min_size=8, max_size=19),
    EXPIRIES,
    st.text(DIGITS, min_size=3, max_size=3),
    st.text(DIGITS, max_size=10),
)


@pytest.mark.parametrize("separator", ["=", "D"])
def test_the_parts_of_a_track(separator):
    track = unpack_track2(TRACK.replace("=", separator))
    assert track == Track2(PAN, "3012", "101", "0000012300000")
    assert pack_track2(track, separator) == TRACK.replace("=", separator)
    assert personal_data(track) == ("0", "0000", "123")


@given(TRACKS, st.sampled_from("=D"))
def test_a_track_comes_back(track, separator):
    text = pack_track2(track, separator)
    assert len(text) <= TRACK_2_MAX
    assert unpack_track2(text) == track


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TRACK + "0", "expected at most 37 characters, seen 38 (without sentinels and LRC)"),
        (f";{PAN}=30121010000", "at byte 0: expected digits, then one separator = or D"),
        (f"{PAN}=30121010000?", "at byte 28: expected digits after the separator"),
        (PAN, "at byte 16: expected digits, then one separator = or D"),
        ("", "at byte 0: expected digits, then one separator = or D"),
        (f"{PAN}d3012101", "at byte 16: expected digits, then one separator = or D"),
        (f"{PAN}=3012101=00", "at byte 24: expected digits after the separator"),
        (f"{PAN}=3012101D00", "at byte 24: expected digits after the separator"),
        (f"{PAN}=3012101000F", "at byte 27: expected digits after the separator"),
        (f"9999 9{PAN[6:]}=3012101", "at byte 4: expected digits, then one separator = or D"),
        (f"999٩99{PAN[6:]}=3012101", "at byte 3: expected digits, then one separator = or D"),
        ("9999999=3012101", "at byte 0: expected a card number of 8 to 19 digits"),
        ("9" * 20 + "=3012101", "at byte 0: expected a card number of 8 to 19 digits"),
        (f"{PAN}=3013101", "at byte 17: expected an expiry YYMM"),
        (f"{PAN}=", "at byte 17: expected an expiry YYMM"),
        (f"{PAN}==101", "at byte 17: expected digits after the separator"),
        (f"{PAN}=301210", "at byte 21: expected a service code of 3 digits"),
    ],
)
def test_what_is_no_track(text, says):
    with pytest.raises(DecodeError) as refused:
        unpack_track2(text)
    said = str(refused.value)
    assert said.startswith("field 35")
    assert said.endswith(says)


@given(st.text("0123456789=D;?F ", max_size=40))
def test_any_text_is_a_track_or_a_refusal_that_tells_no_digits(text):
    try:
        track = unpack_track2(text)
    except DecodeError as error:
        told = "".join(traceback.format_exception(error)[-1:]) + repr(vars(error))
        assert len(text) < 8 or text not in told
        return
    assert text in (pack_track2(track, "="), pack_track2(track, "D"))


@pytest.mark.parametrize(
    ("track", "separator"),
    [
        (Track2(PAN, "3012", "101"), "-"),
        (Track2(PAN, "3012", "101"), ""),
        (Track2(PAN, "3012", "101"), "=="),
        (Track2(PAN, "301", "2101"), "="),
        (Track2(PAN, "3012", "10"), "="),
        (Track2(PAN, "3012", "101", "0" * 14), "="),
        (Track2(PAN, "3012", "101", "12A"), "="),
        (Track2("999999", "3012", "101"), "="),
    ],
)
def test_what_would_not_read_back_is_not_written(track, separator):
    with pytest.raises(EncodeError, match="field 35"):
        pack_track2(track, separator)


def test_personal_data_needs_its_eight_digits():
    assert personal_data(Track2(PAN, "3012", "101", "12345678")) == ("1", "2345", "678")
    with pytest.raises(FormatError, match="field 35"):
        personal_data(Track2(PAN, "3012", "101", "1234567"))


@given(TRACKS)
def test_a_track_shows_no_more_than_the_masked_card_number(track):
    masked = f"<Track2 {mask_pan(track.pan)}>"
    assert [repr(track), str(track), f"{track}", repr([track])] == [masked] * 3 + [f"[{masked}]"]


@given(st.text(DIGITS, min_size=1, max_size=40))
def test_the_check_digit_is_what_cardutil_says(payload):
    assert luhn_digit(payload) == calculate_check_digit(payload)


@given(st.text(DIGITS, min_size=8, max_size=19), st.data())
def test_one_wrong_digit_is_noticed(payload, data):
    pan = payload[:-1] + luhn_digit(payload[:-1])
    assert is_luhn_valid(pan)
    at = data.draw(st.integers(0, len(pan) - 1))
    wrong = data.draw(st.sampled_from(DIGITS.replace(pan[at], "")))
    assert not is_luhn_valid(pan[:at] + wrong + pan[at + 1 :])


@pytest.mark.parametrize(
    "text",
    ["", "1234567", "1" * 20, "12345678 ", "1234567٨", "1234567８", "+12345678", "1_2345678"],
)
def test_what_is_no_card_number(text):
    assert not is_pan(text)
    assert not is_luhn_valid(text)


@pytest.mark.parametrize("payload", ["", "1 2", "١", "-1"])
def test_a_check_digit_is_of_digits(payload):
    with pytest.raises(FormatError, match="expected digits"):
        luhn_digit(payload)
