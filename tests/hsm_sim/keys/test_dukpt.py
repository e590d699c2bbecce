"""Keys by serial number: which numbers go with which algorithm."""

import pytest

from cardswitch.hsm_sim.custody.policy import CommandRefused
from cardswitch.hsm_sim.keys.clear import ClearKey
from cardswitch.hsm_sim.keys.dukpt import derive_initial_key, derive_pin_key, open_bdk
from cardswitch.specs.security.dukpt_tdes import derive_key_dukpt_tdes
from tests.kit.hsm.module import key, key_ring, under_lmk

# ANSI X9.24-1:2009 A.4, and the supplement of ANSI X9.24-3:2017.
TDES = ClearKey("T", bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
AES = ClearKey("A", bytes.fromhex("FEDCBA9876543210F1F1F1F1F1F1F1F1"))
KSN, LONG_KSN = "FFFF9876543210E00001", "123456789012345600000001"


def test_keys_of_transactions() -> None:
    key_ = derive_pin_key(TDES, "605", KSN)
    assert key_.value == derive_key_dukpt_tdes(TDES.value, bytes.fromhex(KSN), "pin")
    assert derive_pin_key(TDES, "605", KSN[4:]).value == key_.value
    long = derive_pin_key(AES, "808", LONG_KSN)
    assert long.value.hex().upper() == "AF8CB133A78F8DC2D1359F18527593FB"
    assert (key_.algorithm, long.algorithm) == ("T", "A")


def test_keys_of_devices() -> None:
    tdes = derive_initial_key(TDES, "FFFF9876543210E")
    assert tdes.value.hex().upper() == "6AC292FAA1315B4D858AB3A3D7D5933A"
    aes = derive_initial_key(AES, "1234567890123456")
    assert aes.value.hex().upper() == "1273671EA26AC29AFA4D1084127652A1"


@pytest.mark.parametrize(
    ("bdk", "descriptor", "ksn", "error"),
    [
        (TDES, "605", LONG_KSN, "A7"),
        (AES, "808", KSN, "A7"),
        (TDES, "FF0", KSN, "15"),
        (TDES, "605", KSN[-12:], "15"),
        (AES, "809", LONG_KSN, "15"),
        (TDES, "605", KSN[:-5] + "00000", "15"),
        (AES, "808", LONG_KSN[:-1] + "0", "15"),
    ],
)
def test_numbers_that_have_no_key(bdk: ClearKey, descriptor: str, ksn: str, error: str) -> None:
    with pytest.raises(CommandRefused, match=error):
        derive_pin_key(bdk, descriptor, ksn)


@pytest.mark.parametrize(("bdk", "device"), [(TDES, "F" * 16), (AES, "F" * 15)])
def test_numbers_of_devices_have_one_length(bdk: ClearKey, device: str) -> None:
    with pytest.raises(CommandRefused, match="15"):
        derive_initial_key(bdk, device)


def test_a_base_key_is_double() -> None:
    assert open_bdk(key_ring(), under_lmk("009", key(1)), "10").value == key(1)
    with pytest.raises(CommandRefused, match="27"):
        open_bdk(key_ring(), under_lmk("009", key(1, 24), "T"), "10")
    with pytest.raises(CommandRefused, match="11"):
        open_bdk(key_ring(), under_lmk("001", key(1)), "11")
