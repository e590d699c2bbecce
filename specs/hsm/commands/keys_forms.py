"""Layouts of commands about components of keys, other forms of keys, and the user storage.

Chosen here: A2 prints nothing, its print fields are taken and left aside; LA takes blocks of any
one length (keys of all schemes differ), as many as it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import HsmField, HsmKind, HsmLayout, hexadecimal, one_of
from ..kinds import ANY_KEY, CHECK_VALUE, KEY, KEY_TYPE, NOTHING, SCHEME

COMPONENTS_MAX: Final = 9
_INDEX: Final = HsmField("index", hexadecimal(3), "K")
_COUNT: Final = HsmField("count", hexadecimal(2))
# What a module stores in one go: 32 blocks, each as long as the longest key block, with its S.
_DATA: Final = HsmField(
    "data", HsmKind("[0-9A-Za-z]{1,16416}", "keys or tables, all of one length")
)
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


COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "A2": (
        HsmLayout(
            _TYPE,
            _SCHEME,
            HsmField("print_fields", HsmKind(r"[^\x19%#]*", "fields to print"), ";", optional=True),
        ),
    ),
    "A4": tuple(_components(count) for count in range(2, COMPONENTS_MAX + 1)),
    "B0": (HsmLayout(_TYPE, HsmField("key", ANY_KEY), _SCHEME),),
    # A key type without the options behind it could be taken for them, but after FF.
    "BW": (
        HsmLayout(
            _TYPE_FOLLOWS,
            *_LENGTH,
            _AFTER_KEY,
            HsmField("options", _NEW_SCHEME, ";", optional=True),
        ),
        HsmLayout(_TYPE_CODE, *_LENGTH, HsmField("options", _NEW_SCHEME, ";", optional=True)),
        HsmLayout(_TYPE_CODE, *_LENGTH, _AFTER_KEY, HsmField("options", _NEW_SCHEME, ";")),
    ),
    "LA": (HsmLayout(_INDEX, _COUNT, _DATA),),
    "LE": (HsmLayout(_INDEX, _COUNT),),
}

_KEY: Final = HsmField("key", KEY)

ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "A3": (HsmLayout(HsmField("component", KEY)),),
    "A5": (HsmLayout(_KEY, HsmField("kcv", CHECK_VALUE)),),
    "B1": (HsmLayout(_KEY),),
    "BX": (HsmLayout(_KEY),),
    "LB": NOTHING,
    "LF": (HsmLayout(_DATA),),
}
