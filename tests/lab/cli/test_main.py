"""The `cardswitch` command: help everywhere and at once, and errors of one line."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cardswitch.lab.cli.main import COMMANDS, cli, main
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab

WIRE = {
    "cardswitch.wire.framing",
    "cardswitch.wire.ports",
    "cardswitch.wire.driver.runtime",
}  # Its lazy groups are light.
HEAVY = {"construct", "cryptography", "iso8583", "msgspec", "rich", "sqlalchemy", *WIRE}
NOWHERE = "nowhere.toml"


def paths(command, *path):
    """The words of *command* and of every one below it."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from paths(command.get_command(context, name), *path, name)


PATHS = list(paths(cli))


@pytest.fixture
def run(monkeypatch, capsys):
    """Run `cardswitch` with some words; its exit code and what stands on standard error."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["cardswitch", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr().err

    return run


@pytest.fixture
def lab(tmp_path):
    """A lab on ports that nobody has."""
    return read_lab(make_lab(tmp_path / "lab", free_ports())[0])


# Help ---------------------------------------------------------------------------------------------


def test_all_commands_are_found():
    names = {" ".join(path) for path in PATHS}
    assert {"", "demo", "up", "terminal sale", "switch journal", "settle close"} <= names
    assert {"hsm serve", "host serve"} <= names


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_has_an_example(path):
    result = CliRunner().invoke(cli, [*path, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert all(len(line) <= 100 for line in result.stdout.splitlines())


def test_the_overview_names_every_command():
    shown = CliRunner().invoke(cli, ["--help"]).stdout
    assert all(f"  {name} " in shown for name in COMMANDS)


def loaded_after(code, modules):
    """Which of *modules* a process has after *code*."""
    code = f"import sys\n{code}\nprint(*sorted({modules} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_command_by_itself_imports_nothing_heavy():
    assert loaded_after("import cardswitch.lab.cli.main", HEAVY | {"asyncio"}) == []


def test_no_help_imports_anything_heavy():
    code = "from click.testing import CliRunner\nfrom cardswitch.lab.cli.main import cli\n"
    code += f"for path in {PATHS}: assert not CliRunner().invoke(cli, [*path, '--help']).exit_code"
    assert loaded_after(code, HEAVY) == []
    assert loaded_after("import cardswitch.switch.store.journal", HEAVY) == [
        "cardswitch.wire.ports",
        "msgspec",
        "sqlalchemy",
    ]


# Errors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["up"],
        ["hsm", "serve"],
        ["host", "serve", "issuer"],
        ["host", "serve", "acquirer"],
        ["switch", "serve"],
        ["switch", "journal"],
        ["settle", "preview"],
        ["settle", "close"],
        ["settle", "show"],
        ["terminal", "status"],
        ["terminal", "sale", "1", "--card", "good"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("content", [None, b"[hsm", b"\xff"], ids=["missing", "no TOML", "no text"])
def test_a_configuration_that_cannot_be_read_is_named(run, tmp_path, words, content):
    path = tmp_path / NOWHERE
    if content is not None:
        path.write_bytes(content)
    code, said = run(*words, "--config", path)
    assert code == 2
    assert said.startswith(f"cardswitch: {path}")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "port"),
    [
        (["hsm", "serve"], lambda lab: lab.hsm.port),
        (["host", "serve", "issuer"], lambda lab: lab.issuer.network.port),
        (["host", "serve", "acquirer"], lambda lab: lab.acquirer.front.port),
        (["switch", "serve"], lambda lab: lab.switch.listeners["network"].port),
        (["up", "--quiet"], lambda lab: lab.hsm.port),
    ],
)
def test_a_port_that_is_taken_is_named(run, lab, words, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port(lab)))
        other.listen()
        code, said = run(*words, "--config", lab.folder / "lab.toml")
    assert code == 1
    assert f"'127.0.0.1', {port(lab)}" in said
    assert re.match(r"cardswitch: a port (is taken|cannot be opened)", said)
    assert "top the other" in said
    assert said.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_where_nothing_can_be_printed_it_says_what_to_try():
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "cardswitch", "--help"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert "No space left on device: make room on the disk, or send" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_named(run, tmp_path):
    (tmp_path / "file").touch()
    code, said = run("up", "--data", tmp_path / "file" / "lab")
    assert code == 1
    assert said.startswith("cardswitch: ")
    assert "file" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("words", [["dmeo"], ["demo", "--jsno"], ["terminal", "sell"], ["up", "x"]])
def test_usage_errors_say_where_help_is(run, words):
    code, said = run(*words)
    assert code == 2
    assert "--help" in said


def test_a_process_ends_with_the_same_exit_code(tmp_path):
    command = [
        sys.executable,
        "-m",
        "cardswitch",
        "hsm",
        "serve",
        "--config",
        str(tmp_path / NOWHERE),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


# Colour -------------------------------------------------------------------------------------------


@click.command
def shout():
    click.secho("loud", bold=True)


@pytest.mark.parametrize(("no_color", "shown"), [("", "\x1b[1mloud\x1b[0m\n"), ("1", "loud\n")])
def test_no_color_is_honoured(monkeypatch, no_color, shown):
    monkeypatch.setitem(COMMANDS, "shout", (f"{__name__}:shout", ""))
    monkeypatch.setenv("NO_COLOR", no_color)
    assert CliRunner().invoke(cli, ["shout"], color=True).stdout == shown


@pytest.mark.parametrize("words", [("settle", "match", "--config", "lab.toml"), ("host", "bank")])
def test_a_file_that_is_not_there_is_named(run, lab, monkeypatch, words):
    monkeypatch.chdir(lab.folder)
    said = "cardswitch: none.xml: No such file or directory\n"
    assert run(*words, "none.xml") == (1, said)


def test_a_file_that_no_bank_reads_is_named(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd.xml").write_text('<?xml version="1.0" encoding="none"?><a/>')
    said = "cardswitch: odd.xml: no XML that a bank reads: LookupError\n"
    assert run("host", "bank", "odd.xml") == (1, said)
