"""`cardswitch up`: all programs in one process, until stopped."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cardswitch.wire.operator.options import LogOptions, log_options

if TYPE_CHECKING:
    from cardswitch.switch.operate.settle import Record
    from cardswitch.wire.operator.addresses import Address

    from ..house.topology import Lab

LOOK_FOR_CUT_OFF_S: Final = 5.0
LOOK_FOR_PAPERS_S: Final = 3_600.0
# Of the configuration, what is printed: all but the long lists of accounts and cards.
_LISTS: Final = re.compile(r"\n\[\[issuer\.accounts\]\]")
EPILOG: Final = """\b
Examples:
  cardswitch up                                makes ./cardswitch-data at the first start
  cardswitch up --data /tmp/lab --trace        shows every message, masked
  cardswitch up --config my/lab.toml

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
@log_options
def up(data: str, config_path: Path | None, log: LogOptions) -> None:
    """Run HSM, acquirer, issuer, switch, gateway and bank in one process until stopped.

    The configuration is made at the first start, keys and cards included, and printed; change the
    file and start again; --quiet prints none of it. A bank day that ends is closed, and its
    deposit files are written, which the bank answers; what it answers is booked.
    """
    from cardswitch.wire.driver.runtime import run

    from ..house.topology import CONFIG_NAME, make_lab, read_lab

    path = config_path or Path(data) / CONFIG_NAME
    if not path.exists() and not config_path:
        make_lab(path.parent)
        click.echo(f"made {path}", err=True)
    lab = read_lab(path)
    if not log.is_quiet:
        text, *lists = _LISTS.split(path.read_text("utf-8"), maxsplit=1)
        click.echo(text.strip())
        if lists:
            click.echo(f"# … and the issuer's accounts and cards, see {path}")
    run(_serve(lab, log))


async def _serve(lab: Lab, options: LogOptions) -> None:
    from cardswitch.wire.driver.event_log import EventLog
    from cardswitch.wire.driver.service import until_stopped

    from ..house.running import running

    async with running(lab, log=EventLog(options), say=partial(click.echo, err=True)) as programs:
        await programs.ready()
        for line in _listeners(lab):
            click.echo(line, err=True)
        besides = [
            asyncio.create_task(each(lab)) for each in (_close_days, _take_answers, _renew_papers)
        ]
        try:
            await until_stopped(*programs.runtimes)
        finally:
            for task in besides:
                task.cancel()


def _listeners(lab: Lab) -> Iterator[str]:
    listeners = [
        *(
            (f"switch, {name}", listener, f", for {listener.serves}")
            for name, listener in lab.switch.listeners.items()
        ),
        ("acquirer emulator", lab.acquirer.front, ""),
        ("issuer emulator", lab.issuer.network, ""),
    ]
    for who, listener, whom in listeners:
        address = f"{listener.host}:{listener.port}"
        what = f"{listener.dialect}, {listener.framing}, {_spoken(listener)}{whom}"
        yield f"{who:22} {address:17} {what}"
    if lab.bank is not None:
        folders = f"orders in {lab.bank.orders}, answers in {lab.bank.answers}"
        yield f"{'bank emulator':22} {'no port':17} {folders}"
    address = f"{lab.hsm.host}:{lab.hsm.port}"
    yield f"{'HSM simulator':22} {address:17} host commands, {_spoken(lab.hsm)}, test LMK"
    if lab.gateway is not None:
        api = lab.gateway.api
        address = f"{api.host}:{api.port}"
        yield f"{'payment gateway':22} {address:17} https://{address}/v1, CA in tls/ca.pem"
    yield "ready; stop with Ctrl-C"


def _spoken(listener: Address) -> str:
    return "TLS" if listener.tls_certificate else "no TLS"


async def _renew_papers(lab: Lab) -> None:
    """Certificates that end soon are made anew, however long this runs; the start did so once."""
    from cardswitch.specs.errors import Error

    from ..house.papers import has_papers, renew_papers

    while has_papers(lab.folder):
        await asyncio.sleep(LOOK_FOR_PAPERS_S)
        try:
            names = await asyncio.to_thread(renew_papers, lab.folder)
        except Error as error:
            click.echo(f"certificates cannot be renewed: {error}", err=True)
            continue
        for name in names:
            click.echo(f"made a new certificate for {name}", err=True)


async def _close_days(lab: Lab) -> None:
    """Whenever a bank day has ended and its last purchase is finished, pay the merchants."""
    from cardswitch.switch.operate.settle import close_days

    def closed() -> list[str]:
        reports = close_days(lab.switch, lab.settlement, _record_of(lab))
        days = [report.closed for report in reports]
        return [f"closed {day.business_date}: {', '.join(day.files)}" for day in days]

    await _do_again("the bank day cannot be closed yet", closed)


async def _take_answers(lab: Lab) -> None:
    """Whenever the bank has answered, book what it says."""
    from cardswitch.switch.operate.bank.inbox import Inbox

    inbox = Inbox(lab.settlement.answers)

    def taken() -> list[str]:
        found = inbox.take(lab.switch, lab.settlement, _record_of(lab))
        return [f"{each.name}: {each.state}, {each.summary}" for each in found]

    await _do_again("what the bank answers cannot be booked yet", taken)


def _record_of(lab: Lab) -> Record:
    from cardswitch.hosts.vault import open_vault
    from cardswitch.switch.operate.closing import record_booked

    return partial(record_booked, lab.switch, open_vault(lab.switch.vault))


async def _do_again(what: str, deed: Callable[[], list[str]]) -> None:
    """Do *deed* for ever and say what it returns; why it cannot be done is said once."""
    from cardswitch.specs.errors import Error

    said = ""
    while True:
        await asyncio.sleep(LOOK_FOR_CUT_OFF_S)
        try:
            lines = await asyncio.to_thread(deed)
        except Error as error:
            lines = [f"{what}: {error}"] if str(error) != said else []
            said = str(error)
        for line in lines:
            click.echo(line, err=True)
