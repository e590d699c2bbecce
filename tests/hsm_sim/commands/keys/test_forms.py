"""A2, A4, B0, BW, LA and LE."""

from functools import reduce

import msgspec
import pytest

from cardswitch.hsm_sim.module import OLD_TEST_LMK, HsmModule
from cardswitch.specs.hsm import Command, HsmFormatError, unpack_command
from cardswitch.specs.hsm.commands.keys.any_type import key_check_value as ask_check_value
from cardswitch.specs.hsm.commands.keys.forms import (
    change_key_scheme,
    form_key,
    generate_component,
    read_texts,
    renew_key,
    store_texts,
)
from cardswitch.specs.security.keys import adjust_parity, key_check_value
from cardswitch.specs.security.lmk import TEST_LMK, unwrap_key, wrap_key
from cardswitch.specs.security.tdes import xor
from tests.kit.hsm import examples_keys as keys
from tests.kit.hsm.examples_emv import under_block_lmk
from tests.kit.hsm.module import ZPK, ask, key, module, under_lmk

OLD_ZPK = wrap_key(OLD_TEST_LMK, "001", "U", ZPK)


def allowed(**policy: bool) -> HsmModule:
    asked = module(**policy)
    asked.state.authority.until.update({"component": 1e9, "scheme": 1e9})
    return asked


def blocks(command: Command, **more: str) -> Command:
    return msgspec.structs.replace(command, fields={**command.fields, "lmk_id": "01", **more})


@pytest.mark.parametrize("command", keys.AUTHORISED[9:], ids=lambda command: command.code)
def test_two_officers_must_allow_it(command: Command) -> None:
    assert ask(module(), command).error == "17"
    assert ask(allowed(), command).ok


@pytest.mark.parametrize("count", range(2, 10))
def test_components_make_a_key(count: int) -> None:
    clear = [key(seed) for seed in range(40, 40 + count)]
    fields = ask(allowed(), form_key("001", [under_lmk("001", part) for part in clear])).fields
    value = adjust_parity(reduce(xor, clear))
    assert fields == {"key": under_lmk("001", value), "kcv": key_check_value(value).hex().upper()}


def test_components_are_made_here_too() -> None:
    asked = allowed()
    parts = [ask(asked, generate_component("001")).fields["component"] for _ in range(3)]
    assert len(set(parts)) == 3
    clear = reduce(xor, (unwrap_key(TEST_LMK, "001", part) for part in parts))
    formed = ask(asked, form_key("001", parts)).fields["key"]
    assert unwrap_key(TEST_LMK, "001", formed) == adjust_parity(clear)
    printed = Command("", "A2", {**generate_component("001").fields, "print_fields": "A;B"})
    assert ask(asked, printed).ok


@pytest.mark.parametrize(
    ("texts", "scheme", "error"),
    [
        ([under_lmk("001", ZPK)] * 2, "U", "10"),  # all zeros
        ([under_lmk("001", ZPK), under_lmk("001", key(9, 24), "T")], "U", "27"),
        ([under_lmk("001", ZPK), under_lmk("002", key(9))], "U", "10"),
        ([under_lmk("001", ZPK), under_lmk("001", key(9))], "T", "26"),
    ],
)
def test_components_that_make_no_key(texts: list[str], scheme: str, error: str) -> None:
    assert ask(allowed(), form_key("001", texts, scheme)).error == error


@pytest.mark.parametrize(("count", "error"), [("1", "03"), ("0", "03"), ("3", "15")])
def test_the_number_of_components(count: str, error: str) -> None:
    two = "".join(keys.COMPONENTS[:2])
    with pytest.raises(HsmFormatError) as caught:
        unpack_command(f"0001A4{count}001U{two}".encode())
    assert caught.value.error_code == error


def test_components_in_key_blocks() -> None:
    asked, parts = allowed(), [key(40), key(41)]
    texts = [under_block_lmk("P0T2B00E00", part) for part in parts]
    made = ask(asked, blocks(form_key("001", texts, "S"))).fields
    value = adjust_parity(xor(*parts))
    assert made["kcv"] == key_check_value(value).hex().upper()
    aes = [under_block_lmk("P0A1B00E00", part) for part in parts]
    attributes = {"key_type": "FFF", "attributes": "P0A1B00E00"}
    assert ask(asked, blocks(form_key("FFF", aes, "S"), **attributes)).fields["key"][8] == "A"
    mixed = blocks(form_key("001", [texts[0], aes[1]], "S"))
    assert ask(asked, mixed).error == "A7"
    fresh = ask(asked, blocks(generate_component("001", "S"))).fields
    assert fresh["component"][6:9] == "P0T"


@pytest.mark.parametrize(
    ("text", "scheme", "error"),
    [
        (under_lmk("001", ZPK), "X", "00"),
        (under_lmk("001", ZPK, "X")[1:], "U", "00"),  # 32 digits without a letter
        (under_lmk("001", ZPK), "T", "26"),
        (under_lmk("003", ZPK), "X", "10"),
    ],
)
def test_a_key_gets_another_scheme(text: str, scheme: str, error: str) -> None:
    answer = ask(allowed(), change_key_scheme("001", text, scheme))
    assert answer.error == error
    if answer.ok:
        assert answer.fields == {"key": under_lmk("001", ZPK, scheme)}


# The old LMK --------------------------------------------------------------------------------------


def test_a_key_comes_under_the_new_lmk() -> None:
    asked = module()
    assert ask(asked, renew_key("001", OLD_ZPK)).fields == {"key": under_lmk("001", ZPK)}
    block = ask(asked, blocks(renew_key("001", OLD_ZPK, "S"))).fields["key"]
    assert block[6:9] == "P0T"
    by_code = {"type_code": "01", "length_flag": "1", "key": OLD_ZPK}
    assert ask(asked, Command("", "BW", by_code)).fields == {"key": under_lmk("001", ZPK)}
    with_type = f"0001BW011{OLD_ZPK};001;0X0".encode()
    answer = asked.answer(unpack_command(with_type))
    assert answer.fields == {"key": under_lmk("001", ZPK, "X")}
    old_cvk = wrap_key(OLD_TEST_LMK, "402", "U", ZPK)
    by_variant = {"type_code": "42", "length_flag": "1", "key": old_cvk}
    assert ask(asked, Command("", "BW", by_variant)).fields == {"key": under_lmk("402", ZPK)}


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (renew_key("001", under_lmk("001", ZPK)), "10"),
        (renew_key("003", OLD_ZPK), "10"),
        (renew_key("00C", OLD_ZPK), "28"),
        (renew_key("001", OLD_ZPK, "T"), "26"),
        (Command("", "BW", {**renew_key("001", OLD_ZPK).fields, "length_flag": "0"}), "05"),
        (Command("", "BW", {**renew_key("001", OLD_ZPK).fields, "length_flag": "3"}), "05"),
    ],
)
def test_what_does_not_come_under_the_new_lmk(command: Command, error: str) -> None:
    assert ask(module(), command).error == error


# User storage -------------------------------------------------------------------------------------


def test_a_stored_key_serves_like_one_that_is_given() -> None:
    asked = module()
    assert ask(asked, ask_check_value("001", "K0FF")).error == "12"
    texts = [under_lmk("001", ZPK), under_lmk("001", key(9))]
    assert ask(asked, store_texts(0x0FE, texts)).ok
    assert ask(asked, read_texts(0x0FE, 2)).fields == {"data": "".join(texts)}
    stored = Command("", "BU", {"type_code": "01", "length_flag": "F", "key": "K0FF"})
    assert ask(asked, stored).fields == {"kcv": key_check_value(key(9)).hex().upper()}
    wrong = Command("", "BU", {"type_code": "03", "length_flag": "F", "key": "K0FF"})
    assert ask(asked, wrong).error == "10"


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (read_texts(5), "12"),
        (read_texts(5, 0), "21"),
        (read_texts(0xFFF, 2), "21"),
        (read_texts(0, 33), "21"),
        (store_texts(0xFFF, ["A", "B"]), "21"),
        (store_texts(0, ["A"] * 33), "21"),
        (store_texts(0, ["A", "BC"]), "15"),
        (store_texts(0, ["A" * 514]), "15"),
        (Command("", "LA", {"index": "000", "count": "00", "data": "A"}), "21"),
    ],
)
def test_what_the_storage_refuses(command: Command, error: str) -> None:
    assert ask(module(), command).error == error
