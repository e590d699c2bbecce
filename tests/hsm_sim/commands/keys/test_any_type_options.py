"""The three options: what they say, and what is done where they say nothing."""

import pytest

from cardswitch.hsm_sim.commands.keys.any_type import (
    check_value,
    inner_scheme,
    new_scheme,
    outer_scheme,
)
from cardswitch.hsm_sim.keys.clear import ClearKey
from cardswitch.specs.security.keys import key_check_value
from tests.kit.hsm.module import desk, key

AES = ClearKey("A", bytes(16))


@pytest.mark.parametrize(
    ("length", "options", "outer", "inner"),
    [
        (8, None, "Z", "Z"),
        (16, None, "X", "U"),
        (24, None, "Y", "T"),
        (16, "001", "X", "U"),
        (24, "001", "Y", "T"),
        (16, "UX1", "U", "X"),
        (16, "R01", "R", "U"),
        (24, "0U1", "Y", "U"),
    ],
)
def test_schemes(length: int, options: str | None, outer: str, inner: str) -> None:
    fields = {"options": options} if options else {}
    clear = ClearKey("T", key(3, length))
    assert outer_scheme(desk(), fields, clear) == outer
    assert inner_scheme(desk(), fields, clear) == inner


def test_what_needs_a_key_block_gets_one() -> None:
    assert outer_scheme(desk(), {}, AES) == "R"
    assert outer_scheme(desk(key_blocks_only=True), {}, ClearKey("T", key(3))) == "R"


@pytest.mark.parametrize(("options", "scheme"), [(None, "U"), ("X01", "U"), ("XT1", "T")])
def test_new_keys(options: str | None, scheme: str) -> None:
    assert new_scheme(desk(), {"options": options} if options else {}) == scheme


def test_check_values() -> None:
    clear = ClearKey("T", key(3))
    whole = key_check_value(clear.value, 8).hex().upper()
    for fields in ({}, {"options": "000"}):
        assert check_value(desk(), fields, clear) == whole[:6]
        assert check_value(desk(short_check_values=False), fields, clear) == whole
    assert check_value(desk(short_check_values=False), {"options": "001"}, clear) == whole[:6]
    assert check_value(desk(short_check_values=False), {}, AES) == AES.kcv
