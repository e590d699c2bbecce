"""PIN blocks, accounts and PINs under the LMK, by themselves."""

import pytest

from cardswitch.hsm_sim.custody.policy import CommandRefused
from cardswitch.hsm_sim.keys.clear import ClearKey
from cardswitch.hsm_sim.pins.blocks import (
    Account,
    make_block,
    open_block,
    open_lmk_pin,
    require_pin_max,
)
from cardswitch.specs.security.lmk import TEST_LMK, seal_pin
from tests.kit.hsm.module import PAN, PAN12, ZPK, desk

TDES, AES = ClearKey("T", ZPK), ClearKey("A", bytes(range(32)))
ACCOUNT = Account(PAN12, PAN)


@pytest.mark.parametrize("code", ["01", "03", "05", "34", "47", "48"])
@pytest.mark.parametrize("pin", ["1234", "123456789012"])
def test_every_format_there_and_back(code: str, pin: str) -> None:
    mine, key = desk(), AES if code == "48" else TDES
    block = make_block(mine, key, pin, code, ACCOUNT)
    assert len(block) == (32 if code == "48" else 16)
    assert open_block(mine, key, block, code, ACCOUNT) == pin


@pytest.mark.parametrize(("code", "key"), [("01", AES), ("48", TDES)])
def test_a_format_goes_with_one_algorithm(code: str, key: ClearKey) -> None:
    for call in (
        lambda: make_block(desk(), key, "1234", code, ACCOUNT),
        lambda: open_block(desk(), key, "0" * 32, code, ACCOUNT),
    ):
        with pytest.raises(CommandRefused, match="A7"):
            call()


def test_two_numbers_of_one_account_agree() -> None:
    assert Account.of({"pan12": PAN12}).pan == ""
    assert Account.of({"pan12": PAN12, "pan": PAN}) == ACCOUNT
    with pytest.raises(CommandRefused, match="22"):
        Account.of({"pan12": "000000000001", "pan": PAN})
    with pytest.raises(CommandRefused, match="22"):
        make_block(desk(), AES, "1234", "48", Account(PAN12))
    assert PAN12 not in repr(ACCOUNT)


@pytest.mark.parametrize(("pin_max", "is_fine"), [("06", True), ("05", False), ("13", False)])
def test_the_longest_pin(pin_max: str, is_fine: bool) -> None:
    if is_fine:
        require_pin_max("123456", pin_max)
    else:
        with pytest.raises(CommandRefused, match="24"):
            require_pin_max("123456", pin_max)


def test_pins_under_the_lmk() -> None:
    sealed, lax = seal_pin(TEST_LMK, "1234", PAN12), desk(encrypted_pins_only=False)
    assert open_lmk_pin(desk(), sealed, PAN12) == "1234"
    assert open_lmk_pin(lax, "01234", PAN12) == "1234"
    for mine, text in ((desk(), "01234"), (lax, "J" + "0" * 32)):
        with pytest.raises(CommandRefused, match="14"):
            open_lmk_pin(mine, text, PAN12)
