"""What the `terminal` commands are given: an amount, a card, a PIN; and how a row offers one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cardswitch.specs.transactions.offers import Offer

if TYPE_CHECKING:
    from ..config import TerminalConfig
    from ..customer.card import Card


def offered(offer: Offer, command: Callable[..., None]) -> click.Command:
    """*command* by the name, help and examples of the row *offer*."""
    epilog = "\n".join(["\b", "Examples:", *(f"  {a:44} {b}".rstrip() for a, b in offer.examples)])
    return click.command(offer.command, help=offer.text, epilog=epilog)(command)


def presenting(*, is_required: bool = True) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options of the card, and how it is read."""
    return partial(_presenting, is_required)


def _presenting(is_required: bool, command: Callable[..., None]) -> Callable[..., None]:
    entries = click.Choice(["swipe", "manual"])
    for option in (
        click.option("--check", is_flag=True, help="Exit with 3 when declined."),
        click.option("--cvv", default="", help="Instead of the card's own CVV or CVV2."),
        click.option("--expiry", metavar="YYMM", default="", help="Instead of the card's own."),
        click.option(
            "--entry", type=entries, default="swipe",
            help="Read the magnetic stripe, or key in number, expiry and CVV2.",
        ),
        click.option(
            "--card", required=is_required, help="Alias of a test card, or a card number."
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def pin_of(given: str | None) -> str | None:
    """The PIN that --pin or the environment tells; a warning if others can see it."""
    pin = _given_pin(given)
    if pin is not None:
        from cardswitch.specs.errors import CryptoError
        from cardswitch.specs.security.pins import require_pin

        try:
            require_pin(pin)
        except CryptoError as error:
            raise click.BadParameter(str(error), param_hint="--pin") from None
    return pin


def _given_pin(given: str | None) -> str | None:
    from click.core import ParameterSource

    if given == "-":
        if sys.stdin.isatty():
            return str(click.prompt("PIN", hide_input=True, err=True))
        return sys.stdin.readline().strip()
    source = click.get_current_context().get_parameter_source("pin")
    if given and source is ParameterSource.COMMANDLINE:
        click.echo(
            "cardswitch: a PIN on the command line is seen by all who list processes: give it with"
            " --pin - or CARDSWITCH_PIN",
            err=True,
        )
    return given


def amount_of(text: str, currency: str, option: str = "AMOUNT") -> int:
    """*text*, given as *option*, in minor units of *currency*."""
    from cardswitch.specs.amounts import parse_amount
    from cardswitch.specs.errors import FormatError

    try:
        return parse_amount(text, currency)
    except FormatError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def price_of(text: str, currency: str, option: str = "AMOUNT", hint: str = "") -> int:
    """The same of what moves money: 0 moves none."""
    minor = amount_of(text, currency, option)
    if not minor:
        raise click.BadParameter(f"expected an amount above zero{hint}", param_hint=option)
    return minor


def part_of(text: str | None, currency: str) -> int:
    """The same of an AMOUNT that may be left out, which is 0 and means all."""
    return price_of(text, currency, hint=" (leave it out for all)") if text is not None else 0


def words_of(config: TerminalConfig, text: str, field: int) -> str:
    """*text*, given as TEXT, which *field* must be able to say on the way to the switch."""
    from cardswitch.specs.errors import EncodeError
    from cardswitch.specs.message import Message

    try:
        config.channel().encode(Message("0600", {field: text}))
    except EncodeError as error:
        raise click.BadParameter(str(error), param_hint="TEXT") from None
    return text


def card_of(config: TerminalConfig, wanted: str, expiry: str = "", cvv: str = "") -> Card:
    """The card *wanted*, an alias or a number, with what is given instead of its own."""
    from cardswitch.specs.dates import is_expiry
    from cardswitch.specs.errors import ConfigError, Error

    from ..config import read_cards
    from ..customer.card import find_card

    if expiry and not is_expiry(expiry):
        raise click.BadParameter("expected a year and a month, YYMM", param_hint="--expiry")
    if not (cvv.isascii() and cvv.isprintable()):
        raise click.BadParameter("expected digits", param_hint="--cvv")
    path = Path(config.cards)
    # Who gives a card number needs no file of test cards.
    listed = read_cards(path) if path.exists() or not wanted.isdecimal() else ()
    try:
        return find_card(listed, wanted, expiry).altered(expiry, cvv)
    except ConfigError:
        raise
    except Error as error:
        raise click.BadParameter(str(error), param_hint="--card") from None
