"""Commands about PIN blocks under keys of one transaction: *bdk*, and the number that *ksn* is.

*ksn_descriptor* is three hexadecimal digits: how many digits of *ksn* are those of the base key,
of the sub-key and of the device. *ksn* has 12 to 20 digits, or 24 where the keys are of AES.

Chosen here, where no public source says: what GO and GQ take in mode 1, which also verifies a MAC
of X9.19 (of AES: CMAC) under a key of the same transaction, 4 bytes of it over data that follow,
with serial numbers of 20 digits, or of 24 where the base key is a block of AES; in G0 from one such
key to another, serial numbers of 20 digits, or of 24 where the format is 48; and in all of them
AES, with those 24 digits.

CI, CK and CM are the older forms of G0, GO and GQ: blocks of format 01 (ISO 0) and TDES alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from ...grammar import (
    COUNTED,
    HostCommand,
    HsmField,
    HsmKind,
    HsmLayout,
    digits,
    hexadecimal,
    one_of,
)
from ...kinds import (
    AES_KEY,
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
    TDES_KEY,
    VALIDATION,
    WHOLE_PAN,
)
from ...names import ISO_0
from ...values import Command, text_of
from .blocks import PIN_TRANSLATED, with_pan

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


def _verify(
    pvk: HsmKind, before: tuple[HsmField, ...], after: tuple[HsmField, ...]
) -> tuple[HsmLayout, ...]:
    """The PIN alone; and the PIN with a MAC, where the key tells how long number and block are."""
    with_mac = (pvk, before, (*after, HsmField("mac", hexadecimal(8)), HsmField("data", COUNTED)))
    return (
        _verify_in("0", KEY, KSN, BLOCK, pvk, before, after),
        _verify_in("1", AES_KEY, hexadecimal(24), hexadecimal(32), *with_mac),
        _verify_in("1", TDES_KEY, hexadecimal(20), hexadecimal(16), *with_mac),
    )


def _verify_in(
    mode: str,
    bdk: HsmKind,
    ksn: HsmKind,
    block: HsmKind,
    pvk: HsmKind,
    before: tuple[HsmField, ...],
    after: tuple[HsmField, ...],
) -> HsmLayout:
    return HsmLayout(
        HsmField("mode", one_of(mode, "mode")),
        HsmField("bdk", bdk),
        HsmField("pvk", pvk),
        HsmField("ksn_descriptor", KSN_DESCRIPTOR),
        HsmField("ksn", ksn),
        HsmField("block", block),
        HsmField("format", FORMAT),
        *before,
        HsmField("pan12", PAN12),
        *after,
        WHOLE_PAN,
    )


def _older(second: HsmField, *after: HsmField) -> HsmLayout:
    return HsmLayout(
        HsmField("bdk", KEY),
        second,
        HsmField("ksn_descriptor", KSN_DESCRIPTOR),
        HsmField("ksn", hexadecimal(20)),
        HsmField("block", hexadecimal(16)),
        *after,
    )


_OLDER: Final[Mapping[str, HostCommand]] = {
    "CI": HostCommand(
        request=(
            _older(
                HsmField("zpk", KEY), HsmField("target_format", FORMAT), HsmField("pan12", PAN12)
            ),
        ),
        answer=PIN_TRANSLATED,
    ),
    "CK": HostCommand(
        request=(
            _older(
                HsmField("pvk", KEY),
                HsmField("check_length", CHECK_LENGTH),
                HsmField("pan12", PAN12),
                HsmField("table", TABLE),
                HsmField("validation", VALIDATION),
                HsmField("offset", OFFSET),
            ),
        ),
        answer=NOTHING,
    ),
    "CM": HostCommand(
        request=(
            _older(
                HsmField("pvk", KEY_PAIR),
                HsmField("pan12", PAN12),
                HsmField("pvki", digits(1)),
                HsmField("pvv", digits(4)),
            ),
        ),
        answer=NOTHING,
    ),
}

COMMANDS: Final[Mapping[str, HostCommand]] = {
    **_OLDER,
    "G0": HostCommand(
        request=(
            _to_zpk(),
            *(_to_bdk(source, target) for source in (False, True) for target in (False, True)),
        ),
        answer=PIN_TRANSLATED,
    ),
    "GO": HostCommand(
        request=_verify(
            KEY,
            (HsmField("check_length", CHECK_LENGTH),),
            (
                HsmField("table", TABLE),
                HsmField("validation", VALIDATION),
                HsmField("offset", OFFSET),
            ),
        ),
        answer=NOTHING,
    ),
    "GQ": HostCommand(
        request=_verify(KEY_PAIR, (), (HsmField("pvki", digits(1)), HsmField("pvv", digits(4)))),
        answer=NOTHING,
    ),
}


class Transaction(Struct, frozen=True):
    """One transaction of a device, by the text of its base derivation key and its serial number."""

    bdk: str
    ksn_descriptor: str
    ksn: str

    def fields(self, prefix: str = "") -> dict[str, str]:
        """As the fields of a command name it."""
        return {
            f"{prefix}bdk": self.bdk,
            f"{prefix}ksn_descriptor": self.ksn_descriptor,
            f"{prefix}ksn": self.ksn,
        }

    def __repr__(self) -> str:
        """The serial number is no secret, and the key is encrypted; still neither is shown."""
        return "<Transaction>"


def translate_pin_dukpt_zpk(
    source_key: Transaction,
    zpk: str,
    block: str,
    pan12: str,
    source: str = ISO_0,
    target: str = ISO_0,
    pan: str = "",
) -> Command:
    """G0: a PIN *block* of a device becomes one under a zone's key.

    Answers pin_length, block, format.
    """
    fields = {**source_key.fields(), "zpk": zpk, "block": block, "pan12": pan12}
    formats = {"source_format": source, "target_format": target}
    return Command("", "G0", with_pan({**fields, **formats}, pan))


def translate_pin_dukpt_dukpt(
    source_key: Transaction,
    target_key: Transaction,
    block: str,
    pan12: str,
    source: str = ISO_0,
    target: str = ISO_0,
    pan: str = "",
) -> Command:
    """G0: a PIN *block* of one device becomes one as of another; serial numbers of 20 or 24 digits.

    Answers pin_length, block, format.
    """
    keys = {**source_key.fields(), **target_key.fields("target_")}
    fields = {"block": block, "source_format": source, "target_format": target, "pan12": pan12}
    return Command("", "G0", with_pan({**keys, **fields}, pan))


def verify_pin_ibm_dukpt(
    source_key: Transaction, check: dict[str, str], block: str, offset: str, source: str = ISO_0
) -> Command:
    """GO: has the PIN in *block* of a device this *offset*? Error 01 says no.

    *check* is what :func:`.pins_ibm.ibm_check` gives.
    """
    pin = {"mode": "0", "block": block, "format": source, "offset": offset}
    return Command("", "GO", {**source_key.fields(), **check, **pin})


def verify_pin_pvv_dukpt(
    source_key: Transaction,
    pvk: str,
    block: str,
    pan12: str,
    pvki: str,
    pvv: str,
    source: str = ISO_0,
    pan: str = "",
) -> Command:
    """GQ: does the PIN in *block* of a device give *pvv*? Error 01 says no."""
    pin = {"mode": "0", "block": block, "format": source, "pan12": pan12}
    fields = {**source_key.fields(), "pvk": pvk, **pin, "pvki": pvki, "pvv": pvv}
    return Command("", "GQ", with_pan(fields, pan))


def with_mac(command: Command, data: bytes, mac: str) -> Command:
    """GO, GQ: the same *command*, but is *mac* (8 hex digits) that of *data* too? Error 06: no."""
    fields = {**command.fields, "mode": "1", "mac": mac, "data": text_of(data)}
    return Command("", command.code, fields)


def translate_pin_dukpt_older(
    source_key: Transaction, zpk: str, block: str, pan12: str, target: str = ISO_0
) -> Command:
    """CI: as G0 from format 01. Answers pin_length, block, format."""
    fields = {**source_key.fields(), "zpk": zpk, "block": block, "target_format": target}
    return Command("", "CI", {**fields, "pan12": pan12})


def verify_pin_ibm_dukpt_older(
    source_key: Transaction, check: dict[str, str], block: str, offset: str
) -> Command:
    """CK: as GO for format 01. *check* is what :func:`.pins_ibm.ibm_check` gives."""
    return Command("", "CK", {**source_key.fields(), **check, "block": block, "offset": offset})


def verify_pin_pvv_dukpt_older(
    source_key: Transaction, pvk: str, block: str, pan12: str, pvki: str, pvv: str
) -> Command:
    """CM: as GQ for format 01."""
    fields = {**source_key.fields(), "pvk": pvk, "block": block, "pan12": pan12}
    return Command("", "CM", {**fields, "pvki": pvki, "pvv": pvv})
