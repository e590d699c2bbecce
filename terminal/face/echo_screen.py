"""What `terminal echo` shows: whether the switch has given a sign of life."""

from __future__ import annotations

import click
import msgspec

from cardswitch.wire.driver.runtime import run
from cardswitch.wire.operator import exits

from ..config import TerminalConfig
from ..core.echo import SILENT, THERE
from ..core.errors import NoLink
from ..session import StillPending, open_session


def echo(config: TerminalConfig, within: float, as_json: bool) -> int:
    """Ask the switch, show what came, and return the exit code."""

    async def ask() -> str:
        async with open_session(config) as session:
            return await session.echo(within)

    try:
        news = run(ask())
    except NoLink as error:
        click.echo(f"cardswitch: {error}", err=True)
        return exits.LINK
    except StillPending as error:
        click.echo(f"cardswitch: a reversal is pending, and comes first: {error}", err=True)
        return exits.TIMEOUT
    if as_json:
        shown = {"terminal": config.id, "is_there": news == THERE, "news": news}
        click.echo(msgspec.json.encode(shown))
    else:
        click.echo(f"{config.id}: {news}")
    if news == SILENT:
        return exits.TIMEOUT
    return 0 if news == THERE else exits.ERROR
