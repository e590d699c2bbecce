"""The command `hsm calc arqc`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from .options import HEX, KEY, Mismatch, calculating, matches

if TYPE_CHECKING:
    from ...calc.chip_data import ChipQuestion, Tags
    from ...calc.steps import Results, Steps

CRYPTOGRAM: Final = "9F26"  # As in cardswitch.hsm_sim.calc.chip_data.
EPILOG: Final = """\b
Examples:
  arqc --mk 0123456789ABCDEFFEDCBA9876543210 --pan 9999990000000014 --psn 00 --atc 001C \\
    --data 000000001250000000000000097800000000000978261123003804823E1C00001C03A00000
  arqc --mk AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA --pan 1234567890123456 --match --tags \\
    "9F02=000000009999 9F03=000000000000 9F1A=0840 95=8000048000 5F2A=0840 9A=991231 9C=01 \\
    9F37=52BF4585 82=1800 9F36=0FFF 9F10=06011203A0B800 9F26=769577B5ABE9FE62"
  arqc --icc-key 67F8292358083E5EA7AB7FDA58D53B6B --atc 001C --data 0001 --arc 3030
  arqc --icc-key 67F8292358083E5EA7AB7FDA58D53B6B --session none --arqc 1234567890ABCDEF \\
    --csu 00820000

--session common is EMV's derivation (CVN 18, M/Chip with CSK), mchip the one with the unpredictable
number, none the card's own key (CVN 10, with --padding 1). With --tags the cryptogram version in
9F10 says which, and what the ARQC is over; card number, sequence and counter are read from there.

Exit code 6: the ARQC of --arqc is another, or nothing gives the one of --match."""


@click.command(epilog=EPILOG)
@click.option("--mk", type=KEY, help="The issuer's master key for cryptograms.")
@click.option("--icc-key", type=KEY, help="The card's own key, in place of --mk.")
@click.option("--pan", help="The card number; --mk needs it.")
@click.option("--psn", help="The card's sequence number; by default that of the tags, else 00.")
@click.option(
    "--option", type=click.Choice(["a", "b"]), help="How the card's key is derived; by default a."
)
@click.option(
    "--session", type=click.Choice(["common", "mchip", "none"]),
    help="How the session key is derived; by default common.",
)  # fmt: skip
@click.option("--atc", type=HEX, help="The card's counter of 2 bytes.")
@click.option("--un", type=HEX, help="The unpredictable number of 4 bytes; mchip needs it.")
@click.option("--data", type=HEX, help="The data that the ARQC is over.")
@click.option(
    "--tags", metavar="TLV",
    help="Tags as field 55 has them, in hexadecimal, or 9F02=... pairs; - reads standard input.",
)  # fmt: skip
@click.option("--padding", type=click.IntRange(1, 2), help="1: zeros; 2: 80 and zeros, usual.")
@click.option(
    "--arqc", "given", type=HEX, help="The ARQC to answer; with --data it is compared first."
)
@click.option(
    "--match", type=HEX, is_flag=False, flag_value=b"", metavar="[ARQC]",
    help="Show which ways give this ARQC; without a value that of the tags.",
)  # fmt: skip
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
    psn: str | None,
    option: Any,
    session: Any,
    atc: bytes | None,
    un: bytes | None,
    data: bytes | None,
    tags: str | None,
    padding: Any,
    given: bytes | None,
    match: bytes | None,
    arc: bytes | None,
    csu: bytes | None,
    proprietary: bytes,
) -> Results:
    """Derive the keys of a chip card, compute its ARQC, and answer with an ARPC.

    Or find out how an ARQC was made, with --match.
    """
    from ...calc.chips import answer_arqc, compute_card_key, compute_session_key
    from ...calc.steps import hexadecimal

    asked = _question(mk, icc_key, pan, psn, option, atc, un, data, _read(tags))
    if match is not None:
        return _found(steps, asked, match or asked.tags.get(CRYPTOGRAM, b""))
    recipe = asked.recipe
    card_key = compute_card_key(steps, asked.key, asked.card) if asked.card else asked.key
    session = session or (recipe.session if recipe else "common")
    session_key = compute_session_key(steps, card_key, session, asked.atc, asked.unpredictable)
    keys = {"icc_key": hexadecimal(card_key), "session_key": hexadecimal(session_key)}
    made_as = {"made_as": recipe.name} if recipe else {}
    given = given if given is not None else asked.tags.get(CRYPTOGRAM)
    padding = padding or (recipe.padding if recipe else 2)
    answer = answer_arqc(
        steps, session_key, asked.whole_data(), padding, given, arc, csu, proprietary
    )
    if answer.get("arqc_matches") == "no":
        raise Mismatch({**keys, **made_as, **answer}, "the ARQC is another: --match says why")
    return {**keys, **made_as, **answer}


def _read(tags: str | None) -> Tags:
    from ...calc.chip_data import read_tags

    return {} if tags is None else read_tags(sys.stdin.read() if tags == "-" else tags)


def _question(
    mk: bytes | None,
    icc_key: bytes | None,
    pan: str | None,
    psn: str | None,
    option: Any,
    atc: bytes | None,
    un: bytes | None,
    data: bytes | None,
    tags: Tags,
) -> ChipQuestion:
    """What the options say, else the tags."""
    from msgspec import structs

    from ...calc.chip_data import ATC, SEQUENCE, UNPREDICTABLE, ChipQuestion, pan_in
    from ...calc.chips import Card

    pan = pan or pan_in(tags)
    if (mk is None) == (icc_key is None) or (mk is not None and pan is None):
        raise click.UsageError("give --mk and --pan (or tags with it), or --icc-key")
    question = ChipQuestion(
        key=mk or icc_key or b"",
        atc=tags.get(ATC, b"") if atc is None else atc,
        unpredictable=tags.get(UNPREDICTABLE, b"") if un is None else un,
        data=data,
        tags=tags,
    )
    if mk is None or pan is None:
        return question
    sequence = psn if psn is not None else tags.get(SEQUENCE, b"\0").hex()
    usual = question.recipe.option if question.recipe else "a"
    return structs.replace(question, card=Card(pan, sequence, option or usual))


def _found(steps: Steps, asked: ChipQuestion, arqc: bytes) -> Results:
    from ...calc.chips_search import find_arqc

    if not arqc:
        raise click.UsageError("--match takes the ARQC, or tags with 9F26")
    says = f"; the card says {asked.recipe.name}" if asked.recipe else ""
    return matches(
        find_arqc(steps, asked, arqc),
        f"no cryptogram version gives this ARQC: another key or card, or other data{says}",
    )
