"""A module that was tampered with: what needs a key gets 13, all else goes on."""

from random import Random

import pytest

from cardswitch.hsm_sim.custody.policy import CommandRefused, Policy
from cardswitch.hsm_sim.custody.storage import UserStorage
from cardswitch.hsm_sim.keys.tamper import ErasedRing
from cardswitch.hsm_sim.keys.uses import ZPK
from cardswitch.hsm_sim.module import TEST_LMKS, HsmModule
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.module.status import diagnostics, echo
from cardswitch.specs.hsm.commands.pins.blocks import translate_pin_tpk_zpk
from tests.hsm_sim.test_module import GOOD, LAX
from tests.kit.hsm.module import PAN12, TPK, ZPK2, ask, module, pin_block, under_lmk

# Commands that no LMK has a part in; those inside an NK are answered one by one.
KEYLESS = {"B2", "N0", "NO", "J2", "J4", "J8", "JK", "RA", "GM", "NK", "LA", "LE", "LG"}
TRANSLATION = translate_pin_tpk_zpk(
    under_lmk("002", TPK), under_lmk("001", ZPK2), pin_block(TPK, "1234"), PAN12
)


def key_ring() -> ErasedRing:
    return ErasedRing(Policy(), Random(1).randbytes, UserStorage())


@pytest.mark.parametrize(
    "command", [c for c in GOOD if c.code not in KEYLESS], ids=lambda command: command.code
)
def test_every_command_with_a_key_is_answered_13(command: Command) -> None:
    asked = HsmModule(Random(1).randbytes, LAX)
    asked.state.authority.until[""] = 10.0
    asked.tamper("lid opened")
    asked.state.authority.until[""] = 10.0  # Authority went with the keys.
    answer = ask(asked, command)
    assert (answer.error, answer.fields) == ("13", {})


def test_what_needs_no_key_goes_on() -> None:
    asked = module()
    asked.tamper("lid opened")
    assert ask(asked, echo("HELLO")).ok
    assert ask(asked, diagnostics()).error == "13"
    assert ask(asked, Command("", "NC", {"lmk_id": "01"})).error == "13"


def test_a_tamper_takes_everything_and_is_counted() -> None:
    asked = module()
    asked.state.storage.texts["000"] = under_lmk("002", TPK)
    asked.state.authority.until["export"] = 10.0
    assert ask(asked, TRANSLATION).ok
    asked.tamper("lid opened")
    state = asked.state
    assert (state.tampered, state.tampers) == ("lid opened", 1)
    assert (state.storage.texts, state.authority.until) == ({}, {})
    assert (state.lmks_test, state.lmks_live) == (0, 0)
    assert ask(asked, TRANSLATION).error == "13"


def test_new_lmks_end_it() -> None:
    asked = module()
    asked.tamper("lid opened")
    asked.load_lmks(TEST_LMKS)
    assert ask(asked, TRANSLATION).ok
    assert (asked.state.tampered, asked.state.tampers, asked.state.lmks_test) == ("", 1, 2)


def test_an_earlier_tamper_is_not_counted_again() -> None:
    asked = module()
    asked.stay_erased("lid opened")
    assert (asked.state.tampered, asked.state.tampers) == ("lid opened", 0)
    assert ask(asked, TRANSLATION).error == "13"


@pytest.mark.parametrize(
    "use",
    [
        lambda erased: erased.open(ZPK, "U" + "0" * 32),
        lambda erased: erased.open_any(ZPK, "K000"),
        lambda erased: erased.close(ZPK, "U", None),
        lambda erased: erased.generate(ZPK, "U"),
        lambda erased: erased.check_value(),
        lambda erased: erased.lmk,
        lambda erased: erased._open(ZPK, ""),
    ],
)
def test_whatever_needs_the_lmk_is_refused(use) -> None:
    with pytest.raises(CommandRefused) as refused:
        use(key_ring())
    assert refused.value.code == "13"


def test_what_is_no_attribute_is_none() -> None:
    with pytest.raises(AttributeError):
        _ = key_ring().lmks
