"""The commands `hsm calc lmk`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from .options import KEY, calculating, hex_digits

if TYPE_CHECKING:
    from ...calc.steps import Results, Steps

EPILOG: Final = """\b
Examples:
  lmk encrypt --type ZPK 1334.5779.1334.5779.1334.5779.1334.5779
  lmk decrypt --type ZPK U34E2FC8EAD7CD07BFA2B7ED5FE4D8212
  lmk check"""


@click.group(epilog=EPILOG)
def lmk() -> None:
    """Encrypt and decrypt keys under the published test LMKs.

    What a module under them takes: for any other LMK this knows nothing, and is of no use.
    """


@lmk.command(epilog="\b\nExample:\n  encrypt --type ZPK 13345779133457791334577913345779")
@click.argument("key", type=KEY)
@click.option("--type", "type_text", metavar="TYPE", required=True, help="ZPK, 001 ...")
@click.option("--scheme", type=click.Choice(list("ZXYUT")), help="By default Z, U or T by length.")
@calculating
def encrypt(steps: Steps, key: bytes, type_text: str, scheme: str | None) -> Results:
    """Encrypt KEY, with odd parity, under the variant test LMK."""
    from ...calc.lmk import encrypt_under_lmk

    return encrypt_under_lmk(steps, _type(type_text), key, scheme or "")


@lmk.command(epilog="\b\nExample:\n  decrypt --type ZPK U34E2FC8EAD7CD07BFA2B7ED5FE4D8212")
@click.argument("text", metavar="KEY")
@click.option("--type", "type_text", metavar="TYPE", default="", help="ZPK, 001; blocks need none.")
@calculating
def decrypt(steps: Steps, text: str, type_text: str) -> Results:
    """Decrypt KEY, as a module gives it out, under the test LMKs."""
    from ...calc.lmk import decrypt_under_lmk

    if not text.startswith("S") and not type_text:
        raise click.UsageError("--type says what the key is for; only a key block says it itself")
    given = text if text.startswith("S") else hex_digits(text)
    return decrypt_under_lmk(steps, _type(type_text) if type_text else "", given)


@lmk.command(epilog="\b\nExample:\n  check --trace")
@calculating
def check(steps: Steps) -> Results:
    """Show the check values of the test LMKs, as NC tells them."""
    from ...calc.lmk import check_test_lmks

    return check_test_lmks(steps)


def _type(text: str) -> str:
    from ...client.keyfile import KeyFileError, type_of

    try:
        return type_of(text)
    except KeyFileError as error:
        raise click.UsageError(str(error)) from None
