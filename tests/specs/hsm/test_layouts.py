"""The tables against a grammar of the same commands written a second time, with construct."""

from typing import Any

import construct as c
import pytest
from hypothesis import given

from specs.hsm import Answer, Command, answer_code, pack_answer, pack_command
from specs.hsm.layouts import ANSWERS, COMMANDS
from tests.specs.hsm.strategies import answers, commands

# A letter says how many digits of key follow; without one it depends on the place.
SIZES = {b"U": 33, b"X": 33, b"T": 49, b"Y": 49}


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


COUNTED = c.FocusedSeq(
    "data", "size" / c.Bytes(4), "data" / c.Bytes(lambda this: int(this.size, 16))
)
TRANSLATE = "pin_max" / c.Bytes(2), "block" / c.Bytes(16), "source_format" / c.Bytes(2)
TRANSLATE += "target_format" / c.Bytes(2), "pan12" / c.Bytes(12)
BLOCK = "block" / c.Bytes(16), "format" / c.Bytes(2), "pan12" / c.Bytes(12)
PVV = "pvki" / c.Bytes(1), "pvv" / c.Bytes(4)
CARD = (
    "pan" / c.NullTerminated(c.GreedyBytes, term=b";"),
    "expiry" / c.Bytes(4),
    "service_code" / c.Bytes(3),
)
MAC = (
    *(name / c.Bytes(1) for name in ("mode", "input_format", "mac_size", "algorithm", "padding")),
    "key_type" / c.Bytes(3),
    "key" / key(16),
    "iv" / c.If(lambda this: this.mode in (b"2", b"3"), c.Bytes(16)),
    "data" / COUNTED,
)

REQUESTS: dict[str, tuple[Any, ...]] = {
    "NC": (),
    "B2": ("data" / COUNTED,),
    "A0": (
        "mode" / c.Bytes(1),
        "key_type" / c.Bytes(3),
        "lmk_scheme" / c.Bytes(1),
        "delimiter" / c.Peek(c.Bytes(1)),
        "zmk_flag" / c.If(lambda this: this.delimiter == b";", c.Bytes(2)),
        "zmk" / c.If(lambda this: this.mode == b"1", key(16)),
        "zmk_scheme" / c.If(lambda this: this.mode == b"1", c.Bytes(1)),
    ),
    "A6": (
        "key_type" / c.Bytes(3),
        "zmk" / key(16),
        "key" / key(16),
        "lmk_scheme" / c.Bytes(1),
    ),
    "A8": (
        "key_type" / c.Bytes(3),
        "zmk" / key(16),
        "key" / key(16),
        "zmk_scheme" / c.Bytes(1),
    ),
    "CA": ("tpk" / key(16), "zpk" / key(16), *TRANSLATE),
    "CC": ("source_zpk" / key(16), "target_zpk" / key(16), *TRANSLATE),
    "DC": ("tpk" / key(16), "pvk" / key(32), *BLOCK, *PVV),
    "EC": ("zpk" / key(16), "pvk" / key(32), *BLOCK, *PVV),
    "JC": ("tpk" / key(16), *BLOCK),
    "CW": ("cvk" / key(32), *CARD),
    "CY": ("cvk" / key(32), "cvv" / c.Bytes(3), *CARD),
    "M6": MAC,
}
RESPONSES: dict[str, tuple[Any, ...]] = {
    "ND": ("lmk_check" / c.Bytes(16), "firmware" / c.Bytes(9)),
    "A7": ("key" / key(16), "kcv" / c.Bytes(6)),
    "A9": ("key" / key(16), "kcv" / c.Bytes(6)),
    "CB": ("pin_length" / c.Bytes(2), "block" / c.Bytes(16), "format" / c.Bytes(2)),
    "CD": ("pin_length" / c.Bytes(2), "block" / c.Bytes(16), "format" / c.Bytes(2)),
    "DD": (),
    "ED": (),
    "CZ": (),
    "M9": ("mac" / c.Bytes(16),),
    "DH": ("pvv" / c.Bytes(4),),
    "CX": ("cvv" / c.Bytes(3),),
}


def read(grammar: tuple[Any, ...], body: bytes) -> tuple[dict[str, str], bytes]:
    """The fields that construct finds, and what it leaves."""
    found = c.Struct(*grammar, "rest" / c.GreedyBytes).parse(body)
    rest = found.pop("rest")
    found.pop("_io", None)
    found.pop("delimiter", None)
    texts = {name: value.decode("latin-1") for name, value in found.items() if value is not None}
    if "zmk_flag" in texts:
        texts["zmk_flag"] = texts["zmk_flag"].removeprefix(";")
    return texts, rest


@given(commands())
def test_construct_reads_the_same_command(command: Command) -> None:
    if command.code not in REQUESTS:
        return
    fields = {name: value for name, value in command.fields.items() if name != "lmk_id"}
    seen, rest = read(REQUESTS[command.code], pack_command(command)[6:])
    assert seen == fields
    lmk_id = command.fields.get("lmk_id")
    tail = (f"%{lmk_id}" if lmk_id else "") + (f"\x19{command.trailer}" if command.trailer else "")
    assert rest == tail.encode()


@given(answers())
def test_construct_reads_the_same_answer(answer: Answer) -> None:
    if answer.code in RESPONSES and answer.fields:
        seen, rest = read(RESPONSES[answer.code], pack_answer(answer)[8:])
        assert seen == answer.fields
        assert rest == (f"\x19{answer.trailer}" if answer.trailer else "").encode()


# Those whose form depends on what follows, which construct cannot say, in whole strings.
@pytest.mark.parametrize(
    ("command", "line"),
    [
        (
            Command("", "BU", {"type_code": "02", "length_flag": "0", "key": "0406FBB23A5214DF"}),
            "BU0200406FBB23A5214DF",
        ),
        (
            Command(
                "",
                "BU",
                {
                    "type_code": "FF",
                    "length_flag": "1",
                    "key": "1A" * 16,
                    "key_type": "402",
                    "options": "001",
                    "lmk_id": "00",
                },
            ),
            f"BUFF1{'1A' * 16};402;001%00",
        ),
        (
            Command(
                "",
                "DG",
                {"pvk": "X" + "2B" * 16, "pin": "01234", "pan12": "123456789012", "pvki": "0"},
            ),
            f"DGX{'2B' * 16}012341234567890120",
        ),
        (
            Command(
                "",
                "M8",
                {
                    "mode": "0",
                    "input_format": "1",
                    "mac_size": "0",
                    "algorithm": "3",
                    "padding": "2",
                    "key_type": "003",
                    "key": "U" + "3C" * 16,
                    "data": "00FF",
                    "mac": "5F1448EE",
                },
            ),
            f"M801032003U{'3C' * 16}000400FF5F1448EE",
        ),
    ],
)
def test_lines_by_hand(command: Command, line: str) -> None:
    assert pack_command(command) == line.encode()


def test_every_command_has_an_answer() -> None:
    assert {answer_code(code) for code in COMMANDS} == set(ANSWERS)


def test_what_construct_does_not_read_is_read_by_hand() -> None:
    assert COMMANDS.keys() - REQUESTS.keys() == {"BU", "DG", "M8"}
