"""The attacks work with one rule off, and only then."""

from random import Random

import pytest

from cardswitch.hsm_sim.attacks import (
    ATTACKS,
    DEMO_PIN,
    TABLE,
    VALIDATION,
    VICTIM_PAN12,
    Outcome,
    set_stage,
)
from cardswitch.hsm_sim.custody.policy import Policy
from cardswitch.hsm_sim.module import HsmModule
from cardswitch.hsm_sim.pins.decimalisation import encrypt_table
from cardswitch.specs.errors import Error
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.pins.blocks import pvv_from_block
from cardswitch.specs.hsm.commands.pins.ibm import ibm_check, offset_from_block
from cardswitch.specs.hsm.commands.pins.lmk import pin_from_lmk, pin_to_lmk, pin_to_lmk_zpk
from cardswitch.specs.security.lmk import TEST_LMK, LmkSet
from tests.kit.hsm.module import ask

PINS = ["7391", "0000", "9999", "1123", "4950", "0129"]


def outcome(name: str, pin: str = "7391", **policy) -> Outcome:
    asked = HsmModule(Random(4).randbytes, Policy(**policy))

    def ask_it(command):
        return ask(asked, command)

    return ATTACKS[name].run(ask_it, set_stage(ask_it, Random(5).randbytes, pin))


@pytest.mark.parametrize("pin", PINS)
def test_a_change_of_type_reads_the_pin_with_three_calls(pin: str) -> None:
    found = outcome("type", pin, keys_keep_their_type=False)
    assert found == Outcome(3, prepared=1, pin=pin)


def test_a_key_that_keeps_its_type_does_not_leave() -> None:
    assert outcome("type") == Outcome(1, prepared=1, stopped_by="17")


@pytest.mark.parametrize("pin", PINS)
def test_chosen_tables_find_the_pin(pin: str) -> None:
    found = outcome("decimalisation", pin, encrypted_tables_only=False)
    assert (found.pin, found.prepared, found.stopped_by) == (pin, 0, "")
    assert found.worked
    assert found.calls <= 40


def test_an_encrypted_table_cannot_be_chosen() -> None:
    assert outcome("decimalisation") == Outcome(1, stopped_by="25")


def test_the_limits_of_failed_pins_stop_what_needs_many() -> None:
    stopped = outcome("decimalisation", encrypted_tables_only=False, pin_failures_max=3)
    assert (stopped.pin, stopped.stopped_by) == ("", "39")
    assert not stopped.worked


def test_a_change_of_format_finds_the_pin_with_two_calls() -> None:
    found = outcome("format", "0042", restrict_pin_translation=False)
    assert (found.pin, found.calls, found.prepared) == ("0042", 2, 43)


def test_without_the_change_of_format_nothing_is_found() -> None:
    assert outcome("format") == Outcome(1, stopped_by="69")


def test_changed_accounts_narrow_two_digits_down() -> None:
    found = outcome("account", translate_digits_unseen=False)
    assert found == Outcome(20, left={3: "89", 4: "012367"})
    assert found.worked


@pytest.mark.parametrize("pin", PINS)
def test_what_is_left_is_true(pin: str) -> None:
    found = outcome("account", pin, translate_digits_unseen=False)
    for place, digits in found.left.items():
        assert pin[place - 1] in digits


@pytest.mark.parametrize("pin", PINS)
def test_an_answer_that_never_changes_tells_nothing(pin: str) -> None:
    assert outcome("account", pin) == Outcome(20)


@pytest.mark.parametrize("name", ATTACKS)
def test_every_attack_names_the_rule_that_stops_it(name: str) -> None:
    rule = ATTACKS[name].rule
    assert getattr(Policy(), rule) is True
    others = {
        field: False
        for field in Policy.__struct_fields__
        if getattr(Policy(), field) is True and field != rule
    }
    assert not outcome(name, "0003", **others).worked
    assert outcome(name, "0003", **{rule: False}).worked


def test_another_lmk_is_no_stage() -> None:
    pairs = (bytes(range(16)),) * 20
    asked = HsmModule(Random(4).randbytes, lmks={"00": LmkSet(pairs, is_test=True)})
    with pytest.raises(Error, match="published test LMK alone"):
        set_stage(asked.answer, Random(5).randbytes)
    assert repr(set_stage(HsmModule(Random(4).randbytes).answer, Random(5).randbytes)) == "<Stage>"


def test_a_search_of_all_pins_ends_for_one_card_alone() -> None:
    asked = HsmModule(Random(4).randbytes)
    stage = set_stage(asked.answer, Random(5).randbytes)
    fields = {"zpk": stage.zpk, "pvk": stage.pvk, "block": stage.block, "format": "01"}
    fields |= {"pvki": "1", "pan12": VICTIM_PAN12}
    wrong = [
        asked.answer(Command("", "EC", {**fields, "pvv": f"{pvv:04d}"})).error
        for pvv in range(10_000)
    ]
    assert (wrong.count("01"), {*wrong[101:]}) == (100, {"39"})
    other = {**fields, "pan12": "05" + VICTIM_PAN12[2:], "pvv": "0000"}
    assert asked.answer(Command("", "EC", other)).error == "01"


@pytest.mark.parametrize(("unseen", "seen"), [(True, {"01"}), (False, {"01", "20"})])
def test_no_verification_tells_digits_by_the_account(unseen: bool, seen: set[str]) -> None:
    asked = HsmModule(Random(4).randbytes, Policy(translate_digits_unseen=unseen))
    stage = set_stage(asked.answer, Random(5).randbytes)
    fields = {"zpk": stage.zpk, "pvk": stage.pvk, "block": stage.block, "format": "01"}
    # A block that is wrong at its end as well: the one fault must not tell of the other.
    for end, expected in ((VICTIM_PAN12[-1], seen), ("9", {"20"})):
        accounts = [VICTIM_PAN12[:1] + d + VICTIM_PAN12[2:-1] + end for d in "0123456789"]
        commands = [
            Command("", "EC", {**fields, "pvki": "1", "pvv": "0000", "pan12": account})
            for account in accounts
        ]
        assert {asked.answer(command).error for command in commands} == expected


@pytest.mark.parametrize(("unseen", "seen"), [(True, {"00"}), (False, {"00", "20"})])
@pytest.mark.parametrize("code", ["JC", "JE", "BK", "FW"])
def test_no_command_tells_digits_by_the_account(code: str, unseen: bool, seen: set[str]) -> None:
    asked = HsmModule(Random(4).randbytes, Policy(translate_digits_unseen=unseen))
    stage = set_stage(asked.answer, Random(5).randbytes)
    block = stage.type_pin(DEMO_PIN, VICTIM_PAN12) if code == "JC" else stage.block
    errors = set()
    for digit in "0123456789":
        account = VICTIM_PAN12[:1] + digit + VICTIM_PAN12[2:]
        check = ibm_check(stage.pvk, account, encrypt_table(TEST_LMK, TABLE), "P" + VALIDATION)
        command = {
            "JC": pin_to_lmk(stage.tpk, block, account),
            "JE": pin_to_lmk_zpk(stage.zpk, block, account),
            "BK": offset_from_block("001", stage.zpk, check, block),
            "FW": pvv_from_block("001", stage.zpk, stage.pvk, block, account, "1"),
        }[code]
        answer = asked.answer(command)
        errors.add(answer.error)
        if answer.ok and "pin" in answer.fields:
            sent = asked.answer(pin_from_lmk(stage.zpk, answer.fields["pin"], account))
            errors.add(sent.error)
    assert errors == seen
