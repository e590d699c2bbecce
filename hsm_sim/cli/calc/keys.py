"""The commands `hsm calc kcv`, `parity`, `components`, `split` and `xor`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import click

from .options import HEX, KEY, calculating

if TYPE_CHECKING:
    from ...calc.macs import Cipher
    from ...calc.steps import Results, Steps

COMPONENTS_MAX: Final = 9  # More people than that hold no key together.


def _cipher(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--algorithm", "cipher", type=click.Choice(["tdes", "aes"]), default="tdes",
        show_default=True, help="The cipher of the key.",
    )(command)  # fmt: skip


@click.command(epilog="\b\nExample:\n  kcv 13345779133457791334577913345779")
@click.argument("key", type=KEY)
@_cipher
@calculating
def kcv(steps: Steps, key: bytes, cipher: Cipher) -> Results:
    """Compute the check value of KEY, 6 digits."""
    from ...calc.keys import compute_kcv

    return compute_kcv(steps, cipher, key)


@click.command(epilog="\b\nExample:\n  parity 0023456789ABCDEE0023456789ABCDEE")
@click.argument("key", type=KEY)
@calculating
def parity(steps: Steps, key: bytes) -> Results:
    """Set the odd parity of a DES KEY, and say whether it is weak."""
    from ...calc.keys import judge_key

    return judge_key(key)


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
    return split_into(cipher, key, [adjust_parity(r) if cipher == "tdes" else r for r in randoms])


@click.command(epilog="\b\nExample:\n  xor 0F0F FF00")
@click.argument("values", metavar="HEX...", type=HEX, nargs=-1, required=True)
@calculating
def xor(steps: Steps, values: tuple[bytes, ...]) -> Results:
    """Mix values of the same length."""
    from ...calc.keys import exclusive_or

    return exclusive_or(values)
