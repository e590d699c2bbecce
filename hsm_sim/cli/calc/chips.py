"""The command `hsm calc arqc`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from .options import HEX, KEY, calculating

if TYPE_CHECKING:
    from ...calc.steps import Results, Steps

EPILOG: Final = """\b
Examples:
  arqc --mk 0123456789ABCDEFFEDCBA9876543210 --pan 9999990000000014 --psn 00 --atc 001C \\
    --data 000000001250000000000000097800000000000978261123003804823E1C00001C03A00000
  arqc --icc-key 67F8292358083E5EA7AB7FDA58D53B6B --atc 001C --data 0001 --arc 3030
  arqc --icc-key 67F8292358083E5EA7AB7FDA58D53B6B --session none --arqc 1234567890ABCDEF \\
    --csu 00820000

--session common is EMV's derivation (CVN 18, M/Chip with CSK), mchip the one with the unpredictable
number, none the card's own key (CVN 10, with --padding 1)."""


@click.command(epilog=EPILOG)
@click.option("--mk", type=KEY, help="The issuer's master key for cryptograms.")
@click.option("--icc-key", type=KEY, help="The card's own key, in place of --mk.")
@click.option("--pan", help="The card number; --mk needs it.")
@click.option("--psn", default="00", show_default=True, help="The card's sequence number.")
@click.option("--option", type=click.Choice(["a", "b"]), default="a", show_default=True)
@click.option(
    "--session", type=click.Choice(["common", "mchip", "none"]), default="common",
    show_default=True, help="How the session key is derived.",
)  # fmt: skip
@click.option("--atc", type=HEX, default=b"", help="The card's counter of 2 bytes.")
@click.option(
    "--un", type=HEX, default=b"", help="The unpredictable number of 4 bytes; mchip needs it."
)
@click.option("--data", type=HEX, help="The data that the ARQC is over.")
@click.option("--padding", type=click.IntRange(1, 2), default=2, show_default=True)
@click.option(
    "--arqc", "given", type=HEX, help="The ARQC to answer; with --data it is compared first."
)
@click.option("--arc", type=HEX, help="The response code of 2 bytes, for an ARPC by method 1.")
@click.option("--csu", type=HEX, help="The card status update of 4 bytes, for an ARPC by method 2.")
@click.option(
    "--proprietary", type=HEX, default=b"", help="Proprietary data of 0 to 8 bytes, for method 2."
)
@calculating
def arqc(
    steps: Steps,
    mk: bytes | None,
    icc_key: bytes | None,
    pan: str | None,
    psn: str,
    option: Any,
    session: Any,
    atc: bytes,
    un: bytes,
    data: bytes | None,
    padding: Any,
    given: bytes | None,
    arc: bytes | None,
    csu: bytes | None,
    proprietary: bytes,
) -> Results:
    """Derive the keys of a chip card, compute its ARQC, and answer with an ARPC."""
    from ...calc.chips import Card, answer_arqc, compute_card_key, compute_session_key
    from ...calc.steps import hexadecimal

    if (mk is None) == (icc_key is None) or (mk is not None and pan is None):
        raise click.UsageError("give --mk and --pan, or --icc-key")
    card_key = icc_key or compute_card_key(steps, mk or b"", Card(pan or "", psn, option))
    session_key = compute_session_key(steps, card_key, session, atc, un)
    keys = {"icc_key": hexadecimal(card_key), "session_key": hexadecimal(session_key)}
    answer = answer_arqc(steps, session_key, data, padding, given, arc, csu, proprietary)
    return {**keys, **answer}
