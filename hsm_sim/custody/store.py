"""The key store: officers and sealed LMKs in one file, changed as a whole or not at all.

    {"format": "cardswitch-hsm-1", "officers": [...], "lmks": [...], "tampered": "",
     "sealed": "<hex>", "digest": "<sha256 of all that comes before>"}

Only *sealed* is secret; officers and the names of LMKs are bound to it, and cannot be changed
alone. A file whose digest is wrong was tampered with, by somebody or by the disk: the module erases
its LMKs.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from cardswitch.specs.errors import CryptoError, Error
from cardswitch.specs.security.digits import hex_bytes
from cardswitch.specs.security.keystore import open_keystore, seal_keystore
from cardswitch.wire.store.disk import is_private, replace_file

from .authority import OFFICERS_MAX, Officer
from .ceremony import Lmk, LmkKind, check_value_of_lmk, from_bytes, require_not_published, to_bytes

FORMAT: Final = "cardswitch-hsm-1"
STORE_SIZE_MAX: Final = 1 << 20  # bytes; a full one has some ten thousand
LMKS_MAX: Final = 20  # of one module, %00 to %19


class StoreError(Error):
    """The key store cannot be read or written: says which file and what to do, never a secret."""


class SealedLmk(Struct, frozen=True, forbid_unknown_fields=True):
    """What everybody may know of a stored LMK."""

    lmk_id: Annotated[str, Meta(pattern="^[0-9]{2}\\Z")]
    kind: LmkKind
    is_test: bool
    check: str


class KeyStore(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file says, sealed or readable; *tampered* is why its LMKs were erased."""

    format: Literal["cardswitch-hsm-1"] = FORMAT
    officers: Annotated[tuple[Officer, ...], Meta(max_length=OFFICERS_MAX)] = ()
    lmks: Annotated[tuple[SealedLmk, ...], Meta(max_length=LMKS_MAX)] = ()
    tampered: str = ""
    sealed: str = ""
    digest: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the digest is that of all the rest."""
        return self.digest == _digest_of(self)

    def __repr__(self) -> str:
        """How much it holds."""
        return f"<KeyStore: {len(self.officers)} officers, {len(self.lmks)} LMKs>"


def with_lmks(store: KeyStore, lmks: Mapping[str, Lmk], passphrase: str, random: bytes) -> KeyStore:
    """*store* with *lmks*, by id, instead of those that it had; *random* is 28 new bytes.

    Raises CryptoError (passphrase), KeyRefused (a live LMK with published keys).
    """
    told: list[SealedLmk] = []
    secret: dict[str, str] = {}
    for lmk_id, lmk in sorted(lmks.items()):
        require_not_published(lmk)
        kind, value = to_bytes(lmk)
        told.append(SealedLmk(lmk_id, kind, lmk.is_test, check_value_of_lmk(lmk)))
        secret[lmk_id] = value.hex()
    changed = msgspec.structs.replace(store, lmks=tuple(told), tampered="")
    content = msgspec.json.encode(secret)
    sealed = seal_keystore(passphrase, content, _beside(changed), random)
    return _whole(msgspec.structs.replace(changed, sealed=sealed.hex().upper()))


def with_officers(
    store: KeyStore, officers: tuple[Officer, ...], passphrase: str, random: bytes
) -> KeyStore:
    """*store* with *officers* instead of those that it had, sealed anew if it holds LMKs.

    Raises CryptoError: that is why it takes the passphrase.
    """
    lmks = open_lmks(store, passphrase) if store.lmks else {}
    changed = msgspec.structs.replace(store, officers=officers)
    return with_lmks(changed, lmks, passphrase, random) if lmks else _whole(changed)


def without_lmks(store: KeyStore, cause: str) -> KeyStore:
    """*store* after a tamper: the officers stay, the LMKs are gone."""
    return _whole(msgspec.structs.replace(store, lmks=(), sealed="", tampered=cause))


def open_lmks(store: KeyStore, passphrase: str) -> dict[str, Lmk]:
    """The LMKs by id. Raises CryptoError: wrong passphrase, or changed; KeyRefused."""
    if not store.lmks:
        return {}
    sealed = hex_bytes(store.sealed)
    if sealed is None:
        raise CryptoError("wrong passphrase, or the key store was changed")
    content = open_keystore(passphrase, sealed, _beside(store))
    secret = msgspec.json.decode(content, type=dict[str, str])
    opened = {}
    for told in store.lmks:
        value = bytes.fromhex(secret[told.lmk_id])
        opened[told.lmk_id] = lmk = from_bytes(told.kind, value, is_test=told.is_test)
        require_not_published(lmk)
    return opened


# The file -----------------------------------------------------------------------------------------


def read_store(path: Path) -> KeyStore:
    """The store in *path*; an empty one where there is no file. Raises StoreError.

    A store that is not whole is returned all the same: see :attr:`KeyStore.is_whole`.
    """
    try:
        with path.open("rb") as file:
            if not is_private(file.fileno()):
                raise StoreError(
                    f"{path}: others may read or write it; make it private: chmod 600 {path}"
                )
            data = file.read(STORE_SIZE_MAX + 1)
    except FileNotFoundError:
        return _whole(KeyStore())
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        if len(data) > STORE_SIZE_MAX:
            raise msgspec.DecodeError("too long")
        return msgspec.json.decode(data, type=KeyStore)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # No cause: its text may quote the file.
        raise StoreError(
            f"{path}: no key store, or damaged; restore it from a copy, or name another file"
        ) from None


def write_store(path: Path, store: KeyStore) -> None:
    """Put *store* in place of what *path* held, durably, mode 0600. Raises StoreError."""
    try:
        replace_file(path, msgspec.json.encode(store) + b"\n")
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from error


def erase_store(path: Path, cause: str) -> None:
    """Take the LMKs out of the store in *path*; a file that cannot be read stays as it is.

    Raises StoreError. What a disk keeps of an overwritten file is beyond us.
    """
    store = read_store(path)
    if store.lmks or store.sealed or not store.is_whole:
        write_store(path, without_lmks(store, cause))


def _beside(store: KeyStore) -> bytes:
    """All that the seal binds: what is in the file but the sealed part and the digest."""
    return msgspec.json.encode([store.format, store.officers, store.lmks])


def _digest_of(store: KeyStore) -> str:
    return sha256(msgspec.json.encode(msgspec.structs.replace(store, digest=""))).hexdigest()


def _whole(store: KeyStore) -> KeyStore:
    return msgspec.structs.replace(store, digest=_digest_of(store))
