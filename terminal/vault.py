"""The key under which a terminal seals the cards of sales that it approves by itself."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from cardswitch.specs.errors import ConfigError
from cardswitch.specs.security.vault import VAULT_KEY_LENGTH, AesVault
from cardswitch.wire.store.disk import create_file, sync_folder

VAULT_NAME: Final = "cards.key"  # beside the journals, for all terminals of the folder


class LateVault:
    """A vault whose key is read, or made, when a card is first sealed or opened."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / VAULT_NAME
        self._vault: AesVault | None = None

    def seal(self, pan: str) -> str:
        """*pan*, sealed. Raises ConfigError if the key cannot be read or made."""
        return self._opened(may_make=True).seal(pan)

    def open(self, text: str) -> str:
        """What *text* seals. Raises ConfigError, and CryptoError if it was another key."""
        return self._opened(may_make=False).open(text)

    def _opened(self, *, may_make: bool) -> AesVault:
        if self._vault is None:
            if may_make:
                self._make()
            self._vault = AesVault(self._read())
        return self._vault

    def _make(self) -> None:
        key = secrets.token_hex(VAULT_KEY_LENGTH).encode()
        try:
            with suppress(FileExistsError):
                create_file(self._path, key)
                sync_folder(self._path.parent)
        except OSError as error:
            raise ConfigError(f"{self._path}: cannot be written: {error.strerror}") from None

    def _read(self) -> bytes:
        try:
            key = bytes.fromhex(self._path.read_text("ascii"))
        except OSError as error:
            raise ConfigError(
                f"{self._path}: the key of the cards cannot be read: {error.strerror}; restore it "
                "from a copy, for without it the switch cannot be told of sales made offline; "
                "`terminal abandon --because ...` ends them by your word"
            ) from None
        except ValueError:
            key = b""
        if len(key) != VAULT_KEY_LENGTH:
            raise ConfigError(f"{self._path}: expected the key of the cards, 64 hexadecimal digits")
        return key
