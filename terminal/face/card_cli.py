"""The commands that tell an issuer something of a card: its stop list, and reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from cardswitch.specs.transactions.card_files import ACTIONS, file_fields
from cardswitch.specs.transactions.offers import Offer

from .given import card_of, offered, words_of
from .options import common, waiting

if TYPE_CHECKING:
    from ..config import TerminalConfig

TEXT: Final = 104


def listing(offer: Offer) -> click.Command:
    """The command of the row *offer*, which changes a file."""

    @click.argument("action", type=click.Choice(list(ACTIONS)))
    @_of_card
    def stop_list(config: TerminalConfig, action: str, **options: Any) -> None:
        _tell(config, offer, file_fields(action), **options)

    return offered(offer, stop_list)


def reporting(offer: Offer) -> click.Command:
    """The command of the row *offer*, which says something in words."""

    @click.argument("text")
    @_of_card
    def report(config: TerminalConfig, text: str, **options: Any) -> None:
        _tell(config, offer, {TEXT: words_of(config, text, TEXT)}, **options)

    return offered(offer, report)


def _of_card(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option("--check", is_flag=True, help="Exit with 3 when declined.")(
        waiting(common(command))
    )
    command = click.option(
        "--expiry", metavar="YYMM", default="", help="Of a card that is given by its number."
    )(command)
    return click.option("--card", required=True, help="Alias of a test card, or a card number.")(
        command
    )


def _tell(
    config: TerminalConfig,
    offer: Offer,
    said: Mapping[int, str],
    *,
    card: str,
    expiry: str,
    check: bool,
    within: float,
    as_json: bool,
) -> None:
    from ..core.messages import Order
    from .screen import conclude

    presented = card_of(config, card, expiry)
    order = Order(amount=0, currency=config.currency, card=presented, entry="manual", said=said)
    conclude(
        config,
        lambda session: session.perform(
            lambda terminal, now: terminal.ask(order, now, offer.kind), within
        ),
        as_json,
        check,
    )
