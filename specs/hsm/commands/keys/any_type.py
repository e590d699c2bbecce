"""Commands about keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...errors import PARITY_CORRECTED
from ...grammar import HostCommand, HsmField, HsmKind, HsmLayout, hexadecimal, one_of
from ...kinds import ANY_KEY, CHECK_VALUE, FLAG, KEY, KEY_TYPE, OPTIONS, SCHEME
from ...names import IKEY
from ...values import Command


def _check_value(code: HsmKind, *key_type: HsmField) -> HsmLayout:
    return HsmLayout(
        HsmField("type_code", code),
        HsmField("length_flag", one_of("012F", "length flag", "05")),
        HsmField("key", ANY_KEY),
        *key_type,
        # Of the two schemes no answer depends on here.
        OPTIONS,
    )


# The initial key of a device, for DUKPT. Its serial number comes without the counter: 15 digits of
# the 20 in the old form, 16 with AES. The lengths are those of a command that clients were seen to
# send; that of AES, and type 1 as the only one of the base key, are chosen here.
_DERIVED: Final = (
    HsmField("key_type", KEY_TYPE),
    HsmField("lmk_scheme", SCHEME),
    HsmField("derive_mode", one_of("0", "0, to derive an initial key")),
    HsmField("bdk_type", one_of("1", "1, a base derivation key of type 1")),
    HsmField("bdk", KEY),
    HsmField("device", HsmKind("[0-9A-F]{15,16}", "a key serial number of 15 or 16 hex digits")),
)

_KEY_AND_CHECK_VALUE: Final = (HsmLayout(HsmField("key", KEY), HsmField("kcv", hexadecimal(6))),)

_CHECK_VALUE: Final = (HsmLayout(HsmField("kcv", CHECK_VALUE)),)

COMMANDS: Final[Mapping[str, HostCommand]] = {
    "A0": HostCommand(
        request=(
            HsmLayout(
                HsmField("mode", one_of("0", "mode")),
                HsmField("key_type", KEY_TYPE),
                HsmField("lmk_scheme", SCHEME),
            ),
            HsmLayout(
                HsmField("mode", one_of("1", "mode")),
                HsmField("key_type", KEY_TYPE),
                HsmField("lmk_scheme", SCHEME),
                HsmField("zmk_flag", FLAG, ";", optional=True),
                HsmField("zmk", KEY),
                HsmField("zmk_scheme", SCHEME),
            ),
            HsmLayout(HsmField("mode", one_of("A", "mode")), *_DERIVED),
            HsmLayout(
                HsmField("mode", one_of("B", "mode")),
                *_DERIVED,
                HsmField("zmk_flag", FLAG, ";"),
                HsmField("zmk", KEY),
                HsmField("zmk_scheme", SCHEME),
            ),
        ),
        answer=(
            HsmLayout(
                HsmField("key", KEY),
                HsmField("key_under_zmk", KEY, optional=True),
                HsmField("kcv", hexadecimal(6)),
            ),
        ),
    ),
    "A6": HostCommand(
        request=(
            HsmLayout(
                HsmField("key_type", KEY_TYPE),
                HsmField("zmk", KEY),
                HsmField("key", KEY),
                HsmField("lmk_scheme", SCHEME),
                HsmField("atalla", HsmKind("0", "0: no variant of Atalla"), optional=True),
            ),
        ),
        answer=_KEY_AND_CHECK_VALUE,
        warnings={PARITY_CORRECTED: _KEY_AND_CHECK_VALUE},
    ),
    "A8": HostCommand(
        request=(
            HsmLayout(
                HsmField("key_type", KEY_TYPE),
                HsmField("zmk_flag", FLAG, ";", optional=True),
                HsmField("zmk", KEY),
                HsmField("key", KEY),
                HsmField("zmk_scheme", SCHEME),
            ),
        ),
        answer=_KEY_AND_CHECK_VALUE,
    ),
    "BU": HostCommand(
        request=(
            _check_value(HsmKind("FF", "FF"), HsmField("key_type", KEY_TYPE, ";")),
            _check_value(HsmKind("(?!FF)[0-9A-F]{2}", "a key type code of 2 hex digits")),
        ),
        answer=_CHECK_VALUE,
    ),
    # Variant 0 of the pairs 04 to 07 and 14 to 17 alone: a client names no type.
    "KA": HostCommand(
        request=(
            HsmLayout(
                HsmField("key", ANY_KEY),
                HsmField("type_code", HsmKind("0[0-3]", "a key type code of 00 to 03", "21")),
                OPTIONS,
            ),
        ),
        answer=_CHECK_VALUE,
    ),
}


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


def key_check_value_older(type_code: str, key: str) -> Command:
    """KA: the check value of *key*, 6 hex digits: code 00 a ZMK, 01 a ZPK, 02 a TPK, 03 a TAK.

    Answers kcv.
    """
    return Command("", "KA", {"key": key, "type_code": type_code, "options": "001"})
