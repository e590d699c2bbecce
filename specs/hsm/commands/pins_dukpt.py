"""Layouts of commands about PIN blocks under keys that are new with every transaction (DUKPT).

Chosen here, where no public source says: mode 0 alone of GO and GQ (mode 1 also verifies a MAC);
in G0 from one such key to another, serial numbers of 20 digits, or of 24 where the format is 48;
and in all of them AES, with those 24 digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import Field, Kind, Layout, digits, hexadecimal, one_of
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
_BDK_FLAG: Final = Field("source_flag", Kind(r"\*", "*"), optional=True)


def _to_zpk() -> Layout:
    return Layout(
        _BDK_FLAG,
        Field("bdk", KEY),
        Field("zpk", KEY),
        Field("ksn_descriptor", KSN_DESCRIPTOR),
        Field("ksn", KSN),
        Field("block", BLOCK),
        Field("source_format", FORMAT),
        Field("target_format", FORMAT),
        Field("pan12", PAN12),
        WHOLE_PAN,
    )


def _to_bdk(source_is_aes: bool, target_is_aes: bool) -> Layout:
    return Layout(
        _BDK_FLAG,
        Field("bdk", KEY),
        Field("target_bdk", KEY, "*"),
        Field("ksn_descriptor", KSN_DESCRIPTOR),
        Field("ksn", hexadecimal(24 if source_is_aes else 20)),
        Field("target_ksn_descriptor", KSN_DESCRIPTOR),
        Field("target_ksn", hexadecimal(24 if target_is_aes else 20)),
        Field("block", hexadecimal(32 if source_is_aes else 16)),
        Field("source_format", FORMAT),
        Field("target_format", FORMAT),
        Field("pan12", PAN12),
        WHOLE_PAN,
    )


def _verify(pvk: Kind, before: tuple[Field, ...], after: tuple[Field, ...]) -> Layout:
    return Layout(
        Field("mode", one_of("0", "mode")),
        Field("bdk", KEY),
        Field("pvk", pvk),
        Field("ksn_descriptor", KSN_DESCRIPTOR),
        Field("ksn", KSN),
        Field("block", BLOCK),
        Field("format", FORMAT),
        *before,
        Field("pan12", PAN12),
        *after,
        WHOLE_PAN,
    )


COMMANDS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "G0": (
        _to_zpk(),
        *(_to_bdk(source, target) for source in (False, True) for target in (False, True)),
    ),
    "GO": (
        _verify(
            KEY,
            (Field("check_length", CHECK_LENGTH),),
            (Field("table", TABLE), Field("validation", VALIDATION), Field("offset", OFFSET)),
        ),
    ),
    "GQ": (_verify(KEY_PAIR, (), (Field("pvki", digits(1)), Field("pvv", digits(4)))),),
}

ANSWERS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "G1": PIN_TRANSLATED,
    "GP": NOTHING,
    "GR": NOTHING,
}
