"""What a key block says of its key."""

import pytest

from cardswitch.hsm_sim.custody.policy import CommandRefused
from cardswitch.hsm_sim.keys.attributes import Attributes, open_exchange_block, write_exchange_block
from cardswitch.hsm_sim.keys.uses import ZPK
from tests.kit.hsm import module as helpers


def test_attributes_are_read_and_become_a_header() -> None:
    read = Attributes.read("P0T3E01N00")
    assert (read.length, read.header("D").mode_of_use) == (24, "E")
    assert read.header("B").key_version == "01"
    with pytest.raises(CommandRefused, match="A7"):
        Attributes.read("P0T9E01N00")


def test_a_block_of_another_key_is_refused() -> None:
    attributes = Attributes.of_use(ZPK)
    block = write_exchange_block("T", helpers.ZMK, attributes, helpers.ZPK, bytes)
    assert open_exchange_block(helpers.ZMK, block, ZPK)[1] == helpers.ZPK
    with pytest.raises(CommandRefused, match="A4"):
        open_exchange_block(helpers.TAK, block, ZPK)
    with pytest.raises(CommandRefused, match="83"):
        open_exchange_block(helpers.ZMK, block[:-2], ZPK)
    with pytest.raises(CommandRefused, match="BB"):
        open_exchange_block(bytes(3), block, ZPK)
