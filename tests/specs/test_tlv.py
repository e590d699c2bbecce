"""TLV in both forms: lossless where it is well formed, a located refusal where it is not."""

import re
import tomllib
from pathlib import Path

import pyemv.tlv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs import tlv
from cardswitch.specs.errors import DecodeError, EncodeError
from cardswitch.specs.tlv import Tlv, find, pack_private, pack_tlv, unpack_private, unpack_tlv

VECTORS = tomllib.loads((Path(__file__).parents[1] / "vectors" / "tlv.toml").read_text())
CARD_NUMBER = "9999990000000011"


def shown(items) -> str:
    """Objects in the notation of the vectors."""
    return "; ".join(
        f"{item.tag} [ {shown(item.children)} ]"
        if int(item.tag[:2], 16) & 0x20
        else f"{item.tag} {item.value.hex().upper()}"
        for item in items
    ).replace("[  ]", "[ ]")


def tags(constructed: bool):
    """Hex of one whole tag: its first byte, and where that says so one to three more."""
    first = st.sampled_from([n for n in range(1, 256) if bool(n & 0x20) == constructed])
    more = st.tuples(st.lists(st.integers(0x80, 0xFF), max_size=2), st.integers(0, 0x7F))
    return st.tuples(first, more).map(
        lambda t: bytes([t[0], *t[1][0], t[1][1]] if t[0] & 0x1F == 0x1F else [t[0]]).hex().upper()
    )


PRIMITIVES = st.builds(Tlv, tags(False), st.binary(max_size=300))
OBJECTS = st.recursive(
    PRIMITIVES,
    lambda inner: st.builds(
        Tlv, tags(True), children=st.lists(inner, max_size=4).map(tuple)
    ),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize("case", VECTORS["good"], ids=lambda case: case["why"])
def test_what_is_read(case):
    read = unpack_tlv(case["hex"])
    assert shown(read) == case["reads"]
    assert pack_tlv(read) == case["hex"]
    assert unpack_tlv(bytes.fromhex(case["hex"])) == read


@pytest.mark.parametrize("case", VECTORS["bad"], ids=lambda case: case["why"])
def test_what_is_refused(case):
    with pytest.raises(DecodeError, match=re.escape(case["says"])) as refused:
        unpack_tlv(case["hex"], "55")
    assert refused.value.field == "55"


@given(st.lists(OBJECTS, max_size=4))
def test_objects_come_back(items):
    assert unpack_tlv(pack_tlv(items)) == tuple(items)


@given(st.lists(OBJECTS, max_size=3))
def test_padding_between_objects_is_skipped(items):
    padded = b"\0\0".join(bytes.fromhex(pack_tlv([item])) for item in items) + b"\0"
    assert unpack_tlv(padded) == tuple(items)


@given(st.dictionaries(tags(False), st.binary(max_size=300), max_size=6))
def test_pyemv_reads_what_we_write_and_we_read_what_it_writes(values):
    ours = bytes.fromhex(pack_tlv([Tlv(tag, value) for tag, value in values.items()]))
    assert pyemv.tlv.decode(ours) == values
    theirs = pyemv.tlv.encode(values)
    assert {item.tag: item.value for item in unpack_tlv(theirs)} == values


@given(st.one_of(st.binary(max_size=40), st.text("0123456789ABCDEFabcdefG ", max_size=40)))
def test_anything_is_read_or_refused_by_name(data):
    try:
        read = unpack_tlv(data)
    except DecodeError:
        return
    assert unpack_tlv(pack_tlv(read)) == read


@given(st.lists(OBJECTS, min_size=1, max_size=3), st.data())
def test_one_changed_byte_is_read_or_refused_by_name(items, data):
    octets = bytearray.fromhex(pack_tlv(items))
    octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    test_anything_is_read_or_refused_by_name.hypothesis.inner_test(bytes(octets))


def nested(depth: int) -> bytes:
    data = b""
    for _ in range(depth):
        data = b"\xe1" + tlv.encode_length(len(data)) + data
    return data


def test_templates_nest_up_to_the_limit():
    assert shown(unpack_tlv(nested(tlv.DEPTH_MAX))).count("E1") == tlv.DEPTH_MAX
    # 281 levels fit into a field of 999 bytes, 16,401 into a frame of 64 KiB.
    for depth in (tlv.DEPTH_MAX + 1, 281, 16_401):
        with pytest.raises(DecodeError, match="at most 8 templates deep"):
            unpack_tlv(nested(depth))


def test_tags_are_counted_in_all_templates_together():
    assert len(unpack_tlv("9F0200" * tlv.TAGS_MAX)) == tlv.TAGS_MAX
    for many in ("9F0200" * 300, "9F0200" * tlv.TAGS_MAX + "E100", "E103950100" * 65):
        with pytest.raises(DecodeError, match="at most 128 tags"):
            unpack_tlv(many)


def test_long_values_have_long_lengths():
    for size, head in (
        (127, "7F"),
        (128, "8180"),
        (255, "81FF"),
        (256, "820100"),
        (65536, "83010000"),
    ):
        assert pack_tlv([Tlv("8A", bytes(size))]) == f"8A{head}{'00' * size}"
        assert unpack_tlv(f"8A{head}{'00' * size}") == (Tlv("8A", bytes(size)),)


@pytest.mark.parametrize(
    "items",
    [
        [Tlv("9f36", b"1")],
        [Tlv("9F", b"1")],
        [Tlv("9F36 ", b"1")],
        [Tlv("", b"1")],
        [Tlv("00", b"")],
        [Tlv("9536", b"1")],
        [Tlv("95", children=(Tlv("9A"),))],
        [Tlv("E1", b"\x9a\x00")],
        [Tlv("E1", b"1", (Tlv("9A"),))],
        [Tlv("9F02")] * 129,
    ],
)
def test_what_would_not_read_back_is_not_written(items):
    with pytest.raises(EncodeError):
        pack_tlv(items)


def test_a_path_finds_the_first_of_its_tags():
    items = unpack_tlv("9F360101" + "E1089F3601029F360103" + "E1049F360104")
    assert find(items, "9F36").value == b"\x01"
    assert find(items, "E1.9F36").value == b"\x02"
    assert find(items, "E1").children[1].value == b"\x03"
    for absent in ("9F37", "E1.9F37", "9F36.9F36", "E1.E1.9F36", ""):
        assert find(items, absent) is None


def test_no_value_is_shown():
    items = unpack_tlv(f"5A08{CARD_NUMBER}E10A5A08{CARD_NUMBER}")
    assert repr(items) == "(<5A (8)>, <E1 <5A (8)>>)"


# --- ASCII TLV ---


def test_private_tags_keep_their_order():
    assert list(unpack_private("9501X9203123").items()) == [("95", "X"), ("92", "123")]
    assert unpack_private("") == {}
    assert unpack_private("AB00CD00") == {"AB": "", "CD": ""}


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("9", 0, "a tag of two letters or digits"),
        ("92", 2, "two digits of length"),
        ("920", 2, "two digits of length"),
        ("92031", 4, "3 characters of value, seen 1"),
        ("9203", 4, "3 characters of value, seen 0"),
        ("92031239203123", 7, "each tag once"),
        ("9203123 203123", 7, "a tag of two letters or digits"),
        ("92+3123", 2, "two digits of length"),
        ("92 3123", 2, "two digits of length"),
        ("92\n3123", 2, "two digits of length"),
        ("92٠3123", 2, "two digits of length"),
        ("92-1", 2, "two digits of length"),
        ("9²03123", 0, "a tag of two letters or digits"),
        ("92031234", 7, "a tag of two letters or digits"),
    ],
)
def test_private_tags_are_strict(text, at, says):
    with pytest.raises(DecodeError) as refused:
        unpack_private(text)
    assert str(refused.value) == f"field 48 at byte {at}: expected {says}"


@given(st.dictionaries(st.from_regex("[0-9A-Za-z]{2}", fullmatch=True), st.text(max_size=99)))
def test_private_tags_come_back(values):
    read = unpack_private(pack_private(values))
    assert read == values
    assert list(read) == list(values)


@given(st.text("0129AZ ", max_size=20))
def test_private_text_is_read_as_written_or_refused(text):
    try:
        values = unpack_private(text)
    except DecodeError:
        return
    assert pack_private(values) == text


@pytest.mark.parametrize("values", [{"9": ""}, {"921": ""}, {"9 ": ""}, {"92": "x" * 100}])
def test_private_tags_that_would_not_read_back_are_not_written(values):
    with pytest.raises(EncodeError, match="field 48"):
        pack_private(values)
