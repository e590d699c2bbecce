"""Layouts of commands about PIN blocks under keys that are new with every transaction (DUKPT).

Chosen here, where no public source says: mode 0 alone of GO and GQ (mode 1 also verifies a MAC);
in G0 from one such key to another, serial numbers of 20 digits, or of 24 where the format is 48;
and in all of them AES, with those 24 digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import HsmField, HsmKind, HsmLayout, digits, hexadecimal, one_of
from ..kinds import (
    BLOCK,
    CHECK_LENGTH,
    FORMAT,
    KEY,
    KEY_PAIR,
    KSN,
    KSN_DESCRIPTOR,
    NOTHING,
    OFFSET,
    PAN12,
    TABLE,
    VALIDATION,
    WHOLE_PAN,
)
from .pins import PIN_TRANSLATED

# Marks a key as a base derivation key; before the source it says nothing new.
_BDK_FLAG: Final = HsmField("source_flag", HsmKind(r"\*", "*"), optional=True)


def _to_zpk() -> HsmLayout:
    return HsmLayout(
        _BDK_FLAG,
        HsmField("bdk", KEY),
        HsmField("zpk", KEY),
        HsmField("ksn_descriptor", KSN_DESCRIPTOR),
        HsmField("ksn", KSN),
        HsmField("block", BLOCK),
        HsmField("source_format", FORMAT),
        HsmField("target_format", FORMAT),
        HsmField("pan12", PAN12),
        WHOLE_PAN,
    )


def _to_bdk(source_is_aes: bool, target_is_aes: bool) -> HsmLayout:
    return HsmLayout(
        _BDK_FLAG,
        HsmField("bdk", KEY),
        HsmField("target_bdk", KEY, "*"),
        HsmField("ksn_descriptor", KSN_DESCRIPTOR),
        HsmField("ksn", hexadecimal(24 if source_is_aes else 20)),
        HsmField("target_ksn_descriptor", KSN_DESCRIPTOR),
        HsmField("target_ksn", hexadecimal(24 if target_is_aes else 20)),
        HsmField("block", hexadecimal(32 if source_is_aes else 16)),
        HsmField("source_format", FORMAT),
        HsmField("target_format", FORMAT),
        HsmField("pan12", PAN12),
        WHOLE_PAN,
    )


def _verify(pvk: HsmKind, before: tuple[HsmField, ...], after: tuple[HsmField, ...]) -> HsmLayout:
    return HsmLayout(
        HsmField("mode", one_of("0", "mode")),
        HsmField("bdk", KEY),
        HsmField("pvk", pvk),
        HsmField("ksn_descriptor", KSN_DESCRIPTOR),
        HsmField("ksn", KSN),
        HsmField("block", BLOCK),
        HsmField("format", FORMAT),
        *before,
        HsmField("pan12", PAN12),
        *after,
        WHOLE_PAN,
    )


COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "G0": (
        _to_zpk(),
        *(_to_bdk(source, target) for source in (False, True) for target in (False, True)),
    ),
    "GO": (
        _verify(
            KEY,
            (HsmField("check_length", CHECK_LENGTH),),
            (
                HsmField("table", TABLE),
                HsmField("validation", VALIDATION),
                HsmField("offset", OFFSET),
            ),
        ),
    ),
    "GQ": (_verify(KEY_PAIR, (), (HsmField("pvki", digits(1)), HsmField("pvv", digits(4)))),),
}

ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "G1": PIN_TRANSLATED,
    "GP": NOTHING,
    "GR": NOTHING,
}
