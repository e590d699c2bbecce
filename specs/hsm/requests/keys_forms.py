"""Commands about components of keys, other forms of keys, and the user storage."""

from __future__ import annotations

from collections.abc import Sequence

from ..values import Command


def generate_component(key_type: str, scheme: str = "U") -> Command:
    """A2: a random component of a key, by the word of two officers. Answers component."""
    return Command("", "A2", {"key_type": key_type, "lmk_scheme": scheme})


def form_key(key_type: str, components: Sequence[str], scheme: str = "U") -> Command:
    """A4: the key that 2 to 9 *components* make, by the word of two officers. Answers key, kcv."""
    fields = {"count": f"{len(components)}", "key_type": key_type, "lmk_scheme": scheme}
    fields |= {f"component_{number}": text for number, text in enumerate(components, 1)}
    return Command("", "A4", fields)


def change_key_scheme(key_type: str, key: str, scheme: str) -> Command:
    """B0: *key* by another scheme, by the word of two officers. Answers key."""
    return Command("", "B0", {"key_type": key_type, "key": key, "lmk_scheme": scheme})


def renew_key(key_type: str, key: str, scheme: str = "U") -> Command:
    """BW: a *key* under the LMK of before, under that of today. Answers key."""
    fields = {"type_code": "FF", "length_flag": "F", "key": key, "key_type": key_type}
    return Command("", "BW", {**fields, "options": f"0{scheme}0"})


def store_texts(place: int, texts: Sequence[str]) -> Command:
    """LA: keys or tables, all of one length, into the user storage, from *place* (0 to 4095) on.

    Where a command has a key or a table, ``K`` and the place in three hexadecimal digits serves.
    """
    fields = {"index": f"{place:03X}", "count": f"{len(texts):02X}", "data": "".join(texts)}
    return Command("", "LA", fields)


def read_texts(place: int, count: int = 1) -> Command:
    """LE: what is in *count* places of the user storage, from *place* on. Answers data."""
    return Command("", "LE", {"index": f"{place:03X}", "count": f"{count:02X}"})
