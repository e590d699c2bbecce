"""`settle accounts`, `settle correct` and `settle suspense`: thin, and quick to import."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ..options import settlement_section, settling_at, switch_section
from ..payout import because_option, common, numeric

if TYPE_CHECKING:
    from ...settlement.entries import BankEntry

ACCOUNTS_EPILOG: Final = """\b
Examples:
  accounts
  accounts --json | jq 'select(.account == "unreconciled_suspense")'

Debits are above zero; what is owed to a merchant is below it. Every account but those of one
merchant stands there once in each currency."""
CORRECT_EPILOG: Final = """\b
Examples:
  correct 12.50 --debit unreconciled_suspense --credit fee_receivable:SHOP0001 \\
    --because "the bank's line of 30 November is the shop's, for invoice 2026-11"
  correct 5 --currency USD --debit mdr_income --credit merchant_payable:SHOP0002 \\
    --because "a goodwill of ours, ticket 4711" --json

A row of the books is never changed: what was wrong is put right by a further journal, which names
who booked it and why. What a merchant is owed more, the next close pays; what it is owed less is
taken of that. `settle accounts` lists the accounts."""
HOLDS_EPILOG: Final = """\b
Examples:
  holds
  holds --all --json | jq 'select(.state == "expired")'

STATE pending: nothing of it is captured; posted in part: the rest is held still; and with --all
posted, voided (given back) and expired: `settlement.hold_days` after it was placed. It is a memo,
no account has a part in it: only what is captured is booked."""
SUSPENSE_EPILOG: Final = """\b
Examples:
  cardswitch settle suspense list
  cardswitch settle suspense clear 633221000017 --to SHOP0001 --because "its terminal had no name"

A capture whose message named no merchant, or one that has no account, is booked and cannot be paid:
it stands in suspense. Name the merchant's account in the configuration, and the next close pays
all of it; or say to whom a single capture belongs."""
LIST_EPILOG: Final = """\b
Examples:
  list
  list --json | jq -r .movement"""
CLEAR_EPILOG: Final = """\b
Examples:
  clear 633221000017 --to SHOP0001 --because "its terminal had no name, ticket 4711"
  clear sale:17 --to SHOP0001 --because "the same, by the name of the movement" --json

What undid the capture goes with it; what undoes it later stands in suspense by itself, and is
cleared again. Fees that were charged for it stay where they are."""


@click.command(epilog=ACCOUNTS_EPILOG)
@common
def accounts(config_path: Path, as_json: bool) -> None:
    """Show the chart of accounts, and what each of them holds."""
    from ...operate.bank.corrections import accounts as look
    from ...store.books import BooksReader
    from .screen import show_accounts

    show_accounts([*look(BooksReader(settlement_section(config_path).books))], as_json)


@click.command(epilog=CORRECT_EPILOG)
@click.argument("amount")
@click.option("--debit", metavar="ACCOUNT", required=True, help="The account that it comes to.")
@click.option("--credit", metavar="ACCOUNT", required=True, help="The account that it leaves.")
@click.option(
    "--currency", metavar="CODE", default="EUR", show_default=True, callback=numeric,
    help="Of the amount.",
)  # fmt: skip
@because_option
@common
@click.pass_obj
def correct(
    obj: dict[str, Any],
    config_path: Path,
    amount: str,
    debit: str,
    credit: str,
    currency: str,
    because: str,
    as_json: bool,
) -> None:
    """Book a journal that moves AMOUNT, such as 12.50, between two accounts."""
    from cardswitch.specs.amounts import parse_amount
    from cardswitch.specs.errors import FormatError

    from ...operate.bank.corrections import correct as deed

    try:
        minor = parse_amount(amount, currency)
    except FormatError as error:
        raise click.BadParameter(str(error), param_hint="AMOUNT") from None
    decided = partial(
        deed, debit=debit, credit=credit, currency=currency, amount=minor, because=because
    )
    _decide(obj, config_path, lambda opened: [decided(opened)], as_json)


@click.command(epilog=HOLDS_EPILOG)
@click.option("--all", "has_all", is_flag=True, help="Those too that hold nothing any more.")
@common
def holds(config_path: Path, has_all: bool, as_json: bool) -> None:
    """List what authorisations have set aside, and what became of it."""
    from ...operate.show import holds as look
    from .screen import show_holds

    found = look(switch_section(config_path), settlement_section(config_path))
    show_holds([each for each in found if has_all or each.held], as_json)


@click.group(epilog=SUSPENSE_EPILOG)
def suspense() -> None:
    """See captures that nobody could be paid for, and say whose they are."""


@suspense.command("list", epilog=LIST_EPILOG)
@common
def list_(config_path: Path, as_json: bool) -> None:
    """List the captures that stand in suspense, and why."""
    from ...operate.bank.corrections import suspense as look
    from ...store.books import BooksReader
    from .screen import show_suspense

    settlement = settlement_section(config_path)
    show_suspense(look(BooksReader(settlement.books), settlement), as_json)


@suspense.command(epilog=CLEAR_EPILOG)
@click.argument("name", metavar="RRN|MOVEMENT")
@click.option("--to", metavar="MERCHANT", required=True, help="Who is owed it.")
@because_option
@common
@click.pass_obj
def clear(
    obj: dict[str, Any], config_path: Path, name: str, to: str, because: str, as_json: bool
) -> None:
    """Have a merchant be owed the capture of that RRN, or of that name."""
    from ...operate.bank.corrections import clear as deed

    _decide(obj, config_path, partial(deed, name=name, to=to, because=because), as_json)


def _decide(
    obj: dict[str, Any],
    config_path: Path,
    deed: Callable[[Any], list[BankEntry]],
    as_json: bool,
) -> None:
    from ..bank_screen import show_decided

    with settling_at(obj, config_path) as opened:
        for entry in deed(opened):
            show_decided(entry, as_json)
