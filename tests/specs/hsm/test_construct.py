"""Characteristic layouts against the same ones written a second time, with construct."""

from contextlib import suppress
from typing import Any

import construct as c
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.hsm import pack_answer, pack_command
from tests.kit.hsm.strategies import answers, commands

# A letter says how many digits of key follow; without one it depends on the place.
SIZES = {b"U": 33, b"X": 33, b"T": 49, b"Y": 49, b"K": 4}
# Blocks of format 48 are longer; which it is, is told by what is left at the end.
BLOCK_SIZES = 16, 32
WHAT_MAY_BE_LEFT = (b"", b";", b"%", b"\x19")


def key(size: int) -> Any:
    return c.FocusedSeq(
        "key",
        "head" / c.Peek(c.Bytes(6)),
        "letter" / c.Peek(c.Bytes(1)),
        "key" / c.Bytes(lambda x: key_size(x.head, x.letter, size)),
    )


def key_size(head: bytes | None, letter: bytes, size: int) -> int:
    """S or R, the version of the key block, then its length in four digits."""
    if letter in (b"S", b"R") and head is not None:
        return 1 + int(head[2:])
    return SIZES.get(letter, size)


def iv_size(key: bytes) -> int:
    """Digits of a block of the cipher: a key block names it in its ninth character."""
    return 32 if key[:1] in (b"S", b"R") and key[8:9] == b"A" else 16


def counted(digits: int) -> Any:
    """As many bytes as a hexadecimal number in front says."""
    return c.FocusedSeq(
        "data", "size" / c.Bytes(digits), "data" / c.Bytes(lambda this: int(this.size, 16))
    )


def when(modes: bytes, fields: Any) -> Any:
    """*fields* in *modes* alone, a byte each."""
    return c.If(lambda this: this.mode in [bytes([mode]) for mode in modes], fields)


def after(delimiter: bytes, field: Any) -> Any:
    """*field* behind *delimiter*."""
    return c.FocusedSeq("field", c.Const(delimiter), "field" / field)


PIN_BLOCK = "block" / c.Bytes(lambda this: this._params.block_size)

REQUESTS: dict[str, tuple[Any, ...]] = {
    # Keys, of which the mode says how many.
    "A0": (
        "mode" / c.Bytes(1),
        "key_type" / c.Bytes(3),
        "lmk_scheme" / c.Bytes(1),
        "delimiter" / c.Peek(c.Bytes(1)),
        "zmk_flag" / c.If(lambda this: this.delimiter == b";", after(b";", c.Bytes(1))),
        "zmk" / when(b"1", key(16)),
        "zmk_scheme" / when(b"1", c.Bytes(1)),
    ),
    # Parts that repeat.
    "A4": (
        "count" / c.Bytes(1),
        "key_type" / c.Bytes(3),
        "lmk_scheme" / c.Bytes(1),
        "component" / c.Array(lambda this: int(this.count), key(16)),
    ),
    # A part that may be left out.
    "FM": (
        "flag" / c.Bytes(1),
        "zmk" / key(16),
        "key" / key(16),
        "options" / c.Optional(after(b";", c.Bytes(3))),
    ),
    # A length in front of the data.
    "M6": (
        *(n / c.Bytes(1) for n in ("mode", "input_format", "mac_size", "algorithm", "padding")),
        "key_type" / c.Bytes(3),
        "key" / key(16),
        "iv" / when(b"23", c.Bytes(lambda this: iv_size(this.key))),
        "data" / counted(4),
    ),
    # A cryptogram of a chip card.
    "KQ": (
        *("mode" / c.Bytes(1), "scheme" / c.Bytes(1), "mk_ac" / key(32)),
        "mk_smi" / when(b"34", key(32)),
        *("account" / c.Bytes(8), "atc" / c.Bytes(2), "unpredictable" / c.Bytes(4)),
        "data" / when(b"0134", counted(2)),
        "arqc" / c.IfThenElse(lambda x: x.mode == b"2", c.Bytes(8), after(b";", c.Bytes(8))),
        "arc" / when(b"124", c.Bytes(2)),
        "mac" / when(b"34", c.Bytes(4)),
        "mac_data" / when(b"34", counted(2)),
    ),
}
CB = "pin_length" / c.Bytes(2), PIN_BLOCK, "format" / c.Bytes(2)


def read(grammar: tuple[Any, ...], body: bytes) -> tuple[dict[str, str], bytes]:
    """The fields that construct finds, and what it leaves."""
    whole = c.Struct(*grammar, "rest" / c.GreedyBytes)
    for size in BLOCK_SIZES:
        with suppress(c.StreamError):
            found = whole.parse(body, block_size=size)
            rest = found.pop("rest")
            if rest[:1] in WHAT_MAY_BE_LEFT:
                break
    for name in ("_io", "delimiter"):
        found.pop(name, None)
    for number, part in enumerate(found.pop("component", ()), 1):
        found[f"component_{number}"] = part
    texts = {name: value.decode("latin-1") for name, value in found.items() if value is not None}
    return texts, rest


@pytest.mark.parametrize("code", REQUESTS)
@settings(max_examples=30)
@given(st.data())
def test_construct_reads_the_same_command(code: str, data: st.DataObject) -> None:
    # Modes A and B of A0, with a device, are not of this grammar.
    command = data.draw(commands([code]).filter(lambda drawn: "device" not in drawn.fields))
    fields = dict(command.fields)
    lmk_id = fields.pop("lmk_id", None)
    seen, rest = read(REQUESTS[code], pack_command(command)[6:])
    assert seen == fields
    tail = (f"%{lmk_id}" if lmk_id else "") + (f"\x19{command.trailer}" if command.trailer else "")
    assert rest == tail.encode()


@given(answers(["CB"]).filter(lambda drawn: drawn.ok))
def test_construct_reads_the_same_answer(answer: Any) -> None:
    seen, rest = read(CB, pack_answer(answer)[8:])
    assert seen == answer.fields
    assert rest == (f"\x19{answer.trailer}" if answer.trailer else "").encode()
