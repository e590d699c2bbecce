"""The command `hsm calc cvv`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import click

from .options import HEX, KEY, calculating, matches

if TYPE_CHECKING:
    from ...calc.steps import Results, Steps

T = TypeVar("T")
KINDS: Final = ("cvv", "icvv", "cvv2", "dcvv", "cvc3")
EPILOG: Final = """\b
Examples:
  cvv --key 0123456789ABCDEFFEDCBA9876543210 --pan 4123456789012345 --expiry 8701 --service 101
  cvv --kind cvv2 --key 13345779133457798664432086644320 --pan 123456789012 --expiry 1108
  cvv --kind dcvv --key DCE992BCE398C264F7858AFD4C4A324A --pan 1234567890123456 \\
    --expiry 1310 --service 226 --atc 3210
  cvv --kind cvc3 --key DCE992BCE398C264F7858AFD4C4A324A --un 00002710 --atc 2710 \\
    --track 1234567890123456D12012061000110000000FFFFFFFFFFF
  cvv --key 0123456789ABCDEFFEDCBA9876543210 --pan 4123456789012345 --expiry 0187 --match 561

Exit code 6: nothing gives the value of --match; of a thousand wrong ones each way gives one."""


@click.command(epilog=EPILOG)
@click.option("--kind", type=click.Choice(KINDS), default="cvv", show_default=True)
@click.option(
    "--key", type=KEY, required=True, help="The CVK pair; for dcvv and cvc3 the card's key."
)
@click.option("--pan", help="The card number.")
@click.option("--expiry", help="The expiry: 4 digits in the issuer's order, mostly YYMM.")
@click.option("--service", help="The service code; icvv and cvv2 need none.")
@click.option("--atc", help="The card's counter: 4 digits for dcvv, 4 hex digits for cvc3.")
@click.option(
    "--track", type=HEX, help="For cvc3: the static data of track 1 or 2, in hexadecimal."
)
@click.option("--un", type=HEX, help="For cvc3: the unpredictable number of 4 bytes.")
@click.option("--match", metavar="CVV", help="Show which value of the card this one is.")
@calculating
def cvv(
    steps: Steps,
    kind: str,
    key: bytes,
    pan: str | None,
    expiry: str | None,
    service: str | None,
    atc: str | None,
    track: bytes | None,
    un: bytes | None,
    match: str | None,
) -> Results:
    """Compute a card verification value: of a stripe, a chip, the card's back, or contactless.

    Or find out which one a value is, with --match.
    """
    from ...calc.cards import SERVICE_CODES, compute_cvc3, compute_cvv, compute_dcvv, find_cvv

    if match is not None:
        number, date = _needed("--pan", pan), _needed("--expiry", expiry)
        found = find_cvv(steps, key, number, date, service or "", match)
        return matches(found, "no kind, service code and order of the expiry gives this value")
    if kind == "cvc3":
        counter = HEX.convert(_needed("--atc", atc), None, None)
        return compute_cvc3(steps, key, _needed("--track", track), _needed("--un", un), counter)
    number, date = _needed("--pan", pan), _needed("--expiry", expiry)
    code = SERVICE_CODES.get(kind) or _needed("--service", service)
    if kind == "dcvv":
        return compute_dcvv(steps, key, number, date, code, _needed("--atc", atc))
    return compute_cvv(steps, key, number, date, code)


def _needed(option: str, value: T | None) -> T:
    if value is None:
        raise click.UsageError(f"this kind needs {option}")
    return value
