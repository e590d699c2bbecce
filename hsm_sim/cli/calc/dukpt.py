"""The commands `hsm calc dukpt` and `dukpt-data`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import click

from ...calc.steps import Steps
from .options import HEX, KEY, calculating, matches

if TYPE_CHECKING:
    from ...calc.macs import Cipher
    from ...calc.steps import Results

# As in cardswitch.hsm_sim.calc.dukpt, which is not imported for help.
KEY_TYPES: Final = (
    *("TDES-2", "TDES-3", "AES-128", "AES-192", "AES-256"),
    *("HMAC-128", "HMAC-192", "HMAC-256"),
)
USES: Final = ("request", "response", "both", "pin")
EPILOG: Final = """\b
Examples:
  dukpt --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00001
  dukpt --ik 6AC292FAA1315B4D858AB3A3D7D5933A --ksn FFFF9876543210E00005 --trace
  dukpt --bdk FEDCBA9876543210F1F1F1F1F1F1F1F1 --ksn 123456789012345600000001
  dukpt --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00000   its initial key
  dukpt --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00001 \\
    --data 041274EDCBA9876F --match 1B9C1845EB993A7A

Exit code 6: no key of this KSN gives the value of --match."""
DATA_EPILOG: Final = """\b
Examples:
  dukpt-data --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00001 \\
    --data 343031323334353637383930394439383700000000000000
  dukpt-data --bdk 0123456789ABCDEFFEDCBA9876543210 --ksn FFFF9876543210E00001 --decrypt \\
    --data FC0D53B7EA1FDA9EE68AAF2E70D9B9506229BE2AA993F04F
  dukpt-data --bdk FEDCBA9876543210F1F1F1F1F1F1F1F1 --ksn 123456789012345600000001 \\
    --use response --mode ecb --data 00112233445566778899AABBCCDDEEFF"""


def _keys(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where the keys come from."""
    for decorate in (
        click.option(
            "--type", "key_type", type=click.Choice(KEY_TYPES),
            help="The type of working keys, for AES.",
        ),
        click.option(
            "--ksn",
            type=HEX,
            required=True,
            help="The key serial number: 8 or 10 bytes for TDES, 12 for AES.",
        ),
        click.option("--ik", type=KEY, help="The device's initial key (IPEK), in place of --bdk."),
        click.option("--bdk", type=KEY, help="The base derivation key."),
    ):  # fmt: skip
        command = decorate(command)
    return command


@click.command(epilog=EPILOG)
@_keys
@click.option("--data", type=HEX, help="For --match: what became of this data, or clear block.")
@click.option(
    "--match", type=HEX, metavar="HEX",
    help="Show which key this is, or has this check value; or gives this for --data.",
)  # fmt: skip
@calculating
def dukpt(
    steps: Steps,
    bdk: bytes | None,
    ik: bytes | None,
    ksn: bytes,
    key_type: Any,
    data: bytes | None,
    match: bytes | None,
) -> Results:
    """Derive all keys of a transaction: the device's, the transaction's, and those at work.

    Or find out which of them made a value, with --match. A KSN with counter 0 has its initial key
    alone.
    """
    from ...calc.dukpt_data import find_dukpt

    if match is None:
        return _derive(steps, bdk, ik, ksn, key_type)[1]
    cipher, keys = _derive(Steps(), bdk, ik, ksn, key_type)
    found = find_dukpt(steps, cipher, keys, match, data)
    return matches(found, "no key of this KSN gives this value: another BDK, device or counter")


@click.command("dukpt-data", epilog=DATA_EPILOG)
@_keys
@click.option("--data", type=HEX, required=True, help="The data, whole blocks, in hexadecimal.")
@click.option("--decrypt", "to_decrypt", is_flag=True, help="Decrypt; without it, encrypt.")
@click.option(
    "--use", type=click.Choice(USES), default="request", show_default=True,
    help="request: of the device; response: of the host; both: AES alone; pin: the key of PINs, as "
    "some readers of cards take it, TDES alone.",
)  # fmt: skip
@click.option("--mode", type=click.Choice(["cbc", "ecb"]), default="cbc", show_default=True)
@click.option("--iv", type=HEX, help="The initial vector of CBC; by default zeros.")
@calculating
def dukpt_data(
    steps: Steps,
    bdk: bytes | None,
    ik: bytes | None,
    ksn: bytes,
    key_type: Any,
    data: bytes,
    to_decrypt: bool,
    use: Any,
    mode: Any,
    iv: bytes | None,
) -> Results:
    """Encrypt or decrypt data under a key of DUKPT."""
    from ...calc.dukpt_data import crypt_data

    cipher, keys = _derive(steps, bdk, ik, ksn, key_type)
    return crypt_data(steps, cipher, keys, use, mode, data, iv, to_decrypt=to_decrypt)


def _derive(
    steps: Steps, bdk: bytes | None, ik: bytes | None, ksn: bytes, key_type: Any
) -> tuple[Cipher, Results]:
    """The cipher of the working keys, and all keys of *ksn*."""
    from ...calc.dukpt import compute_dukpt_aes, compute_dukpt_tdes, is_aes_ksn

    if (bdk is None) == (ik is None):
        raise click.UsageError("give --bdk or --ik")
    if is_aes_ksn(ksn):
        cipher: Cipher = "tdes" if (key_type or "").startswith("TDES") else "aes"
        return cipher, compute_dukpt_aes(steps, ksn, bdk, ik, key_type)
    if key_type is not None:
        raise click.UsageError("--type is for AES, whose KSN has 12 bytes")
    return "tdes", compute_dukpt_tdes(steps, ksn, bdk, ik)
