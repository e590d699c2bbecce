"""The header of a key block: every field at its place, and each fault where it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.errors import KeyBlockRefused
from cardswitch.specs.security.tr31_blocks import UPPER_ALPHANUMERIC, OptionalBlock
from cardswitch.specs.security.tr31_header import (
    KeyBlockHeader,
    read_header_tr31,
    write_header_tr31,
)

UPPER = st.sampled_from(UPPER_ALPHANUMERIC)
TWO = st.tuples(UPPER, UPPER).map("".join)
HEADERS = st.builds(
    KeyBlockHeader,
    version=st.sampled_from("ABCDE"),
    usage=TWO,
    algorithm=UPPER,
    mode_of_use=UPPER,
    key_version=TWO | UPPER.map("c".__add__),
    exportability=st.sampled_from("ENS"),
    context=st.sampled_from("012"),
    blocks=st.sampled_from([(), (OptionalBlock("KS", "00604B120F9292800000"),)]),
)
PAYLOAD = "0" * 64


def refusal(text: str) -> tuple[str, int | None]:
    with pytest.raises(KeyBlockRefused) as refused:
        read_header_tr31(text)
    return refused.value.reason, refused.value.offset


@settings(deadline=None)
@given(HEADERS)
def test_what_is_written_is_read_again(header: KeyBlockHeader) -> None:
    text = write_header_tr31(header, len(PAYLOAD))
    read, end = read_header_tr31(text + PAYLOAD)
    assert end == len(text)
    assert write_header_tr31(read, len(PAYLOAD)) == text
    fields = ("version", "usage", "algorithm", "mode_of_use", "key_version")
    for field in (*fields, "exportability", "context"):
        assert getattr(read, field) == getattr(header, field)
    assert read.blocks[: len(header.blocks)] == header.blocks


def test_every_field_has_its_place() -> None:
    header = KeyBlockHeader(
        version="D",
        usage="B1",
        algorithm="A",
        mode_of_use="X",
        key_version="c7",
        exportability="S",
        context="2",
        blocks=(OptionalBlock("KS", "00604B120F92"),),
    )
    text = write_header_tr31(header, 64)
    assert text == "D0096B1AXc7S0120KS1000604B120F92"
    assert read_header_tr31(text + PAYLOAD) == (header, 32)


def test_blocks_are_padded_to_those_of_the_cipher() -> None:
    blocks = (OptionalBlock("KV", "0001"),)
    for version, behind in (("B", ""), ("D", "PB080000")):
        text = write_header_tr31(
            KeyBlockHeader(
                version=version, usage="P0", algorithm="T", mode_of_use="E", blocks=blocks
            ),
            64,
        )
        assert text[16:] == "KV080001" + behind
        assert text[12:14] == ("02" if behind else "01")
    unpadded = "D0096P0TE00N0100KV080001" + PAYLOAD + "0" * 8
    assert refusal(unpadded) == ("block", 16)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("length", None)),
        ("B0080P0TE00N000", ("length", None)),
        ("F0080P0TE00N0000", ("version", 0)),
        ("b0080P0TE00N0000", ("version", 0)),
        ("B008 P0TE00N0000", ("length", 1)),
        ("B٠٠٨٠P0TE00N0000", ("length", 1)),
        ("B0072P0TE00N0000", ("length", 1)),
        ("B0080p0TE00N0000", ("header", 5)),
        ("B0080P.TE00N0000", ("header", 5)),
        ("B0080P0tE00N0000", ("header", 7)),
        ("B0080P0Te00N0000", ("header", 8)),
        ("B0080P0TE0cN0000", ("header", 9)),
        ("B0080P0TEd0N0000", ("header", 9)),
        ("B0080P0TE00n0000", ("header", 11)),
        ("B0080P0TE00X0000", ("header", 11)),
        ("B0080P0TE00N0A00", ("header", 12)),
        ("B0080P0TE00N+100", ("header", 12)),
        ("B0080P0TE00N0030", ("header", 14)),
        ("B0080P0TE00N0001", ("header", 15)),
        ("B0080P0TE00N0100", ("block", 20)),
    ],
)
def test_a_fault_is_found(text: str, expected: tuple[str, int | None]) -> None:
    assert refusal(text + (PAYLOAD if len(text) == 16 else "")) == expected


def test_a_length_of_broken_blocks_is_refused() -> None:
    assert refusal("B0084P0TE00N0000" + PAYLOAD + "0000") == ("length", 1)
    assert refusal("D0088P0TE00N0000" + PAYLOAD + "0" * 8) == ("length", 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", "F"),
        ("version", ""),
        ("usage", "P"),
        ("usage", "P00"),
        ("algorithm", ""),
        ("mode_of_use", "EE"),
        ("key_version", "c"),
        ("key_version", "cc"),
        ("key_version", "c12"),
        ("exportability", "EN"),
        ("exportability", ""),
        ("context", "3"),
        ("context", "é"),
    ],
)
def test_a_header_that_cannot_be_written_cannot_be_made(field: str, value: str) -> None:
    fields = {"version": "B", "usage": "P0", "algorithm": "T", "mode_of_use": "E"}
    with pytest.raises(KeyBlockRefused) as refused:
        KeyBlockHeader(**{**fields, field: value})
    assert refused.value.reason == ("version" if field == "version" else "header")


def test_no_block_is_left_for_padding() -> None:
    blocks = tuple(OptionalBlock(f"{n:02}", "") for n in range(99))
    header = KeyBlockHeader(version="B", usage="P0", algorithm="T", mode_of_use="E", blocks=blocks)
    with pytest.raises(KeyBlockRefused) as refused:
        write_header_tr31(header, 64)
    assert refused.value.reason == "block"


def test_blocks_must_fit_together_and_into_a_key_block() -> None:
    block = OptionalBlock("LB", "x" * 5000)
    with pytest.raises(KeyBlockRefused) as refused:
        KeyBlockHeader(
            version="B", usage="P0", algorithm="T", mode_of_use="E", blocks=(block, block)
        )
    assert refused.value.reason == "block"
    header = KeyBlockHeader(
        version="B",
        usage="P0",
        algorithm="T",
        mode_of_use="E",
        blocks=(block, OptionalBlock("CT", block.data)),
    )
    with pytest.raises(KeyBlockRefused) as refused:
        write_header_tr31(header, 64)
    assert refused.value.reason == "length"
    assert "9999" in str(refused.value)
