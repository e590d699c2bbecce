"""The file of a vault's key: made with the lab, read at the start of who keeps card numbers."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from cardswitch.specs.errors import ConfigError
from cardswitch.specs.security.vault import AesVault
from cardswitch.wire.store.disk import narrow_file

VAULT_KEY_BYTES: Final = 32
_OTHERWISE: Final = "without it no card in the journal is known again"


def open_vault(path: Path | str) -> AesVault:
    """The vault whose key lies in the file *path*. Raises ConfigError."""
    return AesVault(read_key(path, "the vault's key", _OTHERWISE))


def read_key(path: Path | str, what: str, otherwise: str) -> bytes:
    """The key in the file *path*; *what* it is, and what is so *otherwise*. Raises ConfigError."""
    path = Path(path)
    try:
        key = bytes.fromhex(path.read_text("ascii"))
    except OSError as error:
        raise ConfigError(
            f"{path}: {what} cannot be read: {error.strerror}; restore it from a copy, for "
            f"{otherwise}"
        ) from None
    except ValueError:
        raise ConfigError(f"{path}: expected {what}, 64 hexadecimal digits") from None
    with suppress(OSError):
        narrow_file(path)  # Others may not read it, as far as it is ours to change.
    if len(key) != VAULT_KEY_BYTES:
        raise ConfigError(f"{path}: expected a key of {VAULT_KEY_BYTES} bytes")
    return key
