"""The command `hsm commands`: what the simulator performs, and the fields of each command."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Final

import click

EPILOG: Final = """\b
Examples:
  commands                                     every host command in one line
  commands CA                                  its fields, and those of its answer
  commands --json"""


def read_overview() -> dict[str, dict[str, str]]:
    """What every command is for, by group and code."""
    from cardswitch import specs

    path = Path(specs.__file__).parent / "tables" / "hsm_commands.toml"
    overview: dict[str, dict[str, str]] = tomllib.loads(path.read_text("utf-8"))
    return overview


@click.command(epilog=EPILOG)
@click.argument("code", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def commands(code: str | None, as_json: bool) -> None:
    """List the host commands of the simulator, or show the fields of the command CODE."""
    overview = read_overview()
    if code is None:
        lines = [json.dumps(overview)] if as_json else _overview(overview)
    else:
        lines = _fields(code, overview, as_json)
    click.echo("\n".join(lines))


def _overview(overview: dict[str, dict[str, str]]) -> list[str]:
    lines: list[str] = []
    for group, said in overview.items():
        lines += [group.capitalize(), *(f"  {code}  {words}" for code, words in said.items())]
    return lines


def _fields(code: str, overview: dict[str, dict[str, str]], as_json: bool) -> list[str]:
    """The layouts of *code* and of its answer: names and forms, a line each."""
    from cardswitch.specs.hsm import answer_code
    from cardswitch.specs.hsm.commands import COMMANDS

    if code not in COMMANDS:
        raise click.BadParameter("`hsm commands` lists the codes there are", param_hint="CODE")
    words = next(said[code] for said in overview.values() if code in said)
    tables = {code: COMMANDS[code].request, answer_code(code): COMMANDS[code].answer}
    forms = {
        name: [{field.name: _form(field) for field in layout.fields} for layout in layouts]
        for name, layouts in tables.items()
    }
    if as_json:
        return [json.dumps({"command": code, "words": words, "layouts": forms})]
    lines = [f"{code}: {words}"]
    for name, layouts in forms.items():
        shown = [_folded(layout) for layout in layouts]
        alike = list(dict.fromkeys(tuple(layout.items()) for layout in shown))
        for at, layout in enumerate(alike):
            lines.append(f"{name}{f', form {at + 1}' if len(alike) > 1 else ''}")
            lines += [f"  {field:24}{form}" for field, form in layout] or ["  no fields"]
    return lines


def _folded(layout: dict[str, str]) -> dict[str, str]:
    """*layout* with one line for fields that are numbered: component_1, component_2 and so on."""
    folded: dict[str, str] = {}
    for field, form in layout.items():
        stem, _, number = field.rpartition("_")
        folded.setdefault(f"{stem}_1, {stem}_2 ..." if number.isdecimal() else field, form)
    return folded


def _form(field: object) -> str:
    from cardswitch.specs.hsm.grammar import HsmField

    assert isinstance(field, HsmField)
    lead = f"{field.lead!r}, then " if field.lead else ""
    return f"{lead}{field.kind.words}{' (may be left out)' if field.optional else ''}"
