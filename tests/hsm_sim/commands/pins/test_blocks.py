"""CA, CC, DC, EC, DG, FW and CU; and what becomes of every PIN block that is not one."""

from typing import Any

import msgspec
import pytest

from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.pins.blocks import (
    change_pvv,
    pvv_from_block,
    pvv_from_lmk_pin,
    translate_pin_tpk_zpk,
    translate_pin_zpk_zpk,
    verify_pin_pvv_tpk,
    verify_pin_pvv_zpk,
)
from cardswitch.specs.hsm.commands.pins.lmk import pin_to_lmk
from cardswitch.specs.security.pinblock_iso_4 import (
    decipher_pinblock_iso_4,
    encipher_pinblock_iso_4,
)
from cardswitch.specs.security.pinblocks import decode_pinblock
from cardswitch.specs.security.pvv import generate_pvv
from cardswitch.specs.security.tdes import decrypt_tdes_ecb
from tests.kit.hsm.examples_emv import under_block_lmk
from tests.kit.hsm.module import (
    PAN,
    PAN12,
    PVK,
    TPK,
    ZPK,
    ZPK2,
    any_block,
    ask,
    key,
    module,
    pin_block,
    under_lmk,
)

TPK_TEXT, PVK_TEXT = under_lmk("002", TPK), under_lmk("002", PVK)
ZPK_TEXT, ZPK2_TEXT = under_lmk("001", ZPK), under_lmk("001", ZPK2)
PVV = generate_pvv(PVK, "1234", PAN12, "1")
ALLOWED = [(s, t) for s in ("01", "05", "47") for t in ("01", "05", "47") if s == "05" or t != "05"]
# Every way in which a clear block of format 0 for PAN12 can hold no PIN, and its reason.
BAD_BLOCKS = [
    ("141234FFFFFFFFFF", "format 1"),
    ("0312" + "4F" * 6, "a PIN of 3"),
    ("0D12345678901234", "a PIN of 13"),
    ("04123AFFFFFFFFFF", "no digit"),
    ("041234FFFFFFFFF0", "no fill"),
]


def bad_block(clear_key: bytes, clear: str) -> str:
    """A block under *clear_key* that holds *clear* once PAN12 is taken off."""
    return any_block(clear_key, f"{int(clear, 16) ^ int(PAN12, 16):016X}")


@pytest.mark.parametrize("pin", ["1234", "123456", "123456789012"])
@pytest.mark.parametrize(("source", "target"), ALLOWED)
def test_a_pin_keeps_its_value_from_zone_to_zone(pin: str, source: str, target: str) -> None:
    hsm = module()
    for command in (
        translate_pin_tpk_zpk(
            TPK_TEXT, ZPK2_TEXT, pin_block(TPK, pin, source), PAN12, source, target
        ),
        translate_pin_zpk_zpk(
            ZPK_TEXT, ZPK2_TEXT, pin_block(ZPK, pin, source), PAN12, source, target
        ),
    ):
        fields = ask(hsm, command).fields
        assert (fields["pin_length"], fields["format"]) == (f"{len(pin):02d}", target)
        clear = decrypt_tdes_ecb(ZPK2, bytes.fromhex(fields["block"]))
        assert decode_pinblock(target, clear, PAN12) == pin


@pytest.mark.parametrize(("source", "target"), [("01", "05"), ("47", "05")])
def test_a_block_is_not_freed_from_its_card(source: str, target: str) -> None:
    block = pin_block(TPK, "1234", source)
    command = translate_pin_tpk_zpk(TPK_TEXT, ZPK_TEXT, block, PAN12, source, target)
    assert ask(module(), command).error == "69"
    assert ask(module(restrict_pin_translation=False), command).ok


@pytest.mark.parametrize(("code", "error"), [("03", "69"), ("34", "69"), ("99", "23")])
def test_formats_that_are_not_served(code: str, error: str) -> None:
    hsm, block = module(), "0" * 16
    for command in (
        translate_pin_tpk_zpk(TPK_TEXT, ZPK_TEXT, block, PAN12, code),
        translate_pin_zpk_zpk(ZPK_TEXT, ZPK2_TEXT, block, PAN12, target=code),
        verify_pin_pvv_tpk(TPK_TEXT, PVK_TEXT, block, PAN12, "1", PVV, code),
        verify_pin_pvv_zpk(ZPK_TEXT, PVK_TEXT, block, PAN12, "1", PVV, code),
        pin_to_lmk(TPK_TEXT, block, PAN12, code),
    ):
        assert ask(hsm, command).error == error


@pytest.mark.parametrize("clear", [block for block, _ in BAD_BLOCKS])
def test_every_bad_block_gets_the_same_code(clear: str) -> None:
    # With the rule on, digits above 9 are not even looked at in a translation: see test_unseen.
    hsm, block = module(translate_digits_unseen=False), bad_block(TPK, clear)
    for command in (
        translate_pin_tpk_zpk(TPK_TEXT, ZPK_TEXT, block, PAN12),
        verify_pin_pvv_tpk(TPK_TEXT, PVK_TEXT, block, PAN12, "1", PVV),
        pin_to_lmk(TPK_TEXT, block, PAN12),
    ):
        answer = ask(hsm, command)
        assert (answer.error, answer.fields) == ("20", {})


@pytest.mark.parametrize(("clear", "reason"), BAD_BLOCKS)
def test_without_the_rule_a_bad_length_is_told(clear: str, reason: str) -> None:
    command = pin_to_lmk(TPK_TEXT, bad_block(TPK, clear), PAN12)
    expected = "24" if reason.startswith("a PIN") else "20"
    asked = module(uniform_pin_error=False, translate_digits_unseen=False)
    assert ask(asked, command).error == expected


def test_a_block_of_another_card_or_key_is_bad() -> None:
    hsm, block = module(), pin_block(TPK, "1234")
    assert ask(hsm, pin_to_lmk(TPK_TEXT, block, "000000000001")).error == "20"
    assert ask(hsm, pin_to_lmk(under_lmk("002", ZPK), block, PAN12)).error == "20"


@pytest.mark.parametrize(
    ("pin_max", "error"), [("12", "00"), ("06", "00"), ("05", "24"), ("13", "24"), ("03", "24")]
)
def test_the_longest_pin_may_be_given(pin_max: str, error: str) -> None:
    command = translate_pin_tpk_zpk(TPK_TEXT, ZPK_TEXT, pin_block(TPK, "123456"), PAN12)
    limited = msgspec.structs.replace(command, fields={**command.fields, "pin_max": pin_max})
    assert ask(module(), limited).error == error


@pytest.mark.parametrize(
    ("pin", "pan12", "pvki", "pvv", "error"),
    [
        ("1234", PAN12, "1", PVV, "00"),
        ("123499", PAN12, "1", PVV, "00"),  # The first four digits count.
        ("1235", PAN12, "1", PVV, "01"),
        ("1234", PAN12, "2", PVV, "01"),
        ("1234", PAN12, "1", f"{(int(PVV) + 1) % 10000:04d}", "01"),
        ("1234", "999000000002", "1", PVV, "01"),
    ],
)
def test_a_pin_is_verified(pin: str, pan12: str, pvki: str, pvv: str, error: str) -> None:
    hsm = module()
    from_terminal = verify_pin_pvv_tpk(
        TPK_TEXT, PVK_TEXT, pin_block(TPK, pin, pan12=pan12), pan12, pvki, pvv
    )
    from_zone = verify_pin_pvv_zpk(
        ZPK_TEXT, PVK_TEXT, pin_block(ZPK, pin, pan12=pan12), pan12, pvki, pvv
    )
    for command in (from_terminal, from_zone):
        answer = ask(hsm, command)
        assert (answer.error, answer.fields) == (error, {})


def test_a_card_gets_its_pvv_without_a_clear_pin() -> None:
    hsm = module()
    pin = ask(hsm, pin_to_lmk(TPK_TEXT, pin_block(TPK, "1234"), PAN12)).fields["pin"]
    assert pin[0] == "J"
    assert ask(hsm, pvv_from_lmk_pin(PVK_TEXT, pin, PAN12, "1")).fields == {"pvv": PVV}


@pytest.mark.parametrize(
    ("pin", "pan12", "policy", "error"),
    [
        ("J" + "0" * 32, PAN12, {}, "14"),
        ("01234", PAN12, {}, "14"),
        ("01234", PAN12, {"encrypted_pins_only": False}, "00"),
        ("0123456789012", PAN12, {"encrypted_pins_only": False}, "00"),
        ("J" + "0" * 32, PAN12, {"encrypted_pins_only": False}, "14"),
    ],
)
def test_pins_under_the_lmk(pin: str, pan12: str, policy: dict[str, Any], error: str) -> None:
    assert ask(module(**policy), pvv_from_lmk_pin(PVK_TEXT, pin, pan12, "1")).error == error


def test_a_pin_under_the_lmk_is_that_of_one_card() -> None:
    hsm = module()
    pin = ask(hsm, pin_to_lmk(TPK_TEXT, pin_block(TPK, "1234"), PAN12)).fields["pin"]
    assert ask(hsm, pvv_from_lmk_pin(PVK_TEXT, pin, "000000000001", "1")).error == "14"


TRIPLE = under_lmk("002", key(9, 24), "T")


@pytest.mark.parametrize(
    "command",
    [
        verify_pin_pvv_zpk(ZPK_TEXT, TRIPLE, pin_block(ZPK, "1234"), PAN12, "1", PVV),
        pvv_from_lmk_pin(TRIPLE, "J" + "0" * 32, PAN12, "1"),
    ],
)
def test_a_pvk_is_a_pair(command: Command) -> None:
    assert ask(module(), command).error == "27"


# Formats of old terminals, of chips and of AES ----------------------------------------------------

WIDE = {"pin_formats": ("01", "03", "05", "34", "47", "48")}
AES_1, AES_2 = bytes(range(16)), bytes(range(16, 48))
AES_ZPK = under_block_lmk("P0A1B00N00", AES_1)
AES_ZPK_2 = under_block_lmk("P0A3B00N00", AES_2)
TDES_ZPK = under_block_lmk("P0T2B00N00", ZPK)
AES_BLOCK = encipher_pinblock_iso_4(AES_1, "1234", PAN, bytes(8)).hex().upper()


@pytest.mark.parametrize(("source", "target"), [("03", "03"), ("03", "01"), ("34", "34")])
def test_formats_that_a_policy_may_enable(source: str, target: str) -> None:
    block = pin_block(TPK, "12345", source)
    command = translate_pin_tpk_zpk(TPK_TEXT, ZPK_TEXT, block, PAN12, source, target)
    fields = ask(module(**WIDE), command).fields
    clear = decrypt_tdes_ecb(ZPK, bytes.fromhex(fields["block"]))
    assert decode_pinblock(target, clear, PAN12) == "12345"


def of_aes(
    source: str, target: str, block: str, source_key: str, target_key: str, pan: str = PAN
) -> Command:
    command = translate_pin_zpk_zpk(source_key, target_key, block, PAN12, source, target, pan)
    return msgspec.structs.replace(command, fields={**command.fields, "lmk_id": "01"})


def test_blocks_of_aes() -> None:
    hsm = module()
    to_aes = ask(hsm, of_aes("48", "48", AES_BLOCK, AES_ZPK, AES_ZPK_2)).fields
    assert decipher_pinblock_iso_4(AES_2, bytes.fromhex(to_aes["block"]), PAN) == "1234"
    to_tdes = ask(hsm, of_aes("48", "01", AES_BLOCK, AES_ZPK, TDES_ZPK)).fields
    assert to_tdes["block"] == pin_block(ZPK, "1234")
    back = ask(hsm, of_aes("01", "48", to_tdes["block"], TDES_ZPK, AES_ZPK)).fields
    assert decipher_pinblock_iso_4(AES_1, bytes.fromhex(back["block"]), PAN) == "1234"


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (of_aes("48", "48", AES_BLOCK, TDES_ZPK, AES_ZPK), "A7"),
        (of_aes("48", "48", AES_BLOCK, AES_ZPK, TDES_ZPK), "A7"),
        (of_aes("01", "48", pin_block(ZPK, "1234"), AES_ZPK, AES_ZPK), "A7"),
        (of_aes("48", "05", AES_BLOCK, AES_ZPK, TDES_ZPK), "69"),
        (of_aes("48", "48", AES_BLOCK, AES_ZPK, AES_ZPK, ""), "22"),
        (of_aes("48", "48", AES_BLOCK, AES_ZPK, AES_ZPK, "9999990000000028"), "22"),
        (of_aes("48", "48", AES_BLOCK, AES_ZPK, AES_ZPK, "8" + PAN[1:]), "20"),
        (of_aes("48", "48", AES_BLOCK, AES_ZPK_2, AES_ZPK), "20"),
        (of_aes("48", "48", AES_BLOCK[:16], AES_ZPK, AES_ZPK), "20"),
        (of_aes("01", "01", AES_BLOCK, TDES_ZPK, TDES_ZPK), "20"),
    ],
)
def test_what_is_refused_of_aes(command: Command, error: str) -> None:
    answer = ask(module(), command)
    assert (answer.error, answer.fields) == (error, {})


# PVVs of new PINs -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key_type", "clear", "text"), [("001", ZPK, ZPK_TEXT), ("002", TPK, TPK_TEXT)]
)
def test_a_pin_is_chosen_and_changed(key_type: str, clear: bytes, text: str) -> None:
    hsm, block, new = module(), pin_block(clear, "1234"), pin_block(clear, "987654")
    chosen = ask(hsm, pvv_from_block(key_type, text, PVK_TEXT, block, PAN12, "1"))
    assert chosen.fields == {"pvv": PVV}
    changed = ask(hsm, change_pvv(key_type, text, PVK_TEXT, block, PAN12, "1", PVV, new))
    assert changed.fields == {"pvv": generate_pvv(PVK, "987654", PAN12, "1")}
    wrong = ask(hsm, change_pvv(key_type, text, PVK_TEXT, new, PAN12, "1", PVV, block))
    assert (wrong.error, hsm.pin_failures) == ("01", 1)


@pytest.mark.parametrize(
    ("policy", "key_type", "error"),
    [({}, "003", "28"), ({}, "001", "10"), ({"pins_excluded": ("1234",)}, "002", "86")],
)
def test_new_pins_that_are_refused(policy: dict[str, Any], key_type: str, error: str) -> None:
    block = pin_block(TPK, "1234")
    for command in (
        pvv_from_block(key_type, TPK_TEXT, PVK_TEXT, block, PAN12, "1"),
        change_pvv(key_type, TPK_TEXT, PVK_TEXT, block, PAN12, "1", PVV, block),
    ):
        assert ask(module(**policy), command).error == error


def test_terminals_can_have_keys_of_their_own_type() -> None:
    text, block = under_lmk("70D", TPK), pin_block(TPK, "1234")
    apart = module(separate_terminal_keys=True)
    assert ask(apart, pvv_from_block("70D", text, PVK_TEXT, block, PAN12, "1")).ok
    assert ask(apart, pvv_from_block("70D", TPK_TEXT, PVK_TEXT, block, PAN12, "1")).error == "10"
