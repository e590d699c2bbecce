"""The PIN pad: turns a PIN into an encrypted block the moment it is keyed, and shows no key."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.keys import has_odd_parity, key_check_value
from cardswitch.specs.security.lmk import unwrap_key_under_key
from cardswitch.specs.security.pinblocks import encode_pinblock_iso_0, pan12_of
from cardswitch.specs.security.tdes import encrypt_tdes_ecb

from .dukpt import PIN_FIELD

# The terminal master keys of every emulated terminal. Public, like the module's test LMK: they
# stand for those that a real PIN pad gets injected in a secure room, and protect test keys alone.
# One is for keys of PINs, one for those of MACs: so nobody can pass one off as the other.
TEST_TMK: Final = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
TEST_MAC_TMK: Final = bytes.fromhex("89ABCDEF0123456776543210FEDCBA98")


class PinPad:
    """Holds the TPK, delivered under the TMK (scheme letter X or U and 32 hexadecimal digits)."""

    __slots__ = ("_tmk", "_tpk", "delivered")

    def __init__(self, tpk_under_tmk: str, tmk: bytes = TEST_TMK) -> None:
        """Raises CryptoError if *tpk_under_tmk* is not a key under *tmk*."""
        self.delivered = tpk_under_tmk
        self._tmk = tmk
        self._tpk = unwrap_key_under_key(tmk, tpk_under_tmk)
        if not has_odd_parity(self._tpk):
            raise CryptoError("expected the TPK under this terminal's TMK: its parity is wrong")

    @property
    def check_value(self) -> str:
        """Six hexadecimal digits by which two sides know that they have the same key."""
        return key_check_value(self._tpk).hex().upper()

    def renewed(self, tpk_under_tmk: str) -> PinPad:
        """The same pad with another key. Raises CryptoError."""
        return PinPad(tpk_under_tmk, self._tmk)

    def pin_fields(self, pin: str, pan: str) -> dict[int, str]:
        """The fields of a message that bring *pin* for *pan*; raises as :meth:`encrypt`."""
        return {PIN_FIELD: self.encrypt(pin, pan)}

    def encrypt(self, pin: str, pan: str) -> str:
        """*pin* (4-12 digits) for *pan*: 16 hexadecimal digits, ISO 9564-1 format 0 under the TPK.

        Raises CryptoError if PIN or PAN has the wrong form.

        >>> from cardswitch.specs.security.lmk import wrap_key_under_key
        >>> tpk = wrap_key_under_key(TEST_TMK, "X", bytes.fromhex("0123456789ABCDEF" * 2))
        >>> PinPad(tpk).encrypt("1234", "9999990000000014")
        '9C0212B844C61BDD'
        """
        block = encode_pinblock_iso_0(pin, pan12_of(pan))
        return encrypt_tdes_ecb(self._tpk, block).hex().upper()
