"""The `terminal` commands. They import what they use when they run, so that help is quick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import click

from cardswitch.specs.transactions.offers import Offer, offers

from .card_cli import listing, reporting
from .desk_cli import change_key, close_batch, echo, keys, settle, sign_off, sign_on
from .follow_cli import adding, refunding
from .given import amount_of, card_of, offered, part_of, pin_of, presenting, price_of
from .offline_cli import selling_offline
from .options import common, pin_option, waiting

if TYPE_CHECKING:
    from ..config import TerminalConfig

EPILOG: Final = """\b
Examples:
  cardswitch terminal sale 12.50 --card good --pin -
  cardswitch terminal sale 30 --card good --entry manual --json
  cardswitch terminal reverse --keep 15.00
  cardswitch terminal status
  cardswitch terminal sale --help              more examples

Exit codes: 0 done, 1 error, 2 usage, 3 declined (with --check), 4 no answer in time,
5 the switch cannot be reached."""
REPEAT_EPILOG: Final = """\b
Examples:
  repeat                                       the card is found by its alias
  repeat --card rich                           another card: declined, code 94"""
REVERSE_EPILOG: Final = """\b
Examples:
  reverse                                      the last sale is undone as a whole
  reverse --keep 15.00                         15.00 of it stays paid
  reverse --keep 5.00                          and of that, 5.00
  reverse --stan 000007                        another one of the open batch"""
VOID_EPILOG: Final = """\b
Examples:
  void                                         the last sale, as if it had never been
  void --stan 000007 --json                    another one of the open batch

Of a pre-authorisation, what it still holds is released, whatever the batch. When the batch is
closed, a sale is paid back by a refund."""
STAN_HELP: Final = "The trace number of the sale, if it is not the last one."
PENDING_EPILOG: Final = """\b
Examples:
  reverse-pending                              after a crash, or after Ctrl-C
  reverse-pending --within 300                 for a switch that starts late"""
ABANDON_EPILOG: Final = """\b
Examples:
  abandon --because "refunded by hand, ticket 4711"
  abandon --because "the switch of that test is gone" --json"""
STATUS_EPILOG: Final = """\b
Examples:
  status
  status --terminal TERM0002 --json"""


@click.group(epilog=EPILOG)
def terminal() -> None:
    """Sales, repeats and reversals at a software POS terminal, against a running switch.

    Receipts go to standard output, all else to standard error. A PIN is sent only if --pin - or the
    environment (CARDSWITCH_PIN) gives it; those in the file of test cards are for people to read.
    """


def _asking(offer: Offer) -> click.Command:
    """The command that asks for what a row of the table of transactions offers."""

    def asked(
        config: TerminalConfig,
        card: str,
        entry: Literal["swipe", "manual"],
        expiry: str,
        cvv: str,
        check: bool,
        within: float,
        as_json: bool,
        amount: str = "",
        cash: str = "",
        pin: str | None = None,
    ) -> None:
        from ..core.messages import Order
        from .screen import conclude

        presented = card_of(config, card, expiry, cvv)
        minor = price_of(amount, config.currency) if offer.takes_amount else 0
        paid_out = price_of(cash, config.currency, "--cash") if offer.takes_cash else 0
        order = Order(
            amount=minor,
            currency=config.currency,
            card=presented,
            entry=entry,
            pin=pin_of(pin),
            cash=paid_out,
        )
        conclude(
            config,
            lambda session: session.perform(
                lambda terminal, now: terminal.ask(order, now, offer.kind), within
            ),
            as_json,
            check,
        )

    command = presenting()(waiting(common(asked)))
    if offer.takes_amount:
        command = click.argument("amount")(command)
    if offer.takes_cash:
        command = click.option(
            "--cash", required=True, metavar="AMOUNT", help="What is paid out besides."
        )(command)
    if offer.takes_pin:
        command = pin_option(command)
    return offered(offer, command)


def _completing(offer: Offer) -> click.Command:
    """The command for what a row offers that names an original, and so needs no card."""

    @click.argument("amount", required=False)
    @click.option("--stan", default="", help="The trace number of what is completed.")
    @click.option("--more", is_flag=True, help="More completions follow: the rest stays set aside.")
    @click.option(
        "--of",
        type=click.IntRange(1, 99),
        metavar="COUNT",
        help="How many completions there will be, where that is known.",
    )
    @click.option("--check", is_flag=True, help="Exit with 3 when refused.")
    @waiting
    @common
    def complete(
        config: TerminalConfig,
        amount: str | None,
        stan: str,
        more: bool,
        of: int | None,
        check: bool,
        within: float,
        as_json: bool,
    ) -> None:
        from .screen import conclude

        minor = part_of(amount, config.currency)
        conclude(
            config,
            lambda session: session.perform(
                lambda terminal, now: terminal.complete(now, minor, stan, of=of or 0, more=more),
                within,
            ),
            as_json,
            check,
        )

    return offered(offer, complete)


_SPECIAL = {
    "refund": refunding,
    "tip": adding,
    "increment": adding,
    "completion": _completing,
    "offline": selling_offline,
    "file_action": listing,
    "report": reporting,
}
for _offer in offers():
    terminal.add_command(_SPECIAL.get(_offer.kind, _asking)(_offer))


@terminal.command(epilog=REPEAT_EPILOG)
@click.option("--card", help="The card of that sale, if its alias is not known.")
@click.option("--expiry", metavar="YYMM", default="", help="Instead of the card's own.")
@click.option("--check", is_flag=True, help="Exit with 3 when declined.")
@waiting
@common
def repeat(
    config: TerminalConfig,
    card: str | None,
    expiry: str,
    check: bool,
    within: float,
    as_json: bool,
) -> None:
    """Repeat the last sale (0201): the switch sends the stored answer, nothing is charged twice."""
    from ..session import read_book
    from .screen import conclude

    begun = read_book(config).begun
    name = card or (begun.alias if begun else "")
    presented = card_of(config, name, expiry) if name else None
    conclude(
        config,
        lambda session: session.perform(
            lambda terminal, now: terminal.repeat(now, presented), within
        ),
        as_json,
        check,
    )


@terminal.command(epilog=REVERSE_EPILOG)
@click.option("--keep", metavar="AMOUNT", help="What of the sale stays paid; without it, nothing.")
@click.option("--stan", default="", help=STAN_HELP)
@waiting
@common
def reverse(
    config: TerminalConfig, keep: str | None, stan: str, within: float, as_json: bool
) -> None:
    """Undo the last sale of the open batch, or a part of it, until the switch acknowledges that."""
    stays = amount_of(keep, config.currency, "--keep") if keep is not None else 0
    _undo(config, stays, stan, within, as_json)


@terminal.command(epilog=VOID_EPILOG)
@click.option("--stan", default="", help=STAN_HELP)
@waiting
@common
def void(config: TerminalConfig, stan: str, within: float, as_json: bool) -> None:
    """Undo a whole sale before its batch closes, until the switch acknowledges that."""
    _undo(config, 0, stan, within, as_json)


def _undo(config: TerminalConfig, stays: int, stan: str, within: float, as_json: bool) -> None:
    from .screen import UNDONE, conclude

    conclude(
        config,
        lambda session: session.perform(
            lambda terminal, now: terminal.reverse(now, stays, stan), within
        ),
        as_json,
        good=UNDONE,
        stan=stan,
    )


@terminal.command("reverse-pending", epilog=PENDING_EPILOG)
@waiting
@common
def reverse_pending(config: TerminalConfig, within: float, as_json: bool) -> None:
    """Send the pending reversal until it is acknowledged."""
    from ..session import read_book
    from .screen import UNDONE, conclude

    if read_book(config).unsettled:
        conclude(config, lambda session: session.settle(within), as_json, good=UNDONE)
    else:
        click.echo("null" if as_json else "No reversal is pending.")


@terminal.command(epilog=ABANDON_EPILOG)
@click.option("--because", required=True, metavar="TEXT", help="What you know, for the journal.")
@common
def abandon(config: TerminalConfig, because: str, as_json: bool) -> None:
    """End the pending reversal by your word, without the switch: the card may stay charged."""
    from ..session import abandon as end_owed
    from .screen import show_abandoned

    show_abandoned(config, end_owed(config, because), as_json)


@terminal.command(epilog=STATUS_EPILOG)
@common
def status(config: TerminalConfig, as_json: bool) -> None:
    """Show trace number, batch, totals and the pending reversal."""
    from ..session import read_book
    from .screen import show

    show(config, read_book(config), as_json)


for _command in (settle, close_batch, sign_on, sign_off, echo, change_key, keys):
    terminal.add_command(_command)
