"""M6 and M8 with CMAC, and with keys whose blocks say what they are for."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from cardswitch.specs.errors import EncodeError
from cardswitch.specs.hsm import Command, pack_command, unpack_command
from cardswitch.specs.hsm.commands.data.macs import CMAC, chain_mac, generate_mac, verify_mac
from cardswitch.specs.hsm.names import BY_ATTRIBUTES
from tests.kit.hsm.examples_emv import under_block_lmk
from tests.kit.hsm.module import TAK, ask, module, under_lmk

KNOWN = tomllib.loads(
    (Path(__file__).parents[3] / "vectors" / "security_aes.toml").read_text("utf-8")
)
MESSAGE = bytes.fromhex(KNOWN["cmac_message"]["text"])
CASES = [
    (known["key"], int(size), value, "A" if kind == "cmac_aes" else "T")
    for kind in ("cmac_aes", "cmac_tdes")
    for known in KNOWN[kind]
    for size, value in known["values"].items()
]
LETTERS = {"A": {16: "A1", 24: "A2", 32: "A3"}, "T": {16: "T2", 24: "T3"}}
# NIST's keys for TDES have neither parity nor weight in real life.
LAX = {"refuse_repeated_parts": False}


def block_key(clear: bytes, usage: str = "M6", mode: str = "C", algorithm: str = "T") -> str:
    """*clear* under the key block LMK."""
    return under_block_lmk(f"{usage}{LETTERS[algorithm][len(clear)]}{mode}00N00", clear)


def blocks(command: Command, **fields: str) -> Command:
    """*command* for the key block LMK, and with other fields."""
    return msgspec.structs.replace(command, fields={**command.fields, **fields, "lmk_id": "01"})


@pytest.mark.parametrize(("key", "size", "value", "algorithm"), CASES)
def test_published_cmacs(key: str, size: int, value: str, algorithm: str) -> None:
    hsm, text = module(**LAX), block_key(bytes.fromhex(key), algorithm=algorithm)
    data = MESSAGE[:size]
    for length in [16, 32] if algorithm == "A" else [8, 16]:
        made = generate_mac(BY_ATTRIBUTES, text, data, CMAC, length=length)
        mac = ask(hsm, blocks(made)).fields["mac"]
        assert mac == value[:length]
        assert ask(hsm, blocks(verify_mac(BY_ATTRIBUTES, text, data, mac, CMAC))).ok
        wrong = mac[:-1] + ("0" if mac[-1] != "0" else "1")
        check = verify_mac(BY_ATTRIBUTES, text, data, wrong, CMAC)
        assert ask(hsm, blocks(check)).error == "01"


@pytest.mark.parametrize(("key", "size", "value", "algorithm"), CASES)
@pytest.mark.parametrize("to_verify", [False, True])
def test_pieces_give_the_same(
    key: str, size: int, value: str, algorithm: str, to_verify: bool
) -> None:
    step = 16 if algorithm == "A" else 8
    cuts = list(range(step, size, step))[-2:]
    hsm = module(**LAX)
    text = block_key(bytes.fromhex(key), mode="V" if to_verify else "G", algorithm=algorithm)
    iv = ""
    for start, end in zip([0, *cuts], cuts, strict=False):
        piece = chain_mac(BY_ATTRIBUTES, text, MESSAGE[start:end], CMAC, iv, to_verify=to_verify)
        iv = ask(hsm, blocks(piece)).fields["mac"]
        assert len(iv) == 2 * step
    last = MESSAGE[cuts[-1] if cuts else 0 : size]
    if to_verify:
        assert ask(hsm, blocks(verify_mac(BY_ATTRIBUTES, text, last, value, CMAC, iv=iv))).ok
    else:
        made = generate_mac(BY_ATTRIBUTES, text, last, CMAC, length=len(value), iv=iv)
        assert ask(hsm, blocks(made)).fields == {"mac": value}


def test_a_variant_key_makes_cmacs_of_triple_des() -> None:
    text = under_lmk("003", TAK)
    mac = ask(module(), generate_mac("003", text, b"data", CMAC, length=16)).fields["mac"]
    same = generate_mac(BY_ATTRIBUTES, block_key(TAK), b"data", CMAC, length=16)
    assert ask(module(), blocks(same)).fields == {"mac": mac}


USAGE_OF_ALGORITHM = {"1": {"M0", "M1"}, "3": {"M3"}, "6": {"M6"}}


@pytest.mark.parametrize("usage", ["M0", "M1", "M3", "M6", "P0", "D0", "K0"])
@pytest.mark.parametrize("algorithm", ["1", "3", "6"])
def test_a_key_makes_macs_of_its_own_algorithm(usage: str, algorithm: str) -> None:
    mode = "B" if usage in ("P0", "D0", "K0") else "C"
    made = generate_mac(BY_ATTRIBUTES, block_key(TAK, usage, mode), b"data", algorithm)
    expected = "00" if usage in USAGE_OF_ALGORITHM[algorithm] else "A6"
    assert ask(module(), blocks(made)).error == expected
    for key_type in ("003", "008"):
        assert ask(module(), blocks(made, key_type=key_type)).error == expected


@pytest.mark.parametrize(
    ("mode", "makes", "checks"),
    [("C", "00", "01"), ("G", "00", "A8"), ("V", "A8", "01"), ("N", "00", "01")],
)
def test_a_key_does_what_its_mode_of_use_allows(mode: str, makes: str, checks: str) -> None:
    text, hsm = block_key(TAK, "M3", mode), module()
    made, checked = generate_mac("003", text, b"x"), verify_mac("003", text, b"x", "0" * 8)
    assert ask(hsm, blocks(made)).error == makes
    assert ask(hsm, blocks(checked)).error == checks


AES_TEXT = block_key(bytes(range(16)), algorithm="A")


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (generate_mac("003", block_key(bytes(16), "M3", algorithm="A"), b"x"), "A7"),
        (generate_mac("003", block_key(TAK), b"x", CMAC, length=32), "04"),
        (generate_mac("003", block_key(TAK, "M3"), b"x", length=32), "04"),
        (blocks(generate_mac("003", AES_TEXT, b"x", CMAC), padding="1"), "06"),
        (chain_mac("003", AES_TEXT, bytes(8), CMAC), "80"),
        (chain_mac("003", AES_TEXT, b"", CMAC), "80"),
        (generate_mac("001", AES_TEXT, b"x", CMAC), "28"),
        (generate_mac("003", under_lmk("003", TAK), b"x"), "26"),
        (blocks(generate_mac("003", AES_TEXT, b"x", CMAC), attributes="M6A1C00N00"), "00"),
        (blocks(generate_mac("FFF", AES_TEXT, b"x", CMAC), attributes="P0A1B00N00"), "28"),
    ],
)
def test_what_is_refused(command: Command, error: str) -> None:
    assert ask(module(), blocks(command)).error == error


def test_the_key_says_how_long_the_iv_is() -> None:
    for text, size in ((AES_TEXT, 32), (block_key(TAK), 16), (under_lmk("003", TAK), 16)):
        # Data that would do as the rest of a longer initial vector.
        command = generate_mac("003", text, bytes(24), CMAC, iv="0" * size)
        assert unpack_command(pack_command(command.with_header("0001"))).fields == command.fields
        wrong = generate_mac("003", text, bytes(24), CMAC, iv="0" * (48 - size))
        with pytest.raises(EncodeError, match=r"M6\."):
            pack_command(wrong)
