"""The commands `hsm calc kcv`, `parity`, `components`, `split` and `xor`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import click

from .options import HEX, KEY, calculating, matches

if TYPE_CHECKING:
    from ...calc.macs import Cipher
    from ...calc.steps import Results, Steps

KCV_DIGITS_MIN: Final = 4  # Fewer fit too many keys.
KCV_DIGITS_MAX: Final = 16
KCV_EPILOG: Final = """\b
Examples:
  kcv 13345779133457791334577913345779
  kcv 1334.5779.1334.5779.1334.5779.1334.5779 --digits 16
  kcv 0123456789ABCDEFFEDCBA9876543210 --match D5D44FF7

Exit code 6: nothing of the key has the check value of --match."""
COMPONENTS_MAX: Final = 9  # More people than that hold no key together.


def _cipher(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--algorithm", "cipher", type=click.Choice(["tdes", "aes"]), default="tdes",
        show_default=True, help="The cipher of the key.",
    )(command)  # fmt: skip


@click.command(epilog=KCV_EPILOG)
@click.argument("key", type=KEY, required=False)
@click.option("--key", "named", type=KEY, help="KEY, as the other commands take it.")
@_cipher
@click.option(
    "--digits", type=click.Choice(["4", "6", "8", "16"]), default="6", show_default=True,
    help="How many digits of it.",
)  # fmt: skip
@click.option(
    "--match", metavar="KCV", help="Show what of KEY has this check value, of 4 to 16 digits."
)
@calculating
def kcv(
    steps: Steps,
    key: bytes | None,
    named: bytes | None,
    cipher: Cipher,
    digits: str,
    match: str | None,
) -> Results:
    """Compute the check value of KEY, or find out how one was made."""
    from ...calc.keys import compute_kcv, find_kcv

    value = key if named is None else named
    if value is None or (key is not None and named is not None):
        raise click.UsageError("expected one KEY, by itself or with --key")
    if match is None:
        return compute_kcv(steps, cipher, value, int(digits))
    known = HEX.convert(match, None, None).hex().upper()
    if not KCV_DIGITS_MIN <= len(known) <= KCV_DIGITS_MAX:
        raise click.UsageError("--match takes a check value of 4 to 16 digits")
    return matches(find_kcv(steps, value, known), "nothing of this key has that check value")


@click.command(epilog="\b\nExample:\n  parity 0023456789ABCDEE0023456789ABCDEE")
@click.argument("key", type=KEY)
@calculating
def parity(steps: Steps, key: bytes) -> Results:
    """Set the odd parity of a DES KEY, and say whether it is weak."""
    from ...calc.keys import judge_key

    return judge_key(steps, key)


@click.command(epilog="\b\nExample:\n  components 0123456789ABCDEF FEDCBA9876543201 --trace")
@click.argument("parts", metavar="COMPONENT...", type=KEY, nargs=-1, required=True)
@_cipher
@calculating
def components(steps: Steps, parts: tuple[bytes, ...], cipher: Cipher) -> Results:
    """Combine components, two or more, into their key; parity is not adjusted."""
    from ...calc.keys import combine

    return combine(steps, cipher, parts)


@click.command(epilog="\b\nExample:\n  split 0123456789ABCDEFFEDCBA9876543210 --count 3")
@click.argument("key", type=KEY)
@click.option(
    "--count", type=click.IntRange(2, COMPONENTS_MAX), default=2, show_default=True,
    help="How many components to make.",
)  # fmt: skip
@_cipher
@calculating
def split(steps: Steps, key: bytes, count: int, cipher: Cipher) -> Results:
    """Split KEY into random components, with their check values."""
    import secrets

    from cardswitch.specs.security.keys import adjust_parity

    from ...calc.keys import split as split_into

    randoms = [secrets.token_bytes(len(key)) for _ in range(count - 1)]
    randoms = [adjust_parity(each) if cipher == "tdes" else each for each in randoms]
    return split_into(steps, cipher, key, randoms)


@click.command(epilog="\b\nExample:\n  xor 0F0F FF00")
@click.argument("values", metavar="HEX...", type=HEX, nargs=-1, required=True)
@calculating
def xor(steps: Steps, values: tuple[bytes, ...]) -> Results:
    """Mix values of the same length."""
    from ...calc.keys import exclusive_or

    return exclusive_or(steps, values)
