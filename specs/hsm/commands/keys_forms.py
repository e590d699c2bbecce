"""Layouts of commands about components of keys, other forms of keys, and the user storage.

Chosen here: A2 prints nothing, its print fields are taken and left aside; LA takes blocks of any
one length (keys of all schemes differ), as many as it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import Field, Kind, Layout, hexadecimal, one_of
from ..kinds import ANY_KEY, CHECK_VALUE, KEY, KEY_TYPE, NOTHING, SCHEME

COMPONENTS_MAX: Final = 9
_INDEX: Final = Field("index", hexadecimal(3), "K")
_COUNT: Final = Field("count", hexadecimal(2))
# What a module stores in one go: 32 blocks, each as long as the longest key block, with its S.
_DATA: Final = Field("data", Kind("[0-9A-Za-z]{1,16416}", "keys or tables, all of one length"))
_TYPE: Final = Field("key_type", KEY_TYPE)
_SCHEME: Final = Field("lmk_scheme", SCHEME)
_LENGTH: Final = (
    Field("length_flag", one_of("0123F", "length flag", "05")),
    Field("key", ANY_KEY),
)
_NEW_SCHEME: Final = Kind("0[0-9A-Z]0", "0, a key scheme, and 0")
_TYPE_FOLLOWS: Final = Field("type_code", Kind("FF", "FF"))
_TYPE_CODE: Final = Field("type_code", Kind("(?!FF)[0-9A-F]{2}", "a key type code of 2 hex digits"))
_AFTER_KEY: Final = Field("key_type", KEY_TYPE, ";")


def _components(count: int) -> Layout:
    return Layout(
        Field("count", Kind(f"{count}", "2 to 9 components", "03")),
        _TYPE,
        _SCHEME,
        *(Field(f"component_{number}", KEY) for number in range(1, count + 1)),
    )


COMMANDS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "A2": (
        Layout(
            _TYPE,
            _SCHEME,
            Field("print_fields", Kind(r"[^\x19%#]*", "fields to print"), ";", optional=True),
        ),
    ),
    "A4": tuple(_components(count) for count in range(2, COMPONENTS_MAX + 1)),
    "B0": (Layout(_TYPE, Field("key", ANY_KEY), _SCHEME),),
    # A key type without the options behind it could be taken for them, but after FF.
    "BW": (
        Layout(
            _TYPE_FOLLOWS, *_LENGTH, _AFTER_KEY, Field("options", _NEW_SCHEME, ";", optional=True)
        ),
        Layout(_TYPE_CODE, *_LENGTH, Field("options", _NEW_SCHEME, ";", optional=True)),
        Layout(_TYPE_CODE, *_LENGTH, _AFTER_KEY, Field("options", _NEW_SCHEME, ";")),
    ),
    "LA": (Layout(_INDEX, _COUNT, _DATA),),
    "LE": (Layout(_INDEX, _COUNT),),
}

_KEY: Final = Field("key", KEY)

ANSWERS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "A3": (Layout(Field("component", KEY)),),
    "A5": (Layout(_KEY, Field("kcv", CHECK_VALUE)),),
    "B1": (Layout(_KEY),),
    "BX": (Layout(_KEY),),
    "LB": NOTHING,
    "LF": (Layout(_DATA),),
}
