"""The `switch` commands: the journal as people and programs see it, the diagram, and serving."""

import json
import os
import signal
import socket
import subprocess
import sys

import pytest
from click.testing import CliRunner

from cardswitch.specs.errors import Error
from cardswitch.switch.cli.main import switch
from cardswitch.switch.core.states import FOLLOWS, mermaid
from tests.kit.histories import GlassVault

PAN = "9999990000000011"
PATIENCE_S = 30.0


def run(lab, *words, code=0):
    obj = {"open_vault": lambda path: GlassVault()}
    result = CliRunner().invoke(switch, [*words, "--config", str(lab.path)], obj=obj)
    if isinstance(result.exception, Error):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def sold(lab):
    for ending in ("approved", "declined", "refused", "timed out", "stuck", "overtaken"):
        lab.history.sale(1250, ending=ending, pan=PAN)
    lab.history.sale(700, ending="open", terminal="T\x1b[2J")
    lab.commit()
    return lab


def test_the_journal_newest_first_and_masked(sold):
    header, *lines = run(sold, "journal").stdout.splitlines()
    assert header.split()[:2] == ["LEG", "TIME"]
    assert [int(line.split()[0]) for line in lines] == [7, 6, 5, 4, 3, 2, 1]
    assert "approved" in lines[-1]
    assert "12.50 EUR" in lines[-1]
    assert "999999******0011" in lines[-1]
    assert PAN not in "".join(lines)
    assert "T\\x1b[2J" in lines[0]  # What came in by the wire does not steer the terminal.


def test_the_journal_as_json(sold):
    lines = [json.loads(line) for line in run(sold, "journal", "--json").stdout.splitlines()]
    assert [line["leg"] for line in lines] == [7, 6, 5, 4, 3, 2, 1]
    assert lines[-1]["card"] == "999999******0011"
    assert PAN not in str(lines)


@pytest.mark.parametrize(
    ("option", "state"), [("--open", "forwarded"), ("--exceptions", "exception")]
)
def test_a_part_of_the_journal(sold, option, state):
    lines = run(sold, "journal", option, "--json").stdout.splitlines()
    assert [json.loads(line)["state"] for line in lines] == [state]


def test_the_end_of_the_journal(sold):
    assert len(run(sold, "journal", "--limit", "2", "--json").stdout.splitlines()) == 2
    run(sold, "journal", "--limit", "0", code=2)


def test_nothing_to_show(lab):
    result = run(lab, "journal")
    assert (result.stdout, result.stderr) == ("", "no such legs\n")


def test_the_diagram_has_every_state():
    shown = CliRunner().invoke(switch, ["states"]).stdout
    assert shown == mermaid() + "\n"
    assert all(str(state) in shown for state in FOLLOWS if state)


# Serving ------------------------------------------------------------------------------------------

SERVE = """
import sys
from cardswitch.switch.cli.main import switch
from tests.kit.histories import GlassVault
switch(["serve", "--config", sys.argv[1]], obj={"open_vault": lambda path: GlassVault()})
"""


def with_listener(lab, port):
    text = lab.path.read_text("utf-8").replace(
        "listeners = {}",
        f'listeners = {{ pos = {{ port = {port}, serves = "merchants", merchants = "any" }} }}',
    )
    lab.path.write_text(text, "utf-8")


@pytest.mark.skipif(os.name != "posix", reason="signals between processes")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_says_where_and_ends_with_manners(lab, number):
    lab.store.close()
    with_listener(lab, 0)
    command = [sys.executable, "-c", SERVE, str(lab.path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr.readline() == "pos on 127.0.0.1:0, iso87-ascii\n"
            journal = run(lab, "journal")  # Beside the switch that runs.
            with pytest.raises(Error, match="in use: stop the other switch"):
                run(lab, "serve")
            process.send_signal(number)
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()
    assert journal.stdout == ""
    assert not (lab.folder / "switch.db-wal").exists()  # ClosedDay in order, nothing to recover.


def test_a_port_that_is_taken_is_said(lab):
    lab.store.close()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with_listener(lab, taken.getsockname()[1])
        with pytest.raises(Error, match=r"a port cannot be opened: .*in use"):
            run(lab, "serve")
