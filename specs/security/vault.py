"""Card numbers at rest: sealed alike at every replay, and fingerprinted for look-up."""

from __future__ import annotations

from hashlib import sha256
from hmac import digest
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from cardswitch.specs.errors import CryptoError

from .digits import DIGITS, hex_bytes
from .errors import KeyRefused

VAULT_KEY_LENGTH: Final = 32
PAN_DIGITS_MAX: Final = 19  # field 2 of ISO 8583 is n..19
FINGERPRINT_LENGTH: Final = 32
_TAG_LENGTH: Final = 16


class AesVault:
    """Seals PANs with AES-SIV (RFC 5297): the same PAN always gives the same text.

    That is what a replay of the journal needs, and it tells no more than the fingerprint does.
    Both keys come from *key* (32 bytes), each for its own use. Raises KeyRefused (``length``).
    """

    __slots__ = ("_inner", "_outer", "_secrets", "_siv")

    def __init__(self, key: bytes) -> None:
        if len(key) != VAULT_KEY_LENGTH:
            raise KeyRefused("length", f"expected a vault key of 32 bytes, seen {len(key)}")
        self._siv = AESSIV(digest(key, b"cardswitch: vault seal", "sha256"))
        # HMAC as RFC 2104 has it. The key is hashed once, for both of its hashes: setting up an
        # HMAC takes twice as long as computing one.
        padded = digest(key, b"cardswitch: vault fingerprint", "sha256").ljust(64, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in padded))

        self._secrets = digest(key, b"cardswitch: vault secrets", "sha256")

    def secret_for(self, label: str) -> str:
        """64 hexadecimal digits that only this key gives for *label*: a secret that lies nowhere.

        >>> AesVault(bytes(range(32))).secret_for("we_1|0")[:16]
        'd1f61a994339ef59'
        """
        return digest(self._secrets, label.encode(), "sha256").hex()

    def seal(self, pan: str) -> str:
        """*pan* (1-19 digits) as upper-case hexadecimal of 16 bytes of tag and one for each digit.

        Raises CryptoError.

        >>> vault = AesVault(bytes(range(32)))
        >>> vault.open(vault.seal("9999990000000014"))
        '9999990000000014'
        """
        return self._siv.encrypt(_require_pan(pan), None).hex().upper()

    def open(self, text: str) -> str:
        """The PAN that *text* seals.

        Raises CryptoError: *text* was not sealed with this key, or was changed.
        """
        sealed = hex_bytes(text) or b""
        if len(sealed) <= _TAG_LENGTH:
            raise CryptoError("expected a sealed PAN in upper-case hexadecimal")
        try:
            return self._siv.decrypt(sealed, None).decode("ascii")
        except InvalidTag:
            raise CryptoError("this PAN was not sealed with this vault key") from None

    def fingerprint(self, pan: str) -> str:
        """32 hexadecimal digits (HMAC-SHA256) by which *pan* is found again without opening it.

        Raises CryptoError.

        >>> AesVault(bytes(range(32))).fingerprint("9999990000000014")
        'F2F462B612808E3A354F834985A16AAF'
        """
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(_require_pan(pan))
        outer.update(inner.digest())
        return outer.hexdigest().upper()[:FINGERPRINT_LENGTH]


def _require_pan(pan: str) -> bytes:
    if not 1 <= len(pan) <= PAN_DIGITS_MAX or pan.strip(DIGITS):
        raise CryptoError("expected a PAN of 1 to 19 digits")
    return pan.encode("ascii")
