"""Chip data in words: each bit of each table, and the codes."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.review.chip_words import RESERVED, chip_meaning, chip_words

TABLE = Path(__file__).parents[3] / "specs" / "tables" / "chip_bits.toml"
BITS = tomllib.loads(TABLE.read_text("utf-8"))
SIZES = {"95": 5, "9B": 2, "82": 2, "9F07": 2, "9F33": 3, "9F40": 5, "9F66": 4, "9F6C": 2}
# Issuer application data of the common core definitions: CVR 6C 37 00 20 00.
CCD = "0FA501" + "6C37002000" + "00" * 8 + "0F" + "00" * 15


def said(tag, value):
    return [f"{word.place} {word.text}" for word in chip_words(tag, value)]


@pytest.mark.parametrize("tag", SIZES)
def test_each_bit_says_what_its_table_says(tag):
    size = SIZES[tag]
    for byte in range(1, size + 1):
        for bit in range(1, 9):
            value = (1 << 8 * (size - byte) + bit - 1).to_bytes(size, "big").hex().upper()
            place = f"{byte}.{bit}"
            assert said(tag, value) == [f"{place} {BITS[tag].get(place, RESERVED)}"]
    assert said(tag, "00" * size) == []
    assert said(tag, "FF" * (size + 1)) == []
    assert {int(place[0]) for place in BITS[tag]} <= set(range(1, size + 1))


# What public tools say of these values.
@pytest.mark.parametrize(
    ("tag", "value", "words"),
    [
        (
            "95",
            "8000008000",
            ["1.8 offline data authentication not performed", "4.8 floor limit exceeded"],
        ),
        (
            "9B",
            "E800",
            [
                "1.8 offline data authentication performed",
                "1.7 cardholder verification performed",
                "1.6 card risk management performed",
                "1.4 terminal risk management performed",
            ],
        ),
        (
            "82",
            "1800",
            [
                "1.5 cardholder verification supported",
                "1.4 terminal risk management to be performed",
            ],
        ),
        (
            "9F33",
            "60D0C8",
            [
                "1.7 magnetic stripe",
                "1.6 contact chip",
                "2.8 plaintext PIN to the card",
                "2.7 online PIN",
                "2.5 enciphered PIN to the card (RSA)",
                "3.8 SDA",
                "3.7 DDA",
                "3.4 CDA",
            ],
        ),
        ("9F27", "80", ["1.8-7 ARQC: to be decided online"]),
        ("9F27", "40", ["1.8-7 TC: approved offline"]),
        ("9F27", "09", ["1.8-7 AAC: declined", "1.4 advice required", "1.3-1 service not allowed"]),
        ("9F34", "420300", ["1 online PIN", "2 if the terminal supports it", "3 result unknown"]),
        ("9F34", "1E0300", ["1 signature", "2 if the terminal supports it", "3 result unknown"]),
        ("9F34", "3F0001", ["1 no CVM was performed", "3 failed"]),
        (
            "8E",
            "000000000000000044031F03",
            [
                "rule 1 enciphered PIN by the card, if the terminal supports it; "
                "if not successful: the next",
                "rule 2 no CVM, if the terminal supports it; if not successful: failed",
            ],
        ),
        (
            "9F10",
            CCD,
            [
                "form common core definitions, cryptogram with TDES",
                "1.8-7 second GENERATE AC: TC",
                "1.6-5 first GENERATE AC: ARQC",
                "1.4 CDA performed",
                "1.3 DDA performed",
                "2.3 offline PIN verification not successful",
                "2.2 PIN tries exceeded",
                "2.1 last online transaction not completed",
                "2.8-5 PIN tries left: 3",
                "4.8-5 scripts with secure messaging processed: 2",
            ],
        ),
    ],
)
def test_values_say(tag, value, words):
    assert said(tag, value) == words


@pytest.mark.parametrize(
    ("tag", "value", "meaning"),
    [
        ("9C", "00", "purchase"),
        ("9C", "99", ""),
        ("5F2A", "0978", "EUR, Euro"),
        ("9F35", "14", "unattended, online only, of a bank"),
        ("9F35", "99", ""),
        ("9F26", "00", ""),
    ],
)
def test_codes_mean(tag, value, meaning):
    assert chip_meaning(tag, value) == meaning


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        *(("9F27", value) for value in ("", "8000", "8", "x0")),
        *(("9F34", value) for value in ("", "4203", "42030000")),
        *(("8E", value) for value in ("", "00000000000000", "000000000000000044")),
        *(("9F10", value) for value in ("", "06011203A00000", CCD[:-2], "0F00" + CCD[4:])),
        ("9F36", "003C"),
    ],
)
def test_what_has_not_the_form_of_its_tag_says_nothing(tag, value):
    assert chip_words(tag, value) == []


@given(
    st.sampled_from([*SIZES, "9F27", "9F34", "8E", "9F10", "9C", "5F2A", "9F35"]),
    st.binary(max_size=40),
)
def test_any_bytes_are_read_and_none_is_repeated(tag, octets):
    value = octets.hex().upper()
    for word in chip_words(tag, value):
        assert len(value) < 8 or value not in word.text
    chip_meaning(tag, value)
