"""Optional blocks: both forms of length, padding, and where a bad one is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.errors import KeyBlockRefused
from cardswitch.specs.security.tr31_blocks import (
    UPPER_ALPHANUMERIC,
    OptionalBlock,
    pad_blocks_tr31,
    read_blocks_tr31,
    require_blocks_tr31,
    write_blocks_tr31,
)

IDS = st.tuples(*[st.sampled_from(UPPER_ALPHANUMERIC)] * 2).map("".join)
DATA = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=300)
BLOCKS = st.lists(st.builds(OptionalBlock, IDS.filter(lambda name: name != "PB"), DATA), max_size=4)
KS = OptionalBlock("KS", "FFFF9876543210E00001")


@settings(deadline=None)
@given(BLOCKS, st.text(max_size=5))
def test_what_is_written_is_read_again(blocks: list[OptionalBlock], behind: str) -> None:
    text = write_blocks_tr31(blocks)
    read = read_blocks_tr31(f"0123{text}{behind}", 4, len(blocks))
    assert read == (tuple(blocks), 4 + len(text))


@pytest.mark.parametrize("name", ["KS", "KV", "IK", "TS", "CT", "HM", "LB", "KP", "KC", "WP", "10"])
def test_every_id_is_carried(name: str) -> None:
    block = OptionalBlock(name, "0123456789ABCDEF")
    assert read_blocks_tr31(f"{name}140123456789ABCDEF", 0, 1) == ((block,), 20)


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, "LB04"),
        (1, "LB05"),
        (251, "LBFF"),
        (252, "LB00040106"),
        (8000, "LB00041F4A"),
    ],
)
def test_long_data_has_the_long_form_of_length(size: int, head: str) -> None:
    text = write_blocks_tr31([OptionalBlock("LB", "x" * size)])
    assert text == head + "x" * size


def test_the_long_form_is_read_where_the_short_one_would_do() -> None:
    assert read_blocks_tr31("LB0004000Cxy", 0, 1) == ((OptionalBlock("LB", "xy"),), 12)


def test_a_length_of_two_bytes_is_read_as_well() -> None:
    assert read_blocks_tr31("LB0002000Cxy", 0, 1) == ((OptionalBlock("LB", "xy"),), 12)
    with pytest.raises(KeyBlockRefused, match="04 digits"):
        read_blocks_tr31("LB0003000Cxy", 0, 1)


def test_data_that_no_length_can_tell_is_refused() -> None:
    with pytest.raises(KeyBlockRefused) as refused:
        write_blocks_tr31([OptionalBlock("LB", "x" * 0xFFFF)])
    assert refused.value.reason == "block"


@settings(deadline=None)
@given(BLOCKS, st.sampled_from([8, 16]))
def test_padding_fills_whole_blocks_once(blocks: list[OptionalBlock], multiple: int) -> None:
    padded = pad_blocks_tr31(tuple(blocks), multiple)
    assert len(write_blocks_tr31(padded)) % multiple == 0
    assert padded[: len(blocks)] == tuple(blocks)
    assert len(padded) - len(blocks) == bool(len(write_blocks_tr31(blocks)) % multiple)
    assert all(len(block.data) < multiple for block in padded[len(blocks) :])
    assert pad_blocks_tr31(padded, multiple) == padded


def test_padding_that_no_longer_fits_is_made_anew() -> None:
    stale, fitting = OptionalBlock("PB", "xx"), OptionalBlock("PB", "xxxx")
    assert pad_blocks_tr31((KS, stale), 16) == (KS, OptionalBlock("PB", "0000"))
    assert pad_blocks_tr31((KS, stale), 8) == (KS,)
    assert pad_blocks_tr31((KS, fitting), 16) == (KS, fitting)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 0),
        ("K", 0),
        ("KS", 2),
        ("KS1", 2),
        ("KS05", 2),
        ("KS03x", 2),
        ("KS0G", 2),
        ("KS0a123456", 2),
        ("KS 5x", 2),
        ("ks05x", 0),
        ("K-05x", 0),
        ("KS00", 4),
        ("KS0001FF", 4),
        ("KS00020", 6),
        ("KS0002000", 6),
        ("KS00020009", 2),
        ("KS0002000Bx"[:-1], 2),
        ("KS05\x1f", 0),
        ("KS05é", 0),
    ],
)
def test_a_bad_block_is_found(text: str, place: int) -> None:
    good = "LB06xy"
    for before in ("", good):
        with pytest.raises(KeyBlockRefused) as refused:
            read_blocks_tr31(before + text, 0, bool(before) + 1)
        assert (refused.value.reason, refused.value.offset) == ("block", len(before) + place)


@pytest.mark.parametrize(
    ("name", "data"), [("K", ""), ("KSN", ""), ("ks", ""), ("K٠", ""), ("KS", "\n"), ("KS", "é")]
)
def test_a_block_that_cannot_be_written_cannot_be_made(name: str, data: str) -> None:
    with pytest.raises(KeyBlockRefused) as refused:
        OptionalBlock(name, data)
    assert refused.value.reason == "block"


@pytest.mark.parametrize(
    "blocks",
    [
        [KS, KS],
        [OptionalBlock("PB", ""), KS],
        [OptionalBlock(f"{n:02}", "") for n in range(100)],
    ],
)
def test_blocks_that_do_not_stand_together_are_refused(blocks: list[OptionalBlock]) -> None:
    with pytest.raises(KeyBlockRefused) as refused:
        require_blocks_tr31(blocks)
    assert refused.value.reason == "block"
    require_blocks_tr31([KS, OptionalBlock("PB", "")])
