"""What `terminal echo`, `sign-on`, `sign-off` and `change-key` show: how it went, and a code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import click
import msgspec

from cardswitch.specs.codes import ECHO, SIGN_OFF, SIGN_ON
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.machine.keys.working import KEY_KINDS, KeyKind
from cardswitch.wire.operator import exits

from ..config import TerminalConfig
from ..core.echo import SIGNED_OFF, SIGNED_ON, SILENT, THERE
from ..core.errors import NoLink
from ..core.keys import CHANGED, NO_ANSWER
from ..session import IN_SETTLEMENT, Session, StillPending, open_session, read_book

_AGREED = {"echo": THERE, "sign-on": SIGNED_ON, "sign-off": SIGNED_OFF}
_CODES = {"echo": ECHO, "sign-on": SIGN_ON, "sign-off": SIGN_OFF}
_EXITS = {
    **dict.fromkeys([*_AGREED.values(), CHANGED], 0),
    SILENT: exits.TIMEOUT,
    NO_ANSWER: exits.TIMEOUT,
}


def manage(config: TerminalConfig, what: str, within: float, as_json: bool) -> int:
    """Say *what*, such as "echo", show what came, and return the exit code."""
    news = news_of(config, lambda session: session.manage(_CODES[what], within))
    if isinstance(news, int):
        return news
    if as_json:
        name = "is_there" if what == "echo" else "is_agreed"
        shown = {"terminal": config.id, name: news == _AGREED[what], "news": news}
        click.echo(msgspec.json.encode(shown))
    else:
        click.echo(f"{config.id}: {news}")
    return _EXITS.get(news, exits.ERROR)


def change_keys(
    config: TerminalConfig, wanted: KeyKind | None, within: float, as_json: bool
) -> int:
    """Have a key changed, or all that there are, show how that went; the exit code."""
    has: dict[KeyKind, str] = {"pin": config.tpk, "mac": config.mac.key}
    kinds = [kind for kind in KEY_KINDS if has[kind]] or [KEY_KINDS[0]]
    return max(
        _change_key(config, kind, within, as_json) for kind in ([wanted] if wanted else kinds)
    )


def _change_key(config: TerminalConfig, kind: KeyKind, within: float, as_json: bool) -> int:
    news = news_of(config, lambda session: session.change_key(kind, within))
    if isinstance(news, int):
        return news
    taken = read_book(config).keys.get(kind)
    kcv = taken.kcv if taken is not None else ""
    if as_json:
        shown = {"terminal": config.id, "kind": kind, "is_changed": news == CHANGED, "news": news}
        click.echo(msgspec.json.encode({**shown, "check_value": kcv}))
    else:
        suffix = f", check value {kcv}" if news == CHANGED else ""
        click.echo(f"{config.id}, {kind}: {news}{suffix}")
    return _EXITS.get(news, exits.ERROR)


def news_of(config: TerminalConfig, ask: Callable[[Session], Awaitable[str]]) -> str | int:
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
        why = "" if str(error) == IN_SETTLEMENT else "a reversal is pending, and comes first: "
        click.echo(f"cardswitch: {why}{error}", err=True)
        return exits.TIMEOUT
