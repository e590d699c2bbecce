"""The commands by which an operator tells an issuer something of a card: stop list, and reports."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cardswitch.specs.transactions.card_files import ACTIONS
from cardswitch.wire.operator.options import config_option

from ..options import read_switch, within_option
from .lines import echo_json
from .network import answer_shown, exit_code

if TYPE_CHECKING:
    from ...core.row import Vault

WITHIN_S: Final = 10.0
_PAN: Final = re.compile(r"[0-9]{12,19}")
LIST_EPILOG: Final = """\b
Examples:
  stop-list add issuer --leg 17 --because "the shop says it is stolen"
  stop-list inquire issuer --leg 17
  echo 9999990000000014 | cardswitch switch stop-list delete issuer --card - --json

PLACE is an upstream; by --leg, the card is that of a leg of the journal, so nobody types it. What
is paid with a card on the stop list is declined there (62). Exit codes: 0 done, or it is on the
list, 1 refused, or it is not (25), 4 no answer in time."""
REPORT_EPILOG: Final = """\b
Examples:
  report issuer "left in the shop" --leg 17
  echo 9999990000000014 | cardswitch switch report issuer "asked for a copy" --card - --json

The issuer notes it (0600); no money moves. Exit codes: 0 noted, 1 refused, 4 no answer in time."""


def _of_card(command: Callable[..., None]) -> Callable[..., None]:
    """What both of them have: whose card, why, and how long to wait."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="JSON, on one line."),
        within_option(WITHIN_S),
        click.option("--because", metavar="TEXT", default="", help="Why, for the journal."),
        click.option("--card", default="", metavar="-", help="Its number, read from stdin."),
        click.option("--leg", type=click.IntRange(min=1), help="The card of this leg."),
        config_option,
    ):  # fmt: skip
        command = option(command)
    return click.pass_obj(command)


@click.command("stop-list", epilog=LIST_EPILOG)
@click.argument("action", type=click.Choice(list(ACTIONS)))
@click.argument("place")
@_of_card
def stop_list(obj: dict[str, Any], place: str, action: str, **options: Any) -> None:
    """Put a card on the stop list of PLACE, take it off, or ask whether it is there."""
    _tell(obj, place, {"action": action}, **options)


@click.command(epilog=REPORT_EPILOG)
@click.argument("place")
@click.argument("text")
@_of_card
def report(obj: dict[str, Any], place: str, text: str, **options: Any) -> None:
    """Tell PLACE something of a card, in words."""
    _tell(obj, place, {"text": text}, **options)


def _tell(
    obj: dict[str, Any],
    place: str,
    said: Mapping[str, str],
    *,
    config_path: Path,
    leg: int | None,
    card: str,
    because: str,
    within_s: float,
    as_json: bool,
) -> None:
    from ...operate.network import tell_issuer

    config, vault = read_switch(obj, config_path)
    pan = _typed(card) if leg is None else _of_leg(config.database, vault, leg)
    peer = tell_issuer(config, place, pan, {**said, "because": because}, within_s)
    if as_json:
        echo_json(peer)
    else:
        click.echo(f"{place}: {peer['said']}, {answer_shown(peer)}")
    sys.exit(exit_code(peer))


def _typed(card: str) -> str:
    if card != "-":
        raise click.UsageError("whose card: expected --leg LEG, or --card - and it on stdin")
    typed = sys.stdin.readline().strip()
    if not _PAN.fullmatch(typed):
        raise click.BadParameter("expected a card number of 12 to 19 digits", param_hint="--card")
    return typed


def _of_leg(database: str, vault: Vault, leg: int) -> str:
    """The card number of *leg*. Raises Error where the journal has none."""
    from cardswitch.specs.errors import Error

    from ...store.reader import JournalReader

    for row in JournalReader(database).steps_of(leg):
        if row.pan_sealed:
            return vault.open(row.pan_sealed)
    raise Error(f"leg {leg}: the journal has no such leg, or no card of it")
