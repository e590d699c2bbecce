"""PE, TA, NE and OC: what is printed, and for whom."""

from random import Random

import pytest

from cardswitch.hsm_sim.module import HsmModule
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.module.printing import (
    print_components,
    print_pin,
    print_tmk,
    print_zmk_component,
)
from cardswitch.specs.security.lmk import TEST_LMK, seal_pin, unwrap_key
from tests.kit.hsm.module import PAN12, TPK, ask, attended, module, under_lmk

PIN = print_pin(seal_pin(TEST_LMK, "739182", PAN12), PAN12, ["Mr Sample", "12 High Street"])
ALL = [PIN, print_tmk(under_lmk("002", TPK)), print_components("001"), print_zmk_component()]


@pytest.fixture
def printed() -> list[str]:
    return []


@pytest.fixture
def asked(printed: list[str]) -> HsmModule:
    return HsmModule(Random(2024).randbytes, print_text=printed.append)


def test_a_pin_is_printed_for_its_owner(asked: HsmModule, printed: list[str]) -> None:
    assert attended(asked)(PIN).ok
    assert printed == [f"Mr Sample\n12 High Street\naccount {PAN12}\nPIN 739182\n\f\n"]


def test_components_make_the_key(asked: HsmModule, printed: list[str]) -> None:
    made = attended(asked)(print_components("001")).fields
    one, two = (bytes.fromhex(text.split()[2]) for text in printed)
    clear = bytes(a ^ b for a, b in zip(one, two, strict=True))
    assert clear == unwrap_key(TEST_LMK, "001", made["key"])
    assert all(made["kcv"] in text for text in printed)


def test_a_tmk_and_a_component_are_what_is_under_the_lmk(
    asked: HsmModule, printed: list[str]
) -> None:
    assert attended(asked)(ALL[1]).ok
    made = attended(asked)(print_zmk_component()).fields
    assert f"TMK {TPK.hex().upper()}\n" in printed[0]
    assert unwrap_key(TEST_LMK, "000", made["key"]).hex().upper() in printed[1]


@pytest.mark.parametrize("command", ALL, ids=lambda command: command.code)
def test_without_officers_or_a_printer_nothing_is_printed(
    asked: HsmModule, printed: list[str], command: Command
) -> None:
    assert ask(asked, command).error == "17"
    assert printed == []
    assert attended(HsmModule(Random(2024).randbytes))(command).error == "16"
    assert attended(module())(command).ok
