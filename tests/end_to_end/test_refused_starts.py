"""A start that cannot be is refused: one sentence says what is wrong and what to try, exit 1."""

import errno
import re
import shutil
import sqlite3
import subprocess
import sys

import pytest

from cardswitch.lab.house.topology import free_ports, make_lab
from tests.kit.programs import ROOT

# As if the folder, its last argument, were on a disk that is full, or may only be read.
REFUSING = """
import os, sys
real, code, folder = os.open, int(sys.argv[1]), sys.argv[2]
def open_file(path, flags, *others, **named):
    if flags & os.O_CREAT and str(path).startswith(folder):
        raise OSError(code, os.strerror(code), str(path))
    return real(path, flags, *others, **named)
os.open = open_file
sys.argv[1:] = sys.argv[3:]
from cardswitch.lab.cli.main import main
main()
"""
STARTS = {
    ("switch", "serve"): "switch.db",
    ("up", "--quiet"): "switch.db",
    ("host", "serve", "issuer"): "issuer.db",
    ("host", "serve", "acquirer"): "acquirer.db",
}
starts = pytest.mark.parametrize(
    ("command", "journal"), STARTS.items(), ids=[" ".join(command) for command in STARTS]
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A lab that was never started."""
    folder = tmp_path_factory.mktemp("made")
    make_lab(folder, free_ports())
    return folder


@pytest.fixture
def lab(made, tmp_path):
    return shutil.copytree(made, tmp_path / "lab")


def refused(lab, command, refusing=None):
    """What is said when *command* is started in *lab*; with *refusing* no new file can be made."""
    program = ["-m", "cardswitch"]
    if refusing is not None:
        program = ["-c", REFUSING, str(refusing), str(lab)]
    arguments = [sys.executable, *program, *command, "--config", lab / "lab.toml"]
    # It would serve for ever if it were not refused.
    ended = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1, ended.stderr
    [said] = ended.stderr.splitlines()
    assert said.startswith("cardswitch: ")
    return said


@starts
def test_a_folder_in_the_place_of_the_journal(lab, command, journal):
    (lab / journal).mkdir()
    said = refused(lab, command)
    assert said.endswith(f"{journal} cannot be written: Is a directory; name another file")


@starts
@pytest.mark.parametrize("content", [b"a shopping list\n", b"no line end", b"\0\xff" * 5000])
def test_what_is_no_journal_is_left_as_it_is(lab, command, journal, content):
    (lab / journal).write_bytes(content)
    assert re.search("(not a journal|not a database).*name another file", refused(lab, command))
    assert (lab / journal).read_bytes() == content


@starts
@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.EROFS, "Read-only file system; give this user the right to write there"),
        (errno.EACCES, "Permission denied; give this user the right to write there"),
        (errno.ENOSPC, "No space left on device; make room on the disk"),
    ],
    ids=["read-only", "forbidden", "full"],
)
def test_a_folder_that_nothing_can_be_written_to(lab, command, journal, code, advice):
    assert f"cannot be written: {advice}" in refused(lab, command, code)


@pytest.mark.parametrize("command", [("switch", "serve"), ("up", "--quiet")])
def test_a_folder_of_another_version_is_refused_with_the_way_out(lab, command):
    database = sqlite3.connect(lab / "switch.db")
    with database:
        database.execute("CREATE TABLE journal_version (version INTEGER PRIMARY KEY)")
        database.execute("INSERT INTO journal_version VALUES (0)")
    database.close()
    said = refused(lab, command)
    assert "has schema 0, this program needs" in said
    assert "move it and the other files of its folder away and start with a new folder" in said
