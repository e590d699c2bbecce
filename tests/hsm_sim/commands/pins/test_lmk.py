"""JA, JC, JE, JG, BC, BE, QK, LO; and BA and NG, which need more than all others."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.hsm_sim.custody.policy import Policy
from cardswitch.hsm_sim.keys.variants import VariantRing
from cardswitch.hsm_sim.module import OLD_TEST_LMK, HsmModule
from cardswitch.hsm_sim.pins.decimalisation import decrypt_table, encrypt_table
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands import COMMANDS
from cardswitch.specs.hsm.commands.pins.lmk import (
    compare_pin_tpk,
    compare_pin_zpk,
    decrypt_lmk_pin,
    encrypt_clear_pin,
    move_lmk_pin,
    pin_from_lmk,
    pin_to_lmk,
    pin_to_lmk_zpk,
    random_pin,
    renew_lmk_pin,
    renew_table,
)
from cardswitch.specs.security.block_lmk import TEST_BLOCK_LMK
from cardswitch.specs.security.lmk import TEST_LMK, open_pin, seal_pin
from cardswitch.specs.security.pinblock_iso_4 import decipher_pinblock_iso_4
from tests.kit.hsm import examples_pins as pins
from tests.kit.hsm.examples_emv import under_block_lmk
from tests.kit.hsm.module import PAN, PAN12, TPK, ZPK, ask, module, pin_block

SEALED, OTHER = seal_pin(TEST_LMK, "1234", PAN12), seal_pin(TEST_LMK, "1235", PAN12)
T_BLOCK, Z_BLOCK = pin_block(TPK, "1234"), pin_block(ZPK, "1234")
NEW_PAN12 = "999000000002"
AES_KEY = bytes(range(16))


def under_blocks(command: Command) -> Command:
    return msgspec.structs.replace(command, fields={**command.fields, "lmk_id": "01"})


def allowed(asked: HsmModule, *activities: str) -> HsmModule:
    asked.state.authority.until.update(dict.fromkeys(activities, 1e9))
    return asked


@given(st.binary(min_size=400, max_size=400), st.integers(4, 12))
def test_random_pins(chance: bytes, length: int) -> None:
    drawn = iter(chance * 20)
    asked = HsmModule(lambda size: bytes(next(drawn) for _ in range(size)))
    if not any(byte < 250 for byte in chance):
        return
    pin = open_pin(TEST_LMK, ask(asked, random_pin(PAN12, length)).fields["pin"], PAN12)
    fair = [byte for byte in chance * 20 if byte < 250]
    assert pin == "".join(str(byte % 10) for byte in fair[:length])


def test_a_random_pin_has_four_digits_unless_told() -> None:
    pin = ask(module(), Command("", "JA", {"pan12": PAN12})).fields["pin"]
    assert len(open_pin(TEST_LMK, pin, PAN12)) == 4
    assert ask(module(), random_pin(PAN12, 3)).error == "24"
    assert ask(module(), random_pin(PAN12, 13)).error == "24"


def test_a_random_pin_is_none_of_those_excluded() -> None:
    draws = [bytes(16), bytes([1] * 16)]
    asked = HsmModule(lambda size: draws.pop(0), Policy(pins_excluded=("0000",)))
    pin = ask(asked, random_pin(PAN12)).fields["pin"]
    assert open_pin(TEST_LMK, pin, PAN12) == "1111"
    never = HsmModule(lambda size: bytes(size), Policy(pins_excluded=("0000",)))
    assert ask(never, random_pin(PAN12)).error == "42"


def test_a_command_excludes_pins_too() -> None:
    drawn = open_pin(TEST_LMK, ask(module(), random_pin(PAN12)).fields["pin"], PAN12)
    other = ask(module(), random_pin(PAN12, 4, [drawn, "0000"])).fields["pin"]
    assert open_pin(TEST_LMK, other, PAN12) != drawn


@pytest.mark.parametrize("excluded", ["02041111", "01031111", "0103111", "01041111222"])
def test_excluded_pins_are_as_many_and_as_long_as_said(excluded: str) -> None:
    assert ask(module(), Command("", "JA", {"pan12": PAN12, "excluded": excluded})).error == "03"


def test_pins_come_under_the_lmk_and_leave_in_blocks() -> None:
    asked = module()
    assert ask(asked, pin_to_lmk(pins.TPK_TEXT, T_BLOCK, PAN12)).fields == {"pin": SEALED}
    assert ask(asked, pin_to_lmk_zpk(pins.ZPK_TEXT, Z_BLOCK, PAN12)).fields == {"pin": SEALED}
    made = ask(asked, pin_from_lmk(pins.ZPK_TEXT, SEALED, PAN12)).fields
    assert made == {"block": Z_BLOCK}


def test_the_same_with_aes() -> None:
    zpk, pin = under_block_lmk("P0A1B00N00", AES_KEY), seal_pin(TEST_BLOCK_LMK, "1234", PAN12)
    command = pin_from_lmk(zpk, pin, PAN12, "48", PAN)
    block = ask(module(), under_blocks(command)).fields["block"]
    assert decipher_pinblock_iso_4(AES_KEY, bytes.fromhex(block), PAN) == "1234"
    back = pin_to_lmk_zpk(zpk, block, PAN12, "48", PAN)
    assert ask(module(), under_blocks(back)).fields == {"pin": pin}
    same = compare_pin_zpk(zpk, pin, block, PAN12, "48", PAN)
    assert ask(module(), under_blocks(same)).ok


@pytest.mark.parametrize(
    ("target", "policy", "error"),
    [
        ("47", {}, "00"),
        ("05", {}, "69"),  # no longer bound to the card
        ("05", {"restrict_pin_translation": False}, "00"),
        ("03", {}, "69"),
        ("99", {}, "23"),
        ("48", {}, "A7"),
    ],
)
def test_formats_a_pin_may_leave_in(target: str, policy: dict[str, Any], error: str) -> None:
    command = pin_from_lmk(pins.ZPK_TEXT, SEALED, PAN12, target)
    assert ask(module(**policy), command).error == error


@pytest.mark.parametrize(
    ("pin", "pan12", "error"),
    [(SEALED, PAN12, "00"), (OTHER, PAN12, "01"), (SEALED[:-1] + "0", PAN12, "14")],
)
def test_pins_are_compared(pin: str, pan12: str, error: str) -> None:
    asked = module()
    assert ask(asked, compare_pin_tpk(pins.TPK_TEXT, pin, T_BLOCK, pan12)).error == error
    assert ask(asked, compare_pin_zpk(pins.ZPK_TEXT, pin, Z_BLOCK, pan12)).error == error
    assert asked.pin_failures == (2 if error == "01" else 0)


def test_every_bad_block_gets_the_same_code() -> None:
    for command in (
        pin_to_lmk_zpk(pins.ZPK_TEXT, "0" * 16, PAN12),
        compare_pin_tpk(pins.TPK_TEXT, SEALED, "0" * 16, PAN12),
        compare_pin_zpk(pins.ZPK_TEXT, SEALED, Z_BLOCK, NEW_PAN12),
    ):
        assert ask(module(), command).error == "20"


# What needs two officers --------------------------------------------------------------------------


def test_a_pin_moves_to_another_account_by_the_word_of_officers() -> None:
    command = move_lmk_pin(SEALED, PAN12, NEW_PAN12)
    assert ask(module(), command).error == "17"
    asked = allowed(module(), "pin.account")
    assert ask(asked, command).fields == {"pin": seal_pin(TEST_LMK, "1234", NEW_PAN12)}
    assert ask(asked, move_lmk_pin(SEALED, NEW_PAN12, PAN12)).error == "14"


def test_pins_in_clear() -> None:
    asked = allowed(module(commands_disabled=()), "pin.clear.host")
    assert ask(asked, encrypt_clear_pin("1234", PAN12)).fields == {"pin": SEALED}
    told = ask(asked, decrypt_lmk_pin(SEALED, PAN12)).fields
    assert told["clear_pin"] == "1234FFFFFFFFF"
    assert told["reference"] == ask(asked, decrypt_lmk_pin(OTHER, PAN12)).fields["reference"]
    moved = seal_pin(TEST_LMK, "1234", NEW_PAN12)
    assert told["reference"] != ask(asked, decrypt_lmk_pin(moved, NEW_PAN12)).fields["reference"]
    assert ask(asked, decrypt_lmk_pin(moved, PAN12)).error == "14"


@pytest.mark.parametrize("command", pins.CLEAR, ids=["BA", "NG"])
def test_pins_in_clear_are_refused_twice(command: Command) -> None:
    assert command.code in COMMANDS
    assert ask(allowed(module(), "pin"), command).error == "68"
    assert ask(module(commands_disabled=()), command).error == "17"
    assert ask(allowed(module(commands_disabled=()), "pin.account"), command).error == "17"


# The old LMK --------------------------------------------------------------------------------------


def test_a_table_comes_under_the_new_lmk() -> None:
    asked, old = module(), encrypt_table(OLD_TEST_LMK, pins.CLEAR_TABLE)
    made = ask(asked, renew_table(old)).fields["table"]
    assert decrypt_table(TEST_LMK, made) == pins.CLEAR_TABLE
    made = ask(asked, under_blocks(renew_table(old))).fields["table"]
    assert decrypt_table(TEST_BLOCK_LMK, made) == pins.CLEAR_TABLE
    assert ask(asked, renew_table(pins.TABLE)).error == "25"
    assert ask(module(encrypted_tables_only=False), renew_table(pins.CLEAR_TABLE)).error == "25"


def test_a_pin_under_the_old_lmk_is_renewed_and_stays_with_its_account() -> None:
    asked, old = module(), seal_pin(OLD_TEST_LMK, "1234", PAN12)
    assert open_pin(TEST_LMK, ask(asked, renew_lmk_pin(old, PAN12)).fields["pin"], PAN12) == "1234"
    for pin, pan12 in ((old, NEW_PAN12), (SEALED, PAN12)):
        assert ask(asked, renew_lmk_pin(pin, pan12)).error == "14"


def test_there_may_be_no_lmk_of_before() -> None:
    keys = VariantRing(TEST_LMK, Policy(), bytes)
    with pytest.raises(Exception, match="33"):
        keys.under_old_lmk()
