"""What `terminal change-key` shows: how the change went, and the check value of the key in use."""

from __future__ import annotations

import click
import msgspec

from cardswitch.wire.driver.runtime import run
from cardswitch.wire.operator import exits

from ..config import TerminalConfig
from ..core.errors import NoLink
from ..core.keys import CHANGED, NO_ANSWER
from ..session import StillPending, open_session, read_book


def change_key(config: TerminalConfig, within: float, as_json: bool) -> int:
    """Have the key changed, show how that went, and return the exit code."""

    async def ask() -> str:
        async with open_session(config) as session:
            return await session.change_key(within)

    try:
        news = run(ask())
    except NoLink as error:
        click.echo(f"cardswitch: {error}", err=True)
        return exits.LINK
    except StillPending as error:
        click.echo(f"cardswitch: a reversal is pending, and comes first: {error}", err=True)
        return exits.TIMEOUT
    taken = read_book(config).key
    kcv = taken.kcv if taken is not None else ""
    if as_json:
        shown = {"terminal": config.id, "is_changed": news == CHANGED, "news": news}
        click.echo(msgspec.json.encode({**shown, "check_value": kcv}))
    else:
        click.echo(f"{config.id}: {news}{f', check value {kcv}' if news == CHANGED else ''}")
    if news == NO_ANSWER:
        return exits.TIMEOUT
    return 0 if news == CHANGED else exits.ERROR
