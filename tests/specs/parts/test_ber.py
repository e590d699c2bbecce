"""specs.parts.ber: construct reads the same objects; padding, order and duplicates stay."""

import tomllib
from pathlib import Path

import construct as con
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cardswitch.specs.errors import DecodeError, EncodeError
from cardswitch.specs.grammar.encodings import encoding_of
from cardswitch.specs.grammar.fields import make_field, parse_notation
from cardswitch.specs.parts.ber import EMV_TAGS, PADDING, Ber
from cardswitch.specs.tlv import Tlv, encode_length, pack_tlv

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "tlv.toml").read_text())
BER = Ber(binary=True, names={"9F36": "counter"})


class BerLength(con.Construct):
    """The length octets of ISO/IEC 8825-1, written a second time for the oracle."""

    def _parse(self, stream, context, path):
        first = stream.read(1)[0]
        return first if first < 0x80 else int.from_bytes(stream.read(first & 0x7F), "big")


TAG = con.RawCopy(
    con.Struct(
        "first" / con.Byte,
        "rest"
        / con.If(
            con.this.first & 0x1F == 0x1F, con.RepeatUntil(lambda byte, *_: byte < 0x80, con.Byte)
        ),
    )
)
ORACLE = con.GreedyRange(
    con.Struct(
        "padding" / con.GreedyRange(con.Const(b"\0")),
        "tag" / TAG,
        "value" / con.Prefixed(BerLength(), con.GreedyBytes),
    )
)
PRIMITIVE = ["95", "9A", "9F36", "9F02", "DF8129", "DF818201", "5A"]
objects = st.recursive(
    st.builds(Tlv, st.sampled_from(PRIMITIVE), st.binary(max_size=300)),
    lambda inner: st.builds(
        Tlv, st.sampled_from(["E1", "70", "BF0C"]), children=st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=8,
)
padded = st.lists(st.tuples(st.integers(0, 3), objects), max_size=6).map(
    lambda items: b"".join(bytes(n) + bytes.fromhex(pack_tlv([one])) for n, one in items)
)


def real(parts):
    return [part for part in parts if part.key != PADDING]


@given(padded, st.integers(0, 2))
@example(b"", 0)
def test_construct_reads_the_same(octets, tail):
    octets += bytes(tail)
    parts = BER.split(octets)
    theirs = ORACLE.parse(octets)
    assert [(p.key, p.value) for p in real(parts)] == [
        (one.tag.data.hex().upper(), one.value.hex().upper()) for one in theirs
    ]
    assert BER.join(parts) == octets
    assert [p.start for p in parts] == [0, *[p.end for p in parts[:-1]]][: len(parts)]
    for part in parts:
        assert part.raw == octets[part.start : part.end]
        assert part.value == octets[part.body : part.end].hex().upper()


@given(st.binary(max_size=60))
def test_anything_is_split_and_joined_or_refused_by_name(octets):
    try:
        parts = BER.split(octets)
    except DecodeError:
        return
    assert BER.join(parts) == octets


@pytest.mark.parametrize("case", VECTORS["good"], ids=lambda case: case["why"])
def test_what_tlv_reads(case):
    octets = bytes.fromhex(case["hex"])
    assert BER.join(BER.split(octets)) == octets


HOSTILE = {
    "B21: a tag that goes on for ever": "9F" + "80" * 200,
    "B21: an indefinite length": "E18095000000",
    "B21: 2 GiB": "9C847FFFFFFF",
    "K5: 2^63, negative in 64 bits": "9C888000000000000000",
    "B21: five bytes of length": "9C850000000001AA",
    "B21: a length that is not minimal": "9C8101AA",
    "B21: a value past the end": "9C0500",
    "K6: an unknown tag cut off": "9F360200",
    "B21: FF is no padding": "FF",
    "B21: 300 empty tags": "9F0200" * 300,
    "B21: a template past its parent": "E10370059A",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_octets_are_refused(case):
    with pytest.raises(DecodeError):
        BER.split(bytes.fromhex(HOSTILE[case]))


@pytest.mark.parametrize("depth", [9, 281, 16_401])
def test_templates_nest_up_to_the_limit(depth):
    octets = b""
    for _ in range(depth):
        octets = b"\xe1" + encode_length(len(octets)) + octets
    with pytest.raises(DecodeError, match="8 templates deep"):
        BER.split(octets)


def test_padding_is_a_part_of_its_own():
    parts = BER.split(bytes.fromhex("00009A0100009C01000000"))
    assert [p.key for p in parts] == [PADDING, "9A", PADDING, "9C", PADDING]
    assert not BER.is_empty(parts)
    assert BER.is_empty(parts[:1])


def test_names_and_formats():
    digits = make_field("9F02", "amount", parse_notation("n 12"), encoding_of("bcd"), "bcd")
    layout = Ber(binary=True, names={"9F02": "amount", "9C": "type"}, fields={"9F02": digits})
    parts = layout.split(bytes.fromhex("9F02060000000012509C0100DF0100"))
    assert [(p.name, p.value, p.known) for p in parts] == [
        ("amount", "000000001250", True),
        ("type", "00", True),
        ("", "", False),
    ]
    assert layout.make("9F02", "000000001250").raw == parts[0].raw
    with pytest.raises(DecodeError) as caught:
        layout.split(bytes.fromhex("9C01009F020600000000125A"))
    assert (caught.value.field, caught.value.offset) == ("9F02", 11)


@pytest.mark.parametrize(("size", "head"), [(0, "00"), (127, "7F"), (128, "8180"), (256, "820100")])
def test_lengths_are_minimal(size, head):
    part = BER.make("DF8129", "AB" * size)
    assert part.raw.hex().upper() == f"DF8129{head}{'AB' * size}"
    assert (part.key, part.value, part.body) == ("DF8129", "AB" * size, len(part.raw) - size)


@pytest.mark.parametrize(
    ("tag", "value"),
    [("", "00"), ("00", ""), ("9f36", "00"), ("9F", "00"), ("9A9C", "00"), ("9A", "0"),
     ("9A", "0g"), ("E1", "9C05"), ("FF", ""), ("ZZ", "00"), ("DF81828301", "")],
)  # fmt: skip
def test_what_would_not_read_back_is_not_made(tag, value):
    with pytest.raises(EncodeError):
        BER.make(tag, value)


def test_templates_are_of_the_same_layout():
    assert BER.inner("E1") is BER
    assert BER.inner("9F36") is None
    assert BER.inner("") is None


def test_emv_tags_are_whole():
    assert len(EMV_TAGS) > 100
    for tag, known in EMV_TAGS.items():
        assert BER.make(tag, "").key == tag
        assert parse_notation(known.format)
        assert known.name
    assert EMV_TAGS["9F02"].format == "n 12"
