"""PIN blocks that pass through: no digit of the PIN makes a difference to what is answered."""

import pytest

from cardswitch.hsm_sim.custody.policy import Policy
from cardswitch.hsm_sim.pins.unseen import passes_unseen
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.pins.blocks import translate_pin_zpk_zpk
from cardswitch.specs.security.tdes import decrypt_tdes_ecb
from tests.kit.hsm.module import PAN12, ZPK, ZPK2, any_block, ask, module, under_lmk

ZPK_TEXT, ZPK2_TEXT = under_lmk("001", ZPK), under_lmk("001", ZPK2)


def translation(clear: str, source: str = "01", target: str = "01") -> Command:
    """Of a block that holds *clear* once PAN12 is taken off."""
    block = any_block(ZPK, f"{int(clear, 16) ^ int(PAN12, 16):016X}")
    return translate_pin_zpk_zpk(ZPK_TEXT, ZPK2_TEXT, block, PAN12, source, target)


@pytest.mark.parametrize("digits", ["1234", "12AF", "FFFF", "ABCDE"])
def test_digits_above_nine_are_told_only_without_the_rule(digits: str) -> None:
    command = translation(f"0{len(digits)}{digits:F<14}")
    answer = ask(module(), command)
    assert answer.ok
    assert answer.fields["pin_length"] == f"0{len(digits)}"
    clear = decrypt_tdes_ecb(ZPK2, bytes.fromhex(answer.fields["block"]))
    assert f"{int(clear.hex(), 16) ^ int(PAN12, 16):016X}" == f"0{len(digits)}{digits:F<14}"
    off = ask(module(translate_digits_unseen=False), command)
    assert off.error == ("00" if digits == "1234" else "20")


@pytest.mark.parametrize(
    ("clear", "error", "told"),
    [
        ("141234FFFFFFFFFF", "20", "20"),
        ("031234FFFFFFFFFF", "20", "24"),
        ("041234FFFFFFFFF0", "20", "20"),
    ],
)
def test_what_is_the_same_for_every_pin_is_still_checked(clear: str, error: str, told: str) -> None:
    assert ask(module(), translation(clear)).error == error
    assert ask(module(uniform_pin_error=False), translation(clear)).error == told


def test_a_pin_above_the_given_maximum() -> None:
    command = translation("0512345FFFFFFFFF")
    command.fields["pin_max"] = "04"
    assert ask(module(), command).error == "24"


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [("01", "01", True), ("01", "47", True), ("05", "01", False), ("01", "48", False)],
)
def test_only_formats_of_one_card_pass(source: str, target: str, expected: bool) -> None:
    fields = {"source_format": source, "target_format": target}
    assert passes_unseen(Policy(), fields) is expected
    assert not passes_unseen(Policy(translate_digits_unseen=False), fields)
