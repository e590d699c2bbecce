"""Commands about components of keys, other forms of keys, and the user storage.

Chosen here: A2 prints nothing, its print fields are taken and left aside; LA takes blocks of any
one length (keys of all schemes differ), as many as it says.

With B in place of K, as a public client has it, LA takes bytes: a private key, which EW may then
call by K and the place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ...grammar import HostCommand, HsmField, HsmKind, HsmLayout, counted, hexadecimal, one_of
from ...kinds import ANY_KEY, CHECK_VALUE, KEY, KEY_TYPE, NOTHING, SCHEME
from ...values import Command, text_of

COMPONENTS_MAX: Final = 9
_INDEX: Final = HsmField("index", hexadecimal(3), "K")
_COUNT: Final = HsmField("count", hexadecimal(2))
# What a module stores in one go: 32 blocks, each as long as the longest key block, with its S.
_DATA: Final = HsmField(
    "data", HsmKind("[0-9A-Za-z]{1,16416}", "keys or tables, all of one length")
)
_BYTES: Final = counted("[0-9]{4}", 10, "4 digits and as many bytes as they say")
_TYPE: Final = HsmField("key_type", KEY_TYPE)
_SCHEME: Final = HsmField("lmk_scheme", SCHEME)
_LENGTH: Final = (
    HsmField("length_flag", one_of("0123F", "length flag", "05")),
    HsmField("key", ANY_KEY),
)
_NEW_SCHEME: Final = HsmKind("0[0-9A-Z]0", "0, a key scheme, and 0")
_TYPE_FOLLOWS: Final = HsmField("type_code", HsmKind("FF", "FF"))
_TYPE_CODE: Final = HsmField(
    "type_code", HsmKind("(?!FF)[0-9A-F]{2}", "a key type code of 2 hex digits")
)
_AFTER_KEY: Final = HsmField("key_type", KEY_TYPE, ";")


def _components(count: int) -> HsmLayout:
    return HsmLayout(
        HsmField("count", HsmKind(f"{count}", "2 to 9 components", "03")),
        _TYPE,
        _SCHEME,
        *(HsmField(f"component_{number}", KEY) for number in range(1, count + 1)),
    )


_KEY: Final = HsmField("key", KEY)

COMMANDS: Final[Mapping[str, HostCommand]] = {
    "A2": HostCommand(
        request=(
            HsmLayout(
                _TYPE,
                _SCHEME,
                HsmField(
                    "print_fields", HsmKind(r"[^\x19%#]*", "fields to print"), ";", optional=True
                ),
            ),
        ),
        answer=(HsmLayout(HsmField("component", KEY)),),
    ),
    "A4": HostCommand(
        request=tuple(_components(count) for count in range(2, COMPONENTS_MAX + 1)),
        answer=(HsmLayout(_KEY, HsmField("kcv", CHECK_VALUE)),),
    ),
    "B0": HostCommand(
        request=(HsmLayout(_TYPE, HsmField("key", ANY_KEY), _SCHEME),), answer=(HsmLayout(_KEY),)
    ),
    # A key type without the options behind it could be taken for them, but after FF.
    "BW": HostCommand(
        request=(
            HsmLayout(
                _TYPE_FOLLOWS,
                *_LENGTH,
                _AFTER_KEY,
                HsmField("options", _NEW_SCHEME, ";", optional=True),
            ),
            HsmLayout(_TYPE_CODE, *_LENGTH, HsmField("options", _NEW_SCHEME, ";", optional=True)),
            HsmLayout(_TYPE_CODE, *_LENGTH, _AFTER_KEY, HsmField("options", _NEW_SCHEME, ";")),
        ),
        answer=(HsmLayout(_KEY),),
    ),
    "LA": HostCommand(
        request=(
            HsmLayout(_INDEX, _COUNT, _DATA),
            HsmLayout(HsmField("index", hexadecimal(3), "B"), HsmField("bytes", _BYTES)),
        ),
        answer=NOTHING,
    ),
    "LE": HostCommand(request=(HsmLayout(_INDEX, _COUNT),), answer=(HsmLayout(_DATA),)),
}


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
    """BW: a *key* under the old LMK in key change storage, under that of today. Answers key."""
    fields = {"type_code": "FF", "length_flag": "F", "key": key, "key_type": key_type}
    return Command("", "BW", {**fields, "options": f"0{scheme}0"})


def store_texts(place: int, texts: Sequence[str]) -> Command:
    """LA: keys or tables, all of one length, into the user storage, from *place* (0 to 4095) on.

    Where a command has a key or a table, ``K`` and the place in three hexadecimal digits serves.
    """
    fields = {"index": f"{place:03X}", "count": f"{len(texts):02X}", "data": "".join(texts)}
    return Command("", "LA", fields)


def store_bytes(place: int, data: bytes) -> Command:
    """LA: *data*, such as a private key of EI, at *place* (0 to 4095) of the user storage."""
    return Command("", "LA", {"index": f"{place:03X}", "bytes": text_of(data)})


def read_texts(place: int, count: int = 1) -> Command:
    """LE: what is in *count* places of the user storage, from *place* on. Answers data."""
    return Command("", "LE", {"index": f"{place:03X}", "count": f"{count:02X}"})
