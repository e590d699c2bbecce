"""Lines that public clients send, as they send them, and what comes back."""

from random import Random

import pytest

from cardswitch.hsm_sim.module import HsmModule
from cardswitch.specs.hsm import pack_answer, unpack_command
from cardswitch.specs.security.lmk import wrap_key_under_key
from cardswitch.specs.security.tr31 import wrap_key_tr31
from cardswitch.specs.security.tr31_header import KeyBlockHeader
from tests.kit.hsm.examples_emv import under_block_lmk
from tests.kit.hsm.module import TPK, ZMK, ZPK, allowed, key, under_lmk

ZMK_TEXT, ZPK_TEXT, TMK_TEXT = under_lmk("000", ZMK), under_lmk("001", ZPK), under_lmk("002", TPK)


def said(line: str, asked: HsmModule | None = None) -> str:
    """The answer to *line*, without its header."""
    answer = (asked or allowed()).answer(unpack_command(f"0001{line}".encode("latin-1")))
    return pack_answer(answer).decode("latin-1").removeprefix("0001")


def test_an_export_may_say_that_its_master_is_a_zmk_or_a_tmk() -> None:
    under = wrap_key_under_key(ZMK, "X", ZPK)
    plain = said(f"A8001{ZMK_TEXT}{ZPK_TEXT}X")
    assert plain.startswith(f"A900{under}")
    assert said(f"A8001;0{ZMK_TEXT}{ZPK_TEXT}X") == plain
    assert said(f"A8001;1{TMK_TEXT}{ZPK_TEXT}X").startswith(
        "A900" + wrap_key_under_key(TPK, "X", ZPK)
    )
    assert said(f"A8001;1{ZMK_TEXT}{ZPK_TEXT}X") == "A910"
    assert said(f"A8001;2{ZMK_TEXT}{ZPK_TEXT}X") == "A915"


def test_an_import_may_say_that_no_variant_of_atalla_is_used() -> None:
    under = wrap_key_under_key(ZMK, "X", ZPK)
    assert said(f"A6001{ZMK_TEXT}{under}U0") == said(f"A6001{ZMK_TEXT}{under}U")


@pytest.mark.parametrize("line", ["EI2051202#0000", "EI21024020017\x01\x00\x01"])
def test_a_pair_of_keys_may_come_with_the_header_of_its_private_key(line: str) -> None:
    command = unpack_command(f"0001{line}".encode("latin-1"))
    assert command.code == "EI"
    assert ("private_header" in command.fields) == line.endswith("#0000")


def test_status_by_pci() -> None:
    assert said("NO01") == "NP000"


def test_mdc_2() -> None:
    digest = said("GM0300024Now is the time for all ").removeprefix("GN00").encode("latin-1")
    assert digest.hex().upper() == "42E50CD224BACEBA760BDD2BD409281A"


def test_every_byte_is_echoed() -> None:
    every = "".join(map(chr, range(256)))
    assert said(f"B20100{every}") == f"B300{every}"


@pytest.mark.parametrize("usage", ["P0", "C0", "D0"])
def test_an_export_takes_the_usage_from_the_block(usage: str) -> None:
    mode = "C" if usage == "C0" else "B"
    text = under_block_lmk(f"{usage}T2{mode}00E00", key(80))
    zmk = under_block_lmk("K0T2N00E00", ZMK)
    answer = said(f"A8FFF{zmk}{text}R%01")
    assert (answer[:5], answer[10:12]) == ("A900R", usage)
    named = said(f"A8FFF{zmk}{text}R%01#{usage}T2{mode}00E00")
    assert named[-6:] == answer[-6:]


@pytest.mark.parametrize("length", [16, 24, 32])
def test_a_key_comes_in_as_a_block_of_iso_20038(length: int) -> None:
    kbpk, clear = bytes(range(1, 33)), bytes(range(33, 33 + length))
    header = KeyBlockHeader(version="E", usage="P0", algorithm="A", mode_of_use="B")
    block = wrap_key_tr31(kbpk, header, clear, b"")
    zmk = under_block_lmk("K0A3N00E00", kbpk)
    answer = said(f"A6FFF{zmk}R{block}S%01", HsmModule(Random(1).randbytes))
    assert (answer[:5], answer[10:13]) == ("A700S", "P0A")
    changed = block[:-1] + ("0" if block[-1] != "0" else "1")
    assert said(f"A6FFF{zmk}R{changed}S%01") == "A7A4"
