"""Keys: A0 makes one, A6 takes one in, A8 gives one out, BU tells its check value."""

from __future__ import annotations

from typing import Final

from specs.hsm.errors import INPUT_REFUSED, PARITY_CORRECTED, TARGET_KEY_REFUSED
from specs.hsm.requests import TPK, ZMK
from specs.security.keys import key_check_value

from ..keys import Fields, KeyRing, require_type
from ..policy import Refused

TMK = TPK  # The LMK has one pair and variant for both.
KEY_LENGTH_FLAG_REFUSED: Final = "05"
_FULL_CHECK_VALUE: Final = "0"
_TYPE_FOLLOWS: Final = "FF"
_MASTER_KEY_OF_FLAG: Final = {"0": ZMK, "1": TMK}
_FLAG_OF_LENGTH: Final = {8: "0", 16: "1", 24: "2"}
_ANY_LENGTH: Final = "F"


def make_key(ring: KeyRing, fields: Fields) -> Fields:
    """A0: a new key under the LMK and, with a ZMK or TMK, in transport form."""
    require_type(fields["key_type"])
    key = ring.generate(fields["lmk_scheme"])
    answer = {"key": ring.close(fields["key_type"], fields["lmk_scheme"], key)}
    if "zmk" in fields:
        master_type = _MASTER_KEY_OF_FLAG.get(fields.get("zmk_flag", "0"))
        if master_type is None:
            raise Refused(INPUT_REFUSED)
        master = ring.open(master_type, fields["zmk"])
        answer["key_under_zmk"] = ring.send(master, fields["zmk_scheme"], key)
    return {**answer, "kcv": _short_check_value(key)}


def take_in_key(ring: KeyRing, fields: Fields) -> Fields:
    """A6: a key under a ZMK comes under the LMK; wrong parity is corrected, with a warning."""
    require_type(fields["key_type"])
    zmk = ring.open(ZMK, fields["zmk"])
    key, was_corrected = ring.receive(zmk, fields["key"])
    text = ring.close(fields["key_type"], fields["lmk_scheme"], key)
    answer = {"key": text, "kcv": _short_check_value(key)}
    if was_corrected:
        raise Refused(PARITY_CORRECTED, answer)
    return answer


def give_out_key(ring: KeyRing, fields: Fields) -> Fields:
    """A8: a key under the LMK goes out under a ZMK."""
    zmk = ring.open(ZMK, fields["zmk"])
    key = ring.open(fields["key_type"], fields["key"], TARGET_KEY_REFUSED)
    text = ring.send(zmk, fields["zmk_scheme"], key)
    return {"key": text, "kcv": _short_check_value(key)}


def tell_check_value(ring: KeyRing, fields: Fields) -> Fields:
    """BU: the check value, of 16 digits if asked for and allowed."""
    code, flag = fields["type_code"], fields["length_flag"]
    key = ring.open(fields["key_type"] if code == _TYPE_FOLLOWS else f"0{code}", fields["key"])
    if flag not in (_FLAG_OF_LENGTH[len(key)], _ANY_LENGTH):
        raise Refused(KEY_LENGTH_FLAG_REFUSED)
    # Without the options, the value is a whole one: so it was before there were options.
    wants_all = fields.get("options", "000")[-1] == _FULL_CHECK_VALUE
    if wants_all and not ring.policy.short_check_values:
        return {"kcv": key_check_value(key, 8).hex().upper()}
    return {"kcv": _short_check_value(key)}


def _short_check_value(key: bytes) -> str:
    return key_check_value(key).hex().upper()
