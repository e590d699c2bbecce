"""PINs step by step: PIN blocks into and out of their formats, PVV, IBM 3624."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.security.aes import decrypt_aes_ecb, encrypt_aes_ecb
from cardswitch.specs.security.digits import decimalise
from cardswitch.specs.security.errors import PinRefused
from cardswitch.specs.security.ibm3624 import (
    decimalise_ibm3624,
    generate_natural_pin_ibm3624,
    generate_offset_ibm3624,
    generate_pin_ibm3624,
)
from cardswitch.specs.security.pinblock_iso_4 import (
    ISO_4_FILL_LENGTH,
    decipher_pinblock_iso_4,
    encipher_pinblock_iso_4,
    encode_panfield_iso_4,
    encode_pinfield_iso_4,
)
from cardswitch.specs.security.pinblocks import (
    FILL_LENGTH_MIN,
    PINBLOCK_LENGTH,
    decode_pinblock,
    encode_pinblock,
)
from cardswitch.specs.security.pins import pan12_of
from cardswitch.specs.security.pvv import generate_pvv
from cardswitch.specs.security.tdes import decrypt_tdes_ecb, encrypt_tdes_ecb, xor

from .steps import Results, Steps, hexadecimal

# By the names that the commands take, the codes of HSM commands.
FORMATS: Final = {
    "iso0": "01",
    "iso1": "05",
    "iso2": "34",
    "iso3": "47",
    "iso4": "48",
    "diebold": "03",
}
ISO_4: Final = "iso4"
_BOUND: Final = frozenset(["iso0", "iso3"])  # those that the account is mixed into
_RANDOM: Final = {"iso1": FILL_LENGTH_MIN, "iso3": FILL_LENGTH_MIN, ISO_4: ISO_4_FILL_LENGTH}


def fill_length(name: str) -> int:
    """How many random bytes a block of format *name* takes.

    >>> fill_length("iso0"), fill_length("iso3"), fill_length("iso4")
    (0, 5, 8)
    """
    return _RANDOM.get(name, 0)


def encode_block(
    steps: Steps, name: str, pin: str, pan: str, fill: bytes, key: bytes | None = None
) -> Results:
    """*pin* as a block of format *name* for *pan* (may be empty where it is not mixed in).

    Encrypted under *key*, if there is one; iso4 must have one, of AES.
    Raises PinRefused, KeyRefused.

    >>> encode_block(Steps(), "iso0", "1234", "4012345678909", b"")["block"]
    '041274EDCBA9876F'
    """
    if name == ISO_4:
        return _encipher_iso_4(steps, pin, pan, fill, _required(key))
    pan12 = _account(name, pan)
    clear = encode_pinblock(FORMATS[name], pin, pan12, fill)
    _add_fields(steps, name, clear, pan12)
    steps.add("clear block", clear)
    if key is None:
        return {"block": hexadecimal(clear)}
    return {"block": hexadecimal(encrypt_tdes_ecb(key, clear))}


def decode_block(
    steps: Steps, name: str, block: bytes, pan: str, key: bytes | None = None
) -> Results:
    """The PIN in *block*, 8 bytes (iso4: 16), of format *name*; undoes :func:`encode_block`.

    What the steps show is clear also if it holds no PIN. Raises PinRefused, KeyRefused.
    """
    if name == ISO_4:
        return _decipher_iso_4(steps, block, pan, _required(key))
    pan12 = _account(name, pan)
    clear = block if key is None else decrypt_tdes_ecb(key, block)
    steps.add("clear block", clear)
    _add_fields(steps, name, clear, pan12)
    return {"pin": decode_pinblock(FORMATS[name], clear, pan12)}


def compute_pvv(steps: Steps, pvk: bytes, pin: str, pan12: str, pvki: str) -> Results:
    """The PVV of *pin*. Raises KeyRefused, PinRefused.

    >>> steps = Steps()
    >>> key = bytes.fromhex("1334577913345779" * 2)
    >>> compute_pvv(steps, key, "1234", "123456789012", "0"), steps.taken[0]
    ({'pvv': '1226'}, ('account, index, PIN', '2345678901201234'))
    """
    pvv = generate_pvv(pvk, pin, pan12, pvki)
    data = bytes.fromhex(f"{pan12[1:]}{pvki}{pin[:4]}")
    steps.add("account, index, PIN", data)
    encrypted = encrypt_tdes_ecb(pvk, data)
    steps.add("encrypted", encrypted)
    steps.add("decimalised", decimalise(encrypted, 16))
    return {"pvv": pvv}


def compute_ibm3624(
    steps: Steps,
    pvk: bytes,
    data: bytes,
    table: str,
    pin: str = "",
    offset: str = "",
    length: int = 4,
) -> Results:
    """The natural PIN of validation *data*; of a *pin* its offset, of an *offset* its PIN.

    *table* has 16 digits, *length* is that of the natural PIN if neither is given.
    Raises KeyRefused, PinRefused.

    >>> key, data = bytes.fromhex("1C1C1C1C1C1C1C1C"), bytes.fromhex("0004012345678909")
    >>> compute_ibm3624(Steps(), key, data, "0123456789012345", pin="1234")
    {'natural_pin': '2082', 'offset': '9252'}
    """
    natural = generate_natural_pin_ibm3624(pvk, data, table, len(pin or offset) or length)
    steps.add("validation data", data)
    encrypted = encrypt_tdes_ecb(pvk, data)
    steps.add("encrypted", encrypted)
    steps.add("decimalised", decimalise_ibm3624(encrypted, table))
    results = {"natural_pin": natural}
    if pin:
        results["offset"] = generate_offset_ibm3624(pvk, data, table, pin)
    elif offset:
        results["pin"] = generate_pin_ibm3624(pvk, data, table, offset)
    return results


def _encipher_iso_4(steps: Steps, pin: str, pan: str, fill: bytes, key: bytes) -> Results:
    block = encipher_pinblock_iso_4(key, pin, pan, fill)
    pin_field, pan_field = encode_pinfield_iso_4(pin, fill), encode_panfield_iso_4(pan)
    steps.add("PIN field", pin_field)
    first = encrypt_aes_ecb(key, pin_field)
    steps.add("block A: PIN field encrypted", first)
    steps.add("PAN field", pan_field)
    steps.add("block B: A xor PAN field", xor(first, pan_field))
    return {"block": hexadecimal(block)}


def _decipher_iso_4(steps: Steps, block: bytes, pan: str, key: bytes) -> Results:
    pan_field = encode_panfield_iso_4(pan)
    if len(block) == len(pan_field):
        mixed = decrypt_aes_ecb(key, block)
        steps.add("block B: decrypted", mixed)
        steps.add("PAN field", pan_field)
        first = xor(mixed, pan_field)
        steps.add("block A: B xor PAN field", first)
        steps.add("PIN field: A decrypted", decrypt_aes_ecb(key, first))
    return {"pin": decipher_pinblock_iso_4(key, block, pan)}


def _add_fields(steps: Steps, name: str, clear: bytes, pan12: str) -> None:
    """What the clear block is the exclusive or of."""
    if name in _BOUND and len(clear) == PINBLOCK_LENGTH:
        account = bytes.fromhex(f"0000{pan12}")
        steps.add("account field", account)
        steps.add("PIN field", xor(clear, account))


def _account(name: str, pan: str) -> str:
    return pan12_of(pan) if name in _BOUND else ""


def _required(key: bytes | None) -> bytes:
    if key is None:
        raise PinRefused("format", "expected a key: blocks of format 4 are never clear")
    return key
