"""API keys: secret ones for servers, publishable ones for browsers; the file holds their hashes."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.wire.store.disk import replace_file
from cardswitch.wire.store.files import file_trouble

from .ids import random_text

Kind = Literal["secret", "publishable"]
PREFIXES: Final[dict[Kind, str]] = {"secret": "sk_test_", "publishable": "pk_test_"}
LENGTH: Final = 32  # random characters: 190 bits
KEYS_MAX: Final = 1_000
_SHOWN: Final = 4  # characters by which a person knows a key again


class ApiKey(Struct, frozen=True, kw_only=True):
    """One key: *hash* is the SHA-256 of its text, *hint* the end of it."""

    id: str
    kind: Kind
    merchant: str
    hash: str
    hint: str
    created: int
    revoked: int = 0  # from when on it is refused: a key that was rolled is still taken for a while

    def is_refused(self, now: float) -> bool:
        """Whether it was revoked, and that counts *now*."""
        return 0 < self.revoked <= now


class _File(Struct, frozen=True):
    keys: tuple[ApiKey, ...] = ()


class KeyFile:
    """The keys in the file *path*; a change by others counts from the next request on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._keys: tuple[ApiKey, ...] = ()
        self._by_hash: dict[str, ApiKey] = {}

    def all(self) -> tuple[ApiKey, ...]:
        """All keys, revoked ones too. Raises Error."""
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if stamp != self._stamp:
                self._know(msgspec.json.decode(self._path.read_bytes(), type=_File).keys)
                self._stamp = stamp
        except FileNotFoundError:
            self._know(())
            self._stamp = None
        except OSError as error:
            raise file_trouble(self._path, error) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Error(f"{self._path}: damaged: restore it from a copy") from None
        return self._keys

    def find(self, text: str, now: float) -> ApiKey | None:
        """The key *text*, if there is one and it is not revoked *now*."""
        self.all()
        # Nobody learns anything from how long that takes: he would have to choose the hash.
        found = self._by_hash.get(_hash(text))
        return None if found is None or found.is_refused(now) else found

    def add(self, merchant: str, now: int) -> list[tuple[ApiKey, str]]:
        """A secret and a publishable key for *merchant*, each with its text, told once."""
        made = [_make(kind, merchant, now) for kind in PREFIXES]
        self._write((*self.all(), *(key for key, _ in made)))
        return made

    def roll(self, id_: str, now: int, until: int) -> tuple[ApiKey, str]:
        """A key in place of *id_*, which is taken *until* then. Raises Error if it is revoked."""
        old = self._find(id_)
        if old.revoked:
            raise Error(f"{id_}: it is revoked, or was rolled: make new keys with `keys add`")
        new, text = _make(old.kind, old.merchant, now)
        self._write((*self._with(replace(old, revoked=until)), new))
        return new, text

    def revoke(self, id_: str, now: int) -> ApiKey:
        """Have the key *id_* be refused from now on. Raises Error if there is none such."""
        found = self._find(id_)
        gone = replace(found, revoked=min(found.revoked or now, now))
        self._write(self._with(gone))
        return gone

    def _know(self, keys: tuple[ApiKey, ...]) -> None:
        self._keys, self._by_hash = keys, {key.hash: key for key in keys}

    def _find(self, id_: str) -> ApiKey:
        found = next((key for key in self.all() if key.id == id_), None)
        if found is None:
            raise Error(f"{id_}: no such key; `cardswitch gateway keys list` shows all")
        return found

    def _with(self, changed: ApiKey) -> tuple[ApiKey, ...]:
        return tuple(changed if key.id == changed.id else key for key in self.all())

    def _write(self, keys: tuple[ApiKey, ...]) -> None:
        if len(keys) > KEYS_MAX:
            raise Error(f"{self._path}: {KEYS_MAX} keys are there: remove revoked ones")
        try:
            replace_file(self._path, msgspec.json.encode(_File(keys)))
        except OSError as error:
            raise file_trouble(self._path, error) from None


def _make(kind: Kind, merchant: str, now: int) -> tuple[ApiKey, str]:
    text = PREFIXES[kind] + random_text(LENGTH)
    key = ApiKey(
        id=f"key_{random_text(8)}",
        kind=kind,
        merchant=merchant,
        hash=_hash(text),
        hint=text[-_SHOWN:],
        created=now,
    )
    return key, text


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
