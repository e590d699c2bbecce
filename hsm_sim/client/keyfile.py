"""A file of keys by name, as clients of an HSM keep them: under its LMK, with their check values.

    [zpk]
    type = "001"
    key = "U34E2FC8EAD7CD07BFA2B7ED5FE4D8212"
    kcv = "6FB1C8"

Nothing in it is clear, yet who has it and can reach the HSM can use the keys: it is mode 0600.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import tomli_w
from msgspec import Meta, Struct

from cardswitch.specs.errors import Error
from cardswitch.specs.hsm.kinds import ANY_KEY
from cardswitch.specs.hsm.names import BY_ATTRIBUTES
from cardswitch.wire.operator.config import read_config, section
from cardswitch.wire.store.disk import replace_file

from ..keys.uses import USES

NAME_LENGTH_MAX: Final = 15  # Shorter than any key, so that a name is never taken for one.
_NAME_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
_HEX: Final = frozenset("0123456789ABCDEF")
_TYPE_OF_NAME: Final = {use.name: use.key_type for use in USES}
_HEAD: Final = "# Keys of a test HSM under its LMK; `cardswitch hsm keys list` shows them.\n"
_Text = Annotated[str, Meta(pattern="^[0-9A-Za-z]*\\Z")]


class KeyFileError(Error):
    """A name or a type is not one, is taken, or is not in the file; says what would be right."""


class StoredKey(Struct, frozen=True):
    """A key under the LMK *lmk_id* (00 where it is empty), by *type* or by *attributes*."""

    type: _Text
    key: _Text
    kcv: _Text = ""
    lmk_id: _Text = ""
    attributes: _Text = ""

    def __repr__(self) -> str:
        """Its check value."""
        return f"<key of type {self.type}, {self.kcv}>"


def read_keys(path: Path) -> dict[str, StoredKey]:
    """The keys in *path* by name; none where there is no file. Raises ConfigError."""
    if not path.exists():
        return {}
    tables = read_config(path)
    return {name: section(tables, name, StoredKey, path) for name in tables}


def write_keys(path: Path, keys: Mapping[str, StoredKey]) -> None:
    """Put *keys* in place of what *path* held, for its owner alone to read. Raises OSError."""
    tables = {
        name: {each: value for each in key.__struct_fields__ if (value := getattr(key, each))}
        for name, key in keys.items()
    }
    replace_file(path, f"{_HEAD}\n{tomli_w.dumps(tables)}".encode())


def add_key(path: Path, name: str, key: StoredKey, *, replace: bool = False) -> None:
    """Keep *key* as *name*. Raises KeyFileError if the name is taken and not to *replace*."""
    require_free(path, name, replace=replace)
    write_keys(path, {**read_keys(path), name: key})


def require_free(path: Path, name: str, *, replace: bool = False) -> None:
    """Raise KeyFileError unless a key may be kept as *name*: ask before one is made."""
    if not 1 <= len(name) <= NAME_LENGTH_MAX or not _NAME_LETTERS.issuperset(name):
        raise KeyFileError(f"a key's name is 1 to {NAME_LENGTH_MAX} small letters, digits, - or _")
    if name in read_keys(path) and not replace:
        raise KeyFileError(f"{path} has a key {name} already: name another, or --replace it")


def find_key(path: Path, text: str, key_type: str = "") -> StoredKey:
    """The key that *text* names in *path*, or *text* itself, a key under the LMK of *key_type*.

    Raises KeyFileError.
    """
    keys = read_keys(path)
    if text in keys:
        return keys[text]
    if not ANY_KEY.admits(text):
        known = ", ".join(keys) or "none"
        raise KeyFileError(f"neither a key of {path} nor a key under the LMK; known: {known}")
    if not key_type:
        raise KeyFileError("a key that is not in the file needs its type")
    return StoredKey(key_type, text, "")


def type_of(text: str) -> str:
    """The key type that *text* is or names. Raises KeyFileError.

    >>> type_of("ZPK"), type_of("zpk"), type_of("00B")
    ('001', '001', '00B')
    """
    upper = text.upper()
    if upper in _TYPE_OF_NAME:
        return _TYPE_OF_NAME[upper]
    if len(upper) == len(BY_ATTRIBUTES) and _HEX.issuperset(upper):
        return upper
    known = ", ".join(_TYPE_OF_NAME)
    raise KeyFileError(f"expected a key type of 3 hex digits, or one of {known}")


def name_of(key_type: str) -> str:
    """The names of *key_type*: of uses that share one all of them.

    >>> name_of("001"), name_of("002"), name_of("FFF")
    ('ZPK', 'TPK/TMK/PVK', '')
    """
    return "/".join(name for name, known in _TYPE_OF_NAME.items() if known == key_type)
