"""The PIN pad against an implementation of PIN blocks that someone else wrote."""

import warnings

import psec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.keys import adjust_parity
from cardswitch.specs.security.lmk import wrap_key_under_key
from cardswitch.terminal.pinpad.pad import TEST_TMK, PinPad

TPK = adjust_parity(bytes.fromhex("89B07B35A1B3F47E98C18C46B2C4058F"))


@given(
    st.text("0123456789", min_size=4, max_size=12), st.text("0123456789", min_size=13, max_size=19)
)
def test_the_block_is_what_others_make_of_it(pin, pan):
    pad = PinPad(wrap_key_under_key(TEST_TMK, "U", TPK))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # The oracle is not maintained.
        block = psec.pinblock.encode_pinblock_iso_0(pin, pan)
        expected = psec.des.encrypt_tdes_ecb(TPK, block)
    assert pad.encrypt(pin, pan) == expected.hex().upper()


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12a4", "١٢٣٤"])
def test_a_wrong_pin_is_refused_and_not_shown(pin):
    pad = PinPad(wrap_key_under_key(TEST_TMK, "X", TPK))
    with pytest.raises(CryptoError) as caught:
        pad.encrypt(pin, "9999990000000014")
    assert not pin or pin not in str(caught.value)


def test_its_check_value_is_what_others_compute():
    pad = PinPad(wrap_key_under_key(TEST_TMK, "U", TPK))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # The oracle is not maintained.
        expected = psec.des.encrypt_tdes_ecb(TPK, bytes(8))[:3]
    assert pad.check_value == expected.hex().upper()
    assert pad.delivered == wrap_key_under_key(TEST_TMK, "U", TPK)


def test_a_key_of_another_terminal_is_refused():
    with pytest.raises(CryptoError, match="TMK"):
        PinPad(wrap_key_under_key(TPK, "U", TPK))


@pytest.mark.parametrize("text", ["", "U", "Q" + "0" * 32, "U" + "0" * 31])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(CryptoError):
        PinPad(text)


def test_a_pad_shows_no_key():
    pad = PinPad(wrap_key_under_key(TEST_TMK, "U", TPK))
    assert "89b07b" not in repr(pad).lower()
    assert not hasattr(pad, "__dict__")
