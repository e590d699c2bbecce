"""The command `hsm attack`: published attacks at work, and the rules that stop them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from cardswitch.specs.hsm import Answer, Command

    from ..attacks import Attack, Outcome

NAMES: Final = (
    "type",
    "decimalisation",
    "format",
    "account",
)  # As in ATTACKS.
TIMEOUT_S: Final = 5.0
EPILOG: Final = """\b
Examples:
  cardswitch hsm attack list
  cardswitch hsm attack type                     with the rule off, then with it on
  cardswitch hsm attack format --policy off
  cardswitch hsm attack account --json
  cardswitch hsm attack format --host 127.0.0.1 --port 7100

Keys and card are made for the show, under the published test LMK. Without --host and --port the
module is one inside this process; against one that runs, its own policy decides, and wrong PINs
count towards its limits.

Exit codes: 0 shown, 1 error, 2 usage."""


@click.command(epilog=EPILOG)
@click.argument("name", metavar="LIST|NAME", type=click.Choice(["list", *NAMES]))
@click.option(
    "--policy",
    type=click.Choice(["off", "on"]),
    help="Try with the rule that stops it off, or on; by default both in turn.",
)
@click.option("--host", metavar="HOST", help="The host of a running module to attack.")
@click.option(
    "--port", metavar="PORT", type=click.IntRange(1, 65_535), help="The port of the running module."
)
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each try.")
def attack(
    name: str, policy: str | None, host: str | None, port: int | None, as_json: bool
) -> None:
    """Try a published attack on a demonstration PIN: type, decimalisation, format, account.

    It works with one rule of the policy off, and fails with it on.
    """
    from ..attacks import ATTACKS

    if name == "list":
        for each, known in ATTACKS.items():
            _tell_known(each, known, as_json)
        return
    if host is not None or port is not None:
        if policy is not None:
            raise click.UsageError("--policy is for the module inside; a running one has its own")
        _try_remote(name, ATTACKS[name], host, port, as_json)
        return
    for state in (policy,) if policy else ("off", "on"):
        _show(name, ATTACKS[name], state, _inside(ATTACKS[name].rule, state), as_json)


def _inside(rule: str, state: str) -> Callable[[Command], Answer]:
    """A module in this process whose *rule* is off or on, and all others on."""
    import secrets

    from ..custody.policy import Policy
    from ..module import HsmModule

    switches: dict[str, Any] = {rule: state == "on"}
    return HsmModule(secrets.token_bytes, Policy(**switches)).answer


def _try_remote(
    name: str, known: Attack, host: str | None, port: int | None, as_json: bool
) -> None:
    from cardswitch.wire.operator.options import LAB

    from .link import connected, failing, place_of

    with failing(), connected(place_of(host, port, LAB), TIMEOUT_S) as client:
        _show(name, known, "", lambda command: client.ask_all([command])[0], as_json)


def _show(
    name: str, known: Attack, state: str, ask: Callable[[Command], Answer], as_json: bool
) -> None:
    import secrets

    import msgspec

    from ..attacks import set_stage

    outcome = known.run(ask, set_stage(ask, secrets.token_bytes))
    if as_json:
        told = {"attack": name, "rule": known.rule, "policy": state or "its own"}
        result = {**told, "worked": outcome.worked, **msgspec.to_builtins(outcome)}
        click.echo(msgspec.json.encode(result).decode())
        return
    rule = f"{known.rule} = {'false' if state == 'off' else 'true'}" if state else "its own policy"
    click.echo(f"{known.title}\n  {rule}\n  {_words(outcome)}")


def _words(outcome: Outcome) -> str:
    """What came of it, in one sentence."""
    from cardswitch.specs.hsm.errors import ERRORS

    calls = f"{outcome.calls} call{'s' * (outcome.calls != 1)}"
    if outcome.prepared:
        calls += f", after {outcome.prepared} made once for all cards"
    if outcome.pin:
        return f"the PIN is {outcome.pin}: found with {calls}"
    if outcome.left:
        digits = [f"digit {place} is one of {each}" for place, each in outcome.left.items()]
        return f"{', '.join(digits)}: learned with {calls}"
    if outcome.stopped_by:
        words = ERRORS.get(outcome.stopped_by, "")
        return f"stopped after {calls} by error {outcome.stopped_by}: {words}"
    return f"nothing is learned: {calls}, and the same answer to all of them"


def _tell_known(name: str, known: Attack, as_json: bool) -> None:
    if as_json:
        import msgspec

        told = {"attack": name, "title": known.title, "source": known.source, "rule": known.rule}
        click.echo(msgspec.json.encode(told).decode())
    else:
        click.echo(f"{name:<15} {known.title}\n{'':15} {known.source}; stopped by {known.rule}")
