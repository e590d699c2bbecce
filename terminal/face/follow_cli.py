"""The commands for what comes about a sale before: increments and tips, and refunds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from cardswitch.specs.transactions.offers import Offer

from .given import card_of, offered, part_of, presenting, price_of
from .options import common, waiting

if TYPE_CHECKING:
    from ..config import TerminalConfig
    from ..customer.card import Card
    from ..session import Action


def adding(offer: Offer) -> click.Command:
    """The command for what the row *offer* adds to an original."""

    @click.argument("amount")
    @click.option("--stan", default="", help="The trace number of what is added to.")
    @click.option("--check", is_flag=True, help="Exit with 3 when declined.")
    @waiting
    @common
    def add(
        config: TerminalConfig,
        amount: str,
        stan: str,
        check: bool,
        within: float,
        as_json: bool,
    ) -> None:
        from .screen import conclude

        minor = price_of(amount, config.currency)
        conclude(
            config,
            lambda session: session.perform(
                lambda terminal, now: (
                    terminal.tip(now, minor, stan)
                    if offer.kind == "tip"
                    else terminal.increment(now, minor, stan)
                ),
                within,
            ),
            as_json,
            check,
        )

    return offered(offer, add)


def refunding(offer: Offer) -> click.Command:
    """The command of the row *offer*: of a sale before, or, with a card, of none."""

    @click.argument("amount", required=False)
    @click.option("--stan", help="The trace number of what is refunded: then no card is needed.")
    @presenting(is_required=False)
    @waiting
    @common
    def refund(
        config: TerminalConfig,
        amount: str | None,
        stan: str | None,
        card: str | None,
        entry: Literal["swipe", "manual"],
        expiry: str,
        cvv: str,
        check: bool,
        within: float,
        as_json: bool,
    ) -> None:
        from .screen import conclude

        minor = part_of(amount, config.currency)
        presented = card_of(config, card, expiry, cvv) if card else None
        action = _refund(config, offer, minor, stan, presented, entry)
        conclude(config, lambda session: session.perform(action, within), as_json, check)

    return offered(offer, refund)


def _refund(
    config: TerminalConfig,
    offer: Offer,
    minor: int,
    stan: str | None,
    card: Card | None,
    entry: Literal["swipe", "manual"],
) -> Action:
    """What the terminal is to do: refund the sale of the number *stan*, or none in particular."""
    from ..core.messages import Order

    if stan and card is None:
        return lambda terminal, now: terminal.refund(now, minor, stan)
    if stan is not None or card is None or not minor:
        raise click.UsageError("say which sale it is of with --stan, or give AMOUNT and --card")
    order = Order(amount=minor, currency=config.currency, card=card, entry=entry)
    return lambda terminal, now: terminal.ask(order, now, offer.kind)
