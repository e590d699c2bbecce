"""The command for a sale that the terminal approves by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from cardswitch.specs.transactions.offers import Offer

from .given import card_of, offered, presenting, price_of
from .options import common, waiting

if TYPE_CHECKING:
    from ..config import TerminalConfig


def selling_offline(offer: Offer) -> click.Command:
    """The command of the row *offer*."""

    @click.argument("amount")
    @click.option(
        "--approval", metavar="CODE", default="", help="What the card's bank gave by telephone."
    )
    @presenting()
    @waiting
    @common
    def offline(
        config: TerminalConfig,
        amount: str,
        approval: str,
        card: str,
        entry: Literal["swipe", "manual"],
        expiry: str,
        cvv: str,
        check: bool,
        within: float,
        as_json: bool,
    ) -> None:
        from ..core.messages import Order
        from .screen import conclude

        order = Order(
            amount=price_of(amount, config.currency),
            currency=config.currency,
            card=card_of(config, card, expiry, cvv),
            entry=entry,
        )
        conclude(
            config,
            lambda session: session.sell_offline(
                lambda terminal, now: terminal.sell_offline(order, now, approval), within
            ),
            as_json,
            check,
        )

    return offered(offer, offline)
