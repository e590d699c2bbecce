"""What DUKPT keys are used for: data encrypted and decrypted; and which key gives a known value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.ciphers import block_length, decrypt_blocks, encrypt_blocks

from .keys import find_kcv
from .macs import Cipher, find_mac
from .steps import Results, Steps, hexadecimal

# Who encrypts: request the device, response the host, both either (AES alone); pin is what readers
# do that encrypt cards with the variant of PINs (TDES alone).
DataUse = Literal["request", "response", "both", "pin"]
Mode = Literal["cbc", "ecb"]
# The key of each use, as it is called among the results of a KSN.
KEY_OF_USE: Final[Mapping[Cipher, Mapping[DataUse, str]]] = {
    "tdes": {"request": "data-request", "response": "data-response", "pin": "pin"},
    "aes": {"request": "data-encryption", "response": "data-decryption", "both": "data"},
}
_NO_KEYS: Final = ("next_ksn", "kcv")


def crypt_data(
    steps: Steps,
    cipher: Cipher,
    keys: Results,
    use: DataUse,
    mode: Mode,
    data: bytes,
    iv: bytes | None = None,
    *,
    to_decrypt: bool = False,
) -> Results:
    """*data*, whole blocks, under the key for *use* out of the *keys* of a KSN; *iv* zeros if None.

    Raises CryptoError. ANSI X9.24-1:2009, A.4:

    >>> from .dukpt import compute_dukpt_tdes
    >>> bdk = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> keys = compute_dukpt_tdes(Steps(), bytes.fromhex("FFFF9876543210E00001"), bdk)
    >>> data = b"4012345678909D987".ljust(24, bytes(1))
    >>> crypt_data(Steps(), "tdes", keys, "request", "cbc", data)["encrypted"][:16]
    'FC0D53B7EA1FDA9E'
    """
    name = KEY_OF_USE[cipher].get(use)
    if name is None:
        known = ", ".join(KEY_OF_USE[cipher])
        raise CryptoError(f"expected a use that {cipher.upper()} has: {known}")
    if name not in keys:
        raise CryptoError(
            "expected a KSN with a counter above zero: the initial key encrypts nothing"
        )
    key = bytes.fromhex(keys[name])
    steps.add(f"key: {name}", key)
    steps.add("data", data)
    result = _crypt(cipher, mode, key, data, iv, to_decrypt)
    return {"decrypted" if to_decrypt else "encrypted": hexadecimal(result)}


def find_dukpt(
    steps: Steps, cipher: Cipher, keys: Results, given: bytes, data: bytes | None
) -> list[str]:
    """Which of the *keys* of a KSN gives *given*, and how; none if it is of another device or KSN.

    With *data* it is what that became: encrypted, decrypted or a MAC. Without, *given* is the key
    itself or its check value.

    >>> keys = {"pin": "042666B49184CF5C68DE9628D0397B36", "next_ksn": ""}
    >>> block, given = bytes.fromhex("041274EDCBA9876F"), bytes.fromhex("1B9C1845EB993A7A")
    >>> find_dukpt(Steps(), "tdes", keys, given, block)[0]
    'pin key, encrypted, ecb'
    """
    found = []
    for name, text in keys.items():
        if name in _NO_KEYS:
            continue
        key = bytes.fromhex(text)
        ways = _uses_of(cipher, key, given, data) if data is not None else _is_key(key, given)
        found += [f"{name.replace('_', ' ').removesuffix(' key')} key, {way}" for way in ways]
        steps.add(f"{name.replace('_', ' ').removesuffix(' key')} key", key)
    return found


def _is_key(key: bytes, given: bytes) -> Iterator[str]:
    if key == given:
        yield "the key itself"
    for way in find_kcv(Steps(), key, hexadecimal(given)):
        yield f"its check value ({way})"


def _uses_of(cipher: Cipher, key: bytes, given: bytes, data: bytes) -> Iterator[str]:
    modes: tuple[Mode, ...] = ("ecb", "cbc")
    for mode in modes:
        for words, to_decrypt in (("encrypted", False), ("decrypted", True)):
            try:
                result = _crypt(cipher, mode, key, data, None, to_decrypt)
            except CryptoError:
                continue  # not whole blocks, or no key of this cipher
            if result == given:
                yield f"{words}, {mode}"
    for way in find_mac(Steps(), key, data, given):
        yield f"MAC, {way}"


def _crypt(
    cipher: Cipher, mode: Mode, key: bytes, data: bytes, iv: bytes | None, to_decrypt: bool
) -> bytes:
    is_aes = cipher == "aes"
    if mode == "ecb":
        if iv is not None:
            raise CryptoError("expected no initial vector: blocks of ECB are not chained")
        chained = b""
    else:
        chained = bytes(block_length(aes=is_aes)) if iv is None else iv
    return (decrypt_blocks if to_decrypt else encrypt_blocks)(key, data, chained, aes=is_aes)
