"""PINs: CA and CC translate a block, DC and EC verify by PVV, JC keeps a PIN, DG makes its PVV."""

from __future__ import annotations

from binascii import unhexlify
from collections.abc import Mapping
from typing import Final

from specs.hsm.errors import (
    KEY_LENGTH_REFUSED,
    MISMATCH,
    PIN_BLOCK_REFUSED,
    PIN_LENGTH_REFUSED,
    PIN_UNDER_LMK_REFUSED,
    SOURCE_KEY_REFUSED,
    TARGET_KEY_REFUSED,
)
from specs.hsm.requests import ISO_0
from specs.security.errors import PinRefused
from specs.security.lmk import open_pin, seal_pin
from specs.security.pinblocks import (
    FILL_LENGTH_MIN,
    PIN_LENGTHS,
    decode_pinblock,
    encode_pinblock,
    require_pin,
)
from specs.security.pvv import PVK_LENGTH, generate_pvv, verify_pvv
from specs.security.tdes import decrypt_tdes_ecb, encrypt_tdes_ecb

from ..keys import Fields, Handler, KeyRing
from ..policy import Refused
from ..uses import PVK, TPK, ZPK, KeyUse


def translate_pin(source_field: str, source_use: KeyUse, target_field: str) -> Handler:
    """CA, CC: the block comes under the key in one field and leaves under the ZPK in another."""

    def perform(ring: KeyRing, fields: Fields) -> Fields:
        source_format, target_format = fields["source_format"], fields["target_format"]
        ring.policy.require_pin_translation(source_format, target_format)
        source = ring.open(source_use, fields[source_field], SOURCE_KEY_REFUSED)
        target = ring.open(ZPK, fields[target_field], TARGET_KEY_REFUSED)
        pin = _pin_of(ring, source, fields["block"], source_format, fields["pan12"])
        _require_length(pin, fields["pin_max"])
        fill = b"" if target_format == ISO_0 else ring.random_bytes(FILL_LENGTH_MIN)
        block = encrypt_tdes_ecb(target, encode_pinblock(target_format, pin, fields["pan12"], fill))
        return {
            "pin_length": f"{len(pin):02d}",
            "block": block.hex().upper(),
            "format": target_format,
        }

    return perform


def verify_pin_pvv(key_field: str, use: KeyUse) -> Handler:
    """DC, EC: the block comes under the key in one field; nothing is told but yes or no."""

    def perform(ring: KeyRing, fields: Fields) -> Fields:
        ring.policy.require_pin_format(fields["format"])
        key = ring.open(use, fields[key_field], SOURCE_KEY_REFUSED)
        pvk = _open_pvk(ring, fields["pvk"], TARGET_KEY_REFUSED)
        pan12 = fields["pan12"]
        pin = _pin_of(ring, key, fields["block"], fields["format"], pan12)
        if not verify_pvv(pvk, pin, pan12, fields["pvki"], fields["pvv"]):
            raise Refused(MISMATCH)
        return {}

    return perform


def pin_to_lmk(ring: KeyRing, fields: Fields) -> Fields:
    """JC: the PIN of a block under a TPK, encrypted under the LMK and bound to its account."""
    ring.policy.require_pin_format(fields["format"])
    tpk = ring.open(TPK, fields["tpk"], SOURCE_KEY_REFUSED)
    pin = _pin_of(ring, tpk, fields["block"], fields["format"], fields["pan12"])
    return {"pin": seal_pin(ring.lmk, pin, fields["pan12"])}


def pvv_from_lmk_pin(ring: KeyRing, fields: Fields) -> Fields:
    """DG: the PVV of a PIN under the LMK."""
    pvk = _open_pvk(ring, fields["pvk"], SOURCE_KEY_REFUSED)
    try:
        pin = _pin_under_lmk(ring, fields["pin"], fields["pan12"])
    except PinRefused:
        raise Refused(PIN_UNDER_LMK_REFUSED) from None
    return {"pvv": generate_pvv(pvk, pin, fields["pan12"], fields["pvki"])}


def _open_pvk(ring: KeyRing, text: str, refused: str) -> bytes:
    pvk = ring.open(PVK, text, refused)
    if len(pvk) != PVK_LENGTH:
        raise Refused(KEY_LENGTH_REFUSED)
    return pvk


def _pin_of(ring: KeyRing, key: bytes, block: str, code: str, pan12: str) -> str:
    """The PIN in *block*, 16 hex digits under *key*."""
    try:
        return decode_pinblock(code, decrypt_tdes_ecb(key, unhexlify(block)), pan12)
    except PinRefused as error:
        is_told = error.reason == "length" and not ring.policy.uniform_pin_error
        raise Refused(PIN_LENGTH_REFUSED if is_told else PIN_BLOCK_REFUSED) from None


def _require_length(pin: str, pin_max: str) -> None:
    if int(pin_max) not in PIN_LENGTHS or len(pin) > int(pin_max):
        raise Refused(PIN_LENGTH_REFUSED)


def _pin_under_lmk(ring: KeyRing, text: str, pan12: str) -> str:
    """The PIN that *text* holds: encrypted, or as older modules have it, a zero and the digits."""
    if text.startswith("J") or ring.policy.encrypted_pins_only:
        return open_pin(ring.lmk, text, pan12)
    pin = text[1:]
    require_pin(pin)
    return pin


HANDLERS: Final[Mapping[str, Handler]] = {
    "CA": translate_pin("tpk", TPK, "zpk"),
    "CC": translate_pin("source_zpk", ZPK, "target_zpk"),
    "DC": verify_pin_pvv("tpk", TPK),
    "EC": verify_pin_pvv("zpk", ZPK),
    "JC": pin_to_lmk,
    "DG": pvv_from_lmk_pin,
}
# Those whose failures count as guesses at a PIN.
VERIFIERS: Final = frozenset(["DC", "EC"])
