"""The pad with another key for every PIN: the sequences of X9.24, and no key twice."""

import tomllib
from pathlib import Path

import pytest

from cardswitch.specs.errors import CryptoError
from cardswitch.terminal.pinpad.dukpt import DukptPad

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors/dukpt.toml").read_text("utf-8"))
TDES, AES = VECTORS["tdes"], VECTORS["aes"]
PIN, PAN = "1234", "4012345678909"
KEY_TDES = bytes.fromhex(TDES["initial_key"])
AES_PINS = AES["pinblock"]


def tdes(ksn=TDES["ksn"], **how):
    return DukptPad("tdes", KEY_TDES, bytes.fromhex(ksn), bytes, **how)


def aes(counter="00000000"):
    ksn = bytes.fromhex(AES["initial_key_id"] + counter)
    fill = bytes.fromhex(AES_PINS["fill"])
    return DukptPad("aes", bytes.fromhex(AES["initial_key"][0]["key"]), ksn, lambda _: fill)


def sequence():
    """The rows of A.4.2, from the first key on, as far as each is the next of the one before."""
    rows = [row for row in TDES["row"] if "pin" in row]
    first = [row["ksn"] for row in rows].index("FFFF9876543210E00001")
    for number, row in enumerate(rows[first:], 1):
        if int(row["ksn"][-5:], 16) & 0x1FFFF != number:
            return
        yield row


def test_tdes_counts_and_encrypts_as_the_standard_does():
    pad, rows = tdes(), list(sequence())
    assert len(rows) >= 5
    for row in rows:
        assert pad.pin_fields(PIN, PAN) == {52: row["pin"], 62: row["ksn"]}


def test_aes_encrypts_as_the_standard_does():
    made = aes().pin_fields(AES_PINS["pin"], AES_PINS["pan"])
    assert made == {52: AES_PINS["block"], 62: AES["initial_key_id"] + "00000001"}


def test_a_ksn_of_eight_bytes_is_completed_and_the_fields_are_those_that_are_agreed():
    pad = tdes("9876543210E00000", fields=(110, 53))
    assert pad.pin_fields(PIN, PAN) == {110: "1B9C1845EB993A7A", 53: "FFFF9876543210E00001"}


def test_a_ksn_is_told_before_anything_is_made_with_its_key_and_a_bad_pin_costs_it():
    pad, told = tdes(), []
    pad.used = told.append
    with pytest.raises(CryptoError):
        pad.pin_fields("12", PAN)
    assert told == ["FFFF9876543210E00001"]
    assert pad.pin_fields(PIN, PAN)[62] == "FFFF9876543210E00002"


@pytest.mark.parametrize(
    ("seen", "goes_on"),
    [
        ("FFFF9876543210E00007", "FFFF9876543210E00008"),
        ("FFFF9876543210E00001", "FFFF9876543210E00004"),
        ("FFFF9876543211200007", "FFFF9876543210E00004"),
    ],
    ids=["behind what was used", "never back", "another device"],
)
def test_it_goes_on_behind_what_was_used(seen, goes_on):
    pad = tdes("FFFF9876543210E00003")
    pad.resume(seen)
    assert pad.pin_fields(PIN, PAN)[62] == goes_on


def test_so_does_aes():
    pad = aes()
    pad.resume(AES["initial_key_id"] + "0001FFFE")
    assert pad.pin_fields(PIN, PAN)[62] == AES["initial_key_id"] + "00020000"
    other = aes()
    other.resume("F234567890123456" + "0001FFFE")
    assert other.pin_fields(PIN, PAN)[62] == AES["initial_key_id"] + "00000001"


@pytest.mark.parametrize(
    ("scheme", "key", "ksn"),
    [
        ("tdes", KEY_TDES[:8], "FFFF9876543210E00000"),
        ("tdes", KEY_TDES, "FFFF98765432"),
        ("tdes", KEY_TDES, "FFFF9876543210FFF800"),
        ("aes", KEY_TDES, "FFFF9876543210E00000"),
        ("aes", KEY_TDES[:8], "123456789012345600000000"),
    ],
)
def test_what_is_no_key_no_ksn_or_used_up_is_refused_at_once(scheme, key, ksn):
    with pytest.raises(CryptoError):
        DukptPad(scheme, key, bytes.fromhex(ksn), bytes)
