"""`cardswitch gateway links`: addresses where an order waits to be paid; no shop is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from cardswitch.wire.operator.options import config_option

from .given import ask_gateway, config_of, json_option, say_json

EPILOG: Final = """\b
Examples:
  links create 24.90 "Two bags of beans"       an address, to be paid once
  links list
  links deactivate plink_…"""
CREATE_EPILOG: Final = """\b
Examples:
  create 24.90 "Two bags of beans"
  create 1500 Poster --currency JPY --quantity 2 --merchant SHOP0001
  create 5.00 Donation --often --json
  create 24.90 Invoice --back https://shop.localhost:7111/thanks

Send the address to whoever pays: he sees the order, and pays on the gateway's page."""


@click.group(epilog=EPILOG)
def links() -> None:
    """Payment links: an order at an address, for whoever is sent there."""


_merchant = click.option(
    "--merchant", metavar="ID", default="", help="Whose; the first, if none is named."
)


@links.command(epilog=CREATE_EPILOG)
@click.argument("amount")
@click.argument("name")
@click.option("--currency", default="EUR", show_default=True, help="Of the amount.")
@click.option(
    "--quantity", type=click.IntRange(min=1), default=1, show_default=True, help="How many of it."
)
@click.option("--often", is_flag=True, help="It is paid as often as it is opened, not once.")
@click.option("--back", metavar="URL", default="", help="success_url: where a browser goes then.")
@_merchant
@json_option("As one JSON object.")
@config_option
def create(as_json: bool, config_path: Path, **told: Any) -> None:
    """Make an address where AMOUNT, such as 24.90, is paid for NAME. Printed: its id, and it."""
    from cardswitch.specs.amounts import parse_amount
    from cardswitch.specs.errors import FormatError

    told["currency"] = told["currency"].upper()
    try:
        told["amount"] = parse_amount(told["amount"], told["currency"])
    except FormatError as error:
        raise click.BadParameter(str(error), param_hint="AMOUNT or --currency") from None
    _show([ask_gateway(config_of(config_path), "link_create", told)], as_json, is_one=True)


@links.command("list", epilog="\b\nExamples:\n  list\n  list --last 50 --json")
@_merchant
@click.option(
    "--last", type=click.IntRange(1, 100), default=10, show_default=True, help="So many of them."
)
@json_option("As one JSON list.")
@config_option
def list_(merchant: str, last: int, as_json: bool, config_path: Path) -> None:
    """Show the newest links of a merchant: what is to be paid, and whether it still can be."""
    told = {"merchant": merchant, "last": last}
    _show(ask_gateway(config_of(config_path), "links", told)["links"], as_json)


@links.command(epilog="\b\nExamples:\n  deactivate plink_…\n  deactivate plink_… --json")
@click.argument("id_", metavar="ID")
@_merchant
@json_option("As one JSON object.")
@config_option
def deactivate(id_: str, merchant: str, as_json: bool, config_path: Path) -> None:
    """Have the link ID open no session any more; one that is open can still be paid."""
    told = {"id": id_, "merchant": merchant}
    _show([ask_gateway(config_of(config_path), "link_deactivate", told)], as_json, is_one=True)


def _show(found: list[dict[str, Any]], as_json: bool, *, is_one: bool = False) -> None:
    from cardswitch.specs.amounts import format_amount

    if as_json:
        return say_json(found[0] if is_one else found)
    for each in found:
        code = each["currency"].upper()
        amount = f"{code} {format_amount(each['x_amount_total'], code)}"
        state = "active" if each["active"] else "inactive"
        click.echo(f"{each['id']}  {state:8}  {amount:>14}  {each['url']}")
    return None
