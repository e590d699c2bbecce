"""Commands about message authentication codes.

Chosen here, where no public source says: 6 for CMAC, in M6 and M8 as the algorithm and in GW as the
method; MAC size 2, of 32 digits; initial vectors as long as a block of AES where the key is of AES.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...grammar import (
    COUNTED,
    HostCommand,
    HsmField,
    HsmKind,
    HsmLayout,
    counted,
    hexadecimal,
    one_of,
)
from ...kinds import AES_KEY, DESCRIBED_KSN, KEY, KEY_TYPE, MAC, TDES_KEY
from ...values import Command, text_of


def _mac_layout(
    modes: str, key: HsmKind = KEY, iv: tuple[HsmField, ...] = (), after: tuple[HsmField, ...] = ()
) -> HsmLayout:
    return HsmLayout(
        HsmField("mode", one_of(modes, "mode", "02")),
        HsmField("input_format", one_of("012", "input format", "03")),
        # 8, 16 and, of AES, 32 hex digits.
        HsmField("mac_size", one_of("012", "MAC size", "04")),
        # ISO 9797-1 algorithms 1 and 3; 6 is CMAC.
        HsmField("algorithm", one_of("136", "algorithm", "05")),
        HsmField("padding", one_of("012", "padding", "06")),
        HsmField("key_type", KEY_TYPE),
        HsmField("key", key),
        *iv,
        HsmField("data", COUNTED),
        *after,
    )


def _later(modes: str, after: tuple[HsmField, ...] = ()) -> tuple[HsmLayout, ...]:
    """A piece after the first: with an initial vector, as long as a block of the cipher."""
    return (
        _mac_layout(modes, AES_KEY, (HsmField("iv", hexadecimal(32)),), after),
        _mac_layout(modes, TDES_KEY, (HsmField("iv", hexadecimal(16)),), after),
    )


def _dukpt_layout(modes: str, *mac: HsmField) -> HsmLayout:
    return HsmLayout(
        HsmField("mode", one_of(modes, "mode")),
        # X9.19; 6, as in M6, is CMAC.
        HsmField("method", one_of("16", "MAC method")),
        HsmField("bdk", KEY),
        HsmField("ksn", DESCRIBED_KSN),
        *mac,
        HsmField("data", counted("[0-9]{4}", 10, "4 digits and as many bytes as they say")),
    )


# Modes: 0 a whole message, 1 its first piece, 2 any other, 3 the last.
_MAC_TO_CHECK: Final = (HsmField("mac", MAC),)

COMMANDS: Final[Mapping[str, HostCommand]] = {
    # In modes 1 and 2 the answer, and that to M8, is the value to chain: the next iv.
    "M6": HostCommand(
        request=(_mac_layout("01"), *_later("23")), answer=(HsmLayout(HsmField("mac", MAC)),)
    ),
    # Modes: 1 to 3 verify 8 bytes, the left 4 of them, the right 4; 4 to 6 make the same.
    "GW": HostCommand(
        request=(
            _dukpt_layout("1", HsmField("mac", hexadecimal(16))),
            _dukpt_layout("23", HsmField("mac", hexadecimal(8))),
            _dukpt_layout("456"),
        ),
        answer=(
            HsmLayout(HsmField("mac", HsmKind("[0-9A-F]{16}|[0-9A-F]{8}", "8 or 16 hex digits"))),
            HsmLayout(),
        ),
    ),
    "M8": HostCommand(
        request=(
            _mac_layout("0", after=_MAC_TO_CHECK),
            _mac_layout("1"),
            *_later("2"),
            *_later("3", _MAC_TO_CHECK),
        ),
        answer=(HsmLayout(), HsmLayout(HsmField("mac", MAC))),
    ),
}


_HEX_INPUT: Final = "1"
CMAC: Final = "6"  # the algorithm that this house's modules call so; 1 and 3 are ISO 9797-1's
# Parts of the MAC of GW, and its other method.
WHOLE: Final = "whole"
LEFT: Final = "left"
RIGHT: Final = "right"
X9_19: Final = "1"
_NO_PADDING: Final = "0"
# What is usual: ten digits of base key and five of device; with AES eight and eight.
_DESCRIPTORS: Final = {20: "A05", 24: "808"}
_SIZES: Final = {16: "1", 32: "2"}


def generate_mac(
    key_type: str,
    key: str,
    data: bytes,
    algorithm: str = "3",
    padding: str = "1",
    length: int = 8,
    iv: str = "",
) -> Command:
    """M6: the MAC of *data*, *length* 8, 16 or, of an AES key, 32 hex digits. Answers mac.

    *algorithm* "1" or "3" is that of ISO 9797-1, *padding* "1" or "2" its method, "0" is none;
    algorithm "6" is CMAC, which pads by itself. *iv* is the mac that the piece before answered.
    """
    mode = "3" if iv else "0"
    return Command("", "M6", _mac(mode, key_type, key, data, algorithm, padding, length, iv))


def verify_mac(
    key_type: str,
    key: str,
    data: bytes,
    mac: str,
    algorithm: str = "3",
    padding: str = "1",
    iv: str = "",
) -> Command:
    """M8: is *mac* (8, 16 or 32 hex digits) the MAC of *data*? Error 01 says no."""
    mode = "3" if iv else "0"
    fields = _mac(mode, key_type, key, data, algorithm, padding, len(mac), iv)
    return Command("", "M8", {**fields, "mac": mac})


def chain_mac(
    key_type: str,
    key: str,
    data: bytes,
    algorithm: str = "3",
    iv: str = "",
    *,
    to_verify: bool = False,
) -> Command:
    """M6, M8: take in *data*, whole blocks of a message that goes on. Answers mac: the next *iv*.

    The last piece is for :func:`generate_mac`, or for :func:`verify_mac` with keys that only
    verify: then all pieces are *to_verify*.
    """
    mode, code = "2" if iv else "1", "M8" if to_verify else "M6"
    return Command("", code, _mac(mode, key_type, key, data, algorithm, _NO_PADDING, 16, iv))


def _mac(
    mode: str,
    key_type: str,
    key: str,
    data: bytes,
    algorithm: str,
    padding: str,
    length: int,
    iv: str,
) -> dict[str, str]:
    fields = {
        "mode": mode,
        "input_format": _HEX_INPUT,
        "mac_size": _SIZES.get(length, "0"),
        "algorithm": algorithm,
        "padding": _NO_PADDING if algorithm == CMAC else padding,
        "key_type": key_type,
        "key": key,
        "data": data.hex().upper(),
    }
    return fields | ({"iv": iv} if iv else {})


def generate_mac_dukpt(
    bdk: str, ksn: str, data: bytes, part: str = WHOLE, method: str = X9_19, descriptor: str = ""
) -> Command:
    """GW: the MAC of *data* under the key that the device of *ksn* has for it. Answers mac.

    *ksn* is 20 hex digits, of AES 24; shorter ones need a *descriptor*, 3 digits that say how many
    digits those of base key, sub-key and device are. *part* is all 8 bytes, LEFT 4 or RIGHT 4;
    *method* X9_19 takes whole blocks of 8 bytes, CMAC any *data*.
    """
    mode = {WHOLE: "4", LEFT: "5", RIGHT: "6"}.get(part, part)
    return Command("", "GW", _dukpt(mode, bdk, ksn, data, method, descriptor))


def verify_mac_dukpt(
    bdk: str,
    ksn: str,
    data: bytes,
    mac: str,
    part: str = WHOLE,
    method: str = X9_19,
    descriptor: str = "",
) -> Command:
    """GW: is *mac* (16 hex digits, of a half 8) that of *data*? Error 01 says no."""
    mode = {WHOLE: "1", LEFT: "2", RIGHT: "3"}.get(part, part)
    return Command("", "GW", {**_dukpt(mode, bdk, ksn, data, method, descriptor), "mac": mac})


def described_ksn(ksn: str, descriptor: str = "") -> str:
    """*ksn* behind its *descriptor*, the usual one if none is given."""
    return (descriptor or _DESCRIPTORS.get(len(ksn), "")) + ksn


def _dukpt(
    mode: str, bdk: str, ksn: str, data: bytes, method: str, descriptor: str
) -> dict[str, str]:
    described = described_ksn(ksn, descriptor)
    fields = {"mode": mode, "method": method, "bdk": bdk, "ksn": described}
    return {**fields, "data": text_of(data)}
