"""In which way a PIN stands in a block."""

import pytest

from cardswitch.hsm_sim.calc.pins import encode_block
from cardswitch.hsm_sim.calc.pins_search import find_pinblock
from cardswitch.hsm_sim.calc.steps import Steps
from cardswitch.specs.security.pinblock_iso_4 import encipher_pinblock_iso_4
from cardswitch.specs.security.tdes import encrypt_tdes_ecb

PAN = "9999990000000014"
KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")


def find(block, pan=PAN, key=KEY, pin="1234"):
    return find_pinblock(Steps(), block, pan, pin, key)


@pytest.mark.parametrize("name", ["iso0", "iso1", "iso2", "iso3", "diebold"])
def test_the_format_is_found(name):
    block = encode_block(Steps(), name, "1234", PAN, b"\xaa" * 5, KEY)["block"]
    assert name in find(bytes.fromhex(block))


def clear(account):
    return (0x041234FFFFFFFFFF ^ int(account, 16)).to_bytes(8, "big")


@pytest.mark.parametrize(
    ("account", "told"),
    [
        ("990000000014", "the last 12 digits of the card number"),
        ("999999000000", "the first 12 digits of the card number"),
        ("0", "no card number (zeros)"),
    ],
)
def test_the_part_of_the_card_number_is_found(account, told):
    assert f"iso0, {told}" in find(encrypt_tdes_ecb(KEY, clear(account)))


@pytest.mark.parametrize(
    ("key", "told"),
    [(KEY[8:] + KEY[:8], "halves of the key swapped"), (KEY[:8], "left half of the key alone")],
)
def test_what_was_done_to_the_key_is_found(key, told):
    assert find(encrypt_tdes_ecb(key, clear("999000000001"))) == [f"iso0, {told}"]


def test_a_block_may_be_clear():
    assert find(clear("999000000001")) == ["iso0, not encrypted"]
    assert find(clear("999000000001"), key=None) == ["iso0"]


def test_format_4_and_its_card_number():
    assert find(encipher_pinblock_iso_4(KEY, "1234", PAN, bytes(8))) == ["iso4"]
    cut = encipher_pinblock_iso_4(KEY, "1234", PAN[:-1], bytes(8))
    assert find(cut) == ["iso4, the card number without its check digit"]


@pytest.mark.parametrize("block", [bytes(8), bytes(16), b""])
def test_nothing_is_found_of_another_key(block):
    assert find(block) == []
