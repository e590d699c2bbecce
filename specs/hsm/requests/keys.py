"""Commands about keys."""

from __future__ import annotations

from ..names import IKEY
from ..values import Command


def generate_key(
    key_type: str,
    scheme: str = "U",
    zmk: str | None = None,
    zmk_scheme: str = "X",
    *,
    zmk_is_tmk: bool = False,
) -> Command:
    """A0: a new key; with *zmk* (or a terminal master key) also in transport form under that.

    Answers key, [key_under_zmk,] kcv.
    """
    fields = {"mode": "0", "key_type": key_type, "lmk_scheme": scheme}
    if zmk is not None:
        flag = "1" if zmk_is_tmk else "0"
        fields |= {"mode": "1", "zmk_flag": flag, "zmk": zmk, "zmk_scheme": zmk_scheme}
    return Command("", "A0", fields)


def derive_initial_key(
    bdk: str,
    device: str,
    scheme: str = "U",
    zmk: str | None = None,
    zmk_scheme: str = "X",
    *,
    key_type: str = IKEY,
) -> Command:
    """A0: the initial key of a *device* (DUKPT); with *zmk* also in transport form under that.

    *device* is its serial number without the counter: the first 15 of 20 digits, or 16 with AES.
    Answers key, [key_under_zmk,] kcv.
    """
    fields = {"mode": "A", "key_type": key_type, "lmk_scheme": scheme, "bdk": bdk}
    fields |= {"derive_mode": "0", "bdk_type": "1", "device": device}
    if zmk is not None:
        fields |= {"mode": "B", "zmk_flag": "0", "zmk": zmk, "zmk_scheme": zmk_scheme}
    return Command("", "A0", fields)


def import_key(key_type: str, zmk: str, key_under_zmk: str, scheme: str = "U") -> Command:
    """A6: a key that came under *zmk*, kept under the LMK. Answers key, kcv.

    Error 01 with these fields: its parity was wrong and has been corrected.
    """
    fields = {"key_type": key_type, "zmk": zmk, "key": key_under_zmk, "lmk_scheme": scheme}
    return Command("", "A6", fields)


def export_key(key_type: str, zmk: str, key: str, zmk_scheme: str = "X") -> Command:
    """A8: *key* in transport form under *zmk*. Answers key, kcv."""
    fields = {"key_type": key_type, "zmk": zmk, "key": key, "zmk_scheme": zmk_scheme}
    return Command("", "A8", fields)


def key_check_value(key_type: str, key: str) -> Command:
    """BU: the check value of *key*, 6 hex digits. Answers kcv."""
    flags = {"U": "1", "X": "1", "T": "2", "Y": "2", "S": "F"}
    length_flag = flags.get(key[:1], "0")
    fields = {"type_code": "FF", "length_flag": length_flag, "key": key, "key_type": key_type}
    return Command("", "BU", {**fields, "options": "001"})
