"""The `spec` commands about dialects and errors: list, show, explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from .options import load
from .results import say, say_json

if TYPE_CHECKING:
    from cardswitch.specs.dialect import Dialect

LIST_EPILOG: Final = """\b
Examples:
  list
  list --json"""
SHOW_EPILOG: Final = """\b
Examples:
  show pos                                     M: an MTI must carry the field, C: it may have to
  show ./mine.toml --json                      a dialect file of yours"""
EXPLAIN_EPILOG: Final = """\b
Examples:
  explain                                      all codes
  explain trailing-bytes
  explain length --json"""


@click.command("list", epilog=LIST_EPILOG)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of text.")
def list_(as_json: bool) -> None:
    """List the dialects that come with cardswitch."""
    from cardswitch.specs.dialect import list_dialects, load_dialect
    from cardswitch.wire.operator.text import columns

    titles = [(name, load_dialect(name).title) for name in list_dialects()]
    if as_json:
        say_json([{"name": name, "title": title} for name, title in titles])
    else:
        say(columns(titles))


@click.command(epilog=SHOW_EPILOG)
@click.argument("dialect", callback=load)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of a table.")
def show(dialect: Dialect, as_json: bool) -> None:
    """Show the fields of DIALECT: number, name, format, encoding, and which MTIs carry them."""
    from ...messages.views.dialect import dialect_document, show_dialect

    if as_json:
        say_json(dialect_document(dialect))
    else:
        say(show_dialect(dialect))


@click.command(epilog=EXPLAIN_EPILOG)
@click.argument("code", required=False)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of text.")
def explain(code: str | None, as_json: bool) -> None:
    """Explain CODE, which an error of these commands names: the rule, and what to try."""
    from cardswitch.specs.errors import FormatError
    from cardswitch.specs.review.explain import explain as explained
    from cardswitch.specs.review.explain import explanations
    from cardswitch.wire.operator.text import columns

    if code is None:
        known = {name: said.rule for name, said in explanations().items()}
        if as_json:
            say_json(known)
        else:
            say(columns(list(known.items())))
        return
    try:
        said = explained(code)
    except FormatError as error:
        raise click.BadParameter(str(error)) from None
    if as_json:
        say_json({"code": code, "rule": said.rule, "meaning": said.meaning, "try": said.hints})
    else:
        hints = [f"  - {hint}" for hint in said.hints]
        say([f"{code}: {said.meaning}", f"The rule: {said.rule}", "What to try:", *hints])
