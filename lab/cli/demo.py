"""`cardswitch demo`: one bank day, from the making of the keys to the deposit, in seconds."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from cardswitch.wire.operator import exits

if TYPE_CHECKING:
    from ..house.story import Story

EPILOG: Final = """\b
Examples:
  cardswitch demo                              needs no configuration, leaves no files
  cardswitch demo --shop                       orders over HTTPS, from the shop to the deposit
  cardswitch demo --keep ./demo                keeps journals, books and deposit files
  cardswitch demo --json                       the same as data"""
NEXT: Final = """

Try next:
  cardswitch up                                            the same programs, until stopped
  cardswitch terminal sale 12.50 --card good --pin -       in another shell
  cardswitch settle preview                                what the merchants will be paid
"""


@click.command(epilog=EPILOG)
@click.option("--shop", is_flag=True, help="Orders over HTTPS instead of sales at a terminal.")
@click.option("--keep", metavar="FOLDER", help="Keep everything in FOLDER, which must not exist.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text.")
def demo(shop: bool, keep: str | None, as_json: bool) -> None:
    """See one bank day from the first sale to the deposit, in seconds.

    Runs HSM, acquirer, issuer, switch and a terminal on free ports of this machine, with test keys
    and test cards. Exits with 0 if all five books, the deposit file and the
    merchant's account at the bank agree to the cent.
    With --shop a gateway sells over HTTPS, and the whole story of one order is told.
    """
    import msgspec

    from cardswitch.specs.errors import ConfigError
    from cardswitch.wire.driver.runtime import run

    from ..house.story import Story

    kind = Story
    if shop:
        from ..house.order import OrderStory

        kind = OrderStory
    if keep and Path(keep).exists():
        raise ConfigError(f"{keep}: exists already; name a folder that does not, or remove it")
    with tempfile.TemporaryDirectory(prefix="cardswitch-") as scratch:
        folder = Path(keep) if keep else Path(scratch) / "lab"
        story = kind(folder, _silence if as_json else _tell)
        run(story.play())
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(story.facts)).decode())
    else:
        _conclude(story, keep)
    if not story.agrees:
        raise click.exceptions.Exit(exits.ERROR)


def _conclude(story: Story, keep: str | None) -> None:
    if keep:
        click.echo(f"Everything is in {keep}\n")
    if story.agrees:
        click.echo(NEXT, nl=False)


def _tell(kind: str, text: str) -> None:
    if kind == "title":
        click.secho(f"\n{text}", bold=True)
    else:
        click.echo("\n".join(f"  {line}".rstrip() for line in text.splitlines()))


def _silence(*_: Any) -> None:
    pass
