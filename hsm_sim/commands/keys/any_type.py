"""Keys: A0 makes one, A6 imports and A8 exports one, BU and KA make its check value.

Older commands end with three options: two key schemes, and how long the check value is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cardswitch.specs.hsm.errors import (
    INPUT_REFUSED,
    KEY_TYPE_UNKNOWN,
    PARITY_CORRECTED,
    SOURCE_KEY_REFUSED,
    TARGET_KEY_REFUSED,
)
from cardswitch.specs.security.keys import key_check_value as tdes_check_value

from ...custody.policy import CommandRefused
from ...desk import Handler, HsmDesk
from ...keys.clear import AES, TDES, ClearKey
from ...keys.dukpt import derive_initial_key, open_bdk
from ...keys.ring import Fields
from ...keys.transport import EXCHANGE_BLOCK, Master, unwrap_under_master, wrap_under_master
from ...keys.uses import IKEY, TMK, ZMK, KeyUse

KEY_LENGTH_FLAG_REFUSED: Final = "05"
_TYPE_FOLLOWS: Final = "FF"
_MASTER_KEY_OF_FLAG: Final = {"0": ZMK, "1": TMK}
_FLAG_OF_LENGTH: Final = {8: "0", 16: "1", 24: "2"}
_ANY_LENGTH: Final = "F"
# A scheme that is not given is written as this.
_NOT_GIVEN: Final = "0"
_WHOLE_CHECK_VALUE: Final = "0"
# How keys of so many bytes travel, and are kept under an LMK of variants, unless asked otherwise.
_OUTER: Final[Mapping[int, str]] = {8: "Z", 16: "X", 24: "Y"}
_INNER: Final[Mapping[int, str]] = {8: "Z", 16: "U", 24: "T"}
_VARIANT_SCHEME: Final = "U"


def generate_key(desk: HsmDesk, fields: Fields) -> Fields:
    """A0: a new key, or one derived, under the LMK and, with a ZMK or TMK, in transport form."""
    use = desk.keys.use_of(fields)
    key = _new_key(desk, use, fields)
    answer = {"key": desk.keys.close(use, fields["lmk_scheme"], key, fields)}
    if "zmk" in fields:
        master = _master_of(desk, fields)
        answer["key_under_zmk"] = wrap_under_master(
            desk, master, fields["zmk_scheme"], use, key, fields, is_new=True
        )
    return {**answer, "kcv": key.kcv}


def _new_key(desk: HsmDesk, use: KeyUse, fields: Fields) -> ClearKey:
    """A random key; in modes A and B the initial key of a device, which follows from its number."""
    if "device" not in fields:
        return desk.keys.generate(use, fields["lmk_scheme"], fields)
    if use is not IKEY:
        raise CommandRefused(KEY_TYPE_UNKNOWN)
    return derive_initial_key(
        open_bdk(desk.keys, fields["bdk"], SOURCE_KEY_REFUSED), fields["device"]
    )


def import_key(desk: HsmDesk, fields: Fields) -> Fields:
    """A6: a key under a ZMK comes under the LMK; wrong parity is corrected, with a warning."""
    use = desk.keys.use_of(fields)
    zmk = Master.open(desk.keys, ZMK, fields["zmk"])
    key, was_corrected = unwrap_under_master(desk, zmk, use, fields["key"], fields)
    answer = {"key": desk.keys.close(use, fields["lmk_scheme"], key, fields), "kcv": key.kcv}
    if was_corrected:
        raise CommandRefused(PARITY_CORRECTED, answer)
    return answer


def export_key(desk: HsmDesk, fields: Fields) -> Fields:
    """A8: a key under the LMK goes out under a ZMK or TMK."""
    use = desk.keys.use_of(fields)
    master = _master_of(desk, fields)
    key = desk.keys.open_any(use, fields["key"], TARGET_KEY_REFUSED)
    text = wrap_under_master(desk, master, fields["zmk_scheme"], use, key, fields)
    return {"key": text, "kcv": key.kcv}


def _master_of(desk: HsmDesk, fields: Fields) -> Master:
    """The ZMK in *fields*, or the TMK, as their flag says. Raises CommandRefused: 15."""
    use = _MASTER_KEY_OF_FLAG.get(fields.get("zmk_flag", "0"))
    if use is None:
        raise CommandRefused(INPUT_REFUSED)
    return Master.open(desk.keys, use, fields["zmk"])


def key_check_value(desk: HsmDesk, fields: Fields) -> Fields:
    """BU: the check value, of 16 digits if asked for and allowed."""
    flag, key_type = fields["length_flag"], type_of_code(fields)
    key = desk.keys.open_any(desk.keys.use_of({**fields, "key_type": key_type}), fields["key"])
    if flag not in (_FLAG_OF_LENGTH.get(len(key.value)), _ANY_LENGTH):
        raise CommandRefused(KEY_LENGTH_FLAG_REFUSED)
    return {"kcv": check_value(desk, fields, key)}


def key_check_value_older(desk: HsmDesk, fields: Fields) -> Fields:
    """KA: the same for four types of key, whatever their length."""
    use = desk.keys.use_of({**fields, "key_type": type_of_code(fields)})
    return {"kcv": check_value(desk, fields, desk.keys.open_any(use, fields["key"]))}


def type_of_code(fields: Fields) -> str:
    """The key type in *fields*: by a code of two digits, or where that is FF, by itself.

    Of the code the first digit is the variant, the second the pair: 42 is type 402.
    """
    code = fields["type_code"]
    return fields["key_type"] if code == _TYPE_FOLLOWS else f"{code[0]}0{code[1]}"


def outer_scheme(desk: HsmDesk, fields: Fields, key: ClearKey) -> str:
    """The scheme of *key* under another key: as asked, else X or its like, or a key block."""
    asked = fields.get("options", _NOT_GIVEN)[0]
    if asked != _NOT_GIVEN:
        return asked
    if key.algorithm == AES or desk.policy.key_blocks_only:
        return EXCHANGE_BLOCK
    return _OUTER[len(key.value)]


def inner_scheme(desk: HsmDesk, fields: Fields, key: ClearKey) -> str:
    """The scheme of *key* under the LMK: as asked, else U or its like, or S."""
    asked = new_scheme(desk, fields)
    if asked == _VARIANT_SCHEME and _is_open(fields):
        return _INNER.get(len(key.value), asked)
    return asked


def new_scheme(desk: HsmDesk, fields: Fields) -> str:
    """The scheme under the LMK of a key that is yet to be made: as asked, else of double length."""
    return desk.keys.new_key_scheme if _is_open(fields) else fields["options"][1]


def check_value(desk: HsmDesk, fields: Fields, key: ClearKey) -> str:
    """The check value of *key*: 16 digits if asked for and allowed, else 6.

    Without the options it is a whole one: so it was before there were options.
    """
    wants_all = fields.get("options", _WHOLE_CHECK_VALUE)[-1] == _WHOLE_CHECK_VALUE
    if wants_all and key.algorithm == TDES and not desk.policy.short_check_values:
        return tdes_check_value(key.value, 8).hex().upper()
    return key.kcv


def _is_open(fields: Fields) -> bool:
    return "options" not in fields or fields["options"][1] == _NOT_GIVEN


HANDLERS: Final[Mapping[str, Handler]] = {
    "A0": generate_key,
    "A6": import_key,
    "A8": export_key,
    "BU": key_check_value,
    "KA": key_check_value_older,
}
