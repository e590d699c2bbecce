"""What the manual, README and `docs/`, must say, as functions over its text: complaints of each.

``python -m tests.kit.rules.docs`` prints what is made from the source: the diagram of states and
the table of reasons.
"""

import os
import posixpath
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

import click
import msgspec
from msgspec import Struct

from cardswitch.gateway.config import GatewayConfig
from cardswitch.gateway.core import states as gateway_states
from cardswitch.hosts.acquirer.config import AcquirerConfig
from cardswitch.hosts.bank.config import BankConfig
from cardswitch.hosts.issuer.config import IssuerConfig
from cardswitch.hsm_sim.config import HsmConfig
from cardswitch.lab.cli.main import cli
from cardswitch.specs.codes import REASONS
from cardswitch.switch.core.states import mermaid
from cardswitch.switch.operate.config import SettlementConfig, SwitchConfig
from cardswitch.terminal.config import TerminalConfig
from cardswitch.terminal.customer.card import Card
from cardswitch.wire.operator.config import SHARED

ROOT: Final = Path(__file__).parents[3]
NAME: Final = "cardswitch"
BLOCK_S: Final = 120.0  # A block that takes longer than this waits for something.
FENCE: Final = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING: Final = re.compile(r"^#+ .*$", re.MULTILINE)
LINK: Final = re.compile(r"\]\(((?:[\w/.-]+\.md)?(?:#[^)\s]+)?)\)")
CODE: Final = re.compile(r"`([^`]+)`")
SECTIONS: Final[dict[str, type[Struct]]] = {
    "[hsm]": HsmConfig,
    "[switch]": SwitchConfig,
    "[acquirer]": AcquirerConfig,
    "[issuer]": IssuerConfig,
    "[terminal]": TerminalConfig,
    "[gateway]": GatewayConfig,
    "[settlement]": SettlementConfig,
    "[bank]": BankConfig,
    "[[card]]": Card,
}


# Pages --------------------------------------------------------------------------------------------


def pages(root: Path) -> dict[str, str]:
    """The pages of the manual under *root*, by their paths: the README first."""
    files = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    return {f.relative_to(root).as_posix(): f.read_text("utf-8") for f in files}


def dead_links(pages: Mapping[str, str]) -> list[str]:
    """Links of *pages* to a page that is not there, or to a heading that it does not have."""
    anchors = {path: {_anchor(h) for h in _headings(text)} for path, text in pages.items()}
    found = []
    for path, text in pages.items():
        for link in LINK.findall(FENCE.sub("", text)):
            name, _, anchor = link.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            there = anchors.get(target if name else path)
            if there is None and not anchor and (ROOT / target).is_file():
                continue  # It is no page of the manual, such as CONTRIBUTING.md.
            if there is None or (anchor and anchor not in there):
                found.append(f"{path}: {link}: no such page or heading")
    return found


def unlinked_pages(pages: Mapping[str, str]) -> list[str]:
    """Pages that the README does not lead to."""
    there = set(LINK.findall(pages["README.md"]))
    return [
        f"{path}: the README does not link it"
        for path in pages
        if path not in {"README.md", *there}
    ]


def _headings(text: str) -> list[str]:
    return [each.lstrip("#").strip() for each in HEADING.findall(FENCE.sub("", text))]


def _anchor(heading: str) -> str:
    """As the sites that show Markdown make it of *heading*."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


# Blocks of code -----------------------------------------------------------------------------------


def blocks(text: str, info: str) -> list[str]:
    """The fenced blocks of *text* whose info string is *info*."""
    return [found[2] for found in FENCE.finditer(text) if found[1].strip() == info]


def commands(text: str) -> Iterator[list[str]]:
    """The words behind `cardswitch` of every such command in the shell blocks of *text*."""
    for block in [*blocks(text, "sh"), *blocks(text, "sh run")]:
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.shlex(line, posix=True, punctuation_chars=True)
            words.whitespace_split = True
            yield from _commands_of_line(list(words))


def unknown_commands(text: str) -> list[str]:
    """Commands that `cardswitch` would refuse: none such, an unknown option, too few arguments."""
    return [
        f"cardswitch {shlex.join(words)}: {refusal}: mend the manual or the command"
        for words in commands(text)
        if (refusal := _quiet_refusal(words))
    ]


def run_block(block: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run *block* in *folder*, with a `cardswitch` that is this source; all it started is ended."""
    programs = folder / ".programs"
    programs.mkdir()
    command = programs / NAME
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cardswitch "$@"\n', "utf-8")
    command.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(
        ["sh", "-euc", block],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=BLOCK_S)
    finally:
        _end_group(process)
    return subprocess.CompletedProcess(block, process.returncode, output)


# Parts made from the source -----------------------------------------------------------------------


def wrong_diagrams(text: str) -> list[str]:
    """The diagrams of states, if they are not those that the tables of states draw."""
    drawn = [block for block in blocks(text, "mermaid") if block.startswith("stateDiagram")]
    if [block.rstrip("\n") for block in drawn] == diagrams():
        return []
    return [f"expected the diagrams of `python -m tests.kit.rules.docs`, seen {len(drawn)}"]


def diagrams() -> list[str]:
    """Of a leg of the switch, and of an intent of the gateway, in the order of the pages."""
    return [mermaid(), gateway_states.mermaid()]


def reasons_table() -> str:
    """The table of reasons for the section "Reasons"."""
    rows = [
        f"| `{r.code}` | {r.meaning} | {r.text} | {r.advice.replace('_', ' ')} | {r.retry} "
        f"| {r.by.replace(' ', ', ') or 'by rule'} |"
        for r in REASONS.values()
    ]
    columns = ("Field 39", "Meaning", "The shopper reads", "Advice", "Retry", "Said by")
    head = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    return "\n".join([*head, *rows])


def missing_reasons(text: str) -> list[str]:
    """Rows of that table which the section "Reasons" of *text* does not have."""
    there = set(section(text, "Reasons").splitlines())
    return [
        f"Reasons: no row {row}: print the table with `python -m tests.kit.rules.docs`"
        for row in reasons_table().splitlines()
        if row not in there
    ]


# Commands and keys --------------------------------------------------------------------------------


def all_commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    """The path of every command below *group*, such as ("terminal", "sale")."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from all_commands(command, *path, name)
        elif command is not None and not command.hidden:
            yield (*path, name)


def untold_commands(text: str) -> list[str]:
    """Commands that *text* does not show, neither in a block nor as code in a sentence or table."""
    return [
        f"{NAME} {path}: nowhere in the manual: show it in a block or name it in a table"
        for path in map(" ".join, all_commands(cli))
        if not re.search(rf"(^|{NAME} |`){re.escape(path)}(?![\w-])", text, re.MULTILINE)
    ]


class Table(NamedTuple):
    """A table of the configuration: its keys, and the default of each as the manual writes it."""

    heading: str
    keys: dict[str, str]


def config_tables() -> Iterator[Table]:
    """Every table of the configuration file and of the file of cards, inner ones included."""
    for heading, struct in SECTIONS.items():
        yield from _tables(heading, struct)


def untold_keys(text: str) -> list[str]:
    """Keys that have no row ``| `key` | default | …`` under a heading that names their table."""
    told = {
        (heading, key): default
        for name, body in _parts(section(FENCE.sub("", text), "Configuration"))
        for heading in CODE.findall(name)
        for key, default in re.findall(r"^\| `(\w+)` \| ([^|]*) \|", body, re.MULTILINE)
    }
    return [
        f"Configuration, {table.heading}: {key} with default {default}: "
        + (f"the manual says {told[place]}" if place in told else "no such row, write it")
        for table in config_tables()
        for key, default in table.keys.items()
        if told.get(place := (table.heading, key)) != default
    ]


def section(text: str, name: str) -> str:
    """What stands in *text* under the heading *name*, up to the next heading as high as it."""
    found = re.search(rf"^(#+) {name}$(.*?)(?=^\1 |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[2] if found else ""


# What they use ------------------------------------------------------------------------------------


def _commands_of_line(words: list[str]) -> Iterator[list[str]]:
    """The line cut at `&&`, `|`, `;` and the like; of each part what is behind `cardswitch`."""
    part: list[str] = []
    for word in [*words, ";"]:
        if set(word) <= set("();<>|&"):
            if part and Path(part[0]).name == NAME:
                yield part[1:]
            part = []
        else:
            part.append(word)


def _quiet_refusal(words: list[str]) -> str:
    with redirect_stdout(StringIO()):  # --help among the words prints it
        return _refusal(words)


def _refusal(words: list[str]) -> str:
    """Why `cardswitch` would not take *words*, or nothing. No command is run."""
    command: click.Command | None = cli
    name: str | None = NAME
    context: click.Context | None = None
    try:
        while isinstance(command, click.Group) and words:
            context = command.make_context(name, list(words), parent=context)
            rest = [*context._protected_args, *context.args]
            if command.invoke_without_command and not rest:
                return ""  # A group that is a command by itself.
            name, command, words = command.resolve_command(context, rest)
        if command is not None and not isinstance(command, click.Group):
            command.make_context(name, list(words), parent=context)
    except click.exceptions.Exit:
        return ""  # such as --help
    except click.ClickException as error:
        return error.format_message()
    return ""


def _end_group(process: subprocess.Popen[str]) -> None:
    """End whatever is left of the session that *process* leads: a server in the background."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def _tables(heading: str, struct: type[Struct]) -> Iterator[Table]:
    fields = msgspec.structs.fields(struct)
    inner = {field.encode_name: _inner(heading, field) for field in fields}
    yield Table(heading, {f.encode_name: _default(f) for f in fields if not inner[f.encode_name]})
    for found in inner.values():
        if found:
            yield from _tables(*found)


def _inner(heading: str, field: msgspec.structs.FieldInfo) -> tuple[str, type[Struct]] | None:
    """The table that *field* holds, if it holds one: by itself, by name, or many in a row."""
    is_shared = field.encode_name in SHARED and "." not in heading
    name = field.encode_name if is_shared else f"{heading.strip('[]')}.{field.encode_name}"
    if _is_struct(field.type):
        return f"[{name}]", field.type
    *_, last = [None, *(each for each in get_args(field.type) if each is not Ellipsis)]
    if not _is_struct(last):
        return None
    by_name = len(get_args(field.type)) == 2 and get_args(field.type)[0] is str
    return (f"[{name}.NAME]" if by_name else f"[[{name}]]"), last


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _default(field: msgspec.structs.FieldInfo) -> str:
    """As TOML would write it; what must be given has none."""
    if field.default_factory is not msgspec.NODEFAULT:
        return f"`{msgspec.json.encode(field.default_factory()).decode()}`"
    if field.default is msgspec.NODEFAULT:
        return "required"
    return f"`{msgspec.json.encode(field.default).decode()}`"


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The headings in *text*, each with what stands up to the next one."""
    found = list(HEADING.finditer(text))
    ends = [each.start() for each in found[1:]] + [len(text)]
    for here, end in zip(found, ends, strict=False):
        yield here[0], text[here.end() : end]


def _main() -> None:
    click.echo("\n\n".join([*(f"```mermaid\n{each}\n```" for each in diagrams()), reasons_table()]))


if __name__ == "__main__":
    _main()
