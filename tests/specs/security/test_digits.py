"""Digits and hexadecimal by code point; decimalisation in two scans."""

from binascii import hexlify

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.digits import decimalise, hex_bytes, is_digits, is_pan

# Characters that int(), isdigit() or a careless pattern would let through.
IMPOSTORS = ["٣", "３", "²", "_", " ", "+", "-", "\n", "\x00", "A", "\ud800", "१"]


@pytest.mark.parametrize("impostor", IMPOSTORS)
@pytest.mark.parametrize("place", [0, 2, 11])
def test_one_character_that_is_no_ascii_digit_is_found_anywhere(impostor: str, place: int) -> None:
    text = "012345678901"
    assert is_digits(text, 12)
    assert is_pan(text)
    changed = text[:place] + impostor + text[place + 1 :]
    assert not is_digits(changed, 12)
    assert not is_pan(changed)


@pytest.mark.parametrize(
    ("length", "expected"), [(0, False), (9, False), (10, True), (19, True), (20, False)]
)
def test_a_pan_has_10_to_19_digits(length: int, expected: bool) -> None:
    assert is_pan("9" * length) is expected


@pytest.mark.parametrize("text", ["0", "0a", "0G", "0 ", " 0A", "0x0A", "0A\n", "٣٣", "A_B_"])
def test_what_is_not_upper_case_hexadecimal_is_none(text: str) -> None:
    assert hex_bytes(text) is None


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_hexadecimal_is_undone(data: bytes) -> None:
    assert hex_bytes(data.hex().upper()) == data


@pytest.mark.parametrize(
    ("block", "length", "expected"),
    [
        ("0123456789ABCDEF", 4, "0123"),
        ("ABCDEFABCDEFABC7", 3, "701"),  # one digit from the first scan, two from the second
        ("ABCDEFABCDEFABCD", 4, "0123"),  # none from the first
        ("FEDCBAFEDCBAFEDC", 4, "5432"),
        ("A1FB2CDDEEFFAA3A", 4, "1230"),
        ("0123456789ABCDEF", 16, "0123456789012345"),
    ],
)
def test_decimalisation_takes_digits_first_and_letters_then(
    block: str, length: int, expected: str
) -> None:
    assert decimalise(bytes.fromhex(block), length) == expected


@settings(deadline=None)
@given(st.binary(min_size=8, max_size=8))
def test_decimalisation_of_a_whole_block_keeps_every_nibble(block: bytes) -> None:
    nibbles = hexlify(block).decode()
    digits = [n for n in nibbles if n <= "9"]
    letters = [str(int(n, 16) - 10) for n in nibbles if n > "9"]
    assert decimalise(block, 16) == "".join(digits + letters)
