"""Key blocks step by step."""

import pytest

from cardswitch.hsm_sim.calc.blocks import padding_length, read_header, unwrap, wrap
from cardswitch.hsm_sim.calc.steps import Steps
from cardswitch.specs.security.errors import KeyBlockRefused
from cardswitch.specs.security.tr31_header import KeyBlockHeader

KBPK = bytes.fromhex("89E88CF7931444F334BD7547FC3F380C")
KEY = bytes.fromhex("F039121BEC83D26B169BDCD5B22AAF8F")


@pytest.mark.parametrize("version", "ABCD")
def test_the_parts_are_those_of_the_block(version):
    header = KeyBlockHeader(version=version, usage="P0", algorithm="T", mode_of_use="E")
    steps = Steps()
    block = wrap(steps, KBPK, header, KEY, bytes(padding_length(header, len(KEY))))["block"]
    taken = dict(steps.taken)
    assert taken["header"] + taken["encrypted payload"] + taken["MAC"] == block
    assert taken["clear payload: bits, key, padding"].startswith("0080" + KEY.hex().upper())
    steps = Steps()
    assert unwrap(steps, KBPK, block)["key"] == KEY.hex().upper()
    assert (
        dict(steps.taken)["key that makes the MAC (KBMK)"] == taken["key that makes the MAC (KBMK)"]
    )
    assert read_header(Steps(), block).items() <= unwrap(Steps(), KBPK, block).items()


def test_padding_hides_how_long_the_key_is():
    header = KeyBlockHeader(version="D", usage="P0", algorithm="T", mode_of_use="E")
    blocks = [
        wrap(Steps(), KBPK, header, key, bytes(padding_length(header, len(key))))["block"]
        for key in (KEY, KEY + KEY[:8])
    ]
    assert len(blocks[0]) == len(blocks[1])


def test_a_wrong_key_leaves_the_parts_to_look_at():
    header = KeyBlockHeader(version="B", usage="P0", algorithm="T", mode_of_use="E")
    block = wrap(Steps(), KBPK, header, KEY, bytes(padding_length(header, len(KEY))))["block"]
    steps = Steps()
    with pytest.raises(KeyBlockRefused):
        unwrap(steps, KEY, block)
    assert dict(steps.taken)["header"] == block[:16]


def test_a_key_of_another_algorithm_has_no_check_value():
    header = KeyBlockHeader(version="D", usage="M7", algorithm="H", mode_of_use="G")
    block = wrap(Steps(), KEY, header, bytes(16), bytes(14))["block"]
    assert "kcv" not in unwrap(Steps(), KEY, block)
