"""The three options of older commands: two key schemes, and how long the check value is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.security.keys import key_check_value

from ..keys.ring import AES, EXCHANGE_BLOCK, TDES, ClearKey, Fields, KeyRing

# A scheme that is not given is written as this.
_NOT_GIVEN: Final = "0"
_WHOLE_CHECK_VALUE: Final = "0"
# How keys of so many bytes travel, and are kept under an LMK of variants, unless asked otherwise.
_OUTER: Final[Mapping[int, str]] = {8: "Z", 16: "X", 24: "Y"}
_INNER: Final[Mapping[int, str]] = {8: "Z", 16: "U", 24: "T"}
_VARIANT_SCHEME: Final = "U"


def outer_scheme(ring: KeyRing, fields: Fields, key: ClearKey) -> str:
    """The scheme of *key* under another key: as asked, else X or its like, or a key block."""
    asked = fields.get("options", _NOT_GIVEN)[0]
    if asked != _NOT_GIVEN:
        return asked
    if key.algorithm == AES or ring.policy.key_blocks_only:
        return EXCHANGE_BLOCK
    return _OUTER[len(key.value)]


def inner_scheme(ring: KeyRing, fields: Fields, key: ClearKey) -> str:
    """The scheme of *key* under the LMK: as asked, else U or its like, or S."""
    asked = new_scheme(ring, fields)
    if asked == _VARIANT_SCHEME and _is_open(fields):
        return _INNER.get(len(key.value), asked)
    return asked


def new_scheme(ring: KeyRing, fields: Fields) -> str:
    """The scheme under the LMK of a key that is yet to be made: as asked, else of double length."""
    return ring.new_key_scheme if _is_open(fields) else fields["options"][1]


def check_value(ring: KeyRing, fields: Fields, key: ClearKey) -> str:
    """The check value of *key*: 16 digits if asked for and allowed, else 6.

    Without the options it is a whole one: so it was before there were options.
    """
    wants_all = fields.get("options", _WHOLE_CHECK_VALUE)[-1] == _WHOLE_CHECK_VALUE
    if wants_all and key.algorithm == TDES and not ring.policy.short_check_values:
        return key_check_value(key.value, 8).hex().upper()
    return key.kcv


def _is_open(fields: Fields) -> bool:
    return "options" not in fields or fields["options"][1] == _NOT_GIVEN
