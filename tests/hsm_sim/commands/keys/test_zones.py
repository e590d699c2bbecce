"""HA HC IA FI AS BI, and FA to MG: each key of its type, both ways, and what they refuse."""

from typing import Any

import msgspec
import pytest

from cardswitch.hsm_sim.keys.attributes import Attributes, write_exchange_block
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.keys.zones import (
    export_bdk,
    export_cvk,
    export_tak,
    export_terminal_key,
    export_zek_or_zak,
    export_zpk,
    generate_bdk,
    generate_cvk,
    generate_tak,
    generate_terminal_key,
    generate_zek_or_zak,
    generate_zpk,
    import_bdk,
    import_cvk,
    import_tak,
    import_terminal_key,
    import_zek_or_zak,
    import_zpk,
)
from cardswitch.specs.security.keys import has_odd_parity, key_check_value
from cardswitch.specs.security.lmk import (
    TEST_LMK,
    unwrap_key,
    unwrap_key_under_key,
    wrap_key_under_key,
)
from tests.kit.hsm import examples_keys as keys
from tests.kit.hsm.examples_emv import under_block_lmk
from tests.kit.hsm.module import CVK, TAK, TPK, ZMK, ZPK, allowed, ask, key, module, under_lmk


@pytest.mark.parametrize(
    ("command", "key_type", "master", "field"),
    [
        (generate_tak(keys.TPK_TEXT), "003", TPK, "key_under_tmk"),
        (generate_terminal_key(keys.TPK_TEXT), "002", TPK, "key_under_tmk"),
        (generate_zpk(keys.ZMK_TEXT), "001", ZMK, "key_under_zmk"),
        (generate_zek_or_zak(keys.ZMK_TEXT, zak=False), "00A", ZMK, "key_under_zmk"),
        (generate_zek_or_zak(keys.ZMK_TEXT, zak=True), "008", ZMK, "key_under_zmk"),
    ],
)
def test_a_new_key_comes_under_both(
    command: Command, key_type: str, master: bytes, field: str
) -> None:
    fields = ask(allowed(), command).fields
    clear = unwrap_key(TEST_LMK, key_type, fields["key"])
    assert (len(clear), has_odd_parity(clear)) == (16, True)
    assert (fields["key"][0], fields[field][0]) == ("U", "X")
    assert unwrap_key_under_key(master, fields[field]) == clear
    assert (
        fields.get("kcv", key_check_value(clear).hex().upper())
        == key_check_value(clear).hex().upper()
    )


@pytest.mark.parametrize(
    ("command", "key_type"), [(generate_cvk(), "402"), (generate_bdk(), "009")]
)
def test_a_new_key_for_this_house_alone(command: Command, key_type: str) -> None:
    fields = ask(module(), command).fields
    clear = unwrap_key(TEST_LMK, key_type, fields["key"])
    assert fields.get("kcv", "") in ("", key_check_value(clear).hex().upper())


@pytest.mark.parametrize(("scheme", "length"), [("U", 16), ("X", 16), ("T", 24), ("0", 16)])
def test_schemes_can_be_asked_for(scheme: str, length: int) -> None:
    fields = ask(module(), generate_bdk(scheme)).fields
    assert len(unwrap_key(TEST_LMK, "009", fields["key"])) == length
    assert fields["key"][0] == scheme.replace("0", "U")


# import, export, key type, clear key
BORDERS = [
    (import_zpk, export_zpk, {}, "001", ZPK),
    (import_terminal_key, export_terminal_key, {}, "002", TPK),
    (import_zek_or_zak, export_zek_or_zak, {"zak": False}, "00A", keys.ZEK),
    (import_zek_or_zak, export_zek_or_zak, {"zak": True}, "008", TAK),
    (import_cvk, export_cvk, {}, "402", CVK),
    (import_bdk, export_bdk, {}, "009", keys.BDK),
    (import_tak, export_tak, {}, "003", TAK),
]


@pytest.mark.parametrize(("take_in", "give_out", "flag", "key_type", "clear"), BORDERS)
def test_a_key_crosses_both_ways(
    take_in: Any, give_out: Any, flag: dict[str, bool], key_type: str, clear: bytes
) -> None:
    asked, text = allowed(), under_lmk(key_type, clear)
    kcv = key_check_value(clear).hex().upper()
    out = ask(asked, give_out(keys.ZMK_TEXT, text, **flag)).fields
    assert out == {"key": wrap_key_under_key(ZMK, "X", clear), "kcv": kcv}
    assert ask(asked, take_in(keys.ZMK_TEXT, out["key"], **flag)).fields == {
        "key": text,
        "kcv": kcv,
    }


@pytest.mark.parametrize(("take_in", "give_out", "flag", "key_type", "clear"), BORDERS)
def test_what_is_refused_at_the_border(
    take_in: Any, give_out: Any, flag: dict[str, bool], key_type: str, clear: bytes
) -> None:
    asked, text = allowed(), under_lmk(key_type, clear)
    even = wrap_key_under_key(ZMK, "X", bytes(byte ^ 1 for byte in clear))
    zero = wrap_key_under_key(ZMK, "X", bytes(16))
    for command, error in (
        (take_in(keys.ZMK_TEXT, even, **flag), "11"),
        (take_in(keys.ZMK_TEXT, zero, **flag), "11"),
        (take_in(under_lmk("001", ZMK), even, **flag), "10"),
        (take_in(keys.ZMK_TEXT, even, "T", **flag), "11"),
        (take_in(keys.ZMK_TEXT, wrap_key_under_key(ZMK, "X", clear), "T", **flag), "26"),
        (take_in(keys.ZMK_TEXT, wrap_key_under_key(ZMK, "Y", key(9, 24)), **flag), "27"),
        (give_out(under_lmk("001", ZMK), text, **flag), "10"),
        (give_out(keys.ZMK_TEXT, under_lmk("109", clear), **flag), "11"),
        (give_out(keys.ZMK_TEXT, text, "Y", **flag), "26"),
        (give_out(keys.ZMK_TEXT, under_lmk(key_type, key(9, 24), "T"), "Y", **flag), "27"),
    ):
        answer = ask(asked, command)
        assert (error, answer.error, answer.fields) == (answer.error, error, {})


def test_keys_of_terminals_need_two_officers() -> None:
    under_zmk = wrap_key_under_key(ZMK, "X", TPK)
    take_in = import_terminal_key(keys.ZMK_TEXT, under_zmk)
    give_out = export_terminal_key(keys.ZMK_TEXT, keys.TPK_TEXT)
    for command, activity in ((take_in, "import.002.host"), (give_out, "export.002.host")):
        asked = module()
        assert ask(asked, command).error == "17"
        asked.state.authority.until[activity] = 1e9
        assert ask(asked, command).ok


def test_the_policy_bounds_these_commands_too() -> None:
    text = under_lmk("001", ZPK)
    only_blocks = allowed(key_blocks_only=True)
    assert ask(only_blocks, export_zpk(keys.ZMK_TEXT, text, "X")).error == "26"
    assert ask(only_blocks, export_zpk(keys.ZMK_TEXT, text, "0")).fields["key"][:2] == "RB"
    whole = Command("", "GC", {"zmk": keys.ZMK_TEXT, "key": text})
    assert len(ask(allowed(), whole).fields["kcv"]) == 6
    assert len(ask(allowed(short_check_values=False), whole).fields["kcv"]) == 16
    cvk = wrap_key_under_key(ZMK, "Y", key(9, 24))
    lax = allowed(refuse_weaker_wrapping=False)
    assert ask(lax, import_cvk(keys.ZMK_TEXT, cvk)).fields["key"][0] == "T"
    assert ask(module(), generate_cvk("T")).error == "27"


# Key blocks ---------------------------------------------------------------------------------------

BLOCK_ZMK, BLOCK_TMK = (under_block_lmk("K0T2B00N00", clear) for clear in (ZMK, TPK))
AES_ZMK = under_block_lmk("K1A3B00N00", bytes(range(32)))


def blocks(command: Command, attributes: str = "") -> Command:
    fields = {**command.fields, "lmk_id": "01"}
    if attributes:
        fields["attributes"] = attributes
    return msgspec.structs.replace(command, fields=fields)


@pytest.mark.parametrize(
    ("command", "attributes", "usage"),
    [
        (generate_tak(BLOCK_TMK), "", "M3T"),
        (generate_terminal_key(BLOCK_TMK), "", "P0T"),
        (generate_terminal_key(BLOCK_TMK, "R"), "K0T2B00N00", "K0T"),
        (generate_terminal_key(BLOCK_TMK, "R"), "V2T2C00N00", "V2T"),
        (generate_zpk(BLOCK_ZMK, "R"), "", "P0T"),
        (generate_zpk(AES_ZMK, "0"), "P0A3B00E00", "P0A"),
        (generate_zpk(AES_ZMK, "R"), "", "P0T"),
        (generate_zek_or_zak(BLOCK_ZMK, zak=False), "", "D0T"),
        (generate_zek_or_zak(BLOCK_ZMK, zak=True), "", "M3T"),
        (generate_cvk(), "", "C0T"),
        (generate_bdk(), "", "B0T"),
        (generate_bdk(), "B0A1X00E00", "B0A"),
    ],
)
def test_new_keys_in_key_blocks(command: Command, attributes: str, usage: str) -> None:
    fields = ask(allowed(), blocks(command, attributes)).fields
    assert fields["key"][:2] + fields["key"][6:9] == "SD" + usage


def test_a_key_block_crosses_both_ways() -> None:
    asked, text = module(), under_block_lmk("P0T2B00E00", ZPK)
    out = ask(asked, blocks(export_zpk(BLOCK_ZMK, text, "R"))).fields["key"]
    assert out[:2] == "RB"
    back = ask(asked, blocks(import_zpk(BLOCK_ZMK, out))).fields
    assert back["kcv"] == key_check_value(ZPK).hex().upper()
    assert ask(asked, blocks(import_tak(BLOCK_ZMK, out))).error == "A6"
    stays = under_block_lmk("P0T2B00N00", ZPK)
    assert ask(asked, blocks(export_zpk(BLOCK_ZMK, stays, "R"))).error == "AA"


@pytest.mark.parametrize(
    ("command", "attributes", "error"),
    [
        (generate_zpk(BLOCK_ZMK), "M3T2C00E00", "A6"),
        (generate_zpk(BLOCK_ZMK, "R"), "P0A3B00E00", "27"),
        (generate_zpk(BLOCK_ZMK, inner="U"), "", "26"),
        (generate_zpk(keys.ZMK_TEXT), "", "26"),
        (generate_cvk(), "C0T3C00E00", "27"),
    ],
)
def test_what_is_refused_of_key_blocks(command: Command, attributes: str, error: str) -> None:
    assert ask(module(), blocks(command, attributes)).error == error


def test_a_version_b_block_from_elsewhere_comes_in() -> None:
    attributes = Attributes(usage="P0", algorithm="T", mode_of_use="B")
    text = "R" + write_exchange_block("T", ZMK, attributes, ZPK, bytes)
    got = ask(module(), import_zpk(keys.ZMK_TEXT, text)).fields
    assert unwrap_key(TEST_LMK, "001", got["key"]) == ZPK
