"""What `terminal echo` and `terminal change-key` show: how it went, and an exit code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import click
import msgspec

from cardswitch.wire.driver.runtime import run
from cardswitch.wire.operator import exits

from ..config import TerminalConfig
from ..core.echo import SILENT, THERE
from ..core.errors import NoLink
from ..core.keys import CHANGED, NO_ANSWER
from ..session import Session, StillPending, open_session, read_book

_EXITS = {THERE: 0, CHANGED: 0, SILENT: exits.TIMEOUT, NO_ANSWER: exits.TIMEOUT}


def echo(config: TerminalConfig, within: float, as_json: bool) -> int:
    """Ask the switch, show what came, and return the exit code."""
    news = _news(config, lambda session: session.echo(within))
    if isinstance(news, int):
        return news
    if as_json:
        shown = {"terminal": config.id, "is_there": news == THERE, "news": news}
        click.echo(msgspec.json.encode(shown))
    else:
        click.echo(f"{config.id}: {news}")
    return _EXITS.get(news, exits.ERROR)


def change_key(config: TerminalConfig, within: float, as_json: bool) -> int:
    """Have the key changed, show how that went, and return the exit code."""
    news = _news(config, lambda session: session.change_key(within))
    if isinstance(news, int):
        return news
    taken = read_book(config).key
    kcv = taken.kcv if taken is not None else ""
    if as_json:
        shown = {"terminal": config.id, "is_changed": news == CHANGED, "news": news}
        click.echo(msgspec.json.encode({**shown, "check_value": kcv}))
    else:
        click.echo(f"{config.id}: {news}{f', check value {kcv}' if news == CHANGED else ''}")
    return _EXITS.get(news, exits.ERROR)


def _news(config: TerminalConfig, ask: Callable[[Session], Awaitable[str]]) -> str | int:
    """What *ask* brings; the exit code, and why is said, if it could not even ask."""

    async def asked() -> str:
        async with open_session(config) as session:
            return await ask(session)

    try:
        return run(asked())
    except NoLink as error:
        click.echo(f"cardswitch: {error}", err=True)
        return exits.LINK
    except StillPending as error:
        click.echo(f"cardswitch: a reversal is pending, and comes first: {error}", err=True)
        return exits.TIMEOUT
