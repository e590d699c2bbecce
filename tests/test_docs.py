"""The manual is true: its commands run, its tables are complete, its links lead somewhere."""

import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from cardswitch.lab.cli.main import cli
from cardswitch.specs.codes import REASONS
from tests.kit.rules import docs

PAGES = docs.pages(docs.ROOT)
TEXT = "\n".join(PAGES.values())

needs_shell = pytest.mark.skipif(sys.platform == "win32", reason="blocks are for a POSIX shell")


# The manual ---------------------------------------------------------------------------------------

CHECKS = [
    docs.unknown_commands,
    docs.untold_commands,
    docs.untold_keys,
    docs.missing_reasons,
    docs.wrong_diagrams,
]


@pytest.mark.parametrize("check", CHECKS)
def test_the_manual_is_true(check):
    assert not (found := check(TEXT)), "\n".join(found)


@pytest.mark.parametrize("check", [docs.dead_links, docs.unlinked_pages])
def test_the_pages_are_linked(check):
    assert not (found := check(PAGES)), "\n".join(found)


def test_the_manual_shows_commands_and_runs_some():
    assert list(docs.commands(TEXT))
    assert docs.blocks(TEXT, "sh run"), "mark one block of the manual ```sh run"


@needs_shell
@pytest.mark.parametrize("block", docs.blocks(TEXT, "sh run"))
def test_what_the_manual_runs_succeeds(block, tmp_path):
    done = docs.run_block(block, tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("block", docs.blocks(TEXT, "python run"))
def test_what_the_manual_shows_in_python_runs(block):
    exec(compile(block, "manual", "exec"), {})


def test_the_manual_shows_what_is_imported_from_the_one_name():
    assert docs.blocks(TEXT, "python run"), "mark one block of the manual ```python run"
    assert all(f"`{name}`" in TEXT for name in ("load_dialect", "Message", "HsmClient"))


@pytest.mark.parametrize("path", list(docs.all_commands(cli)), ids=" ".join)
def test_every_command_has_help(path):
    result = CliRunner().invoke(cli, [*path, "--help"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("Usage:")


# The checks ---------------------------------------------------------------------------------------


def test_a_link_that_leads_nowhere_is_named():
    pages = {
        "README.md": "# A\n[b](docs/b.md), [c](docs/b.md#an-end), [d](#a)\n```\n[e](no.md)\n```\n",
        "docs/b.md": "# B\n## An `end`\n[a](../README.md#a), [b](#b), [web](https://example.org/x.md)",
    }
    assert docs.dead_links(pages) == []
    pages["docs/b.md"] += "[gone](c.md)[gone](#c)[gone](../README.md#b)"
    assert [each.split(": ")[1] for each in docs.dead_links(pages)] == [
        "c.md",
        "#c",
        "../README.md#b",
    ]


def test_a_page_that_the_readme_does_not_link_is_named():
    pages = {"README.md": "[b](docs/b.md)", "docs/b.md": "# B", "docs/c.md": "[b](docs/b.md)"}
    assert docs.unlinked_pages(pages) == ["docs/c.md: the README does not link it"]


def sh(line: str, info: str = "sh") -> str:
    return f"# Title\n\n```{info}\n{line}\n```\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cardswitch demo", [["demo"]]),
        ("cardswitch demo  # no demo --of this", [["demo"]]),
        (".venv/bin/cardswitch up --quiet &", [["up", "--quiet"]]),
        ("cd x && cardswitch demo; cardswitch up", [["demo"], ["up"]]),
        ("cardswitch demo --json | grep 'a && b'", [["demo", "--json"]]),
        ("cardswitch demo \\\n  --json", [["demo", "--json"]]),
        ("pip install cardswitch", []),
    ],
)
def test_commands_are_found_in_shell(line, expected):
    assert list(docs.commands(sh(line))) == expected
    assert list(docs.commands(sh(line, "sh run"))) == expected
    assert list(docs.commands(sh(line, "text"))) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cardswitch dmeo", "No such command 'dmeo'"),
        ("cardswitch terminal sell 1", "No such command 'sell'"),
        ("cardswitch demo --jsno", "No such option"),
        ("cardswitch terminal sale --card good", "Missing argument 'AMOUNT'"),
        ("cardswitch terminal sale 1", "Missing option '--card'"),
        ("cardswitch terminal sale 1 --card good --entry chip", "'chip' is not one of"),
        ("cardswitch demo now", "unexpected extra argument"),
    ],
)
def test_a_command_that_would_be_refused_is_named(line, expected):
    [said] = docs.unknown_commands(sh(line))
    assert line in said
    assert expected in said


@pytest.mark.parametrize(
    "line",
    [
        "cardswitch",
        "cardswitch --help",
        "cardswitch terminal --help",
        "cardswitch terminal sale --help",
        "cardswitch terminal sale 12.50 --card good --pin 1234",
        "cardswitch demo --keep ./demo",
    ],
)
def test_a_command_that_exists_is_not_complained_about(line):
    assert docs.unknown_commands(sh(line)) == []


def test_nothing_is_run_when_commands_are_looked_at(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert docs.unknown_commands(sh("cardswitch demo --keep here")) == []
    assert not list(tmp_path.iterdir())


def test_a_command_that_nobody_told_of_is_named():
    told = "".join(f"`{' '.join(path)} X`\n" for path in docs.all_commands(cli))
    assert docs.untold_commands(told) == []
    [said] = docs.untold_commands(told.replace("`terminal repeat", "`terminal repeatedly"))
    assert said.startswith("cardswitch terminal repeat: ")


def configuration() -> str:
    return "# X\n\n## Configuration\n\n" + "".join(
        f"### `{table.heading}`\n\n"
        + "".join(f"| `{key}` | {default} | words |\n" for key, default in table.keys.items())
        for table in docs.config_tables()
    )


def test_a_complete_configuration_is_not_complained_about():
    assert docs.untold_keys(configuration() + "\n## Next\n") == []


def test_one_table_may_be_told_of_many():
    heading = "### `[acquirer.front]` and `[issuer.network]`\n"
    text = configuration().replace("### `[acquirer.front]`\n", heading)
    assert docs.untold_keys(text.replace("### `[issuer.network]`\n", "### Other\n")) == []


def test_a_fence_does_not_cut_a_table_from_its_heading():
    fence = "### `[switch]`\n\n```toml\n# a comment\n```\n"
    assert docs.untold_keys(configuration().replace("### `[switch]`\n", fence)) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("| `late_s` | `8.0` |", "", "[issuer]: late_s with default `8.0`: no such row"),
        ("| `late_s` | `8.0` |", "| `late_s` | `9.0` |", "the manual says `9.0`"),
        ("`[switch.cut_off]`", "`[switch.cutoff]`", "[switch.cut_off]: time"),
        ("`[[switch.routes]]`", "`[[routes]]`", "[[switch.routes]]: source"),
        ("## Configuration", "## Settings", "[hsm]: host"),
        ("`[switch.upstreams.NAME]`\n", "`[switch]`\n\n## Next\n", "[switch.upstreams.NAME]: host"),
    ],
)
def test_a_key_that_nobody_told_of_is_named(old, new, expected):
    assert expected in docs.untold_keys(configuration().replace(old, new))[0]


def test_the_table_of_reasons_must_be_there_and_up_to_date():
    text = f"## Reasons\n\n{docs.reasons_table()}\n\n## Next\n"
    assert len(REASONS) + 2 == len(docs.reasons_table().splitlines())
    assert docs.missing_reasons(text) == []
    assert "`51`" in docs.missing_reasons(text.replace("Insufficient", "No"))[0]
    assert len(docs.missing_reasons(text.replace("## Reasons", "## Codes"))) == len(REASONS) + 2


def test_the_diagram_must_be_that_of_the_table_of_states():
    drawn = "\n".join(f"```mermaid\n{each}\n```\n" for each in docs.diagrams())
    text = f"```mermaid\nsequenceDiagram\n```\n\n{drawn}"
    assert docs.wrong_diagrams(text) == []
    assert docs.wrong_diagrams(text.replace("forwarded --> approved", "forwarded --> received"))
    assert docs.wrong_diagrams("```mermaid\nsequenceDiagram\n```\n")
    assert docs.wrong_diagrams(text + text)


@pytest.mark.parametrize(
    ("block", "succeeds", "output"),
    [
        ("cardswitch --help > help && cat help", True, "Usage:"),
        ("cardswitch dmeo", False, "No such command"),
        ("false\ntrue", False, ""),
        ("echo $UNSET", False, ""),
    ],
)
@needs_shell
def test_a_block_is_run_up_to_its_first_error(block, succeeds, output, tmp_path):
    done = docs.run_block(block, tmp_path)
    assert (done.returncode == 0) is succeeds, done.stdout
    assert output in done.stdout


@needs_shell
def test_a_block_begins_in_an_empty_folder(tmp_path):
    assert docs.run_block("ls", tmp_path).stdout == ""


@needs_shell
def test_what_a_block_leaves_running_is_ended(tmp_path):
    docs.run_block("sleep 600 > /dev/null 2>&1 &\necho $! > pid", tmp_path)
    pid = (tmp_path / "pid").read_text().strip()
    ps = ["ps", "-o", "stat=", "-p", pid]
    # It has its signal already; when it is gone is the system's affair.
    while subprocess.run(ps, capture_output=True, text=True).stdout.strip()[:1] not in ("", "Z"):
        time.sleep(0.01)
