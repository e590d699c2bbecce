"""The command `hsm calc mac`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from cardswitch.wire.operator import exits

from ..link import refuse
from .options import HEX, KEY, calculating, matches

if TYPE_CHECKING:
    from ...calc.steps import Results, Steps

ALGORITHMS: Final = ("1", "3", "cmac-tdes", "cmac-aes")
EPILOG: Final = """\b
Examples:
  mac --key 0123456789ABCDEFFEDCBA9876543210 --text "Now is the time for all "
  mac --key 0123456789ABCDEFFEDCBA9876543210 --data 0800 --algorithm 1 --padding 2 --trace
  mac --key 2B7E151628AED2A6ABF7158809CF4F3C --data 6BC1BEE2 --algorithm cmac-aes
  mac --key 0123456789ABCDEFFEDCBA9876543210 --text hello --match A46DE77F
  mac --key 0123456789ABCDEF --dialect pos --message 08000020000000000001000007F429FB19A85795D2

With --message, which is a whole one without length and header, it says how the MAC in field 64 or
128 was made: over which bytes, by which algorithm and padding.

Exit codes: 5 the message cannot be read; 6 nothing gives the MAC of --match, or that of the
message: another key, or other data."""


def _numbers(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> Any:
    """Numbers of fields, with commas between."""
    words = text.split(",") if text else []
    if not all(word and set(word) <= set("0123456789") and len(word) <= 3 for word in words):
        raise click.BadParameter("expected numbers of fields, such as 0,3,4,11")
    return tuple(map(int, words))


@click.command(epilog=EPILOG)
@click.option(
    "--key", type=KEY, required=True, help="The key: 8 to 24 bytes for TDES, 16 to 32 for AES."
)
@click.option("--data", type=HEX, help="The data that the MAC is over, in hexadecimal.")
@click.option("--text", help="The data as text, encoded as UTF-8.")
@click.option("--file", type=click.File("rb"), help="The data from a file; - reads standard input.")
@click.option(
    "--algorithm", type=click.Choice(ALGORITHMS), default="3", show_default=True,
    help="1: CBC-MAC of ISO 9797-1; 3: its retail MAC; or CMAC.",
)  # fmt: skip
@click.option(
    "--padding", type=click.IntRange(0, 3), default=1, show_default=True,
    help="0: none; 1: zeros; 2: 80 and zeros; 3: the length first. CMAC ignores it.",
)  # fmt: skip
@click.option(
    "--size",
    type=click.IntRange(1, 16),
    help="The bytes of the MAC; by default 8, or 16 for AES CMAC.",
)
@click.option("--message", type=HEX, help="A whole message, and how its MAC was made.")
@click.option("--dialect", default="iso87-ascii", show_default=True, help="That of --message.")
@click.option(
    "--fields", metavar="N,N,...", callback=_numbers, help="What its MAC is said to cover; 0: MTI."
)
@click.option("--match", type=HEX, help="Show which ways give this MAC, or its beginning.")
@calculating
def mac(
    steps: Steps,
    key: bytes,
    data: bytes | None,
    text: str | None,
    file: Any,
    algorithm: Any,
    padding: Any,
    size: int | None,
    message: bytes | None,
    dialect: str,
    fields: tuple[int, ...],
    match: bytes | None,
) -> Results:
    """Compute a MAC, or find out how one was made."""
    from ...calc.macs import compute_cmac, compute_mac, find_mac

    if message is not None:
        if (data, text, file, match) != (None, None, None, None):
            raise click.UsageError("--message goes without --data, --text, --file and --match")
        return _of_message(steps, key, message, dialect, fields)
    given = _given(data, text, file)
    if match is not None:
        found = find_mac(steps, key, given, match)
        return matches(found, "no algorithm and padding gives this MAC with this key")
    if algorithm.startswith("cmac-"):
        return compute_cmac(steps, algorithm.removeprefix("cmac-"), key, given, size)
    return compute_mac(steps, key, given, 3 if algorithm == "3" else 1, padding, size or 8)


def _of_message(
    steps: Steps, key: bytes, data: bytes, dialect: str, fields: tuple[int, ...]
) -> Results:
    from cardswitch.specs.dialect import load_dialect
    from cardswitch.specs.errors import FormatError

    from ...calc.message_macs import find_message_mac

    known = load_dialect(dialect)
    try:
        found = find_message_mac(steps, key, known, known.unpack(data), fields)
    except FormatError as error:
        refuse(f"--message: {error}", exits.LINK)
    return matches(
        found, "nothing gives the MAC of this message with this key, over any part of it"
    )


def _given(data: bytes | None, text: str | None, file: Any) -> bytes:
    if [data, text, file].count(None) != 2:
        raise click.UsageError("give one of --data, --text and --file")
    if data is not None:
        return data
    return text.encode() if text is not None else file.read()
