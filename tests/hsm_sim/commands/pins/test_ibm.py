"""DA, EA, DE, EE, BK and DU."""

from typing import Any

import msgspec
import pytest

from cardswitch.hsm_sim.pins.decimalisation import encrypt_table
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.keys.forms import store_texts
from cardswitch.specs.hsm.commands.pins.ibm import (
    change_offset,
    derive_pin_ibm,
    ibm_check,
    offset_from_block,
    offset_from_lmk_pin,
    verify_pin_ibm_tpk,
    verify_pin_ibm_zpk,
)
from cardswitch.specs.security.block_lmk import TEST_BLOCK_LMK
from cardswitch.specs.security.ibm3624 import generate_natural_pin_ibm3624, generate_offset_ibm3624
from cardswitch.specs.security.lmk import TEST_LMK, open_pin, seal_pin
from tests.kit.hsm import examples_pins as pins
from tests.kit.hsm.examples_emv import under_block_lmk
from tests.kit.hsm.module import PAN12, PVK, TPK, ZPK, ask, key, module, pin_block, under_lmk

CHECK = ibm_check(pins.PVK_TEXT, PAN12, pins.TABLE, pins.VALIDATION)
NATURAL = generate_natural_pin_ibm3624(PVK, pins.DATA, pins.CLEAR_TABLE, 12)
OFFSET = generate_offset_ibm3624(PVK, pins.DATA, pins.CLEAR_TABLE, "1234") + "F" * 8
T_BLOCK, Z_BLOCK = pin_block(TPK, "1234"), pin_block(ZPK, "1234")


def verify(check: dict[str, str] = CHECK, offset: str = OFFSET, block: str = T_BLOCK) -> Command:
    return verify_pin_ibm_tpk(pins.TPK_TEXT, check, block, offset)


def with_(**changed: str) -> dict[str, str]:
    return {**CHECK, **changed}


def test_a_pin_is_verified_from_terminal_and_zone() -> None:
    asked, wrong = module(), OFFSET.translate(str.maketrans("0123456789", "1234567890"))
    for offset, error in ((OFFSET, "00"), (wrong, "01")):
        assert ask(asked, verify(offset=offset)).error == error
        from_zone = verify_pin_ibm_zpk(pins.ZPK_TEXT, CHECK, Z_BLOCK, offset)
        assert ask(asked, from_zone).error == error
    assert asked.pin_failures == 2


@pytest.mark.parametrize("pin", ["123456", "12345678"])
def test_of_a_longer_pin_the_right_digits_are_checked(pin: str) -> None:
    asked, block = module(), pin_block(TPK, pin)
    offset = ask(asked, offset_from_block("002", pins.TPK_TEXT, CHECK, block)).fields["offset"]
    whole = generate_offset_ibm3624(PVK, pins.DATA, pins.CLEAR_TABLE, pin)
    assert offset == whole[-4:] + "F" * 8
    assert ask(asked, verify(offset=offset, block=block)).ok
    other = pin_block(TPK, ("0" if pin[0] != "0" else "1") + pin[1:])
    assert ask(asked, verify(offset=offset, block=other)).ok


def test_an_offset_comes_from_the_lmk_and_a_pin_from_an_offset() -> None:
    asked = module()
    sealed = seal_pin(TEST_LMK, "1234", PAN12)
    assert ask(asked, offset_from_lmk_pin(CHECK, sealed)).fields == {"offset": OFFSET}
    assert ask(asked, derive_pin_ibm(CHECK, OFFSET)).fields == {"pin": sealed}
    natural = ask(asked, derive_pin_ibm(CHECK)).fields["pin"]
    assert open_pin(TEST_LMK, natural, PAN12) == NATURAL[:4]


def test_an_offset_is_changed_by_who_knows_the_pin() -> None:
    asked, new = module(), pin_block(ZPK, "9876")
    expected = generate_offset_ibm3624(PVK, pins.DATA, pins.CLEAR_TABLE, "9876") + "F" * 8
    right = change_offset("001", pins.ZPK_TEXT, CHECK, Z_BLOCK, OFFSET, new)
    assert ask(asked, right).fields == {"offset": expected}
    wrong = change_offset("001", pins.ZPK_TEXT, CHECK, new, OFFSET, Z_BLOCK)
    assert (ask(asked, wrong).error, asked.pin_failures) == ("01", 1)


def test_validation_data_may_be_given_whole() -> None:
    whole = "P" + pins.DATA.hex().upper()
    assert ask(module(), verify(with_(validation=whole))).ok


def test_a_table_in_clear_is_for_old_hosts_alone() -> None:
    clear = with_(table=pins.CLEAR_TABLE)
    assert ask(module(), verify(clear)).error == "25"
    assert ask(module(encrypted_tables_only=False), verify(clear)).ok
    flat = with_(table="0000000000000001")
    assert ask(module(encrypted_tables_only=False), verify(flat)).error == "25"


def test_keys_and_tables_may_be_in_the_user_storage() -> None:
    asked = module()
    assert ask(asked, verify(with_(table="K00A", pvk="K00B"))).error == "12"
    assert ask(asked, store_texts(0x00A, [pins.TABLE])).ok
    assert ask(asked, store_texts(0x00B, [pins.PVK_TEXT])).ok
    assert ask(asked, verify(with_(table="K00A", pvk="K00B"))).ok


def test_the_same_under_a_key_block_lmk() -> None:
    check = ibm_check(
        under_block_lmk("V1T2C00E00", PVK),
        PAN12,
        encrypt_table(TEST_BLOCK_LMK, pins.CLEAR_TABLE),
        pins.VALIDATION,
    )
    tpk = under_block_lmk("P0T2B00E00", TPK)
    command = verify_pin_ibm_tpk(tpk, check, T_BLOCK, OFFSET)
    blocks = msgspec.structs.replace(command, fields={**command.fields, "lmk_id": "01"})
    assert ask(module(), blocks).ok
    short = {**blocks.fields, "table": pins.TABLE}
    assert ask(module(), Command("", "DA", short)).error == "25"


def test_old_modules_warn_of_a_long_key() -> None:
    asked = module(warn_of_long_pvk=True)
    assert ask(asked, verify()).error == "02"
    answer = ask(asked, offset_from_block("002", pins.TPK_TEXT, CHECK, T_BLOCK))
    assert (answer.error, answer.fields) == ("02", {"offset": OFFSET})
    assert ask(asked, verify(offset="0" * 12)).error == "01"
    short = under_lmk("002", key(9, 8), "Z")
    lax = module(warn_of_long_pvk=True, refuse_single_length=False)
    assert ask(lax, offset_from_block("002", pins.TPK_TEXT, with_(pvk=short), T_BLOCK)).ok


SIX = with_(check_length="06")


@pytest.mark.parametrize(
    ("command", "policy", "error"),
    [
        (verify(SIX, "123456FFFFFF"), {}, "01"),  # the PIN has four
        (verify(SIX), {}, "15"),  # the offset has four
        (verify(with_(check_length="03")), {}, "24"),
        (verify(with_(check_length="13")), {}, "24"),
        (verify(with_(validation="1234567890FF")), {}, "15"),
        (verify(with_(validation="NNNNNNNNNNNN")), {}, "15"),
        (verify(with_(table="0" * 16)), {}, "25"),
        (verify(block="0" * 16), {}, "20"),
        (verify_pin_ibm_tpk(pins.TPK_TEXT, CHECK, T_BLOCK, OFFSET, "03"), {}, "69"),
        (verify_pin_ibm_tpk(pins.TPK_TEXT, CHECK, T_BLOCK, OFFSET, "99"), {}, "23"),
        (Command("", "DA", {**verify().fields, "pin_max": "03"}), {}, "24"),
        (offset_from_block("002", pins.TPK_TEXT, SIX, T_BLOCK), {}, "81"),
        (
            offset_from_block("002", pins.TPK_TEXT, CHECK, T_BLOCK),
            {"pins_excluded": ("1234",)},
            "86",
        ),
        (offset_from_block("003", pins.TPK_TEXT, CHECK, T_BLOCK), {}, "28"),
        (offset_from_lmk_pin(CHECK, "J" + "0" * 32), {}, "14"),
        (derive_pin_ibm(CHECK, OFFSET), {"pins_excluded": ("1234",)}, "86"),
    ],
)
def test_what_is_refused(command: Command, policy: dict[str, Any], error: str) -> None:
    answer = ask(module(**policy), command)
    assert (answer.error, answer.fields) == (error, {})
