"""The tables against a grammar of the same commands written a second time, with construct."""

from contextlib import suppress
from typing import Any

import construct as c
import pytest
from hypothesis import given

from cardswitch.specs.hsm import Answer, Command, answer_code, pack_answer, pack_command
from cardswitch.specs.hsm.commands import ANSWERS, COMMANDS
from tests.kit.hsm import grammar_emv, lines_emv
from tests.kit.hsm.lines import LINES
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


COUNTED = c.FocusedSeq(
    "data", "size" / c.Bytes(4), "data" / c.Bytes(lambda this: int(this.size, 16))
)
PIN_BLOCK = "block" / c.Bytes(lambda this: this._params.block_size)
TRANSLATE = "pin_max" / c.Bytes(2), PIN_BLOCK, "source_format" / c.Bytes(2)
TRANSLATE += "target_format" / c.Bytes(2), "pan12" / c.Bytes(12)
BLOCK = PIN_BLOCK, "format" / c.Bytes(2), "pan12" / c.Bytes(12)
PVV = "pvki" / c.Bytes(1), "pvv" / c.Bytes(4)
TYPED = "key_type" / c.Bytes(3), "key" / key(16)
OFFSET = "offset" / c.Bytes(12)
BY_LETTER = {b"L": 33, b"K": 4, b"P": 17}
IBM = (
    "check_length" / c.Bytes(2),
    "pan12" / c.Bytes(12),
    "letter" / c.Peek(c.Bytes(1)),
    "table" / c.Bytes(lambda this: BY_LETTER.get(this.letter, 16)),
    "letter" / c.Peek(c.Bytes(1)),
    "validation" / c.Bytes(lambda this: BY_LETTER.get(this.letter, 12)),
)
IBM_BLOCK = PIN_BLOCK, "format" / c.Bytes(2), *IBM
OPTIONS = "options" / c.Optional(c.FocusedSeq("text", c.Const(b";"), "text" / c.Bytes(3)))
CARRIED = "zmk" / key(16), "key" / key(16), OPTIONS
CARRIED_PAIR = "zmk" / key(16), "key" / key(32), OPTIONS
CARD = (
    "pan" / c.NullTerminated(c.GreedyBytes, term=b";"),
    "expiry" / c.Bytes(4),
    "service_code" / c.Bytes(3),
)
MAC = (
    *(name / c.Bytes(1) for name in ("mode", "input_format", "mac_size", "algorithm", "padding")),
    "key_type" / c.Bytes(3),
    "key" / key(16),
    "iv" / c.If(lambda this: this.mode in (b"2", b"3"), c.Bytes(lambda x: iv_size(x.key))),
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
    "CC": ("source_zpk" / key(16), "target_zpk" / key(16), *TRANSLATE),
    "DC": ("tpk" / key(16), "pvk" / key(32), *BLOCK, *PVV),
    "EC": ("zpk" / key(16), "pvk" / key(32), *BLOCK, *PVV),
    "JC": ("tpk" / key(16), *BLOCK),
    "JE": ("zpk" / key(16), *BLOCK),
    "FW": (*TYPED, "pvk" / key(32), *BLOCK, "pvki" / c.Bytes(1)),
    "DA": ("tpk" / key(16), "pvk" / key(16), "pin_max" / c.Bytes(2), *IBM_BLOCK, OFFSET),
    "EA": ("zpk" / key(16), "pvk" / key(16), "pin_max" / c.Bytes(2), *IBM_BLOCK, OFFSET),
    "BK": (*TYPED, "pvk" / key(16), *IBM_BLOCK),
    "EE": ("pvk" / key(16), OFFSET, *IBM),
    "FA": CARRIED,
    "GC": CARRIED,
    "FC": CARRIED,
    "FE": CARRIED,
    "MI": CARRIED,
    "MG": CARRIED,
    "FK": ("flag" / c.Bytes(1), *CARRIED),
    "FM": ("flag" / c.Bytes(1), *CARRIED),
    "AW": CARRIED_PAIR,
    "AU": CARRIED_PAIR,
    "DW": CARRIED_PAIR,
    "DY": CARRIED_PAIR,
    "HA": ("tmk" / key(16), OPTIONS),
    "HC": ("tmk" / key(16), OPTIONS),
    "IA": ("zmk" / key(16), OPTIONS),
    "FI": ("flag" / c.Bytes(1), "zmk" / key(16), OPTIONS),
    "AS": (OPTIONS,),
    "BI": (OPTIONS,),
    "CW": ("cvk" / key(32), *CARD),
    "CY": ("cvk" / key(32), "cvv" / c.Bytes(3), *CARD),
    "M6": MAC,
    **grammar_emv.requests(key(32), key(16)),
    **grammar_emv.data_requests(key(16)),
}
RESPONSES: dict[str, tuple[Any, ...]] = {
    "ND": ("lmk_check" / c.Bytes(16), "firmware" / c.Bytes(9)),
    "A7": ("key" / key(16), "kcv" / c.Bytes(6)),
    "A9": ("key" / key(16), "kcv" / c.Bytes(6)),
    "CB": ("pin_length" / c.Bytes(2), PIN_BLOCK, "format" / c.Bytes(2)),
    "CD": ("pin_length" / c.Bytes(2), PIN_BLOCK, "format" / c.Bytes(2)),
    "DF": (OFFSET,),
    "HD": ("key_under_tmk" / key(16), "key" / key(16)),
    "DD": (),
    "ED": (),
    "CZ": (),
    "DH": ("pvv" / c.Bytes(4),),
    "CX": ("cvv" / c.Bytes(3),),
}


def read(grammar: tuple[Any, ...], body: bytes) -> tuple[dict[str, str], bytes]:
    """The fields that construct finds, and what it leaves."""
    whole = c.Struct(*grammar, "rest" / c.GreedyBytes)
    for size in BLOCK_SIZES:
        with suppress(c.StreamError):
            found = whole.parse(body, block_size=size)
            rest = found.pop("rest")
            if rest[:1] in WHAT_MAY_BE_LEFT:
                break
    for name in ("_io", "delimiter", "letter"):
        found.pop(name, None)
    texts = {name: value.decode("latin-1") for name, value in found.items() if value is not None}
    if "zmk_flag" in texts:
        texts["zmk_flag"] = texts["zmk_flag"].removeprefix(";")
    return texts, rest


@given(commands())
def test_construct_reads_the_same_command(command: Command) -> None:
    if command.code not in REQUESTS or "device" in command.fields:
        return
    apart = {"lmk_id", "pan"} if "block" in command.fields else {"lmk_id"}
    fields = {name: value for name, value in command.fields.items() if name not in apart}
    seen, rest = read(REQUESTS[command.code], pack_command(command)[6:])
    assert seen == fields
    lmk_id, pan = command.fields.get("lmk_id"), command.fields.get("pan")
    tail = f";{pan}" if pan and "pan" in apart else ""
    tail += (f"%{lmk_id}" if lmk_id else "") + (f"\x19{command.trailer}" if command.trailer else "")
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
    by_hand = {"BU", "DG", "M8"} | {line[:2] for line in LINES | lines_emv.LINES}
    assert COMMANDS.keys() - REQUESTS.keys() <= by_hand
