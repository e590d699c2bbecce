"""People see at most BIN and last four digits, one line at a time, and of the unknown nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.masking import (
    ECHO_FIELDS,
    FREE_TEXT,
    NEVER_STORED,
    OPEN_FIELDS,
    holds_pan,
    kept_fields,
    mask_field,
    mask_pan,
    printable,
    star_pans,
)

PANS = st.text("0123456789", min_size=8, max_size=19)
# ISO 8583:1987 fields that identify a card, an account or a person, or authenticate them.
SECRET_FIELDS = [2, 14, 34, 35, 36, 45, 46, 47, 48, 52, 53, 54, 55, 56, 57, 58, 59, 61, 62, 63]
SECRET_FIELDS += [64, 91, 93, 94, 96, 98, 101, 102, 103, 104, 120, 127, 128]


@given(PANS)
def test_a_masked_card_number_shows_at_most_bin_and_last_four(pan):
    masked = mask_pan(pan)
    assert len(masked) == len(pan)
    shown = 6 if len(pan) > 13 else 0
    assert masked == pan[:shown] + "*" * (len(pan) - shown - 4) + pan[-4:]


@pytest.mark.parametrize("length", range(8, 20))
def test_every_length_hides_enough(length):
    hidden = mask_pan("1234567890123456789"[:length]).count("*")
    assert hidden >= max(4, length - 10)


@given(st.text(max_size=4))
def test_of_four_characters_nothing_is_shown(text):
    assert mask_pan(text) == "*" * len(text)


@given(st.integers(0, 200), st.text("0123456789ABCDEF=", min_size=8, max_size=40))
def test_a_field_is_open_masked_or_a_length(number, value):
    shown = mask_field(number, value)
    if number in FREE_TEXT:
        assert shown == star_pans(value)
    elif number in OPEN_FIELDS:
        assert shown == value
    elif number == 2:
        assert shown == mask_pan(value)
    else:
        assert shown == f"*** ({len(value)})"


@given(PANS.filter(lambda pan: len(pan) >= 13), st.sampled_from(["", " ", "-"]))
def test_a_card_number_in_text_is_starred_in_groups_or_not(pan, separator):
    text = f"SHOP {separator.join(pan[at : at + 4] for at in range(0, len(pan), 4))}, BONN"
    assert holds_pan(text)
    assert star_pans(text) == "".join("*" if c.isdigit() else c for c in text)


@pytest.mark.parametrize("text", ["10115 BERLIN", "004930123456", "1234--5678 90123456"])
def test_other_numbers_in_text_stay(text):
    assert not holds_pan(text)
    assert star_pans(text) == text


PAN = "9999990000000014"
# What a journal is given, and what it keeps of it.
KEPT = [
    ("0", 11, "000007", "000007"),
    ("0", 43, f"SHOP {PAN}", f"SHOP {'*' * 16}"),
    ("0", 44, PAN, "*" * 16),
    ("0", 54, "0002978C000000001000", "0002978C000000001000"),
    ("0", 54, f"0002978C0000000010009203123{PAN[:13]}", "0002978C000000001000"),
    ("0", 54, PAN, None),
    ("1", 54, "0002978C000000001000", None),
    ("0", 48, "9203123700601/02P", "700601/02P"),
    ("0", 48, f"700601/02P9516{PAN}", "700601/02P"),
    *[("0", 48, text, None) for text in ("700601/02X", "7006123456", "7006", f"7016{PAN}")],
    ("1", 48, "700601/02P", None),
    ("2", 49, "what the issuer likes", None),
    *[("0", n, "CVC 123", None) for n in (2, 14, 34, 48, 55, 60, 61, 62, 63, 102, 104, 123, 126)],
    *[("0", n, "1 MAIN STREET", None) for n in NEVER_STORED],
]


@pytest.mark.parametrize(("edition", "number", "value", "kept"), KEPT)
def test_a_journal_keeps_what_is_on_the_list(edition, number, value, kept):
    assert kept_fields({number: value}, edition).get(number) == kept


def test_the_lists_agree():
    assert OPEN_FIELDS.isdisjoint(SECRET_FIELDS)
    assert OPEN_FIELDS.isdisjoint(NEVER_STORED)
    assert ECHO_FIELDS <= OPEN_FIELDS
    assert all(2 < number <= 128 for number in OPEN_FIELDS)


@given(st.text())
def test_what_is_printed_is_one_bounded_line(text):
    line = printable(text)
    assert line.isprintable()
    assert len(line.splitlines()) <= 1
    assert len(printable(text, 10)) <= 10 * len("\\U0010ffff") + 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nb", "a\\r\\nb"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b2J", "\\x9b2J"),
        ("\x00\x7f", "\\x00\\x7f"),
        ("\u202egpj", "\\u202egpj"),
        ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"),
        ("Zürich", "Zürich"),
    ],
)
def test_what_could_steer_a_terminal_is_escaped(text, line):
    assert printable(text) == line


def test_a_long_text_is_cut_and_says_so():
    assert printable("x" * 200) == "x" * 200
    assert printable("x" * 201) == "x" * 200 + "…"
