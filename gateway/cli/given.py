"""What the commands share: the section of the configuration, and lines of JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from ..config import GatewayConfig
    from ..shop.config import ShopConfig

P = TypeVar("P", "GatewayConfig", "ShopConfig")
CONTROL: Final = "gateway"  # its name on the operator's road


def config_of(path: Path) -> GatewayConfig:
    """The section [gateway] of the file *path*. Raises ConfigError."""
    from ..config import GatewayConfig

    return _section(path, "gateway", GatewayConfig)


def shop_of(path: Path) -> ShopConfig:
    """The section [shop] of the file *path*. Raises ConfigError."""
    from ..shop.config import ShopConfig

    return _section(path, "shop", ShopConfig)


def _section(path: Path, name: str, kind: type[P]) -> P:
    from cardswitch.specs.errors import ConfigError
    from cardswitch.wire.operator.config import read_config, section

    data = read_config(path)
    if name not in data:
        raise ConfigError(f"{path}: no section [{name}]; a new lab has one: `cardswitch up`")
    return section(data, name, kind, path).placed(path.parent)


def ask_gateway(config: GatewayConfig, verb: str, arguments: Mapping[str, Any]) -> Any:
    """Have the gateway that runs do *verb*. Raises Error, also if it does not run."""
    from cardswitch.specs.errors import Error
    from cardswitch.wire.operator.control import NotRunning, ask_control

    try:
        return ask_control(config.folder, CONTROL, verb, arguments)
    except NotRunning as error:
        raise Error(f"{error}: `cardswitch gateway serve`, or `up`, runs it") from None


def json_option(words: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option --json, with *words* for its help; the command gets `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help=words)


def say_json(value: Mapping[str, Any] | Iterable[Any]) -> None:
    """Print *value* as one line."""
    import msgspec

    click.echo(msgspec.json.encode(value).decode())
