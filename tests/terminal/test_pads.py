"""The pads that a configuration has, and which keys they hold after changes."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import ConfigError
from cardswitch.specs.security.keys import adjust_parity, key_check_value
from cardswitch.specs.security.lmk import wrap_key_under_key
from cardswitch.terminal.config import DukptConfig, TerminalConfig
from cardswitch.terminal.core.entries import KeyTaken, KsnUsed
from cardswitch.terminal.core.state import Book, rebuild
from cardswitch.terminal.pads import HeldKey, held_keys, mac_pad, pin_pad
from cardswitch.terminal.pinpad.pad import TEST_MAC_TMK, TEST_TMK
from cardswitch.wire.operator.macs import MacConfig

CLEAR = adjust_parity(bytes(range(20, 36)))
KCV = key_check_value(CLEAR).hex().upper()
TPK, TAK = (wrap_key_under_key(tmk, "U", CLEAR) for tmk in (TEST_TMK, TEST_MAC_TMK))
BARE = TerminalConfig(port=1, id="TILL0001", merchant="SHOP", dialect="iso87-ascii")
WITH_KEYS = replace(BARE, tpk=TPK, mac=MacConfig(key=TAK))
DUKPT = DukptConfig(
    scheme="tdes", initial_key="6AC292FAA1315B4D858AB3A3D7D5933A", ksn="FFFF9876543210E00000"
)


def taken(instead_of):
    return KeyTaken(at=5.0, key="X" + "5" * 32, kcv="A1B2C3", instead_of=instead_of, kind="mac")


def test_a_terminal_without_keys_has_no_pads():
    assert (pin_pad(BARE), mac_pad(BARE), held_keys(BARE, Book())) == (None, None, [])


def test_keys_are_those_of_the_configuration_until_others_were_taken():
    configured = [HeldKey(kind=kind, check_value=KCV) for kind in ("pin", "mac")]
    assert held_keys(WITH_KEYS, Book()) == configured
    found = held_keys(WITH_KEYS, rebuild([taken(TAK)]))
    assert found == [configured[0], HeldKey(kind="mac", check_value="A1B2C3", taken_at=5.0)]
    assert held_keys(WITH_KEYS, rebuild([taken("U" + "1" * 32)])) == configured


def test_of_dukpt_the_last_number_is_told():
    config = replace(BARE, dukpt=DUKPT)
    assert held_keys(config, Book()) == [HeldKey(kind="pin", ksn="FFFF9876543210E00000")]
    used = rebuild([KsnUsed(1.0, "FFFF9876543210E00007")])
    assert held_keys(config, used) == [HeldKey(kind="pin", ksn="FFFF9876543210E00007")]


def test_a_dialect_must_have_room_for_what_the_pad_makes():
    with pytest.raises(ConfigError, match=r"terminal\.dukpt: field 41"):
        pin_pad(replace(BARE, dukpt=replace(DUKPT, pin_field=41)))
