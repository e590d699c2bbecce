"""G0, GO and GQ, with TDES and with AES."""

from typing import Any

import msgspec
import pytest

from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.pins.dukpt import (
    Transaction,
    translate_pin_dukpt_dukpt,
    translate_pin_dukpt_older,
    translate_pin_dukpt_zpk,
    verify_pin_ibm_dukpt,
    verify_pin_ibm_dukpt_older,
    verify_pin_pvv_dukpt,
    verify_pin_pvv_dukpt_older,
    with_mac,
)
from cardswitch.specs.security.dukpt_aes import derive_key_dukpt_aes
from cardswitch.specs.security.dukpt_tdes import derive_key_dukpt_tdes
from cardswitch.specs.security.mac import generate_mac_iso9797
from cardswitch.specs.security.pinblock_iso_4 import (
    decipher_pinblock_iso_4,
    encipher_pinblock_iso_4,
)
from cardswitch.specs.security.pvv import generate_pvv
from tests.kit.hsm import examples_pins as pins
from tests.kit.hsm.examples_emv import under_block_lmk
from tests.kit.hsm.module import PAN, PAN12, PVK, ZPK, ask, key, module, pin_block, under_lmk

LONG_KSN, LONG_KSN_2 = "123456789012345600000001", "123456789012345600000003"
AES_BDK = bytes(range(16))
TDES_HERE = Transaction(under_block_lmk("B0T2X00E00", pins.BDK), "605", pins.KSN)
AES_HERE = Transaction(under_block_lmk("B0A1X00E00", AES_BDK), "808", LONG_KSN)
AES_THERE = Transaction(AES_HERE.bdk, "808", LONG_KSN_2)
AES_ZPK = under_block_lmk("P0A1B00N00", AES_BDK)
BLOCK_PVK = under_block_lmk("V2T2C00E00", PVK)


def aes_key(ksn: str) -> bytes:
    return derive_key_dukpt_aes(AES_BDK, bytes.fromhex(ksn), "pin", "AES-128")


LONG_BLOCK = encipher_pinblock_iso_4(aes_key(LONG_KSN), "1234", PAN, bytes(8)).hex().upper()
BLOCK = pin_block(pins.PIN_KEY, "1234")


def under_blocks(command: Command) -> Command:
    return msgspec.structs.replace(command, fields={**command.fields, "lmk_id": "01"})


@pytest.mark.parametrize("target", ["01", "47"])
def test_a_block_goes_to_a_zone(target: str) -> None:
    command = translate_pin_dukpt_zpk(pins.HERE, pins.ZPK_TEXT, BLOCK, PAN12, target=target)
    fields = ask(module(), command).fields
    assert (fields["pin_length"], fields["format"]) == ("04", target)
    if target == "01":
        assert fields["block"] == pin_block(ZPK, "1234")


@pytest.mark.parametrize("ksn", ["9876543210E00001", "FF9876543210E00001"])
def test_fill_of_the_serial_number_may_be_left_out(ksn: str) -> None:
    here = Transaction(pins.BDK_TEXT, "605", ksn)
    command = translate_pin_dukpt_zpk(here, pins.ZPK_TEXT, BLOCK, PAN12)
    assert ask(module(), command).fields["block"] == pin_block(ZPK, "1234")


def test_a_block_becomes_that_of_another_transaction() -> None:
    fields = ask(module(), translate_pin_dukpt_dukpt(pins.HERE, pins.THERE, BLOCK, PAN12)).fields
    there = derive_key_dukpt_tdes(pins.BDK, bytes.fromhex(pins.KSN_2), "pin")
    assert fields["block"] == pin_block(there, "1234")


@pytest.mark.parametrize(
    ("here", "there", "block"),
    [
        (TDES_HERE, AES_HERE, BLOCK),
        (AES_HERE, TDES_HERE, LONG_BLOCK),
        (AES_HERE, AES_THERE, LONG_BLOCK),
    ],
)
def test_blocks_go_to_aes_and_back(here: Any, there: Any, block: str) -> None:
    formats = ["48" if len(place.ksn) == 24 else "01" for place in (here, there)]
    command = translate_pin_dukpt_dukpt(here, there, block, PAN12, *formats, PAN)
    made = ask(module(), under_blocks(command)).fields["block"]
    if formats[1] == "01":
        assert made == BLOCK
    else:
        assert decipher_pinblock_iso_4(aes_key(there.ksn), bytes.fromhex(made), PAN) == "1234"


def test_pins_are_verified() -> None:
    asked, pvv = module(), generate_pvv(PVK, "1234", PAN12, "1")
    for right, error in ((pvv, "00"), (f"{(int(pvv) + 1) % 10000:04d}", "01")):
        command = verify_pin_pvv_dukpt(pins.HERE, pins.PVK_TEXT, BLOCK, PAN12, "1", right)
        assert ask(asked, command).error == error
        command = verify_pin_pvv_dukpt(
            AES_HERE, BLOCK_PVK, LONG_BLOCK, PAN12, "1", right, "48", PAN
        )
        assert ask(asked, under_blocks(command)).error == error
    wrong = verify_pin_ibm_dukpt(pins.HERE, pins.CHECK, pins.D_BLOCK, "000000FFFFFF")
    assert ask(asked, wrong).error == "01"
    assert asked.pin_failures == 3


def zone(here: Transaction, block: str = BLOCK, source: str = "01") -> Command:
    return translate_pin_dukpt_zpk(here, pins.ZPK_TEXT, block, PAN12, source)


def with_(**changed: str) -> Transaction:
    return msgspec.structs.replace(pins.HERE, **changed)


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (zone(with_(ksn="FFFF9876543210E00000")), "15"),  # no transaction
        (zone(with_(ksn="FFFF9876543210FFFFFF")), "15"),  # too many bits
        (zone(with_(ksn_descriptor="FFF")), "15"),  # more digits than there are
        (zone(with_(ksn=LONG_KSN)), "A7"),
        (zone(with_(ksn=pins.KSN_2)), "20"),
        (zone(pins.HERE, "0" * 16), "20"),
        (zone(pins.HERE, source="03"), "69"),
        (zone(pins.HERE, source="99"), "23"),
        (zone(with_(bdk=under_lmk("009", key(9, 24), "T"))), "27"),
        (under_blocks(zone(AES_HERE)), "26"),
        (
            under_blocks(translate_pin_dukpt_zpk(AES_HERE, AES_ZPK, BLOCK, PAN12)),
            "A7",
        ),
        (
            under_blocks(
                translate_pin_dukpt_zpk(AES_THERE, AES_ZPK, LONG_BLOCK, PAN12, "48", "48", PAN)
            ),
            "20",
        ),
        (
            under_blocks(translate_pin_dukpt_zpk(AES_HERE, AES_ZPK, LONG_BLOCK, PAN12, "48", "48")),
            "22",
        ),
    ],
)
def test_what_is_refused(command: Command, error: str) -> None:
    answer = ask(module(), command)
    assert (answer.error, answer.fields) == (error, {})


def test_the_older_forms_do_the_same() -> None:
    zone = ask(module(), translate_pin_dukpt_older(pins.HERE, pins.ZPK_TEXT, BLOCK, PAN12))
    assert zone.fields == {"pin_length": "04", "block": pin_block(ZPK, "1234"), "format": "01"}
    pvv = generate_pvv(PVK, "1234", PAN12, "1")
    for value, error in ((pvv, "00"), (f"{(int(pvv) + 1) % 10_000:04d}", "01")):
        older = verify_pin_pvv_dukpt_older(pins.HERE, pins.PVK_TEXT, BLOCK, PAN12, "1", value)
        assert ask(module(), older).error == error
    for offset, error in ((pins.OFFSET, "00"), ("0" * 6 + "F" * 6, "01")):
        older = verify_pin_ibm_dukpt_older(pins.HERE, pins.CHECK, pins.D_BLOCK, offset)
        assert ask(module(), older).error == error


def test_the_older_forms_obey_the_policy() -> None:
    older = translate_pin_dukpt_older(pins.HERE, pins.ZPK_TEXT, BLOCK, PAN12, "05")
    assert ask(module(), older).error == "69"
    refused = verify_pin_pvv_dukpt_older(pins.HERE, pins.PVK_TEXT, BLOCK, PAN12, "1", "0000")
    assert ask(module(pin_formats=("47",)), refused).error == "69"


def test_mode_1_verifies_a_mac_first_and_takes_a_wrong_one_for_no_guess() -> None:
    asked, data = module(), b"16 bytes of data"
    mac_key = derive_key_dukpt_tdes(pins.BDK, bytes.fromhex(pins.KSN), "mac-request")
    mac = generate_mac_iso9797(mac_key, data, 3, 0).hex().upper()[:8]
    good = [command for command in pins.GOOD if command.code in ("GO", "GQ")]
    for command in good:
        assert ask(asked, with_mac(command, data, mac)).ok
        assert ask(asked, with_mac(command, data[::-1], mac)).error == "06"
    assert len(good) == 2
    assert asked.pin_failures == 0
