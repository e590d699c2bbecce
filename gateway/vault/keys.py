"""The file of the keys that card numbers are sealed with: the last one seals, all of them open."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.specs.security.vault import VAULT_KEY_LENGTH, AesVault
from cardswitch.wire.ports import Seconds
from cardswitch.wire.store.disk import create_file, narrow_file, replace_file
from cardswitch.wire.store.files import file_trouble

KEYS_MAX: Final = 2  # The next one comes when no card is sealed with the one before any more.
Random = Callable[[int], bytes]


class SealKey(Struct, frozen=True, kw_only=True):
    """One key: *id* counts from 1."""

    id: int
    made: Seconds
    key: str  # hexadecimal

    def __repr__(self) -> str:
        """Without the key."""
        return f"<key {self.id}>"


class _File(Struct, frozen=True):
    keys: tuple[SealKey, ...]


class SealKeys:
    """The keys in the file *path*, which is made with a first one. Raises ConfigError or Error."""

    def __init__(self, path: Path, now: Seconds, random: Random = secrets.token_bytes) -> None:
        self._path = path
        self._random = random
        try:
            self.known = msgspec.json.decode(path.read_bytes(), type=_File).keys
            with suppress(OSError):
                narrow_file(path)  # Others may not read it, as far as it is ours to change.
        except FileNotFoundError:
            self.known = (self._made(1, now),)
            self._write(self.known, is_new=True)
        except OSError as error:
            raise ConfigError(f"{path}: it cannot be read: {error.strerror}") from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise _damaged(path) from None
        self._vaults = {each.id: _vault(path, each) for each in self.known}
        if not self.known or len(self._vaults) != len(self.known):
            raise _damaged(path)

    @property
    def current(self) -> int:
        """The id of the key that seals."""
        return self.known[-1].id

    def vault(self, id_: int) -> AesVault | None:
        """The key *id_*, to seal and open with; None if it is gone."""
        return self._vaults.get(id_)

    def add(self, now: Seconds) -> SealKey:
        """A new key, which seals from now on: it is in the file on return."""
        if len(self.known) >= KEYS_MAX:
            raise Error("cards are still sealed with the key before: see `gateway vault status`")
        new = self._made(self.current + 1, now)
        self._write((*self.known, new))
        self.known = (*self.known, new)
        self._vaults[new.id] = _vault(self._path, new)
        return new

    def drop_old(self) -> None:
        """Forget all keys but the last one, in the file too: nothing is sealed with them."""
        self._write(self.known[-1:])
        self.known = self.known[-1:]
        self._vaults = {self.current: self._vaults[self.current]}

    def _made(self, id_: int, now: Seconds) -> SealKey:
        return SealKey(id=id_, made=now, key=self._random(VAULT_KEY_LENGTH).hex())

    def _write(self, keys: tuple[SealKey, ...], *, is_new: bool = False) -> None:
        content = msgspec.json.encode(_File(keys))
        try:
            if is_new:
                create_file(self._path, content)
            else:
                replace_file(self._path, content)
        except OSError as error:
            raise file_trouble(self._path, error) from None


def _vault(path: Path, key: SealKey) -> AesVault:
    try:
        return AesVault(bytes.fromhex(key.key))
    except (ValueError, Error):
        raise _damaged(path) from None


def _damaged(path: Path) -> ConfigError:
    return ConfigError(
        f"{path}: damaged: restore it from a copy, since without it no card can be opened"
    )
