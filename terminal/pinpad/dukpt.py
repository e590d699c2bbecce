"""The PIN pad whose key is another one for every PIN: DUKPT, TDES and AES.

A device has an initial key and counts; who has the base key finds the key of a transaction by the
key serial number (KSN), which goes with the PIN block. ANSI X9.24-1 and X9.24-3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, cast

from cardswitch.specs.security.dukpt_aes import (
    INITIAL_KEY_ID_LENGTH,
    KeyType,
    advance_ksn_dukpt_aes,
    derive_transaction_key_dukpt_aes,
    derive_working_key_dukpt_aes,
)
from cardswitch.specs.security.dukpt_tdes import (
    advance_ksn_dukpt_tdes,
    complete_ksn_dukpt_tdes,
    derive_transaction_key_dukpt_tdes,
    derive_working_key_dukpt_tdes,
)
from cardswitch.specs.security.pinblock_iso_4 import encipher_pinblock_iso_4
from cardswitch.specs.security.pinblocks import encode_pinblock_iso_0, pan12_of
from cardswitch.specs.security.tdes import encrypt_tdes_ecb

Scheme = Literal["tdes", "aes"]
Chance = Callable[[int], bytes]

PIN_FIELD: Final = 52
# No public source says where a message of 1987 has its KSN: this is our own choice.
KSN_FIELD: Final = 62
_COUNTER: Final = 0x1F_FFFF  # of a KSN of TDES: 21 bits
_FILL_LENGTH: Final = 8  # bytes of chance in a PIN field of ISO 9564-1 format 4


class DukptPad:
    """Encrypts PINs, each under the next key: TDES in format 0 of ISO 9564-1, AES in format 4.

    :attr:`used` is told of each KSN before anything is made with its key: it is never used again.
    """

    def __init__(
        self,
        scheme: Scheme,
        initial_key: bytes,
        ksn: bytes,
        chance: Chance,
        fields: tuple[int, int] = (PIN_FIELD, KSN_FIELD),
    ) -> None:
        """*ksn*: the last that was used, with counter 0 of a new device. *fields*: of PIN and KSN.

        Raises CryptoError.
        """
        self._scheme = scheme
        self._initial_key = initial_key
        self._chance = chance
        self._pin_field, self._ksn_field = fields
        self._ksn = complete_ksn_dukpt_tdes(ksn) if scheme == "tdes" else ksn
        self.used: Callable[[str], None] = _nobody
        _key_of(scheme, initial_key, self._next())

    @property
    def ksn(self) -> str:
        """The last one that was used."""
        return self._ksn.hex().upper()

    def resume(self, ksn: str) -> None:
        """Go on behind *ksn*, if it is one of this device, and the pad has not got so far."""
        seen = bytes.fromhex(ksn)
        if _device(self._scheme, seen) == _device(self._scheme, self._ksn):
            self._ksn = max(seen, self._ksn)

    def pin_fields(self, pin: str, pan: str) -> dict[int, str]:
        """The fields of a message that bring *pin* (4-12 digits) for *pan*.

        Raises CryptoError if PIN or PAN has the wrong form, or no key is left. ANSI X9.24-1:2009,
        A.4:

        >>> key = bytes.fromhex("6AC292FAA1315B4D858AB3A3D7D5933A")
        >>> pad = DukptPad("tdes", key, bytes.fromhex("FFFF9876543210E00000"), bytes)
        >>> pad.pin_fields("1234", "4012345678909")
        {52: '1B9C1845EB993A7A', 62: 'FFFF9876543210E00001'}
        """
        self._ksn = self._next()
        self.used(self.ksn)
        key = _key_of(self._scheme, self._initial_key, self._ksn)
        if self._scheme == "tdes":
            block = encrypt_tdes_ecb(key, encode_pinblock_iso_0(pin, pan12_of(pan)))
        else:
            block = encipher_pinblock_iso_4(key, pin, pan, self._chance(_FILL_LENGTH))
        return {self._pin_field: block.hex().upper(), self._ksn_field: self.ksn}

    def _next(self) -> bytes:
        advance = advance_ksn_dukpt_tdes if self._scheme == "tdes" else advance_ksn_dukpt_aes
        return advance(self._ksn)


def _key_of(scheme: Scheme, initial_key: bytes, ksn: bytes) -> bytes:
    """The key for the PIN of the transaction *ksn*. Raises CryptoError."""
    if scheme == "tdes":
        key = derive_transaction_key_dukpt_tdes(initial_key, ksn)
        return derive_working_key_dukpt_tdes(key, "pin")
    key = derive_transaction_key_dukpt_aes(initial_key, ksn)
    key_type = cast(KeyType, f"AES-{8 * len(initial_key)}")
    return derive_working_key_dukpt_aes(key, ksn, "pin", key_type)


def _device(scheme: Scheme, ksn: bytes) -> bytes:
    if scheme == "aes":
        return ksn[:INITIAL_KEY_ID_LENGTH]
    whole = int.from_bytes(ksn, "big")
    return (whole & ~_COUNTER).to_bytes(len(ksn), "big")


def _nobody(_: str) -> None:
    """Nobody listens."""
