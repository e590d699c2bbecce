"""Data: M0 encrypts, M2 decrypts, M4 brings from one key under another, GM hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final, NamedTuple

from cardswitch.specs.hsm.commands.data.encryption import MDC_2
from cardswitch.specs.hsm.errors import (
    DATA_FORM_REFUSED,
    KEY_MODE_REFUSED,
    SOURCE_KEY_REFUSED,
    TARGET_KEY_REFUSED,
)
from cardswitch.specs.security.ciphers import block_length, decrypt_blocks, encrypt_blocks
from cardswitch.specs.security.digits import hex_bytes
from cardswitch.specs.security.mdc2 import hash_mdc2

from ...custody.policy import CommandRefused
from ...desk import Handler, HsmDesk
from ...keys.clear import AES, ClearKey
from ...keys.dukpt import derive_key, open_bdk
from ...keys.ring import Fields
from ...keys.uses import DEK, ZEK
from .macs import DESCRIPTOR_DIGITS, use_among

KEY_TYPE_REFUSED: Final = "05"
TARGET_KEY_TYPE_REFUSED: Final = "08"
MESSAGE_LENGTH_REFUSED: Final = "06"
# A key block that names none of the two types is one of a data key.
DATA_KEY_USES: Final = (DEK, ZEK)
_HEX: Final = "1"
_TEXT: Final = "2"
_TO_ENCRYPT: Final = "BEN"
_TO_DECRYPT: Final = "BDN"
# The numbers that hosts know; 03 is MDC-2, and 04 is none.
_HASHES: Final = {
    "01": "sha1",
    "02": "md5",
    "05": "sha224",
    "06": "sha256",
    "07": "sha384",
    "08": "sha512",
}


class _Side(NamedTuple):
    """One side of a command: its key, and the initial vector if blocks are chained."""

    key: ClearKey
    iv: bytes

    def encrypt(self, data: bytes) -> bytes:
        """*data* in whole blocks under the key."""
        return encrypt_blocks(self.key.value, data, self.iv, aes=self._is_aes)

    def decrypt(self, data: bytes) -> bytes:
        """Undo :meth:`encrypt`."""
        return decrypt_blocks(self.key.value, data, self.iv, aes=self._is_aes)

    @property
    def _is_aes(self) -> bool:
        return self.key.algorithm == AES

    def next_iv(self, cipher: bytes) -> list[str]:
        """What the next piece of the data begins with: the last block under the key."""
        return [cipher[-len(self.iv) :].hex().upper()] if self.iv else []

    def require_blocks(self, data: bytes) -> None:
        """Raise CommandRefused (06) unless *data* is whole blocks, and at least one."""
        if not data or len(data) % block_length(aes=self._is_aes):
            raise CommandRefused(MESSAGE_LENGTH_REFUSED)


def encrypt_data(desk: HsmDesk, fields: Fields) -> Fields:
    """M0: the data encrypted. They are whole blocks: nothing is filled in."""
    side = _open(desk, fields, "", _TO_ENCRYPT)
    data = _data_of(fields)
    side.require_blocks(data)
    cipher = side.encrypt(data)
    return _answer(fields, cipher, side.next_iv(cipher))


def decrypt_data(desk: HsmDesk, fields: Fields) -> Fields:
    """M2: the data in clear."""
    side = _open(desk, fields, "", _TO_DECRYPT)
    cipher = _data_of(fields)
    side.require_blocks(cipher)
    return _answer(fields, side.decrypt(cipher), side.next_iv(cipher))


def translate_data(desk: HsmDesk, fields: Fields) -> Fields:
    """M4: the data from under one key come under another, and are nowhere in clear outside."""
    source = _open(desk, fields, "source_", _TO_DECRYPT)
    target = _open(
        desk, fields, "target_", _TO_ENCRYPT, TARGET_KEY_TYPE_REFUSED, TARGET_KEY_REFUSED
    )
    data = _data_of(fields)
    source.require_blocks(data)
    target.require_blocks(data)
    cipher = target.encrypt(source.decrypt(data))
    return _answer(fields, cipher, source.next_iv(data) + target.next_iv(cipher))


def hash_data(desk: HsmDesk, fields: Fields) -> Fields:
    """GM: the hash; no key takes part."""
    if fields["hash"] == MDC_2:
        return {"digest": hash_mdc2(fields["data"].encode("latin-1")).decode("latin-1")}
    digest = hashlib.new(_HASHES[fields["hash"]], usedforsecurity=False)
    digest.update(fields["data"].encode("latin-1"))
    return {"digest": digest.digest().decode("latin-1")}


def _open(
    desk: HsmDesk,
    fields: Fields,
    prefix: str,
    modes: str,
    unknown: str = KEY_TYPE_REFUSED,
    refused: str = SOURCE_KEY_REFUSED,
) -> _Side:
    """The side of a command whose fields begin with *prefix*; *modes* are those of key blocks."""
    iv = hex_bytes(fields.get(f"{prefix}iv", "")) or b""
    text, ksn = fields[f"{prefix}key"], fields.get(f"{prefix}ksn")
    if ksn is not None:
        return _Side(_derive(desk, text, ksn, refused), iv)
    use = use_among(desk, fields[f"{prefix}key_type"], fields, DATA_KEY_USES, unknown)
    key = desk.keys.open_any(use, text, refused)
    if key.attributes is not None and key.attributes.mode_of_use not in modes:
        raise CommandRefused(KEY_MODE_REFUSED)
    return _Side(key, iv)


def _derive(desk: HsmDesk, text: str, ksn: str, refused: str) -> ClearKey:
    """The key for what a device sends, which X9.24 also has for both ways."""
    bdk = open_bdk(desk.keys, text, refused)
    descriptor, number = ksn[:DESCRIPTOR_DIGITS], ksn[DESCRIPTOR_DIGITS:]
    return derive_key(bdk, descriptor, number, "data-request", "data-encryption")


def _data_of(fields: Fields) -> bytes:
    """The bytes given.

    Raises CommandRefused (35) if they are not hexadecimal where that is said.
    """
    text = fields["data"]
    data = hex_bytes(text) if fields["input_format"] == _HEX else text.encode("latin-1")
    if data is None:
        raise CommandRefused(DATA_FORM_REFUSED)
    return data


def _answer(fields: Fields, data: bytes, ivs: list[str]) -> Fields:
    """*data* as asked for, and *ivs*.

    Raises CommandRefused (35) for a text with unprintable bytes.
    """
    wanted = fields["output_format"]
    text = data.hex().upper() if wanted == _HEX else data.decode("latin-1")
    if wanted == _TEXT and not (text.isascii() and text.isprintable()):
        raise CommandRefused(DATA_FORM_REFUSED)
    return {**dict(zip(("iv", "second_iv"), ivs, strict=False)), "data": text}


HANDLERS: Final[Mapping[str, Handler]] = {
    "M0": encrypt_data,
    "M2": decrypt_data,
    "M4": translate_data,
    "GM": hash_data,
}
