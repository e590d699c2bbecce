"""`cardswitch up`: all programs in one process, until stopped."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cardswitch.wire.operator.options import LogOptions, log_options

if TYPE_CHECKING:
    from cardswitch.switch.operate.config import SettlementConfig, SwitchConfig
    from cardswitch.wire.driver.runtime import Clock
    from cardswitch.wire.operator.addresses import Address, IsoListener

    from ..house.programs import Programs

LOOK_FOR_CUT_OFF_S: Final = 5.0
LOOK_FOR_PAPERS_S: Final = 3_600.0
# Of the configuration, what is printed: all but the long lists of accounts and cards.
_LISTS: Final = re.compile(r"\n\[\[issuer\.accounts\]\]")
EPILOG: Final = """\b
Examples:
  cardswitch up                                makes ./cardswitch-data at the first start
  cardswitch up --data /tmp/lab --trace        shows every message, masked
  cardswitch up --data /tmp/other --ports-from 9000
  cardswitch up --clock 2099-11-30T21:59       a minute before the bank day ends, in Berlin
  cardswitch up --config my/lab.toml           those programs that it has sections of

\b
Then, in another shell:
  cardswitch terminal sale 12.50 --card good --pin -
  cardswitch switch journal
  cardswitch settle preview"""


@click.command(epilog=EPILOG)
@click.option(
    "--data",
    metavar="FOLDER",
    default="cardswitch-data",
    show_default=True,
    help="The folder of configuration and state; made if it is not there.",
)
@click.option(
    "--config",
    "config_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A configuration of your own.",
)
@click.option(
    "--ports-from",
    metavar="PORT",
    type=click.IntRange(1, 65_500),
    help="A new lab has ports in a row that begin there, instead of at 7100.",
)
@click.option(
    "--clock",
    metavar="TIME",
    callback=lambda _ctx, _parameter, text: _clock(text) if text else None,
    help="Begin at that time to come, such as 2026-11-30T22:59 (UTC, unless it says which).",
)
@log_options
def up(
    data: str,
    config_path: Path | None,
    ports_from: int | None,
    clock: Clock | None,
    log: LogOptions,
) -> None:
    """Run HSM, acquirer, issuer, switch, gateway and bank in one process until stopped.

    The configuration is made at the first start, keys and cards included, and printed; change the
    file and start again; --quiet prints none of it. Of a configuration those programs run that it
    has sections of. A bank day that ends is closed, and its deposit files are written, which the
    bank answers; what it answers is booked.
    """
    from cardswitch.wire.driver.runtime import run

    from ..house import topology
    from ..house.programs import read_programs

    path = config_path or Path(data) / topology.CONFIG_NAME
    if not path.exists() and not config_path:
        topology.make_lab(path.parent, topology.ports_from(ports_from) if ports_from else None)
        click.echo(f"made {path}", err=True)
    house = read_programs(path)
    if ports_from and (house.hsm is None or house.hsm.port != ports_from):
        raise click.UsageError(f"--ports-from is for a new lab: change the ports in {path}")
    if not log.is_quiet:
        text, *lists = _LISTS.split(path.read_text("utf-8"), maxsplit=1)
        click.echo(text.strip())
        if lists:
            click.echo(f"# … and the issuer's accounts and cards, see {path}")
    run(_serve(house, log, clock))


def _clock(text: str) -> Clock:
    """A clock that says now what *text* says; a usage error if that is no time, or over."""
    import time
    from datetime import UTC, datetime

    from cardswitch.wire.driver.runtime import Clock

    try:
        begins = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("expected a time, such as 2026-11-30T22:59") from None
    clock, zone = Clock(), begins.tzinfo or UTC
    try:
        clock.shift(begins.replace(tzinfo=zone).timestamp() - time.time())
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    return clock


async def _serve(house: Programs, options: LogOptions, clock: Clock | None) -> None:
    from cardswitch.wire.driver.event_log import EventLog
    from cardswitch.wire.driver.service import until_stopped

    from ..house.running import running

    say = partial(click.echo, err=True)
    async with running(house, clock, EventLog(options), say) as programs:
        await programs.ready()
        for line in _listeners(house):
            click.echo(line, err=True)
        besides = [asyncio.create_task(each) for each in _besides(house)]
        try:
            await until_stopped(*programs.runtimes)
        finally:
            for task in besides:
                task.cancel()


def _besides(house: Programs) -> Iterator[Coroutine[Any, Any, None]]:
    """What is done from time to time beside the programs."""
    from ..house.programs import settlements_of

    yield _miss_folder(house.folder)
    yield _renew_papers(house.folder)
    if house.switch is not None:
        for settlement in settlements_of(house):
            yield _close_days(house.switch, settlement)
            yield _take_answers(house.switch, settlement)


def _listeners(house: Programs) -> Iterator[str]:
    listeners: list[tuple[str, IsoListener, str]] = []
    if house.switch is not None:
        listeners += [
            (f"switch, {name}", listener, f", for {listener.serves}")
            for name, listener in house.switch.listeners.items()
        ]
    if house.acquirer is not None:
        listeners.append(("acquirer emulator", house.acquirer.front, ""))
    if house.issuer is not None:
        listeners.append(("issuer emulator", house.issuer.network, ""))
    for who, listener, whom in listeners:
        what = f"{listener.dialect}, {listener.framing}, {_spoken(listener)}{whom}"
        yield f"{who:22} {_place(listener):17} {what}"
    if house.bank is not None:
        folders = f"orders in {house.bank.orders}, answers in {house.bank.answers}"
        yield f"{'bank emulator':22} {'no port':17} {folders}"
        if (home := house.bank.pages) is not None:
            said = f"https://{home.names[0]}:{home.port} for browsers"
            yield f"{'bank, pay by bank':22} {_place(home):17} {said}"
    if house.hsm is not None:
        spoken = f"host commands, {_spoken(house.hsm)}, test LMK"
        yield f"{'HSM simulator':22} {_place(house.hsm):17} {spoken}"
    if house.gateway is not None:
        address = _place(house.gateway.api)
        yield f"{'payment gateway':22} {address:17} https://{address}/v1, CA in tls/ca.pem"
        if (pages := house.gateway.pages) is not None:
            yield f"{'hosted checkout':22} {_place(pages):17} {pages.url} for browsers"
    if house.acs is not None:
        said = f"3-D Secure, {house.acs.pages.url} for browsers"
        yield f"{'access control server':22} {_place(house.acs):17} {said}"
    if house.shop is not None:
        said = f"{house.shop.url}, /merchant with the key in shop.key"
        yield f"{'sample shop':22} {_place(house.shop):17} {said}"
    if house.gateway is not None and house.gateway.panel is not None:
        said = f"{house.gateway.panel.url}, with a secret key: what becomes of the next payment"
        yield f"{'test panel':22} {_place(house.gateway.panel):17} {said}"
    yield "ready; stop with Ctrl-C"


def _place(listener: Address) -> str:
    return f"{listener.host}:{listener.port}"


def _spoken(listener: Address) -> str:
    return "TLS" if listener.tls_certificate else "no TLS"


async def _renew_papers(folder: Path) -> None:
    """Certificates that end soon are made anew, however long this runs; the start did so once."""
    from cardswitch.specs.errors import Error

    from ..house.papers import has_papers, renew_papers

    while has_papers(folder):
        await asyncio.sleep(LOOK_FOR_PAPERS_S)
        try:
            names = await asyncio.to_thread(renew_papers, folder)
        except Error as error:
            click.echo(f"certificates cannot be renewed: {error}", err=True)
            continue
        for name in names:
            click.echo(f"made a new certificate for {name}", err=True)


async def _miss_folder(folder: Path) -> None:
    """The system lets files be deleted that are open: they take all, and end with this process."""
    while folder.exists():
        await asyncio.sleep(LOOK_FOR_CUT_OFF_S)
    hint = "move it back, or stop this: what was deleted takes all, and is lost at the end"
    click.echo(f"{folder}: the folder is gone; {hint}", err=True)


async def _close_days(switch: SwitchConfig, settlement: SettlementConfig) -> None:
    """Whenever a bank day has ended and its last purchase is finished, pay the merchants."""
    from cardswitch.switch.operate.settle import close_days

    from ..house.emulation import record_of

    def closed() -> list[str]:
        reports = close_days(switch, settlement, record_of(switch, settlement.name))
        days = [report.closed for report in reports]
        return [f"closed {day.business_date}: {', '.join(day.files)}" for day in days]

    await _do_again("the bank day cannot be closed yet", closed)


async def _take_answers(switch: SwitchConfig, settlement: SettlementConfig) -> None:
    """Whenever the bank has answered, book what it says."""
    from cardswitch.switch.operate.bank.inbox import Inbox

    from ..house.emulation import record_of

    inbox = Inbox(settlement.answers)

    def taken() -> list[str]:
        found = inbox.take(switch, settlement, record_of(switch, settlement.name))
        return [f"{each.name}: {each.state}, {each.summary}" for each in found]

    await _do_again("what the bank answers cannot be booked yet", taken)


async def _do_again(what: str, deed: Callable[[], list[str]]) -> None:
    """Do *deed* for ever and say what it returns; why it cannot be done is said once."""
    from cardswitch.specs.errors import Error

    said = ""
    while True:
        await asyncio.sleep(LOOK_FOR_CUT_OFF_S)
        try:
            lines = await asyncio.to_thread(deed)
        except (Error, OSError) as error:
            lines = [f"{what}: {error}"] if str(error) != said else []
            said = str(error)
        for line in lines:
            click.echo(line, err=True)
