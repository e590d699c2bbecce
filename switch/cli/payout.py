"""The `settle payout` commands: what became of each payout, and what a person decides on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from .options import settle_options, settlement_section, settling_at

if TYPE_CHECKING:
    from ..settlement.entries import BankEntry

EPILOG: Final = """\b
Examples:
  cardswitch settle payout list                what did not get there, or is still on its way
  cardswitch settle payout show 20261128-SHOP0001-EUR
  cardswitch settle payout retry 20261128-SHOP0001-EUR --because "the bank has opened it again"
  cardswitch settle payout hold SHOP0002 --because "fraud suspected, ticket 4711"
  cardswitch settle payout release SHOP0002 --because "cleared, ticket 4711"

A payout that a bank rejects or sends back is owed again. The next close pays it, in an order of its
own, once the merchant has another account in the configuration, or once `retry` says that the same
one is good. Which transfer it replaces stands in the order and in the deposit CSV."""
LIST_EPILOG: Final = """\b
Examples:
  list
  list --all --json | jq 'select(.state == "returned") | .reference'

STATE ordered: no bank has told of it; booked: it left our account; rejected, returned: it is owed
again; paid again: a later payout has replaced it; else what a bank says that a person must see."""
SHOW_EPILOG: Final = """\b
Examples:
  show 20261128-SHOP0001-EUR
  show 20261128-SHOP0001-EUR --json"""
HOLD_EPILOG: Final = """\b
Examples:
  hold SHOP0001 --because "fraud suspected, ticket 4711"
  hold SHOP0001 --currency USD --because "its bank asks for papers" --json

What is owed stays in suspense until it is released; an order that is written stays."""
RELEASE_EPILOG: Final = """\b
Example:
  release SHOP0001 --because "cleared, ticket 4711" """
RETRY_EPILOG: Final = """\b
Examples:
  retry 20261128-SHOP0001-EUR --because "the bank has opened the account again"
  retry 20261128-SHOP0001-EUR 20261128-SHOP0002-EUR --because "our account has funds again" """


@click.group(epilog=EPILOG)
def payout() -> None:
    """See what became of each payout; hold, release or pay again what is owed."""


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that all of them have."""
    as_json = click.option("--json", "as_json", is_flag=True, help="JSON, one line for each.")
    return as_json(settle_options(command))


def because_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --because; the command gets `because`."""
    words = "Why; it is kept in books and journal."
    return click.option("--because", metavar="TEXT", required=True, help=words)(command)


def currency_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --currency; the command gets the three digits."""
    return click.option(
        "--currency", metavar="CODE", default="", callback=numeric,
        help="Only what is owed in this currency, such as EUR.",
    )(command)  # fmt: skip


def numeric(_ctx: click.Context, _option: click.Parameter, code: str) -> str:
    """The three digits of the currency *code*."""
    from cardswitch.specs.amounts import currency
    from cardswitch.specs.errors import FormatError

    if not code:
        return ""
    try:
        return currency(code).numeric
    except FormatError as error:
        raise click.BadParameter(str(error)) from None


@payout.command("list", epilog=LIST_EPILOG)
@click.option("--all", "has_all", is_flag=True, help="Those too that are simply booked.")
@common
def list_(config_path: Path, has_all: bool, as_json: bool) -> None:
    """List the payouts that are not simply booked, and what is held."""
    from ..operate.bank.payouts import payouts
    from ..store.books import BooksReader
    from .bank_screen import show_payouts

    settlement = settlement_section(config_path)
    books = BooksReader(settlement.books)
    found = list(payouts(books, settlement, has_all=has_all))
    show_payouts(found, books.standing(), as_json)


@payout.command(epilog=SHOW_EPILOG)
@click.argument("reference")
@common
def show(config_path: Path, reference: str, as_json: bool) -> None:
    """Show the payout of that REFERENCE, and all that banks have said of it."""
    from ..operate.bank.payouts import payout as look
    from ..store.books import BooksReader
    from .bank_screen import show_payout

    settlement = settlement_section(config_path)
    show_payout(*look(BooksReader(settlement.books), settlement, reference), as_json)


@payout.command(epilog=HOLD_EPILOG)
@click.argument("merchant")
@currency_option
@because_option
@common
@click.pass_obj
def hold(
    obj: dict[str, Any],
    config_path: Path,
    merchant: str,
    currency: str,
    because: str,
    as_json: bool,
) -> None:
    """Pay nothing to MERCHANT until it is released."""
    from ..operate.bank.payouts import hold as deed

    decided = partial(deed, merchant=merchant, currency=currency, because=because)
    _decide(obj, config_path, [decided], as_json)


@payout.command(epilog=RELEASE_EPILOG)
@click.argument("merchant")
@currency_option
@because_option
@common
@click.pass_obj
def release(
    obj: dict[str, Any],
    config_path: Path,
    merchant: str,
    currency: str,
    because: str,
    as_json: bool,
) -> None:
    """End what is held of MERCHANT: the next close pays it."""
    from ..operate.bank.payouts import release as deed

    decided = partial(deed, merchant=merchant, currency=currency, because=because)
    _decide(obj, config_path, [decided], as_json)


@payout.command(epilog=RETRY_EPILOG)
@click.argument("references", metavar="REFERENCE...", nargs=-1, required=True)
@because_option
@common
@click.pass_obj
def retry(
    obj: dict[str, Any],
    config_path: Path,
    references: tuple[str, ...],
    because: str,
    as_json: bool,
) -> None:
    """Pay what did not get there with the next close, though its account is the same."""
    from ..operate.bank.payouts import retry as deed

    decided = [partial(deed, reference=each, because=because) for each in references]
    _decide(obj, config_path, decided, as_json)


def _decide(
    obj: dict[str, Any],
    config_path: Path,
    deeds: Sequence[Callable[..., BankEntry]],
    as_json: bool,
) -> None:
    from .bank_screen import show_decided

    with settling_at(obj, config_path) as opened:
        for deed in deeds:
            show_decided(deed(opened), as_json)
