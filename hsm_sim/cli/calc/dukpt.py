"""The command `hsm calc dukpt`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from .options import HEX, KEY, calculating

if TYPE_CHECKING:
    from ...calc.steps import Results, Steps

# As in cardswitch.hsm_sim.calc.dukpt, which is not imported for help.
KEY_TYPES: Final = (
    *("TDES-2", "TDES-3", "AES-128", "AES-192", "AES-256"),
    *("HMAC-128", "HMAC-192", "HMAC-256"),
)
EPILOG: Final = """\b
Examples:
  dukpt --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00001
  dukpt --ik 6AC292FAA1315B4D858AB3A3D7D5933A --ksn FFFF9876543210E00005 --trace
  dukpt --bdk FEDCBA9876543210F1F1F1F1F1F1F1F1 --ksn 123456789012345600000001"""


@click.command(epilog=EPILOG)
@click.option("--bdk", type=KEY, help="The base derivation key.")
@click.option("--ik", type=KEY, help="The device's initial key (IPEK), in place of --bdk.")
@click.option(
    "--ksn",
    type=HEX,
    required=True,
    help="The key serial number: 8 or 10 bytes for TDES, 12 for AES.",
)
@click.option(
    "--type", "key_type", type=click.Choice(KEY_TYPES), help="The type of working keys, for AES."
)
@calculating
def dukpt(steps: Steps, bdk: bytes | None, ik: bytes | None, ksn: bytes, key_type: Any) -> Results:
    """Derive all keys of a transaction: the device's, the transaction's, and those at work."""
    from ...calc.dukpt import compute_dukpt_aes, compute_dukpt_tdes, is_aes_ksn

    if (bdk is None) == (ik is None):
        raise click.UsageError("give --bdk or --ik")
    if is_aes_ksn(ksn):
        return compute_dukpt_aes(steps, ksn, bdk, ik, key_type)
    if key_type is not None:
        raise click.UsageError("--type is for AES, whose KSN has 12 bytes")
    return compute_dukpt_tdes(steps, ksn, bdk, ik)
