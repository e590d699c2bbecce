"""The `host` commands: thin, and quick to import, since help must be quick."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cardswitch.specs.errors import Error
from cardswitch.wire.operator.options import LogOptions, config_option, log_options

if TYPE_CHECKING:
    from .issuer.cards import Fingerprint
    from .rules.rule import Rule

EPILOG: Final = """\b
Examples:
  cardswitch host serve acquirer               the [acquirer] section of the lab
  cardswitch host serve issuer --config my/lab.toml
  cardswitch host serve bank                   answers the orders in the folder of deposits
  cardswitch host rules show                   what the issuer of the lab does by rule
  cardswitch host cards make more.cards --from cards.csv
  cardswitch host bank deposits/deposit-2026-11-28.xml --into bank
  cardswitch host accounts                     what the bank has credited, and to whom
  cardswitch host load --port 7110             approves all, keeps nothing: for load tests"""
ACCOUNTS_EPILOG: Final = """\b
Examples:
  accounts --into cardswitch-data/bank
  accounts --json"""
BANK_EPILOG: Final = """\b
Examples:
  bank deposits/deposit-2026-11-28.xml --into bank
  bank order.xml --json

Then: cardswitch settle match bank/*.xml

The first order opens the account that it names, with a million on it. A creditor whose name has
ERRAC04RJCT in it is rejected with AC04, one with ERRAC04RTRN is booked and sent back.

Exit codes: 0 taken whole, 1 no order, 6 rejected, in whole or in part."""


CARDS_EPILOG: Final = """\b
Examples:
  cardswitch host cards make more.cards --from cards.csv
  cardswitch host cards show more.cards

\b
Then, in lab.toml:
  [issuer]
  card_file = "more.cards"

The first line of the CSV names its columns: id, pan and expiry, which are needed, and account,
balance, currency, status, cvv2, postal, street, pvki, pvv. A card without an account has one of its
own."""
RULES_EPILOG: Final = """\b
Examples:
  cardswitch host rules check rules.toml       each rule, or what is wrong, with its line
  cardswitch host rules check test-cards       one of the files that are shipped
  cardswitch host rules show --json

\b
A rule:
  [[rule]]
  name = "the third try is approved"
  cards = ["good"]
  count = { to = 2 }
  answer = "51"

A changed file is in use a second later; one with a fault leaves the old rules in use."""


@click.group(epilog=EPILOG)
def host() -> None:
    """Run the acquirer or the issuer emulator, a bank, or a host for load tests."""


@host.command(
    epilog="\b\nExamples:\n  serve issuer --config cardswitch-data/lab.toml\n  serve bank"
)
@click.argument("name", type=click.Choice(["acquirer", "issuer", "bank"]))
@config_option
@log_options
def serve(name: str, config_path: Path, log: LogOptions) -> None:
    """Serve as the acquirer, the issuer or the bank, NAME, until stopped.

    The bank listens at no port: orders come in a folder, and answers go to another one.
    """
    if name == "bank":
        _serve_bank(config_path)
        return
    from cardswitch.wire.driver.event_log import EventLog
    from cardswitch.wire.driver.runtime import Runtime, run
    from cardswitch.wire.driver.service import until_stopped
    from cardswitch.wire.operator.config import read_config, section

    from .acquirer.config import AcquirerConfig
    from .issuer.config import IssuerConfig
    from .serve import serve_acquirer, serve_issuer

    data = read_config(config_path)

    async def start() -> tuple[Runtime, str]:
        if name == "acquirer":
            acquirer = section(data, name, AcquirerConfig, config_path)
            host = acquirer.front.host
            runtime, _ = await serve_acquirer(acquirer, config_path.parent, log=EventLog(log))
        else:
            issuer = section(data, name, IssuerConfig, config_path)
            host = issuer.network.host
            runtime, _ = await serve_issuer(issuer, config_path.parent, log=EventLog(log))
        [port] = runtime.ports.values()
        return runtime, f"{host}:{port}"

    async def main() -> None:
        runtime, place = await start()
        click.echo(f"{name} on {place}", err=True)
        await until_stopped(runtime)

    run(main())


def _serve_bank(path: Path) -> None:
    from cardswitch.wire.driver.runtime import Clock, run
    from cardswitch.wire.driver.service import until_stopped
    from cardswitch.wire.operator.config import read_config, section

    from .bank.config import BankConfig
    from .bank.watch import BankWatch

    config = section(read_config(path), "bank", BankConfig, path).placed(path.parent)

    async def main() -> None:
        watch = BankWatch(config, Clock(), lambda line: click.echo(line, err=True))
        watch.start()
        click.echo(f"bank: orders in {config.orders}, answers in {config.answers}", err=True)
        await until_stopped(watch)

    run(main())


@host.command(epilog=ACCOUNTS_EPILOG)
@click.option(
    "--into", metavar="FOLDER", default="bank", show_default=True,
    help="The folder that the bank answers into.",
    type=click.Path(path_type=Path, file_okay=False),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each account.")
def accounts(into: Path, as_json: bool) -> None:
    """Show the accounts at the bank: those that pay, and those that were credited."""
    import msgspec

    from cardswitch.wire.operator.text import columns

    from .bank.offline import accounts_of

    found = accounts_of(into)
    if as_json:
        for each in found:
            click.echo(msgspec.json.encode(each))
        return
    rows = [(each.iban, f"{each.amount:f} {each.currency}", each.what) for each in found]
    for row in columns(rows) or [f"no order was handed in to {into} yet"]:
        click.echo(row)


@host.command(epilog=BANK_EPILOG)
@click.argument("order", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--into", metavar="FOLDER", default="bank", show_default=True,
    help="The folder of the account and of what the bank answers.",
    type=click.Path(path_type=Path, file_okay=False),
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def bank(order: Path, into: Path, as_json: bool) -> None:
    """Hand ORDER, a pain.001 or a file of the ACH, to a strict bank; it answers as banks do."""
    import time

    import msgspec

    from cardswitch.wire.operator import exits

    from .bank.offline import alone, take
    from .bank.order import Unreadable

    try:
        content = order.read_bytes()
        with alone(into):
            taken = take(content, into, time.time())
    except Unreadable as error:
        raise Error(f"{order}: {error}") from None
    rejected = [(each.reference or each.payment, each.code, each.text) for each in taken.rejections]
    files = [str(into / name) for name in taken.files]
    if as_json:
        names = ("of", "code", "text")
        told = [dict(zip(names, each, strict=True)) for each in rejected]
        click.echo(msgspec.json.encode({"files": files, "rejected": told}))
    else:
        for of, code, text in rejected:
            click.echo(f"rejected {of or 'the order'}: {code}, {text}")
        for file in files:
            click.echo(file)
    if rejected:
        sys.exit(exits.FINDINGS)


@host.group(epilog=CARDS_EPILOG)
def cards() -> None:
    """A file of many cards for the issuer, in which no card number is."""


@cards.command(
    epilog="\b\nExamples:\n  make more.cards --from cards.csv\n  make more.cards --from -"
)
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--from", "source", metavar="CSV", required=True, help="The cards, one a line; - is stdin.",
    type=click.Path(dir_okay=False, allow_dash=True),
)  # fmt: skip
@config_option
def make(path: Path, source: str, config_path: Path) -> None:
    """Write PATH from CSV, under the key of the issuer's vault: up to a million cards."""
    from .issuer.card_file import make_card_file

    fingerprint = _fingerprint_of(config_path)
    try:
        # What Excel calls "CSV UTF-8" begins with a byte order mark.
        with click.open_file(source, encoding="utf-8-sig") as lines:
            count = make_card_file(lines, source, path, fingerprint)
    except OSError as error:
        raise Error(f"{source}: cannot be read: {error.strerror}") from None
    click.echo(f"{path}: {count} cards")


@cards.command("show", epilog="\b\nExample:\n  show more.cards --json")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
@config_option
def show_cards(path: Path, config_path: Path, as_json: bool) -> None:
    """Show how many cards and accounts are in PATH, and whether the issuer can use it."""
    import msgspec

    from .issuer.card_file import CardFile

    file = CardFile(path, _fingerprint_of(config_path))
    told = {"cards": file.cards, "accounts": file.accounts}
    file.close()
    if as_json:
        click.echo(msgspec.json.encode(told))
    else:
        click.echo(f"{path}: {told['cards']} cards, {told['accounts']} accounts")


def _fingerprint_of(config_path: Path) -> Fingerprint:
    from cardswitch.wire.operator.config import read_config, section

    from .issuer.config import IssuerConfig
    from .vault import open_vault

    config = section(read_config(config_path), "issuer", IssuerConfig, config_path)
    return open_vault(config.placed(config_path.parent).vault).fingerprint


@host.group(epilog=RULES_EPILOG)
def rules() -> None:
    """Rules: what the issuer does with requests that are named, answers, delays, losses."""


@rules.command(epilog="\b\nExamples:\n  check rules.toml\n  check test-cards magic-amounts --json")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each rule.")
def check(files: tuple[str, ...], as_json: bool) -> None:
    """Say whether FILE... can be used: paths, or the names of files that are shipped."""
    from .rules.file import read_all

    _show_rules(read_all(files, Path()), as_json)


@rules.command(epilog="\b\nExample:\n  show --config cardswitch-data/lab.toml")
@config_option
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each rule.")
def show(config_path: Path, as_json: bool) -> None:
    """Show the rules of the issuer, in the order in which they are tried."""
    from cardswitch.wire.operator.config import read_config, section

    from .issuer.config import IssuerConfig
    from .rules.file import MAGIC_AMOUNTS, read_all

    config = section(read_config(config_path), "issuer", IssuerConfig, config_path)
    names = (*config.rules, *([MAGIC_AMOUNTS] if config.magic_amounts else []))
    ids = {card.id for card in config.cards}
    _show_rules(read_all(names, config_path.parent, ids), as_json)


def _show_rules(rules: Sequence[Rule], as_json: bool) -> None:
    import msgspec

    from cardswitch.wire.operator.text import columns

    from .rules.screen import condition_text, deed_text, told

    if as_json:
        for rule in rules:
            click.echo(msgspec.json.encode(told(rule)))
    elif not rules:
        click.echo("no rules")
    else:
        rows = [(rule.name, condition_text(rule), deed_text(rule)) for rule in rules]
        click.echo("\n".join(columns([("RULE", "REQUESTS", "WHAT IS DONE"), *rows])))


@host.command(
    epilog="\b\nExamples:\n  load --port 7110 --dialect iso87-binary --framing binary2\n"
    "  load --code 51                               declines everything"
)
@click.option("--host", "address", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=7110, show_default=True, help="0 takes a free one.")
@click.option("--dialect", default="iso87-ascii", show_default=True, help="A name or a .toml file.")
@click.option("--framing", default="ascii4", show_default=True, help="As in the configuration.")
@click.option("--header", type=click.Choice(["none", "tpdu"]), default="none", show_default=True)
@click.option("--code", default="", help="Field 39 of every answer; without it, an approval.")
@log_options
def load(log: LogOptions, code: str, address: str, **place: Any) -> None:
    """Answer every request at once: a host to load your own switch with.

    No journal, no HSM, no money: it checks nothing and remembers nothing, so its answers prove
    nothing but how fast a switch passes them on.
    """
    import msgspec

    from cardswitch.specs.codes import APPROVED
    from cardswitch.wire.driver.event_log import EventLog
    from cardswitch.wire.driver.runtime import run
    from cardswitch.wire.driver.service import until_stopped
    from cardswitch.wire.operator.addresses import IsoListener

    from .load.serve import serve_load_host

    code = code or APPROVED
    if re.fullmatch("[0-9A-Z]{2,3}", code) is None:
        raise click.BadParameter("expected 2 or 3 digits or capitals", param_hint="--code")
    try:
        listener = msgspec.convert({"host": address, **place}, IsoListener)
    except msgspec.ValidationError as error:
        raise click.UsageError(str(error)) from None

    async def main() -> None:
        runtime, port = await serve_load_host(listener, code, EventLog(log))
        click.echo(f"load host on {address}:{port}: no journal, no HSM, no money", err=True)
        await until_stopped(runtime)

    run(main())
