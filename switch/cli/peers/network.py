"""The `switch network` commands: what is said to peers by 0800, and how they stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from cardswitch.wire.operator.options import config_option

from ..options import read_switch, switch_section, within_option
from .lines import echo_json

WITHIN_S: Final = 5.0
EPILOG: Final = """\b
Examples:
  cardswitch switch network list
  cardswitch switch network echo acquirer
  cardswitch switch network sign-off issuer --because "its maintenance"
  cardswitch switch network cut-over network

A place is an upstream or a listener; of a listener, whoever came in last is spoken to.
Exit codes: 0 agreed, 1 refused, 4 no answer in time."""
LIST_EPILOG: Final = """\b
Examples:
  list
  list --json | jq 'select(.is_ready | not) | .place'"""
TEXTS: Final[Mapping[str, str]] = {
    "echo": "Ask PLACE for a sign of life (301).",
    "sign-on": "Sign on to the upstream PLACE (001): requests are routed there again.",
    "sign-off": "Sign off from the upstream PLACE (002): nothing is routed there until sign-on.",
    "cut-over": "Tell PLACE that our bank day has changed (201), with its date in field 15.",
}


@click.group(epilog=EPILOG)
def network() -> None:
    """Speak to peers: echo, sign-on, sign-off, cut-over."""


@network.command("list", epilog=LIST_EPILOG)
@click.option("--json", "as_json", is_flag=True, help="JSON, one line for each peer.")
@config_option
@click.pass_obj
def list_(obj: dict[str, Any], config_path: Path, as_json: bool) -> None:
    """List the upstreams, and what was last said to them."""
    from cardswitch.wire.operator.text import columns

    from ...operate.network import peers_of

    peers = peers_of(*read_switch(obj, config_path))
    if as_json:
        return echo_json(*peers)
    for line in columns([("PLACE", "STATE", "LAST SAID", "ANSWER"), *map(_row, peers)]):
        click.echo(line)
    return None


def _command(what: str, text: str) -> click.Command:
    epilog = f"\b\nExamples:\n  {what} acquirer\n  {what} acquirer --within 10 --json"

    @click.argument("place")
    @click.option("--because", metavar="TEXT", default="", help="Why, for the journal.")
    @within_option(WITHIN_S)
    @click.option("--json", "as_json", is_flag=True, help="JSON, on one line.")
    @config_option
    def command(
        config_path: Path, place: str, because: str, within_s: float, as_json: bool
    ) -> None:
        from ...operate.network import say

        peer = say(switch_section(config_path), place, what, because, within_s)
        if as_json:
            echo_json(peer)
        else:
            click.echo(f"{place}: {what}, {answer_shown(peer)}")
        raise SystemExit(exit_code(peer))

    return click.command(what, help=text, epilog=epilog)(command)


for _what, _text in TEXTS.items():
    network.add_command(_command(_what, _text))


def exit_code(peer: Mapping[str, Any]) -> int:
    """How a command ends that had *peer* asked."""
    from cardswitch.specs.codes import APPROVED
    from cardswitch.wire.operator.exits import ERROR, TIMEOUT

    if not peer["answer"]:
        return 0 if peer["is_signed_off"] and not peer["is_up"] else TIMEOUT
    return 0 if peer["answer"] == APPROVED else ERROR


def _row(peer: Mapping[str, Any]) -> tuple[str, ...]:
    state = "up" if peer["is_up"] else "down"
    state = "ready" if peer["is_ready"] else state
    state = "signed off" if peer["is_signed_off"] else state
    return peer["place"], state, peer["said"], peer["answer"]


def answer_shown(peer: Mapping[str, Any]) -> str:
    """What *peer* has answered, in words."""
    from cardswitch.specs.codes import reason

    if peer["answer"]:
        return f"{peer['answer']} {reason(peer['answer']).meaning}"
    return "no answer" if peer["is_up"] else "nobody is there to hear it; nothing is routed there"
