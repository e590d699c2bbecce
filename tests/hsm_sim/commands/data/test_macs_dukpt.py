"""GW: published MACs of X9.24 through the wire, and what is refused."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cardswitch.specs.hsm import Command, HsmFormatError, unpack_command
from cardswitch.specs.hsm.commands.data.macs import (
    CMAC,
    LEFT,
    RIGHT,
    WHOLE,
    generate_mac_dukpt,
    verify_mac_dukpt,
)
from cardswitch.specs.security.cmac import generate_cmac_aes
from tests.kit.hsm.examples_emv import under_block_lmk
from tests.kit.hsm.module import ask, key, module, under_lmk

KNOWN = tomllib.loads((Path(__file__).parents[3] / "vectors" / "dukpt.toml").read_text("utf-8"))
TDES = KNOWN["tdes"]
BDK = bytes.fromhex(TDES["bdk"])
TEXT = TDES["text"].encode().ljust(24, b"\x00")  # whole blocks are the host's to make
TEXTS = {"00": under_lmk("009", BDK), "01": under_block_lmk("B0T2X00N00", BDK)}
PARTS = {WHOLE: slice(0, 16), LEFT: slice(0, 8), RIGHT: slice(8, 16)}
ROWS = [row for row in TDES["row"] if "mac_request" in row]
# Of some numbers the source gives the left half alone.
CASES = [
    (row, part) for row in ROWS for part in PARTS if len(row["mac_request"]) == 16 or part == LEFT
]


def changed(command: Command, **fields: str) -> Command:
    """*command* with other fields."""
    return msgspec.structs.replace(command, fields={**command.fields, **fields})


@pytest.mark.parametrize("lmk_id", ["00", "01"])
@pytest.mark.parametrize(
    ("row", "part"), CASES, ids=[f"{row['ksn'][-6:]}-{part}" for row, part in CASES]
)
def test_published_macs(row: dict[str, Any], part: str, lmk_id: str) -> None:
    hsm, bdk, mac = module(), TEXTS[lmk_id], row["mac_request"][PARTS[part]]
    made = generate_mac_dukpt(bdk, row["ksn"], TEXT, part)
    assert ask(hsm, changed(made, lmk_id=lmk_id)).fields == {"mac": mac}
    check = verify_mac_dukpt(bdk, row["ksn"], TEXT, mac, part)
    answer = ask(hsm, changed(check, lmk_id=lmk_id))
    assert (answer.error, answer.fields) == ("00", {})
    wrong = mac[:-1] + ("0" if mac[-1] != "0" else "1")
    assert ask(hsm, changed(check, mac=wrong, lmk_id=lmk_id)).error == "01"


def test_a_short_serial_number_is_filled_up() -> None:
    row = ROWS[0]
    made = generate_mac_dukpt(TEXTS["00"], row["ksn"][4:], TEXT, descriptor="605")
    assert ask(module(), made).fields == {"mac": row["mac_request"]}


AES_BDK = bytes.fromhex("FEDCBA9876543210F1F1F1F1F1F1F1F1")
AES_TEXT = under_block_lmk("B0A1X00N00", AES_BDK)
AES_KSN = "123456789012345600000001"
# The MAC key of ANSI X9.24-3:2017 for this number; its CMAC is proved elsewhere.
AES_MAC_KEY = bytes.fromhex("A2DC23DE6FDE0824A2BC321E08E4B8B7")


def test_a_device_with_aes_makes_cmacs() -> None:
    mac = generate_cmac_aes(AES_MAC_KEY, b"any length", 8).hex().upper()
    made = generate_mac_dukpt(AES_TEXT, AES_KSN, b"any length", method=CMAC)
    assert ask(module(), changed(made, lmk_id="01")).fields == {"mac": mac}


AES_MADE = generate_mac_dukpt(AES_TEXT, AES_KSN, bytes(8), method=CMAC)
MADE = generate_mac_dukpt(TEXTS["00"], ROWS[0]["ksn"], TEXT)


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (changed(MADE, data="seven b"), "80"),
        (changed(MADE, data=""), "00"),  # ISO 9797-1: as one block of zeros
        (changed(MADE, bdk=under_lmk("009", key(9, 24), "T")), "27"),
        (changed(MADE, ksn="A05FFFF9876543210E00000"), "15"),  # no transaction has counter 0
        (changed(MADE, ksn="A05FFFF9876543210FFFFFF"), "15"),
        (changed(MADE, method=CMAC), "A7"),
        (changed(AES_MADE, method="1", lmk_id="01"), "A7"),
        (changed(AES_MADE, lmk_id="01", ksn=MADE.fields["ksn"]), "A7"),
        (changed(MADE, lmk_id="01"), "26"),
        (changed(MADE, lmk_id="01", bdk=under_block_lmk("B1T2X00N00", BDK)), "A6"),
        (changed(MADE, lmk_id="01", bdk=under_block_lmk("M3T2C00N00", BDK)), "A6"),
    ],
)
def test_what_is_refused(command: Command, error: str) -> None:
    assert ask(module(), command).error == error


HEAD = f"1234GW41{TEXTS['00']}"


@pytest.mark.parametrize(
    ("frame", "field", "error"),
    [
        ("1234GW7", "GW.mode", "15"),
        ("1234GW42", "GW.method", "15"),
        (HEAD + "F05" + "0" * 20, "GW.ksn", "15"),  # longer than any number
        (HEAD + "A05" + "0" * 19, "GW.ksn", "15"),
        (HEAD + "A05" + "0" * 20 + "9", "GW.data", "15"),
        (HEAD + "A05" + "0" * 20 + "0008seven b", "GW.data", "80"),
    ],
)
def test_broken_frames(frame: str, field: str, error: str) -> None:
    with pytest.raises(HsmFormatError) as caught:
        unpack_command(frame.encode())
    assert (caught.value.field, caught.value.error_code) == (field, error)
