"""The `gateway` commands: thin, and quick to import, since help must be quick."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cardswitch.wire.operator.options import LogOptions, config_option, log_options

if TYPE_CHECKING:
    from .api.keys import KeyFile
    from .config import GatewayConfig

EPILOG: Final = """\b
Examples:
  cardswitch gateway keys add SHOP0001         a secret key, and one for browsers: shown once
  cardswitch gateway serve                     the [gateway] section of the lab; `up` runs it too
  cardswitch gateway show pi_…                 the whole story of a payment

\b
A payment, with curl (`up` runs the lab in ./cardswitch-data):
  curl --cacert cardswitch-data/tls/ca.pem https://127.0.0.1:7108/v1/payment_intents \\
    -u sk_test_…: -d amount=1250 -d currency=eur -d payment_method=pm_card_visa -d confirm=true"""


@click.group(epilog=EPILOG)
def gateway() -> None:
    """Take payments over HTTPS, as SDKs of payment APIs ask for them."""


@gateway.command(epilog="\b\nExample:\n  serve --config cardswitch-data/lab.toml")
@config_option
@log_options
@click.pass_obj
def serve(obj: Any, config_path: Path, log: LogOptions) -> None:
    """Serve the API until stopped."""
    from cardswitch.wire.driver.event_log import EventLog
    from cardswitch.wire.driver.runtime import run
    from cardswitch.wire.driver.service import until_stopped

    from .serve import serve_gateway

    config = _config(config_path)

    async def main() -> None:
        vault = obj["open_vault"](config.vault)
        served = await serve_gateway(config, vault, log=EventLog(log))
        click.echo(f"gateway on https://{config.api.host}:{served.port}/v1", err=True)
        await until_stopped(served)

    run(main())


@gateway.group(epilog="\b\nExamples:\n  keys add SHOP0001\n  keys list\n  keys revoke key_Ab12Cd34")
def keys() -> None:
    """Who may ask: secret keys for servers, publishable ones for browsers."""


@keys.command("add", epilog="\b\nExample:\n  keys add SHOP0001 --json")
@click.argument("merchant")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@config_option
def add_keys(merchant: str, as_json: bool, config_path: Path) -> None:
    """Make two keys for MERCHANT, an id of [[merchants]]. They are shown now, and never again."""
    import time

    from cardswitch.specs.errors import ConfigError

    config = _config(config_path)
    known = [each.id for each in config.merchants]
    if merchant not in known:
        raise ConfigError(f"{merchant}: no id of [[merchants]], where there are {', '.join(known)}")
    made = _keys(config).add(merchant, int(time.time()))
    if as_json:
        _say_json({key.kind: text for key, text in made})
    else:
        for key, text in made:
            click.echo(f"{key.kind:12} {text}")


@keys.command("list", epilog="\b\nExample:\n  keys list --json")
@click.option("--json", "as_json", is_flag=True, help="As one JSON list.")
@config_option
def list_keys(as_json: bool, config_path: Path) -> None:
    """Show all keys, by their ids and last characters."""
    from cardswitch.specs.dates import utc_text

    found = _keys(_config(config_path)).all()
    if as_json:
        names = ("id", "kind", "merchant", "hint", "created", "revoked")
        return _say_json([{name: getattr(key, name) for name in names} for key in found])
    for key in found:
        state = f"revoked {utc_text(key.revoked)}" if key.revoked else "valid"
        click.echo(f"{key.id}  {key.kind:12} {key.merchant:15} …{key.hint}  {state}")
    return None


@keys.command("revoke", epilog="\b\nExample:\n  keys revoke key_Ab12Cd34")
@click.argument("id_", metavar="ID")
@config_option
def revoke_key(id_: str, config_path: Path) -> None:
    """Have the key ID refused from now on, by a gateway that runs too."""
    import time

    key = _keys(_config(config_path)).revoke(id_, int(time.time()))
    click.echo(f"{key.id} of {key.merchant} is revoked")


@gateway.command(epilog="\b\nExamples:\n  show pi_…\n  show ch_… --json")
@click.argument("id_", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="As one JSON list.")
@config_option
def show(id_: str, as_json: bool, config_path: Path) -> None:
    """Tell the story of the intent, charge or refund ID: each step, and each message, masked."""
    from .story import story_of

    steps = story_of(_config(config_path).database, id_)
    if as_json:
        return _say_json(steps)
    for step in steps:
        click.echo(_line(step))
    return None


def _line(step: dict[str, Any]) -> str:
    rest = " ".join(f"{name}={value}" for name, value in step.items() if name not in ("at", "step"))
    return f"{step['at']}  {step['step']:9} {rest}".rstrip()


def _config(path: Path) -> GatewayConfig:
    from cardswitch.specs.errors import ConfigError
    from cardswitch.wire.operator.config import read_config, section

    from .config import GatewayConfig

    data = read_config(path)
    if "gateway" not in data:
        raise ConfigError(f"{path}: no section [gateway]; a new lab has one: `cardswitch up`")
    return section(data, "gateway", GatewayConfig, path).placed(path.parent)


def _keys(config: GatewayConfig) -> KeyFile:
    from .api.keys import KeyFile

    return KeyFile(Path(config.keys))


def _say_json(value: dict[str, Any] | Iterable[Any]) -> None:
    import msgspec

    click.echo(msgspec.json.encode(value).decode())
