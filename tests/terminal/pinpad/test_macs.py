"""The PIN pad's MACs: those of the standard, in the field and of the length that are agreed."""

import pytest

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.message import Message
from cardswitch.specs.security.cmac import generate_cmac_tdes
from cardswitch.specs.security.lmk import wrap_key_under_key
from cardswitch.specs.security.mac import generate_mac_iso9797
from cardswitch.terminal.pinpad.macs import MacPad
from cardswitch.terminal.pinpad.pad import TEST_MAC_TMK
from tests.kit.macs import covers, rule

KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
TAK = wrap_key_under_key(TEST_MAC_TMK, "U", KEY)
SALE = Message("0200", {3: "000000", 11: "000007", 41: "TERM0001"})
REVERSAL = Message("0420", {11: "000008", 90: "0" * 42})


@pytest.mark.parametrize(
    ("algorithm", "padding", "expected"),
    [
        ("1", "1", lambda data: generate_mac_iso9797(KEY, data, 1, 1)),
        ("3", "2", lambda data: generate_mac_iso9797(KEY, data, 3, 2)),
        ("6", "1", lambda data: generate_cmac_tdes(KEY, data, 8)),
    ],
)
@pytest.mark.parametrize(("message", "field"), [(SALE, 64), (REVERSAL, 128)])
@pytest.mark.parametrize("digits", [8, 16])
def test_a_mac_is_that_of_the_standard(algorithm, padding, expected, message, field, digits):
    pad = MacPad(rule(key=TAK, algorithm=algorithm, padding=padding, digits=digits))
    sealed = pad.sealed(message)
    mac = expected(covers(message)).hex().upper()[:digits]
    assert sealed == message.with_fields({field: mac.ljust(16, "0")})
    assert pad.is_right(sealed)
    assert pad.sealed(sealed) == sealed


@pytest.mark.parametrize(
    "changes", [{11: "000008"}, {64: "0" * 16}, {64: ""}, {41: "TERM0002"}, {128: "0" * 16}]
)
def test_what_was_changed_has_not_the_right_one(changes):
    pad = MacPad(rule(key=TAK))
    assert not pad.is_right(pad.sealed(SALE).with_fields(changes))


def test_a_key_of_another_terminal_is_refused():
    with pytest.raises(CryptoError, match="parity"):
        MacPad(rule(key=TAK), tmk=bytes.fromhex("FEDCBA98765432100123456789ABCDEF"))
