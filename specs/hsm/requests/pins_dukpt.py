"""Commands about PIN blocks under keys of one transaction: *bdk*, and the number that *ksn* is.

*ksn_descriptor* is three hexadecimal digits: how many digits of *ksn* are those of the base key,
of the sub-key and of the device. *ksn* has 12 to 20 digits, or 24 where the keys are of AES.
"""

from __future__ import annotations

from msgspec import Struct

from ..names import ISO_0
from ..values import Command
from .pins import with_pan


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
