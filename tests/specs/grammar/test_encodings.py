"""specs.grammar.encodings: values on the wire and back, one encoding at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.grammar.encodings import BadFill, Signed, Text, bcd, encoding_of

DIGITS = st.text("0123456789", min_size=1, max_size=20)
TEXT = st.text([chr(code) for code in range(0x20, 0x7F)], min_size=1, max_size=20)
FILLS = ["bcd", "bcd left 0", "bcd left F", "bcd right 0", "bcd right F"]


@given(st.sampled_from(FILLS), st.text("0123456789=", min_size=1, max_size=20))
def test_bcd_round_trip(name, value):
    encoding = bcd(name)
    data = encoding.encode(value)
    assert len(data) == encoding.size(len(value))
    assert encoding.decode(data, len(value)) == value


@given(st.sampled_from(["ascii", "ebcdic-500", "ebcdic-037"]), TEXT)
def test_text_round_trip(name, value):
    encoding = encoding_of(name)
    assert encoding.decode(encoding.encode(value), len(value)) == value


@given(st.sampled_from(["binary", "hex"]), st.binary(min_size=1))
def test_binary_round_trip(name, data):
    encoding, value = encoding_of(name), data.hex().upper()
    wire = encoding.encode(value)
    assert len(wire) == encoding.size(len(value))
    assert encoding.decode(wire, len(value)) == value


SIGNED = [Signed("x+n", Text("ascii"), encoding_of(name)) for name in ("bcd", "ascii")]


@pytest.mark.parametrize(
    "encoding", [*map(encoding_of, ["ascii", "hex", "binary", "bcd"]), *SIGNED]
)
def test_generated_code_computes_the_same_size(encoding):
    for length in range(2, 20, encoding.unit):
        assert eval(encoding.size_code("n"), {"n": length}) == encoding.size(length)


@given(DIGITS, st.booleans())
def test_signed_round_trip(amount, packed):
    encoding = Signed("x+n", Text("ascii"), encoding_of("bcd" if packed else "ascii"))
    value = f"C{amount}"
    data = encoding.encode(value)
    assert len(data) == encoding.size(len(value))
    assert encoding.decode(data, len(value)) == value


@pytest.mark.parametrize(
    ("name", "value", "wire"),
    [
        ("bcd", "978", "0978"),
        ("bcd right F", "978", "978f"),
        ("bcd right F", "12=34", "12d34f"),
        ("ebcdic-500", "C1 ", "c3f140"),
        ("ebcdic-037", "[", "ba"),  # where the code pages 037 and 500 differ
        ("ebcdic-500", "[", "4a"),
        ("binary", "0AFF", "0aff"),
        ("hex", "0AFF", "30414646"),
    ],
)
def test_known_answers(name, value, wire):
    assert encoding_of(name).encode(value).hex() == wire


@pytest.mark.parametrize(("name", "wire"), [("bcd", "1978"), ("bcd right F", "9780")])
def test_the_filling_nibble_is_checked(name, wire):
    with pytest.raises(BadFill):
        bcd(name).decode(bytes.fromhex(wire), 3)


@pytest.mark.parametrize("name", FILLS)
def test_index_finds_the_byte_of_a_character(name):
    encoding = bcd(name)
    plain = encoding.encode("11111")
    for position in range(5):
        changed = encoding.encode("11111"[:position] + "2" + "11111"[position + 1 :])
        differ = [at for at in range(len(plain)) if plain[at] != changed[at]]
        assert differ == [encoding.index(position, 5)]


@pytest.mark.parametrize("name", ["", "utf-7", "bcd middle 0", "bcd left D", "bcd left G", "BCD"])
def test_unknown_names(name):
    with pytest.raises(ValueError):
        encoding_of(name)
