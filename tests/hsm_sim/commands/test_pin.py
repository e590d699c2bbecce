"""CA, CC, DC, EC, JC and DG."""

from typing import Any

import msgspec
import pytest

from specs.hsm import (
    Command,
    pin_to_lmk,
    pvv_from_lmk_pin,
    translate_pin_tpk_zpk,
    translate_pin_zpk_zpk,
    verify_pin_pvv_tpk,
    verify_pin_pvv_zpk,
)
from specs.security.pinblocks import decode_pinblock
from specs.security.pvv import generate_pvv
from specs.security.tdes import decrypt_tdes_ecb
from tests.hsm_sim.helpers import (
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


@pytest.mark.parametrize(("code", "error"), [("03", "69"), ("48", "69"), ("99", "23")])
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
    hsm, block = module(), bad_block(TPK, clear)
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
    assert ask(module(uniform_pin_error=False), command).error == expected


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
